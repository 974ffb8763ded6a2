"""Statements on suppressions, and on what one person's suppression reaches."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, func, or_, select, update

from linkwright.db.locks import held
from linkwright.db.rows import table
from linkwright.db.upsert import insert_or_skip
from linkwright.models.status_changes import StatusChange
from linkwright.models.suppressions import Suppression
from linkwright.queries.email_moves import CAMPAIGN, EMAIL, OPPORTUNITY, USER
from linkwright.queries.emails import PENDING
from linkwright.vocabulary import LifeKind
from linkwright.vocabulary import OpportunityStatus as S

SUPPRESSION: Final = table(Suppression)
_CHANGE: Final = table(StatusChange)
BECAUSE: Final = "suppressed: "
"""How the reason of a move begins that a suppression made; lifting it undoes only those."""

# Kept even when a link was won: the person may not be contacted, the link is still a link.
_STAY: Final = (S.PUBLISHED.value, S.LINK_LOST.value, S.SUPPRESSED.value)
_spellings: BindParameter[Any] = bindparam("spellings", expanding=True)
_campaigns: BindParameter[Any] = bindparam("campaigns", expanding=True)
_prospects: BindParameter[Any] = bindparam("prospects", expanding=True)

ADD: Final = insert_or_skip(SUPPRESSION).returning(*SUPPRESSION.c)

STANDING: Final = select(SUPPRESSION.c.address_hash, SUPPRESSION.c.reason).where(
    SUPPRESSION.c.user_id == bindparam("user_id"),
    SUPPRESSION.c.address_hash.in_(bindparam("hashes", expanding=True)),
    SUPPRESSION.c.lifted_at.is_(None),
)

BY_HASH: Final = select(*SUPPRESSION.c).where(
    SUPPRESSION.c.user_id == bindparam("user_id"),
    SUPPRESSION.c.address_hash == bindparam("address_hash"),
    SUPPRESSION.c.lifted_at.is_(None),
)
NEWEST_WITH_ADDRESS: Final = (
    select(SUPPRESSION.c.address, SUPPRESSION.c.address_hash, USER.c.address_key)
    .join(USER, USER.c.id == SUPPRESSION.c.user_id)
    .where(SUPPRESSION.c.address.is_not(None))
    .order_by(SUPPRESSION.c.id.desc())
    .limit(1)
)
BY_ID: Final = select(*SUPPRESSION.c).where(SUPPRESSION.c.id == bindparam("suppression_id"))

LIFT: Final = (
    update(SUPPRESSION)
    .where(SUPPRESSION.c.id == bindparam("key"), SUPPRESSION.c.lifted_at.is_(None))
    .returning(*SUPPRESSION.c)
)

KEY_OF_USER: Final = select(USER.c.address_key).where(USER.c.id == bindparam("user_id"))
OWNER_OF_CAMPAIGN: Final = select(CAMPAIGN.c.user_id).where(CAMPAIGN.c.id == bindparam("campaign_id"))

# All campaigns in which the person is a prospect or has a letter waiting, locked in the order of
# their ids before anything else is: two suppressions then never wait for each other.
REACH: Final = held(
    select(CAMPAIGN.c.id)
    .where(
        CAMPAIGN.c.user_id == bindparam("user_id"),
        or_(
            CAMPAIGN.c.id == bindparam("campaign_id"),
            select(OPPORTUNITY.c.id)
            .where(OPPORTUNITY.c.campaign_id == CAMPAIGN.c.id, OPPORTUNITY.c.contact_email.in_(_spellings))
            .exists(),
            select(EMAIL.c.id)
            .where(
                EMAIL.c.campaign_id == CAMPAIGN.c.id,
                EMAIL.c.to_email.in_(_spellings),
                EMAIL.c.status.in_(PENDING),
            )
            .exists(),
        ),
    )
    .order_by(CAMPAIGN.c.id),
    CAMPAIGN,
)

PROSPECTS: Final = held(
    select(OPPORTUNITY.c.id, OPPORTUNITY.c.campaign_id, OPPORTUNITY.c.status)
    .where(
        OPPORTUNITY.c.campaign_id.in_(_campaigns),
        or_(OPPORTUNITY.c.contact_email.in_(_spellings), OPPORTUNITY.c.id == bindparam("also")),
        OPPORTUNITY.c.status.not_in(_STAY),
    )
    .order_by(OPPORTUNITY.c.campaign_id, OPPORTUNITY.c.id),
    OPPORTUNITY,
)
LETTERS: Final = held(
    select(EMAIL.c.id, EMAIL.c.campaign_id, EMAIL.c.opportunity_id, EMAIL.c.status)
    .where(
        EMAIL.c.campaign_id.in_(_campaigns),
        # A letter to a suppressed prospect goes with it, whatever address it names.
        or_(EMAIL.c.to_email.in_(_spellings), EMAIL.c.opportunity_id.in_(_prospects)),
        EMAIL.c.status.in_(PENDING),
    )
    .order_by(EMAIL.c.campaign_id, EMAIL.c.id),
    EMAIL,
)
_later = _CHANGE.alias("later")
_last_move = (
    select(func.max(_later.c.id))
    .where(
        _later.c.campaign_id == OPPORTUNITY.c.campaign_id,
        _later.c.opportunity_id == OPPORTUNITY.c.id,
        _later.c.kind == LifeKind.OPPORTUNITY.value,
    )
    .correlate(OPPORTUNITY)
    .scalar_subquery()
)
# The last one: what a person suppressed for a reason of their own is not the list's to give back.
_made_by_suppression = (
    select(_CHANGE.c.id)
    .where(
        _CHANGE.c.id == _last_move,
        _CHANGE.c.new_status == S.SUPPRESSED.value,
        _CHANGE.c.reason.startswith(BECAUSE, autoescape=True),
    )
    .exists()
)
SUPPRESSED_PROSPECTS: Final = held(
    select(OPPORTUNITY.c.id, OPPORTUNITY.c.campaign_id, OPPORTUNITY.c.status)
    .where(
        OPPORTUNITY.c.campaign_id.in_(_campaigns),
        OPPORTUNITY.c.contact_email.in_(_spellings),
        OPPORTUNITY.c.status == S.SUPPRESSED.value,
        _made_by_suppression,
    )
    .order_by(OPPORTUNITY.c.campaign_id, OPPORTUNITY.c.id),
    OPPORTUNITY,
)


MOVE_PROSPECTS: Final = (
    update(OPPORTUNITY)
    .where(
        OPPORTUNITY.c.campaign_id == bindparam("key_campaign"),
        OPPORTUNITY.c.id.in_(bindparam("keys", expanding=True)),
    )
    .values(status=bindparam("new_status"))
)

_page = (
    select(*SUPPRESSION.c)
    .where(SUPPRESSION.c.user_id == bindparam("user_id"))
    .order_by(SUPPRESSION.c.id.desc())
    .limit(bindparam("limit"))
)
PAGE: Final = {
    (standing, after): _page.where(
        *([SUPPRESSION.c.lifted_at.is_(None)] if standing else []),
        *([SUPPRESSION.c.id < bindparam("after")] if after else []),
    )
    for standing in (True, False)
    for after in (True, False)
}
