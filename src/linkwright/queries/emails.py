"""Statements that write, find and count emails."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select

from linkwright.db.prepared import Prepared
from linkwright.db.rows import table
from linkwright.db.upsert import insert_or_skip
from linkwright.models.suppressions import Suppression
from linkwright.queries.email_moves import CAMPAIGN, EMAIL
from linkwright.vocabulary import EmailStatus, EmailType

_SUPPRESSION: Final = table(Suppression)

FOLLOW_UPS: Final = (EmailType.FOLLOW_UP.value, EmailType.REMINDER.value)
PENDING: Final = (EmailStatus.DRAFT.value, EmailStatus.APPROVED.value, EmailStatus.QUEUED.value)

# No row comes back when the same touch of the sequence, or the same Message-ID, is there.
WRITE: Final = Prepared(insert_or_skip(EMAIL).returning(*EMAIL.c))

SUPPRESSED: Final = Prepared(
    select(_SUPPRESSION.c.reason).where(
        _SUPPRESSION.c.user_id == bindparam("user_id"),
        _SUPPRESSION.c.address_hash == bindparam("address_hash"),
        _SUPPRESSION.c.lifted_at.is_(None),
    )
)

_first = EMAIL.alias("first")
# The same, and whether a first letter to that very spelling of the address stands at another prospect of
# the campaign: one trip for both, for each letter that is written.
CONTACTABLE: Final = Prepared(
    select(
        select(_SUPPRESSION.c.reason)
        .where(
            _SUPPRESSION.c.user_id == bindparam("user_id"),
            _SUPPRESSION.c.address_hash == bindparam("address_hash"),
            _SUPPRESSION.c.lifted_at.is_(None),
        )
        .scalar_subquery()
        .label("reason"),
        select(func.min(_first.c.id))
        .where(
            _first.c.campaign_id == bindparam("campaign_id"),
            _first.c.to_email == bindparam("to_email"),
            _first.c.opportunity_id != bindparam("opportunity_id"),
            _first.c.email_type == EmailType.INITIAL.value,
            _first.c.status != EmailStatus.CANCELLED.value,
        )
        .scalar_subquery()
        .label("first_letter"),
    )
)

_of_prospect = (
    EMAIL.c.campaign_id == bindparam("campaign_id"),
    EMAIL.c.opportunity_id == bindparam("opportunity_id"),
)

# The emails that a follow-up may follow and be counted with; a prospect has a handful.
THREAD: Final = (
    select(EMAIL.c.id, EMAIL.c.status, EMAIL.c.email_type, EMAIL.c.follow_up_number, EMAIL.c.sent_at)
    .where(*_of_prospect, EMAIL.c.status != EmailStatus.CANCELLED.value)
    # The databases do not agree where NULL comes.
    .order_by(EMAIL.c.sent_at.nulls_first(), EMAIL.c.id)
)

PARENT: Final = select(
    EMAIL.c.status, func.coalesce(EMAIL.c.sent_at, EMAIL.c.created_at).label("since")
).where(EMAIL.c.campaign_id == bindparam("campaign_id"), EMAIL.c.id == bindparam("email_id"))

BY_MESSAGE_ID: Final = select(*EMAIL.c).where(
    EMAIL.c.campaign_id == bindparam("campaign_id"), EMAIL.c.message_id == bindparam("message_id")
)


def page(*, owned: bool, prospect: bool, status: bool, after: bool) -> Select[Any]:
    """Return a campaign's or a prospect's emails in the order they were written, from after a known one."""
    statement = select(*EMAIL.c).where(EMAIL.c.campaign_id == bindparam("campaign_id"))
    if owned:
        statement = statement.join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
        statement = statement.where(CAMPAIGN.c.user_id == bindparam("owner"))
    if prospect:
        statement = statement.where(EMAIL.c.opportunity_id == bindparam("opportunity_id"))
    if status:
        statement = statement.where(EMAIL.c.status == bindparam("status"))
    if after:
        statement = statement.where(EMAIL.c.id > bindparam("after"))
    return statement.order_by(EMAIL.c.id).limit(bindparam("limit"))
