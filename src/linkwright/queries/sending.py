"""Statements of the queue: what is due, what a claim takes, whose lease ran out."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.sql.dml import Update

from linkwright.db.locks import held
from linkwright.queries.email_moves import CAMPAIGN, EMAIL, OPPORTUNITY, USER, both
from linkwright.queries.events import EVENT
from linkwright.vocabulary import CampaignStatus, EmailStatus, EventKind

PARENT: Final = EMAIL.alias("parent")

# Active campaigns with something in the queue, of one owner or of all.
_waiting = exists().where(EMAIL.c.campaign_id == CAMPAIGN.c.id, EMAIL.c.status == EmailStatus.QUEUED.value)
WITH_QUEUE: Final = both(
    select(CAMPAIGN.c.id)
    .where(CAMPAIGN.c.status == CampaignStatus.ACTIVE.value, _waiting)
    .order_by(CAMPAIGN.c.id)
)

TURN: Final = held(
    select(CAMPAIGN.c.id, CAMPAIGN.c.user_id, CAMPAIGN.c.max_emails_per_day, USER.c.address_key)
    .join(USER, USER.c.id == CAMPAIGN.c.user_id)
    .where(CAMPAIGN.c.id == bindparam("campaign_id"), CAMPAIGN.c.status == CampaignStatus.ACTIVE.value),
    CAMPAIGN,
)

# Oldest first. A row that somebody else is just changing is left for the next claim.
DUE: Final = held(
    select(
        *EMAIL.c,
        OPPORTUNITY.c.status.label("opportunity_status"),
        OPPORTUNITY.c.responded_at,
        PARENT.c.status.label("parent_status"),
        func.coalesce(PARENT.c.sent_at, PARENT.c.created_at).label("parent_since"),
    )
    .join(OPPORTUNITY, OPPORTUNITY.c.id == EMAIL.c.opportunity_id)
    .outerjoin(PARENT, PARENT.c.id == EMAIL.c.parent_email_id)
    .where(
        EMAIL.c.campaign_id == bindparam("campaign_id"),
        OPPORTUNITY.c.campaign_id == EMAIL.c.campaign_id,
        EMAIL.c.status == EmailStatus.QUEUED.value,
    )
    .order_by(EMAIL.c.id)
    .limit(bindparam("limit")),
    EMAIL,
    skip_locked=True,
)


def move_all(new: EmailStatus) -> Update:
    """Return the update that puts emails of one campaign into a state."""
    return (
        update(EMAIL)
        .where(
            EMAIL.c.campaign_id == bindparam("key_campaign"),
            EMAIL.c.id.in_(bindparam("keys", expanding=True)),
        )
        .values(status=new.value)
    )


CLAIM: Final = move_all(EmailStatus.SENDING).returning(*EMAIL.c)
BLOCK: Final = move_all(EmailStatus.BLOCKED)
CANCEL: Final = move_all(EmailStatus.CANCELLED)

# Emails on their way: how often they were claimed, when last, and until when that holds.
_last = func.row_number().over(
    partition_by=(EVENT.c.campaign_id, EVENT.c.email_id),
    order_by=(EVENT.c.occurred_at.desc(), EVENT.c.id.desc()),
)
_attempt = func.count().over(partition_by=(EVENT.c.campaign_id, EVENT.c.email_id))
_claims = (
    select(
        EVENT.c.campaign_id,
        EVENT.c.email_id,
        EVENT.c.occurred_at,
        EVENT.c.detail,
        _last.label("last"),
        _attempt.label("attempt"),
    )
    .join(EMAIL, (EMAIL.c.id == EVENT.c.email_id) & (EMAIL.c.campaign_id == EVENT.c.campaign_id))
    .where(EMAIL.c.status == EmailStatus.SENDING.value, EVENT.c.kind == EventKind.SENDING.value)
    .subquery()
)
ON_THE_WAY: Final = both(
    select(_claims.c.email_id, _claims.c.occurred_at, _claims.c.detail, _claims.c.attempt)
    .join(CAMPAIGN, CAMPAIGN.c.id == _claims.c.campaign_id)
    .where(_claims.c.last == 1)
    .order_by(_claims.c.campaign_id, _claims.c.email_id)
)
