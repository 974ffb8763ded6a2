"""Statements on received messages, and on which email one belongs to."""

from __future__ import annotations

from typing import Any, Final, Literal

from sqlalchemy import BindParameter, Select, bindparam, func, literal_column, or_, select, update

from linkwright.db.locks import held
from linkwright.db.rows import table
from linkwright.db.types import UtcDateTime
from linkwright.db.upsert import insert_or_skip
from linkwright.models.inbound import InboundMessage
from linkwright.queries.email_moves import CAMPAIGN, EMAIL, OPPORTUNITY
from linkwright.vocabulary import EmailStatus, MatchMethod

INBOUND: Final = table(InboundMessage)
_keys: BindParameter[Any] = bindparam("keys", expanding=True)

# What nobody was ever sent, nobody answers. An email on its way may have arrived already.
_LEFT: Final = (
    EmailStatus.SENDING.value,
    EmailStatus.SEND_UNKNOWN.value,
    EmailStatus.SENT.value,
    EmailStatus.DELIVERED.value,
    EmailStatus.BOUNCED.value,
    EmailStatus.COMPLAINED.value,
)

ADD: Final = insert_or_skip(INBOUND, key=("user_id", "digest")).returning(*INBOUND.c)
BY_DIGEST: Final = select(*INBOUND.c).where(
    INBOUND.c.user_id == bindparam("user_id"), INBOUND.c.digest == bindparam("digest")
)
ONE: Final = select(*INBOUND.c).where(INBOUND.c.id == bindparam("inbound_id"))
HELD: Final = held(ONE, INBOUND)
CHANGED: Final = update(INBOUND).where(INBOUND.c.id == bindparam("key")).returning(*INBOUND.c)

_found = (EMAIL.c.id, EMAIL.c.campaign_id, EMAIL.c.opportunity_id, EMAIL.c.message_id, EMAIL.c.to_email)
_newest = (func.coalesce(EMAIL.c.sent_at, EMAIL.c.created_at).desc(), EMAIL.c.id.desc())
_mine = (CAMPAIGN.c.user_id == bindparam("user_id"), EMAIL.c.status.in_(_LEFT))

BY_MESSAGE_IDS: Final = (
    select(*_found)
    .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
    .where(EMAIL.c.message_id.in_(_keys), *_mine)
    .order_by(*_newest)
)

# A message that came before the mail did not answer it; clocks differ by up to an hour.
_before = or_(EMAIL.c.sent_at.is_(None), EMAIL.c.sent_at <= bindparam("latest", type_=UtcDateTime))

BY_ADDRESS: Final = (
    select(*_found)
    .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
    .where(EMAIL.c.to_email.in_(_keys), *_mine, _before)
    .order_by(*_newest)
    .limit(1)
)
BY_DOMAIN: Final = (
    select(*_found)
    .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
    .join(OPPORTUNITY, OPPORTUNITY.c.id == EMAIL.c.opportunity_id)
    .where(OPPORTUNITY.c.campaign_id == EMAIL.c.campaign_id, OPPORTUNITY.c.domain.in_(_keys), *_mine, _before)
    .order_by(*_newest)
    .limit(1)
)


def page(which: Literal["all", "unmatched", "dismissed"], *, after: bool) -> Select[Any]:
    """Return a user's received messages, newest first, from before a known place.

    Of those that belong to no email, `unmatched` has what waits for a person, `dismissed` what was put away.
    """
    statement = select(*INBOUND.c).where(INBOUND.c.user_id == bindparam("user_id"))
    if which != "all":
        since = INBOUND.c.dismissed_at
        state = since.is_(None) if which == "unmatched" else since.is_not(None)
        # In the words of `ix_inbound_waiting`: a parameter could be any method, and the index would not do.
        statement = statement.where(INBOUND.c.matched_by == literal_column(f"'{MatchMethod.NONE}'"), state)
    if after:
        statement = statement.where(INBOUND.c.id < bindparam("after"))
    return statement.order_by(INBOUND.c.id.desc()).limit(bindparam("limit"))
