"""Statements on email events."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, func, select

from linkwright.db.prepared import Prepared
from linkwright.db.rows import table
from linkwright.db.upsert import insert_or_skip
from linkwright.models.events import EmailEvent
from linkwright.vocabulary import EventKind

EVENT: Final = table(EmailEvent)
_KEY: Final = ("campaign_id", "email_id", "kind", "event_key", "occurred_at")

# Saying the same thing twice leaves one row.
ADD: Final = Prepared(insert_or_skip(EVENT, key=_KEY))
# The same, answering with the id of a row that was new, and with nothing when it was there.
ADD_IF_NEW: Final = insert_or_skip(EVENT, key=_KEY).returning(EVENT.c.id)

# The email is held, so nobody reports the same in between.
REPORTED: Final = select(EVENT.c.id).where(
    EVENT.c.campaign_id == bindparam("campaign_id"),
    EVENT.c.email_id == bindparam("email_id"),
    EVENT.c.kind == bindparam("kind"),
    EVENT.c.event_key == bindparam("event_key"),
)

CLAIMS: Final = select(func.count()).where(
    EVENT.c.campaign_id == bindparam("campaign_id"),
    EVENT.c.email_id == bindparam("email_id"),
    EVENT.c.kind == EventKind.SENDING.value,
)

# How often each of several emails has been claimed; one that never was is missing.
CLAIMS_OF_EACH: Final = (
    select(EVENT.c.email_id, func.count().label("claims"))
    .where(
        EVENT.c.campaign_id == bindparam("campaign_id"),
        EVENT.c.email_id.in_(bindparam("email_ids", expanding=True)),
        EVENT.c.kind == EventKind.SENDING.value,
    )
    .group_by(EVENT.c.email_id)
)

OF_EMAIL: Final = (
    select(*EVENT.c)
    .where(EVENT.c.campaign_id == bindparam("campaign_id"), EVENT.c.email_id == bindparam("email_id"))
    .order_by(EVENT.c.occurred_at, EVENT.c.id)
)
