"""Every controlled vocabulary, each defined once.

Values are stored as text with a named CHECK. A value that is not listed is refused,
never coerced; words of other tools are translated by the importers, not here.
"""

from enum import StrEnum


class CampaignStatus(StrEnum):
    """The life of a campaign."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class Priority(StrEnum):
    """How much a campaign matters to its owner."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class PersonalizationLevel(StrEnum):
    """How far a text may be adapted to one recipient."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Tone(StrEnum):
    """The tone an owner wants to write in."""

    PROFESSIONAL = "professional"
    FRIENDLY = "friendly"
    CASUAL = "casual"
    FORMAL = "formal"
    AUTHORITATIVE = "authoritative"
    TECHNICAL = "technical"
    ENTHUSIASTIC = "enthusiastic"


class WritingTone(StrEnum):
    """The tone a found site writes in."""

    PROFESSIONAL = "professional"
    FRIENDLY = "friendly"
    CASUAL = "casual"
    FORMAL = "formal"
    AUTHORITATIVE = "authoritative"
    TECHNICAL = "technical"
    ENTHUSIASTIC = "enthusiastic"
    MIXED = "mixed"
    UNKNOWN = "unknown"


class OpportunityStatus(StrEnum):
    """The life of a prospect."""

    DISCOVERED = "discovered"
    ANALYZING = "analyzing"
    QUALIFIED = "qualified"
    APPROVED = "approved"
    CONTACTED = "contacted"
    RESPONDED = "responded"
    NEGOTIATING = "negotiating"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    LINK_LOST = "link_lost"
    REJECTED = "rejected"
    DECLINED = "declined"
    NO_RESPONSE = "no_response"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


class ContactRecommendation(StrEnum):
    """What a model would do about a prospect."""

    CONTACT = "contact"
    RESEARCH_MORE = "research_more"
    FIND_CONTACT = "find_contact"
    HOLD = "hold"
    SKIP = "skip"


class OverrideDecision(StrEnum):
    """What a person decided instead."""

    APPROVE = "approve"
    REJECT = "reject"
    RESEARCH = "research"
    HOLD = "hold"


class FollowUpStrategy(StrEnum):
    """How to follow up when nobody answers."""

    NONE = "none"
    SINGLE_GENTLE = "single_gentle"
    STANDARD = "standard"
    VALUE_ADD = "value_add"
    PERSISTENT = "persistent"
    WAIT_FOR_DATE = "wait_for_date"
    STOP = "stop"


class EmailStatus(StrEnum):
    """The life of an email. Opened, clicked and replied are events, not states."""

    DRAFT = "draft"
    APPROVED = "approved"
    QUEUED = "queued"
    SENDING = "sending"
    SEND_UNKNOWN = "send_unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


class EmailType(StrEnum):
    """What an email is for."""

    INITIAL = "initial"
    FOLLOW_UP = "follow_up"
    REMINDER = "reminder"
    NEGOTIATION = "negotiation"
    REPLY = "reply"
    CONTENT_SUBMISSION = "content_submission"
    THANK_YOU = "thank_you"
    LINK_RECLAIM = "link_reclaim"


class TemplateCategory(StrEnum):
    """What a template is for: anything, or one type of email."""

    GENERAL = "general"
    INITIAL = "initial"
    FOLLOW_UP = "follow_up"
    REMINDER = "reminder"
    NEGOTIATION = "negotiation"
    REPLY = "reply"
    CONTENT_SUBMISSION = "content_submission"
    THANK_YOU = "thank_you"
    LINK_RECLAIM = "link_reclaim"


class ResponseType(StrEnum):
    """What kind of answer came back."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    AUTO_REPLY = "auto_reply"
    OUT_OF_OFFICE = "out_of_office"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    SPAM = "spam"


class Intent(StrEnum):
    """What the writer of a response wants."""

    INTERESTED = "interested"
    ACCEPTED = "accepted"
    ASKS_FOR_TOPICS = "asks_for_topics"
    ASKS_FOR_DRAFT = "asks_for_draft"
    ASKS_FOR_INFO = "asks_for_info"
    WANTS_PAYMENT = "wants_payment"
    WANTS_LINK_EXCHANGE = "wants_link_exchange"
    NEGOTIATING_TERMS = "negotiating_terms"
    NOT_NOW = "not_now"
    NOT_INTERESTED = "not_interested"
    WRONG_PERSON = "wrong_person"
    REFERRAL = "referral"
    PUBLISHED_NOTICE = "published_notice"
    LINK_REMOVED_NOTICE = "link_removed_notice"
    UNSUBSCRIBE_REQUEST = "unsubscribe_request"
    ERASURE_REQUEST = "erasure_request"
    LEGAL_COMPLAINT = "legal_complaint"
    AUTO_GENERATED = "auto_generated"
    UNCLEAR = "unclear"


class Sentiment(StrEnum):
    """The feeling of a response."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    MIXED = "mixed"


class Urgency(StrEnum):
    """How soon a person must look. `critical` is set by rule and lowered by no model."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class RecommendedAction(StrEnum):
    """What to do about a response."""

    REPLY = "reply"
    SEND_TOPICS = "send_topics"
    SEND_DRAFT = "send_draft"
    NEGOTIATE = "negotiate"
    ACCEPT = "accept"
    DECLINE = "decline"
    FOLLOW_UP_LATER = "follow_up_later"
    WAIT_UNTIL_RETURN = "wait_until_return"
    CONTACT_OTHER_PERSON = "contact_other_person"
    VERIFY_LINK = "verify_link"
    REQUEST_LINK_FIX = "request_link_fix"
    SUPPRESS = "suppress"
    ERASE_DATA = "erase_data"
    ESCALATE_HUMAN = "escalate_human"
    NO_ACTION = "no_action"


