"""Statements that find what else a person was written, or wrote, under any spelling of the address.

They find somewhat more: everything at a provider of aliases. Whoever asks compares the mailboxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from linkwright.db.locks import held
from linkwright.db.rows import table
from linkwright.models.responses import BacklinkingResponse
from linkwright.queries.email_moves import CAMPAIGN, EMAIL
from linkwright.queries.emails import FOLLOW_UPS, PENDING
from linkwright.vocabulary import HUMAN_RESPONSES, EmailStatus, EmailType

ESCAPE: Final = "!"
_RESPONSE: Final = table(BacklinkingResponse)
_ON_ITS_WAY: Final = (
    EmailStatus.SENDING.value,
    EmailStatus.SEND_UNKNOWN.value,
    EmailStatus.SENT.value,
    EmailStatus.DELIVERED.value,
    EmailStatus.BOUNCED.value,
    EmailStatus.COMPLAINED.value,
)


def _like(column: ColumnElement[Any], patterns: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(func.lower(column).like(pattern, escape=ESCAPE) for pattern in patterns))


def reach(patterns: Sequence[str]) -> Select[Any]:
    """Return a campaign and all others in which a follow-up waits, locked in the order of their ids."""
    waits = select(EMAIL.c.id).where(
        EMAIL.c.campaign_id == CAMPAIGN.c.id,
        EMAIL.c.status.in_(PENDING),
        EMAIL.c.email_type.in_(FOLLOW_UPS),
        _like(EMAIL.c.to_email, patterns),
    )
    wanted = or_(CAMPAIGN.c.id == bindparam("campaign_id"), waits.exists())
    return held(
        select(CAMPAIGN.c.id)
        .where(CAMPAIGN.c.user_id == bindparam("user_id"), wanted)
        .order_by(CAMPAIGN.c.id),
        CAMPAIGN,
    )


def waiting(patterns: Sequence[str]) -> Select[Any]:
    """Return the follow-ups that wait in some campaigns, for a person or for a prospect."""
    return held(
        select(EMAIL.c.id, EMAIL.c.campaign_id, EMAIL.c.opportunity_id, EMAIL.c.status, EMAIL.c.to_email)
        .where(
            EMAIL.c.campaign_id.in_(bindparam("campaigns", expanding=True)),
            EMAIL.c.status.in_(PENDING),
            EMAIL.c.email_type.in_(FOLLOW_UPS),
            or_(EMAIL.c.opportunity_id == bindparam("opportunity_id"), _like(EMAIL.c.to_email, patterns)),
        )
        .order_by(EMAIL.c.campaign_id, EMAIL.c.id),
        EMAIL,
    )


def first_letters(patterns: Sequence[str]) -> Select[Any]:
    """Return a campaign's first letters to a person at other prospects, which go before `email_id`."""
    return (
        select(EMAIL.c.id, EMAIL.c.to_email)
        .where(
            EMAIL.c.campaign_id == bindparam("campaign_id"),
            EMAIL.c.opportunity_id != bindparam("opportunity_id"),
            EMAIL.c.email_type == EmailType.INITIAL.value,
            EMAIL.c.status != EmailStatus.CANCELLED.value,
            # Of two that wait, the older goes: else each would be in the other's way.
            or_(EMAIL.c.id < bindparam("email_id"), EMAIL.c.status.in_(_ON_ITS_WAY)),
            _like(EMAIL.c.to_email, patterns),
        )
        .order_by(EMAIL.c.id)
    )


def answers(patterns: Sequence[str]) -> Select[Any]:
    """Return who answered a user since a moment, from or at such an address."""
    return (
        select(EMAIL.c.to_email, _RESPONSE.c.from_email)
        .select_from(_RESPONSE)
        .join(EMAIL, (EMAIL.c.id == _RESPONSE.c.email_id) & (EMAIL.c.campaign_id == _RESPONSE.c.campaign_id))
        .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
        .where(
            CAMPAIGN.c.user_id == bindparam("user_id"),
            _RESPONSE.c.response_type.in_(sorted(HUMAN_RESPONSES)),
            _RESPONSE.c.received_at >= bindparam("since"),
            or_(_like(EMAIL.c.to_email, patterns), _like(_RESPONSE.c.from_email, patterns)),
        )
    )
