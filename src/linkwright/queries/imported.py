"""Statements that find out what an imported file is about: whose page, which letter, which message."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Select, bindparam, func, select, true

from linkwright.db.expressions import each_text_at
from linkwright.db.locks import held
from linkwright.db.rows import table
from linkwright.models.inbound import InboundMessage
from linkwright.models.status_changes import StatusChange
from linkwright.queries.email_moves import CAMPAIGN, EMAIL, OPPORTUNITY
from linkwright.queries.suppressions import SUPPRESSION
from linkwright.vocabulary import EmailStatus, LifeKind, MatchMethod, OpportunityStatus

INBOUND: Final = table(InboundMessage)
CHANGE: Final = table(StatusChange)
_keys: BindParameter[Any] = bindparam("keys", expanding=True)

_LEFT: Final = (
    EmailStatus.SENT.value,
    EmailStatus.DELIVERED.value,
    EmailStatus.BOUNCED.value,
    EmailStatus.COMPLAINED.value,
)

# What is queued a program sends, under an id of its own.
_WAITING: Final = (EmailStatus.DRAFT.value, EmailStatus.APPROVED.value)


def _prospect(*, by_domain: bool, in_campaign: bool) -> Select[Any]:
    """The user's prospect of some addresses or domains; of several, the first in the newest campaign."""
    column = OPPORTUNITY.c.domain if by_domain else OPPORTUNITY.c.contact_email
    statement = (
        select(OPPORTUNITY.c.id, OPPORTUNITY.c.campaign_id)
        .join(CAMPAIGN, CAMPAIGN.c.id == OPPORTUNITY.c.campaign_id)
        .where(CAMPAIGN.c.user_id == bindparam("user_id"), column.in_(_keys))
        .order_by(OPPORTUNITY.c.campaign_id.desc(), OPPORTUNITY.c.id)
        .limit(1)
    )
    return statement.where(CAMPAIGN.c.id == bindparam("campaign_id")) if in_campaign else statement


PROSPECT: Final = {
    (by_domain, in_campaign): _prospect(by_domain=by_domain, in_campaign=in_campaign)
    for by_domain in (True, False)
    for in_campaign in (True, False)
}

# A user's emails of some Message-IDs, in whatever campaign.
EMAILS_BY_MESSAGE_ID: Final = (
    select(EMAIL.c.id, EMAIL.c.campaign_id, EMAIL.c.message_id, EMAIL.c.status)
    .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
    .where(CAMPAIGN.c.user_id == bindparam("user_id"), EMAIL.c.message_id.in_(_keys))
    .order_by(EMAIL.c.id)
)


def _letters(states: tuple[str, ...]) -> Select[Any]:
    """Letters in some states for one person at one prospect: a handful."""
    return (
        select(*EMAIL.c)
        .where(
            EMAIL.c.campaign_id == bindparam("campaign_id"),
            EMAIL.c.opportunity_id == bindparam("opportunity_id"),
            EMAIL.c.status.in_(states),
            func.lower(EMAIL.c.to_email) == bindparam("to_email"),
        )
        .order_by(EMAIL.c.id)
    )


LETTERS_TO: Final = _letters(_LEFT)
WAITING_FOR: Final = _letters(_WAITING)

# All campaigns of a user, locked in the order of their ids: what a file tells of may be in any of them.
ALL_CAMPAIGNS: Final = held(
    select(CAMPAIGN.c.id).where(CAMPAIGN.c.user_id == bindparam("user_id")).order_by(CAMPAIGN.c.id), CAMPAIGN
)

RECEIVED: Final = select(
    INBOUND.c.digest,
    INBOUND.c.message_id,
    INBOUND.c.from_address,
    INBOUND.c.subject,
    INBOUND.c.body_text,
).where(INBOUND.c.user_id == bindparam("user_id"), INBOUND.c.message_id.in_(_keys))

UNMATCHED: Final = (
    select(*INBOUND.c)
    .where(
        INBOUND.c.user_id == bindparam("user_id"),
        INBOUND.c.matched_by == MatchMethod.NONE.value,
        INBOUND.c.id > bindparam("after"),
    )
    .order_by(INBOUND.c.id)
    .limit(bindparam("limit"))
)

_mine = (CAMPAIGN.c.user_id == bindparam("user_id"),)
KNOWN_MESSAGE_IDS: Final = (
    select(EMAIL.c.message_id)
    .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
    .where(*_mine, EMAIL.c.message_id.in_(_keys))
)
KNOWN_RECIPIENTS: Final = (
    select(EMAIL.c.to_email)
    .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
    .where(*_mine, EMAIL.c.to_email.in_(_keys))
    .distinct()
)
KNOWN_DOMAINS: Final = (
    select(OPPORTUNITY.c.domain)
    .join(CAMPAIGN, CAMPAIGN.c.id == OPPORTUNITY.c.campaign_id)
    .where(*_mine, OPPORTUNITY.c.domain.in_(_keys))
    .distinct()
)

# What a file's word on the state of known prospects is held against.
LIVES_OF: Final = select(
    OPPORTUNITY.c.id,
    OPPORTUNITY.c.status,
    OPPORTUNITY.c.contact_email,
).where(OPPORTUNITY.c.campaign_id == bindparam("campaign_id"), OPPORTUNITY.c.id.in_(_keys))

# Somebody let these be written to again, and said why: an old file does not overrule that.
LIFTED_PROSPECTS: Final = (
    select(CHANGE.c.opportunity_id)
    .where(
        CHANGE.c.campaign_id == bindparam("campaign_id"),
        CHANGE.c.opportunity_id.in_(_keys),
        CHANGE.c.kind == LifeKind.OPPORTUNITY.value,
        CHANGE.c.old_status == OpportunityStatus.SUPPRESSED.value,
    )
    .distinct()
)
SUPPRESSED_ONCE: Final = (
    select(SUPPRESSION.c.address_hash)
    .where(SUPPRESSION.c.user_id == bindparam("user_id"), SUPPRESSION.c.address_hash.in_(_keys))
    .distinct()
)

ANALYSES_OF: Final = select(OPPORTUNITY.c.id, OPPORTUNITY.c.ai_content_analysis).where(
    OPPORTUNITY.c.campaign_id == bindparam("campaign_id"), OPPORTUNITY.c.id.in_(_keys)
)

_lead = each_text_at.table(OPPORTUNITY.c.ai_content_analysis, ("alwrity_leads", "lead_ids"), "lead")
LEADS: Final = (
    select(_lead.c.value, OPPORTUNITY.c.id, OPPORTUNITY.c.contact_email)
    .select_from(OPPORTUNITY.join(_lead, true()))
    .where(OPPORTUNITY.c.campaign_id == bindparam("campaign_id"), _lead.c.value.in_(_keys))
    .order_by(OPPORTUNITY.c.id)
)

_attempt = each_text_at.table(EMAIL.c.personalization_data, ("alwrity_attempts", "attempt_ids"), "attempt")
ATTEMPTS: Final = (
    select(_attempt.c.value, EMAIL.c.id, EMAIL.c.opportunity_id, EMAIL.c.status, EMAIL.c.to_email)
    .select_from(EMAIL.join(_attempt, true()))
    .where(EMAIL.c.campaign_id == bindparam("campaign_id"), _attempt.c.value.in_(_keys))
    .order_by(EMAIL.c.id)
)