class LearningType(StrEnum):
    """What a piece of learning data is about."""

    EMAIL_TEMPLATE = "email_template"
    KEYWORD_PERFORMANCE = "keyword_performance"
    TONE_PREFERENCE = "tone_preference"
    RESPONSE_PATTERN = "response_pattern"
    SUCCESS_FACTOR = "success_factor"
    SUBJECT_PATTERN = "subject_pattern"
    MODEL_PERFORMANCE = "model_performance"
    SEND_TIME = "send_time"
    FOLLOW_UP_TIMING = "follow_up_timing"
    CALIBRATION = "calibration"


class PeriodType(StrEnum):
    """The length of an analytics period. Weeks are ISO weeks and start on Monday."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class SuppressionReason(StrEnum):
    """Why somebody may not be contacted."""

    UNSUBSCRIBE = "unsubscribe"
    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    NOT_INTERESTED = "not_interested"
    ERASURE = "erasure"
    LEGAL = "legal"
    MANUAL = "manual"
    INVALID_ADDRESS = "invalid_address"


class EventKind(StrEnum):
    """What happened to an email on its way."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


class EventAgent(StrEnum):
    """Who caused an event: privacy proxies and scanners open mail too."""

    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class MatchMethod(StrEnum):
    """How a received message was matched to an email."""

    IN_REPLY_TO = "in_reply_to"
    REFERENCES = "references"
    BOUNCED_MESSAGE = "bounced_message"
    ADDRESS = "address"
    MANUAL = "manual"
    NONE = "none"


class LifeKind(StrEnum):
    """What has a life of its own, and so a history in `status_changes`."""

    CAMPAIGN = "campaign"
    OPPORTUNITY = "opportunity"
    EMAIL = "email"


class DecisionKind(StrEnum):
    """What was decided."""

    SCORE = "score"
    RECOMMEND = "recommend"
    CHOOSE = "choose"
    GENERATE = "generate"
    CLASSIFY = "classify"
    SUGGEST_REPLY = "suggest_reply"
    EXTRACT = "extract"
    INSIGHT = "insight"


class DeciderKind(StrEnum):
    """Who decided."""

    MODEL = "model"
    POLICY = "policy"
    RULE = "rule"
    USER = "user"


class PropensityKind(StrEnum):
    """What a stored probability means."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    DETERMINISTIC = "deterministic"


class Factor(StrEnum):
    """What is chosen about a letter, each for itself."""

    TEMPLATE = "template"
    TONE = "tone"
    MODEL = "model"
    SUBJECT_STYLE = "subject_style"
    SEND_HOUR = "send_hour"
    FOLLOW_UP_DELAY = "follow_up_delay"


class OutcomeName(StrEnum):
    """What may come of a decision; `outcomes.py` says of which, and within which window."""

    HUMAN_REPLY = "human_reply"
    POSITIVE_REPLY = "positive_reply"
    LINK_LIVE = "link_live"
    COMPLAINT = "complaint"
    AGREEMENT = "agreement"
    CONTACTED_AND_ANSWERED = "contacted_and_answered"


class OutcomeState(StrEnum):
    """Whether we know what came of a decision."""

    PENDING = "pending"
    KNOWN = "known"
    CENSORED = "censored"


class ImportKind(StrEnum):
    """What an import job reads."""

    PROSPECTS = "prospects"
    SENT_LOG = "sent_log"
    MAIL = "mail"
    CAMPAIGN = "campaign"


class ImportState(StrEnum):
    """How far an import job is."""

    RUNNING = "running"
    DONE = "done"


class ArchiveState(StrEnum):
    """How far a campaign is out of the database, or back in it."""

    WRITING = "writing"
    DELETING = "deleting"
    DONE = "done"
    RESTORED = "restored"


class DataClass(StrEnum):
    """What a retention policy is about; `services/retention_rules.py` says what may become of each."""

    EMAIL_BODIES = "email_bodies"
    RESPONSE_BODIES = "response_bodies"
    PROMPTS = "prompts"
    RAW_INBOUND = "raw_inbound"
    EVENTS = "events"
    DECISIONS = "decisions"
    ANALYTICS_DAILY = "analytics_daily"
    CAMPAIGNS = "campaigns"
    ARCHIVES = "archives"


class RetentionAction(StrEnum):
    """What becomes of what was kept for long enough. `keep` is an exception from a policy for everybody."""

    STRIP = "strip"
    DELETE = "delete"
    ARCHIVE = "archive"
    KEEP = "keep"


class MaintenanceOutcome(StrEnum):
    """How a run of upkeep ended: well, or with a step that failed. One that stays running was killed."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class StepState(StrEnum):
    """How one step of upkeep ended. What is unfinished goes on in the next run."""

    DONE = "done"
    UNFINISHED = "unfinished"
    SKIPPED = "skipped"
    FAILED = "failed"


HUMAN_RESPONSES = frozenset({ResponseType.POSITIVE, ResponseType.NEGATIVE, ResponseType.NEUTRAL})
AUTO_REPLIES = frozenset({ResponseType.AUTO_REPLY, ResponseType.OUT_OF_OFFICE})
SEQUENCE_TYPES = frozenset(
    {EmailType.INITIAL, EmailType.FOLLOW_UP, EmailType.REMINDER, EmailType.LINK_RECLAIM}
)
"""Email types of which one opportunity has at most one per number."""
UNDER_WAY = frozenset({EmailStatus.SENDING.value, EmailStatus.SEND_UNKNOWN.value})
"""States of an email that a worker has, or that may have left: it takes a place of the day's limit."""
