"""Statements that hold one email with its prospect and campaign, and that save what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, bindparam, cast, func, literal_column, or_, select, update

from linkwright.clock import start_of_day
from linkwright.db.locks import held
from linkwright.db.prepared import Prepared
from linkwright.db.rows import table
from linkwright.db.types import Real
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.decisions import AIDecision
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.learning import AILearningData
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.suppressions import Suppression
from linkwright.models.users import User
from linkwright.vocabulary import UNDER_WAY, EmailStatus, EventKind, LearningType

CAMPAIGN: Final = table(BacklinkingCampaign)
OPPORTUNITY: Final = table(BacklinkOpportunity)
EMAIL: Final = table(BacklinkingEmail)
USER: Final = table(User)
_SUPPRESSION: Final = table(Suppression)
_EVENT: Final = table(EmailEvent)
_DECISION: Final = table(AIDecision)
_LEARNED: Final = table(AILearningData)

_CONTEXT: Final = (
    CAMPAIGN.c.id.label("campaign_id"),
    CAMPAIGN.c.user_id,
    CAMPAIGN.c.status.label("campaign_status"),
    CAMPAIGN.c.max_emails_per_day,
    CAMPAIGN.c.max_follow_ups,
    USER.c.address_key,
    OPPORTUNITY.c.id.label("opportunity_id"),
    OPPORTUNITY.c.status.label("opportunity_status"),
    OPPORTUNITY.c.contact_email,
    OPPORTUNITY.c.contacted_at,
    OPPORTUNITY.c.responded_at,
    OPPORTUNITY.c.published_at,
    OPPORTUNITY.c.email_open_rate,
)
_EMAIL_COLUMNS: Final = (
    EMAIL.c.id.label("email_id"),
    EMAIL.c.status.label("email_status"),
    EMAIL.c.email_type,
    EMAIL.c.template_used,
    EMAIL.c.from_email,
    EMAIL.c.to_email,
    EMAIL.c.message_id,
    EMAIL.c.sent_at,
    EMAIL.c.delivered_at,
    EMAIL.c.user_approved,
    EMAIL.c.user_edited,
    EMAIL.c.open_count,
    EMAIL.c.click_count,
    EMAIL.c.follow_up_number,
    EMAIL.c.parent_email_id,
    # Whether anything that was decided takes effect when it leaves: asked here, it costs no trip.
    select(_DECISION.c.id)
    .where(
        _DECISION.c.campaign_id == EMAIL.c.campaign_id,
        _DECISION.c.email_id == EMAIL.c.id,
        _DECISION.c.executed_at.is_(None),
    )
    .exists()
    .label("awaited"),
)


def _for(owned: bool, statement: Select[Any]) -> Select[Any]:  # noqa: FBT001  (two spellings of each)
    return statement.where(CAMPAIGN.c.user_id == bindparam("owner")) if owned else statement


def both(statement: Select[Any]) -> dict[bool, Select[Any]]:
    """Return the statement as an owner and as a trusted caller asks it."""
    return {owned: _for(owned, statement) for owned in (True, False)}


# The prospect that an email is to be written to. Nothing is locked: a claim looks again.
_PROSPECT: Final = both(
    select(
        *_CONTEXT,
        # Whether the user has anything that makes a confidence a probability.
        select(_LEARNED.c.id)
        .where(
            _LEARNED.c.user_id == CAMPAIGN.c.user_id,
            _LEARNED.c.data_type == LearningType.CALIBRATION.value,
        )
        .exists()
        .label("calibrates"),
    )
    .join_from(OPPORTUNITY, CAMPAIGN, CAMPAIGN.c.id == OPPORTUNITY.c.campaign_id)
    .join(USER, USER.c.id == CAMPAIGN.c.user_id)
    .where(OPPORTUNITY.c.id == bindparam("opportunity_id"), CAMPAIGN.c.id == bindparam("campaign_id"))
)

PROSPECT: Final = {owned: Prepared(statement) for owned, statement in _PROSPECT.items()}
PROSPECT_HELD: Final = {
    owned: held(statement, CAMPAIGN, OPPORTUNITY) for owned, statement in _PROSPECT.items()
}

# One email, its prospect and its campaign, locked in the order that all verbs keep. The
# campaign comes first, for its daily limit: two workers that counted at once would both
# see room for the last email.
_ONE: Final = both(
    select(*_CONTEXT, *_EMAIL_COLUMNS)
    .join_from(EMAIL, OPPORTUNITY, OPPORTUNITY.c.id == EMAIL.c.opportunity_id)
    .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
    .join(USER, USER.c.id == CAMPAIGN.c.user_id)
    .where(
        EMAIL.c.id == bindparam("email_id"),
        # Rows are co-located by campaign: joining on it too keeps the join on one node.
        OPPORTUNITY.c.campaign_id == EMAIL.c.campaign_id,
    )
)
SEEN: Final = _ONE
HELD: Final = {
    owned: Prepared(held(statement, CAMPAIGN, OPPORTUNITY, EMAIL)) for owned, statement in _ONE.items()
}

SAVE_EMAIL: Final = Prepared(
    update(EMAIL)
    .where(EMAIL.c.id == bindparam("key"), EMAIL.c.campaign_id == bindparam("key_campaign"))
    .returning(*EMAIL.c)
)
SAVE_OPPORTUNITY: Final = Prepared(
    update(OPPORTUNITY).where(
        OPPORTUNITY.c.id == bindparam("key"), OPPORTUNITY.c.campaign_id == bindparam("key_campaign")
    )
)
ADD_TO_CAMPAIGN: Final = Prepared(
    update(CAMPAIGN)
    .where(CAMPAIGN.c.id == bindparam("key"))
    .values(
        contacted_opportunities=func.coalesce(CAMPAIGN.c.contacted_opportunities, 0) + bindparam("contacted"),
        responded_opportunities=func.coalesce(CAMPAIGN.c.responded_opportunities, 0) + bindparam("responded"),
    )
)

# How many of the day's places are taken: what went out that day, and what is on its way
# or may have gone. A claim from before midnight may leave after it, and takes a place of both
# days until it is settled, its lease is declared over, or no lease can be as long: a day.
_sent = (
    select(func.count())
    .select_from(EMAIL)
    .where(
        EMAIL.c.campaign_id == bindparam("campaign_id"),
        EMAIL.c.sent_at >= bindparam("day"),
        EMAIL.c.sent_at < bindparam("next_day"),
    )
    .scalar_subquery()
)
_under_way = (
    select(func.count())
    .select_from(EMAIL)
    .where(
        EMAIL.c.campaign_id == bindparam("campaign_id"),
        # In the words of `ix_emails_under_way`: a parameter could be any state, and the index would not do.
        EMAIL.c.status.in_([literal_column(f"'{state}'") for state in sorted(UNDER_WAY)]),
    )
)
_on_its_way = _under_way.where(
    select(_EVENT.c.id)
    .where(
        _EVENT.c.campaign_id == EMAIL.c.campaign_id,
        _EVENT.c.email_id == EMAIL.c.id,
        _EVENT.c.kind == EventKind.SENDING.value,
        _EVENT.c.occurred_at > bindparam("oldest_lease"),
        _EVENT.c.occurred_at < bindparam("next_day"),
        or_(
            EMAIL.c.status == EmailStatus.SENDING.value,
            _EVENT.c.occurred_at >= bindparam("day"),
        ),
    )
    .exists(),
).scalar_subquery()


def day_of(moment: datetime) -> dict[str, datetime]:
    """Return the parameters that say whose places are counted: those of the UTC day of a moment."""
    day, length = start_of_day(moment), timedelta(days=1)
    return {"oldest_lease": min(day, moment - length), "day": day, "next_day": day + length}


_suppressed = (
    select(_SUPPRESSION.c.reason)
    .where(
        _SUPPRESSION.c.user_id == bindparam("user_id"),
        _SUPPRESSION.c.address_hash == bindparam("address_hash"),
        _SUPPRESSION.c.lifted_at.is_(None),
    )
    .scalar_subquery()
)
TAKEN: Final = select((_sent + _on_its_way).label("taken"))

# What is asked for each email that leaves: all that is under way, whatever day it takes a place of. Events
# stand in a partition per month, and a plan over all of them is made anew each time on PostgreSQL.
MAY_LEAVE: Final = Prepared(
    select(
        _sent.label("sent"),
        _under_way.scalar_subquery().label("under_way"),
        _suppressed.label("suppressed"),
    )
)

EMAIL_ROW: Final = both(
    select(*EMAIL.c)
    .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
    .where(EMAIL.c.id == bindparam("email_id"))
)

OPEN_RATE: Final = (
    update(OPPORTUNITY)
    .where(OPPORTUNITY.c.id == bindparam("key"), OPPORTUNITY.c.campaign_id == bindparam("key_campaign"))
    .values(
        email_open_rate=func.coalesce(
            select(
                cast(func.count().filter(EMAIL.c.open_count > 0), Real)
                / func.nullif(cast(func.count(), Real), 0.0)
            )
            .where(
                EMAIL.c.campaign_id == OPPORTUNITY.c.campaign_id,
                EMAIL.c.opportunity_id == OPPORTUNITY.c.id,
                EMAIL.c.sent_at.is_not(None),
            )
            .scalar_subquery(),
            0.0,
        )
    )
)
