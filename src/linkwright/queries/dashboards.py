"""Statements of the dashboard: counters and totals of all of a user's campaigns, one statement each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select

from linkwright.models.campaigns import BacklinkingCampaign, CampaignCount
from linkwright.models.inbound import InboundMessage
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.roll_ups import RollUpState
from linkwright.queries.archived_campaigns import leaving
from linkwright.vocabulary import HUMAN_RESPONSES, EmailStatus, MatchMethod, ResponseType

MOST_CAMPAIGNS: Final = 200
MOST_COUNTED: Final = 1000
"""Of answers and messages that wait, so many are counted: whoever has more has no use for the number."""

_FOR_A_PERSON: Final = sorted(kind.value for kind in {ResponseType.COMPLAINT, *HUMAN_RESPONSES})
_WAITING: Final = [
    EmailStatus.DRAFT.value,
    EmailStatus.SEND_UNKNOWN.value,
    EmailStatus.FAILED.value,
    EmailStatus.BLOCKED.value,
]


def campaigns(user_id: int) -> Select[Any]:
    """Select a user's newest campaigns with totals, but for those that are moving out."""
    campaign, state = BacklinkingCampaign, RollUpState
    names = (
        "id name status total_opportunities contacted_opportunities responded_opportunities successful_links"
        " actual_cost created_at"
    )
    columns = [campaign.__table__.c[name] for name in names.split()]
    return (
        select(*columns, state.totals, state.counted_at)
        .outerjoin_from(campaign, state, state.campaign_id == campaign.id)
        .where(campaign.user_id == user_id, campaign.id.not_in(leaving(user_id)))
        .order_by(campaign.created_at.desc(), campaign.id.desc())
        .limit(MOST_CAMPAIGNS + 1)
    )


def letters(user_id: int) -> Select[str, int]:
    """Select how many letters of a user wait for a person, by state."""
    count = CampaignCount
    mine = select(BacklinkingCampaign.id).where(BacklinkingCampaign.user_id == user_id)
    return (
        select(count.state, func.sum(count.count).label("number"))
        .where(count.campaign_id.in_(mine), count.subject == "email", count.state.in_(_WAITING))
        .group_by(count.state)
    )


def answers(user_id: int) -> Select[int, int]:
    """Select how many responses nobody has looked at, and how many of those ask for a person."""
    response = BacklinkingResponse
    mine = select(BacklinkingCampaign.id).where(BacklinkingCampaign.user_id == user_id)
    some = (
        select(response.response_type, response.requires_action)
        .where(response.campaign_id.in_(mine), response.user_reviewed.is_(False))
        .limit(MOST_COUNTED)
        .subquery()
    )
    asks = or_(some.c.requires_action.is_(True), some.c.response_type.in_(_FOR_A_PERSON))
    return select(func.count(), func.count().filter(asks)).select_from(some)


def messages(user_id: int) -> Select[int]:
    """Select how many messages belong to no letter."""
    message = InboundMessage
    unmatched = and_(message.user_id == user_id, message.matched_by == MatchMethod.NONE.value)
    return select(func.count()).select_from(
        select(message.id).where(unmatched).limit(MOST_COUNTED).subquery()
    )


def placed_links(campaign_id: str, limit: int) -> Select[str, str | None, datetime]:
    """Select the links that a campaign has earned, the newest first."""
    page = BacklinkOpportunity
    since = func.coalesce(page.link_placement_date, page.published_at)
    return (
        select(page.domain, page.link_url, since.label("since"))
        .where(page.campaign_id == campaign_id, page.link_acquired.is_(True))
        .order_by(since.desc(), page.id.desc())
        .limit(limit)
    )
