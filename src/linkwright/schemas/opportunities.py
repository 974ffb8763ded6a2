"""The shapes of prospects: what may be created, changed, found out by analysis, and read."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from linkwright.schemas.fields import (
    Count,
    JsonObject,
    Moment,
    Ratio,
    Record,
    Shape,
    Stars,
    Text,
    Words,
    known,
    upto,
)
from linkwright.schemas.web import Mailbox, PageUrl
from linkwright.vocabulary import (
    ContactRecommendation,
    FollowUpStrategy,
    OpportunityStatus,
    OverrideDecision,
    WritingTone,
)

_Tone = Annotated[str, known(WritingTone)]
_Recommendation = Annotated[str, known(ContactRecommendation)]
_Strategy = Annotated[str, known(FollowUpStrategy)]
_Authority = Annotated[int, Field(ge=0, le=100)]
"""0-100, on the scale of whoever measured it."""


class _Guests(Shape):
    """What a page is about and what it wants of guests, and how to write to it."""

    primary_topics: Words | None = None
    content_categories: Words | None = None
    writing_tone: _Tone | None = None

    submission_guidelines: Text | None = None
    word_count_min: Count | None = None
    word_count_max: Count | None = None
    requires_images: bool = False
    allows_links: bool = True
    submission_deadline: Annotated[str, upto(100)] | None = None

    ai_email_template_suggestion: Annotated[str, upto(100)] | None = None
    ai_follow_up_strategy: _Strategy | None = None

    @model_validator(mode="after")
    def _words_in_order(self) -> Self:
        least, most = self.word_count_min, self.word_count_max
        if least is not None and most is not None and least > most:
            raise ValueError("word_count_min must not be above word_count_max")
        return self


class _Described(_Guests):
    """What a page says about itself, and whom to write to."""

    title: Annotated[str, upto(500)] | None = None
    description: Text | None = None
    contact_email: Mailbox | None = None
    contact_name: Annotated[str, upto(200)] | None = None
    contact_page_url: PageUrl | None = None


class OpportunityCreate(_Described):
    """A prospect to record.

    It may enter in any state, because an import brings what happened elsewhere; the moments
    that its state implies are filled in where they are missing. `domain` follows from `url`
    and may be given only to say the same.
    """

    url: PageUrl
    domain: str | None = None

    ai_content_analysis: JsonObject | None = None
    ai_relevance_score: Ratio = 0.0
    ai_authority_score: Ratio = 0.0
    ai_content_quality_score: Ratio = 0.0
    ai_spam_risk_score: Ratio = 0.0
    ai_contact_recommendation: _Recommendation | None = None

    status: Annotated[str, known(OpportunityStatus)] = OpportunityStatus.DISCOVERED.value
    discovered_at: Moment | None = None
    analyzed_at: Moment | None = None
    contacted_at: Moment | None = None
    responded_at: Moment | None = None
    published_at: Moment | None = None

    domain_authority: _Authority | None = None
    spam_score: Ratio = 0.0
    quality_score: Ratio = 0.0

    user_rating: Stars | None = None
    user_notes: Text | None = None
    user_override_decision: Annotated[str, known(OverrideDecision)] | None = None

    link_acquired: bool = False
    link_url: PageUrl | None = None
    link_placement_date: Moment | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.link_acquired and self.link_url is None:
            raise ValueError("link_url is required where link_acquired is true")
        if self.contacted_at is not None or self.responded_at is not None:
            walked = [
                at for at in (self.contacted_at, self.responded_at, self.published_at) if at is not None
            ]
            if walked != sorted(walked):
                raise ValueError("contacted_at, responded_at and published_at must follow each other")
        return self


class OpportunityUpdate(_Described):
    """What may be changed by hand. States move by their verbs, scores by `record_analysis`.

    A field left out stays as it is; None clears a field that may be empty.
    """

    url: PageUrl = ""
    domain_authority: _Authority | None = None
    spam_score: Ratio = 0.0
    quality_score: Ratio = 0.0
    user_rating: Stars | None = None
    user_notes: Text | None = None


class OpportunityAnalysis(_Guests):
    """What a look at the page found out. Fields left out stay as they were."""

    ai_relevance_score: Ratio
    ai_authority_score: Ratio = 0.0
    ai_content_quality_score: Ratio = 0.0
    ai_spam_risk_score: Ratio = 0.0
    ai_content_analysis: JsonObject | None = None
    ai_contact_recommendation: _Recommendation | None = None


class OpportunityRead(Record):
    """A prospect as it is recorded: every column, nothing lost."""

    id: int
    campaign_id: str
    url: str
    domain: str
    title: str | None
    description: str | None
    contact_email: str | None
    contact_name: str | None
    contact_page_url: str | None

    ai_content_analysis: dict[str, Any] | None
    ai_relevance_score: float | None
    ai_authority_score: float | None
    ai_content_quality_score: float | None
    ai_spam_risk_score: float | None

    primary_topics: list[str] | None
    content_categories: list[str] | None
    writing_tone: str | None

    submission_guidelines: str | None
    word_count_min: int | None
    word_count_max: int | None
    requires_images: bool | None
    allows_links: bool | None
    submission_deadline: str | None

    status: str | None
    discovered_at: datetime | None
    analyzed_at: datetime | None
    contacted_at: datetime | None
    responded_at: datetime | None
    published_at: datetime | None

    ai_contact_recommendation: str | None
    ai_email_template_suggestion: str | None
    ai_follow_up_strategy: str | None

    domain_authority: int | None
    spam_score: float | None
    quality_score: float | None

    user_rating: int | None
    user_notes: str | None
    user_override_decision: str | None

    email_open_rate: float | None
    response_time_hours: float | None
    link_acquired: bool | None
    link_url: str | None
    link_placement_date: datetime | None
