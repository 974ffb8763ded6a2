"""Statements on responses, and on who answered first."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, func, or_, select, update

from linkwright.db.rows import table
from linkwright.db.types import UtcDateTime
from linkwright.db.upsert import insert_or_skip
from linkwright.models.decisions import AIDecision
from linkwright.models.inbound import InboundMessage
from linkwright.models.responses import BacklinkingResponse
from linkwright.queries.email_moves import CAMPAIGN, both
from linkwright.vocabulary import HUMAN_RESPONSES, DeciderKind, DecisionKind, Intent

RESPONSE: Final = table(BacklinkingResponse)
INBOUND: Final = table(InboundMessage)
_DECISION: Final = table(AIDecision)
_HUMAN: Final = sorted(kind.value for kind in HUMAN_RESPONSES)

ADD: Final = insert_or_skip(RESPONSE).returning(*RESPONSE.c)

_BY_MAIL: Final = (
    select(INBOUND.c.id)
    .where(INBOUND.c.campaign_id == RESPONSE.c.campaign_id, INBOUND.c.response_id == RESPONSE.c.id)
    .correlate(RESPONSE)
    .exists()
)
BY_MESSAGE_ID: Final = select(*RESPONSE.c, _BY_MAIL.label("by_mail")).where(
    RESPONSE.c.campaign_id == bindparam("campaign_id"), RESPONSE.c.message_id == bindparam("message_id")
)

# A prospect's answers of some days: those that came by mail, and those that were told of without one.
_of_those_days = (
    select(*RESPONSE.c)
    .where(
        RESPONSE.c.campaign_id == bindparam("campaign_id"),
        RESPONSE.c.opportunity_id == bindparam("opportunity_id"),
        RESPONSE.c.received_at.between(
            bindparam("since", type_=UtcDateTime), bindparam("until", type_=UtcDateTime)
        ),
    )
    .order_by(RESPONSE.c.received_at, RESPONSE.c.id)
)
TOLD_BY_MAIL: Final = _of_those_days.where(_BY_MAIL)
TOLD_OTHERWISE: Final = _of_those_days.where(
    ~_BY_MAIL, or_(RESPONSE.c.message_id.is_(None), ~RESPONSE.c.message_id.contains("@"))
)

ONE: Final = both(
    select(*RESPONSE.c, CAMPAIGN.c.user_id)
    .join(CAMPAIGN, CAMPAIGN.c.id == RESPONSE.c.campaign_id)
    .where(RESPONSE.c.id == bindparam("response_id"))
)
SAVE: Final = (
    update(RESPONSE)
    .where(RESPONSE.c.id == bindparam("key"), RESPONSE.c.campaign_id == bindparam("key_campaign"))
    .returning(*RESPONSE.c)
)

# When people first answered: this email, and any email to the prospect.
FIRST_ANSWERS: Final = select(
    func.min(RESPONSE.c.received_at).filter(RESPONSE.c.email_id == bindparam("email_id")).label("email"),
    func.min(RESPONSE.c.received_at).label("opportunity"),
).where(
    RESPONSE.c.campaign_id == bindparam("campaign_id"),
    RESPONSE.c.opportunity_id == bindparam("opportunity_id"),
    RESPONSE.c.response_type.in_(_HUMAN),
)

# Whether a person has said what kind of response it is: a model may not say otherwise then.
OVERRIDDEN: Final = select(_DECISION.c.id).where(
    _DECISION.c.campaign_id == bindparam("campaign_id"),
    _DECISION.c.response_id == bindparam("response_id"),
    _DECISION.c.kind == DecisionKind.CLASSIFY.value,
    _DECISION.c.decided_by == DeciderKind.USER.value,
)


def unread_by(decider: str, user_id: int, campaign_id: str | None, *, after: int, limit: int) -> Select[Any]:
    """Select people's answers that neither a person has judged nor `decider` has read, the oldest first."""
    read = (
        select(_DECISION.c.id)
        .where(
            _DECISION.c.campaign_id == RESPONSE.c.campaign_id,
            _DECISION.c.response_id == RESPONSE.c.id,
            _DECISION.c.kind == DecisionKind.CLASSIFY.value,
            or_(
                _DECISION.c.decided_by == DeciderKind.USER.value,
                and_(_DECISION.c.decider == decider, _DECISION.c.error_type.is_(None)),
            ),
        )
        .correlate(RESPONSE)
        .exists()
    )
    statement = (
        select(RESPONSE.c.id, RESPONSE.c.campaign_id)
        .join(CAMPAIGN, CAMPAIGN.c.id == RESPONSE.c.campaign_id)
        .where(
            CAMPAIGN.c.user_id == user_id,
            RESPONSE.c.id > after,
            RESPONSE.c.response_type.in_(_HUMAN),
            RESPONSE.c.user_reviewed.is_not(True),
            # No model is asked about a threat with the law: the rules have said what it is.
            RESPONSE.c.ai_intent_classification.is_distinct_from(Intent.LEGAL_COMPLAINT.value),
            ~read,
        )
        .order_by(RESPONSE.c.id)
        .limit(limit)
    )
    return statement if campaign_id is None else statement.where(RESPONSE.c.campaign_id == campaign_id)


def page(*, owned: bool, campaign: bool, prospect: bool, awaiting: bool, after: bool) -> Select[Any]:
    """Return responses newest first, from before a known place."""
    statement = select(*RESPONSE.c)
    if owned:
        statement = statement.join(CAMPAIGN, CAMPAIGN.c.id == RESPONSE.c.campaign_id)
        statement = statement.where(CAMPAIGN.c.user_id == bindparam("owner"))
    if campaign:
        statement = statement.where(RESPONSE.c.campaign_id == bindparam("campaign_id"))
    if prospect:
        statement = statement.where(RESPONSE.c.opportunity_id == bindparam("opportunity_id"))
    if awaiting:
        statement = statement.where(RESPONSE.c.user_reviewed.is_(False))
    if after:
        statement = statement.where(RESPONSE.c.id < bindparam("after"))
    return statement.order_by(RESPONSE.c.id.desc()).limit(bindparam("limit"))
