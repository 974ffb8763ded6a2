"""Each verb of the service, tried with what is somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from linkwright import BacklinkingDatabaseService
from linkwright.models import (
    AIDecision,
    BacklinkingCampaign,
    BacklinkingEmail,
    BacklinkingResponse,
    BacklinkingTemplate,
    BacklinkOpportunity,
    InboundMessage,
    LegalHold,
    Suppression,
    User,
)
from tests.support.tour import DECISION, LETTER, PLANNED, TEMPLATE

CAMPAIGN = {"name": "Mine", "keywords": ["hiking"]}
PAGE = {"url": "https://blog.example.net/", "contact_email": "ann@example.net"}
ANSWER = {"from_email": "ann@example.net", "body_text": "Hi"}
AGAIN = LETTER | {"email_type": "thank_you"}
OUTCOME = {"name": "reply", "rule": "v9", "value": 1.0}


@dataclass(frozen=True)
class Things:
    """One id of each kind, all of one user."""

    user: int
    campaign: str
    page: int
    email: int
    response: int
    message: int
    template: int
    decision: int
    suppression: int
    hold: int


@dataclass(frozen=True)
class World:
    """Two users: what is mine and what is theirs. The service is bound to me."""

    trusted: BacklinkingDatabaseService
    service: BacklinkingDatabaseService
    mine: Things
    theirs: Things


KINDS: dict[str, Any] = {
    "user": User,
    "campaign": BacklinkingCampaign,
    "page": BacklinkOpportunity,
    "email": BacklinkingEmail,
    "response": BacklinkingResponse,
    "message": InboundMessage,
    "template": BacklinkingTemplate,
    "decision": AIDecision,
    "suppression": Suppression,
    "hold": LegalHold,
}
Arguments = tuple[tuple[Any, ...], dict[str, Any]]
Case = Callable[[World], list[Arguments]]


def call(*arguments: Any, **named: Any) -> Arguments:
    return arguments, named


def on_campaign(*rest: Any, **named: Any) -> Case:
    return lambda world: [call(world.theirs.campaign, *rest, **named)]


def on_page(*rest: Any, **named: Any) -> Case:
    return lambda world: [call(world.theirs.page, *rest, **named)]


def on_email(*rest: Any, **named: Any) -> Case:
    return lambda world: [call(world.theirs.email, *rest, **named)]


def on_response(*rest: Any) -> Case:
    return lambda world: [call(world.theirs.response, *rest)]


def on_template(*rest: Any) -> Case:
    return lambda world: [call(world.theirs.template, *rest)]


def on_decision(*rest: Any) -> Case:
    return lambda world: [call(world.theirs.decision, *rest)]


def on_user(*rest: Any, **named: Any) -> Case:
    return lambda world: [call(world.theirs.user, *rest, **named)]


CASES: dict[str, Case] = {
    "get_or_create_user": lambda _: [call("me@example.com"), call("nobody@example.com")],
    "get_user": on_user(),
    "get_user_by_email": lambda _: [call("me@example.com")],
    "update_user": on_user({"name": "X"}),
    "delete_user": on_user(),
    "create_campaign": on_user(CAMPAIGN),
    "get_campaign": on_campaign(),
    "get_user_campaigns": on_user(),
    "get_campaign_named": on_user("Spring"),
    "get_campaign_stats": on_campaign(),
    "update_campaign": on_campaign({"name": "X"}),
    "delete_campaign": on_campaign(),
    "schedule_campaign": on_campaign(),
    "unschedule_campaign": on_campaign(),
    "start_campaign": on_campaign(),
    "pause_campaign": on_campaign(),
    "resume_campaign": on_campaign(),
    "complete_campaign": on_campaign(),
    "cancel_campaign": on_campaign(),
    "reopen_campaign": on_campaign("why not"),
    "archive_campaign": on_campaign(),
    "restore_campaign": on_campaign(),
    "create_opportunity": on_campaign(PAGE),
    "add_opportunities": on_campaign([PAGE]),
    "get_opportunity": on_page(),
    "get_campaign_opportunities": on_campaign(),
    "update_opportunity": on_page({"title": "X"}),
    "delete_opportunity": on_page(),
    "start_analysis": on_page(),
    "record_analysis": on_page({"ai_relevance_score": 0.1}),
    "fail_analysis": on_page("no"),
    "qualify_opportunity": on_page(),
    "approve_opportunity": on_page(),
    "reject_opportunity": on_page("no"),
    "override_opportunity": on_page("hold"),
    "rate_opportunity": on_page(1),
    "decline_opportunity": on_page(),
    "expire_opportunity": on_page(),
    "negotiate_opportunity": on_page(),
    "accept_opportunity": on_page(),
    "mark_no_response": on_page(),
    "record_link": on_page("https://blog.example.net/x", evidence="seen"),
    "record_link_lost": on_page(evidence="gone"),
    "record_link_restored": on_page(evidence="back"),
    "suppress_opportunity": on_page("no"),
    "lift_opportunity": on_page("yes"),
    "create_email": lambda world: [
        call(world.theirs.campaign, world.theirs.page, LETTER),
        call(world.mine.campaign, world.theirs.page, LETTER),
        call(world.theirs.campaign, world.mine.page, LETTER),
        call(world.mine.campaign, world.mine.page, AGAIN | {"decision_ids": [world.theirs.decision]}),
        call(
            world.mine.campaign,
            world.mine.page,
            LETTER | {"email_type": "follow_up", "parent_email_id": world.theirs.email},
        ),
    ],
    "record_sent_email": lambda world: [
        call(world.theirs.campaign, world.theirs.page, LETTER | {"sent_at": "2026-01-05T10:00:00Z"}),
        call(world.mine.campaign, world.theirs.page, LETTER | {"sent_at": "2026-01-05T10:00:00Z"}),
    ],
    "get_email": on_email(),
    "get_campaign_emails": on_campaign(),
    "update_email": on_email({"subject": "X"}),
    "approve_email": on_email(),
    "unapprove_email": on_email(),
    "cancel_email": on_email(),
    "rate_email": on_email(1),
    "queue_email": on_email(),
    "unqueue_email": on_email(),
    "mark_email_sent": on_email(),
    "mark_email_failed": on_email(),
    "release_email": on_email(),
    "mark_email_send_unknown": on_email(),
    "resolve_unknown_email": on_email(sent=True, evidence="seen"),
    "retry_failed_email": on_email(),
    "requeue_blocked_email": on_email(),
    "mark_email_delivered": on_email(),
    "record_bounce": on_email(),
    "record_complaint": on_email(),
    "record_unsubscribe": on_email(),
    "record_open": on_email(),
    "record_click": on_email(),
    "get_email_events": on_email(),
    "create_response": lambda world: [
        call(world.theirs.campaign, world.theirs.page, world.theirs.email, ANSWER),
        call(world.theirs.campaign, world.theirs.page, None, ANSWER),
        call(world.mine.campaign, world.theirs.page, world.theirs.email, ANSWER),
        call(world.mine.campaign, world.mine.page, world.theirs.email, ANSWER),
    ],
    "get_response": on_response(),
    "get_campaign_responses": on_campaign(),
    "get_responses_awaiting_review": on_campaign(),
    "review_response": on_response({"user_notes": "X"}),
    "classify_response": on_response({"ai_urgency_level": "low"}),
    "mark_reply_sent": on_response(),
    "record_inbound": on_user({"digest": "b" * 64}),
    "assign_inbound": lambda world: [
        call(world.theirs.message, world.theirs.email),
        call(world.theirs.message, world.mine.email),
        call(world.mine.message, world.theirs.email),
    ],
    "dismiss_inbound": lambda world: [call(world.theirs.message)],
    "restore_inbound": lambda world: [call(world.theirs.message)],
    "get_dismissed_inbound": on_user(),
    "get_inbound": lambda world: [call(world.theirs.message)],
    "get_unmatched_inbound": on_user(),
    "get_user_inbound": on_user(),
    "erase_person": on_user("ann@example.net"),
    "export_person": on_user("ann@example.net"),
    "suppress_address": lambda world: [
        call("x@example.org", user_id=world.theirs.user),
        call("x@example.org", campaign_id=world.theirs.campaign),
    ],
    "lift_suppression": lambda world: [
        call(world.theirs.suppression, why="no"),
        call("gone@example.org", why="no"),
        call("gone@example.org", why="no", user_id=world.theirs.user),
    ],
    "get_suppressions": lambda world: [call(user_id=world.theirs.user)],
    "find_suppressed": lambda world: [call(["gone@example.org"], user_id=world.theirs.user)],
    "create_template": lambda world: [call(world.theirs.user, TEMPLATE), call(None, TEMPLATE)],
    "get_template": on_template(),
    "get_templates": on_user(),
    "update_template": on_template({"name": "X"}),
    "retire_template": on_template(),
    "render_template": on_template({}),
    "store_ai_learning_data": lambda world: [
        call(world.theirs.user, "send_time", "x", {}),
        call(world.mine.user, "send_time", "x", {}, source_campaign_id=world.theirs.campaign),
        call(world.mine.user, "send_time", "x", {}, source_opportunity_id=world.theirs.page),
    ],
    "get_ai_learning_data": on_user(),
    "use_ai_learning_data": on_user("send_time", "tuesday"),
    "recommend": lambda world: [
        call(world.theirs.user, world.theirs.campaign, "tone"),
        call(world.mine.user, world.theirs.campaign, "tone"),
        call(world.mine.user, world.mine.campaign, "tone", opportunity_id=world.theirs.page),
    ],
    "recommend_many": lambda world: [
        call(world.theirs.user, world.theirs.campaign, "tone", 2),
        call(world.mine.user, world.mine.campaign, "tone", 1, opportunity_ids=[world.theirs.page]),
    ],
    "learn": on_user(),
    "rebuild_learning": on_user(),
    "get_patterns": on_user(),
    "record_decision": lambda world: [
        call(world.theirs.user, DECISION),
        call(world.mine.user, DECISION | {"campaign_id": world.theirs.campaign}),
        call(world.mine.user, DECISION | {"template_id": world.theirs.template}),
        *(
            call(world.mine.user, DECISION | {"campaign_id": world.mine.campaign, name: value})
            for name, value in (
                ("opportunity_id", world.theirs.page),
                ("email_id", world.theirs.email),
                ("response_id", world.theirs.response),
            )
        ),
    ],
    "get_decision": on_decision(),
    "get_decisions": lambda world: [
        call(world.theirs.user),
        call(world.mine.user, campaign_id=world.theirs.campaign),
        call(world.mine.user, opportunity_id=world.theirs.page),
        call(world.mine.user, email_id=world.theirs.email),
        call(world.mine.user, response_id=world.theirs.response),
    ],
    "record_outcome": on_decision(OUTCOME),
    "get_outcomes": on_decision(),
    "set_ai_budget": on_campaign({"cost_limit": 1.0}),
    "get_ai_budget": on_campaign(),
    "reserve_ai_call": on_campaign(PLANNED),
    "release_ai_call": on_campaign(1),
    "censor_outcome": on_decision(),
    "get_calibration": on_user(),
    "learn_calibration": on_user(),
    "compare": lambda world: [
        call(world.theirs.user, "template"),
        call(world.mine.user, "template", campaign_id=world.theirs.campaign),
    ],
    "attribute_outcomes": on_user(),
    "count_due_outcomes": on_user(),
    "explain": lambda world: [
        call("opportunity", world.theirs.page),
        call("email", world.theirs.email),
    ],
    "get_history": lambda world: [
        call("campaign", world.theirs.campaign),
        call("opportunity", world.theirs.page),
        call("email", world.theirs.email),
    ],
    "create_analytics_record": on_campaign({"date": "2026-01-01T00:00:00Z"}),
    "get_campaign_analytics": on_campaign(),
    "roll_up_campaign": on_campaign(),
    "get_user_dashboard": on_user(),
    "set_retention_policy": lambda world: [call("events", "delete", 30, user_id=world.theirs.user)],
    "get_retention_policies": lambda world: [call(user_id=world.theirs.user)],
    "remove_retention_policy": lambda world: [
        call("events"),
        call("events", user_id=world.theirs.user),
    ],
    "place_legal_hold": lambda world: [
        call("a lawsuit", campaign_id=world.theirs.campaign),
        call("a lawsuit", user_id=world.theirs.user),
    ],
    "release_legal_hold": lambda world: [call(world.theirs.hold)],
    "get_legal_holds": lambda world: [call(user_id=world.theirs.user)],
    "get_retention_removals": lambda world: [
        call(user_id=world.theirs.user),
        call(campaign_id=world.theirs.campaign),
    ],
}
# These take no id. What they find is shown below to be the caller's own.
WITHOUT_IDS = {"create_user", "get_users", "claim_due_emails", "expire_leases", "pool_learning"}
