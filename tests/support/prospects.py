"""Users, campaigns and prospects for tests, and a recount that trusts no counter."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.models import (
    BacklinkingCampaign,
    BacklinkingEmail,
    BacklinkOpportunity,
    CampaignCount,
    StatusChange,
    User,
)
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context

NOON = datetime(2026, 9, 15, 12, tzinfo=UTC)


def at_noon(session: AsyncSession, *, owner: int | None = None, actor: str = "user:1") -> Context:
    """A context whose clock stands still."""
    return Context(session, clock=lambda: NOON, owner=owner, actor=actor)


async def make_campaign(session: AsyncSession, *, address: str = "owner@example.com", **settings: Any) -> str:
    """A campaign of a user with that address; the user is made where there is none."""
    user = await session.scalar(select(User).where(User.email == address))
    if user is None:
        user = User(email=address, address_key=b"k" * 32)
        session.add(user)
        await session.flush()
    data = {"name": "Trails", "keywords": ["hiking"], "max_opportunities": 1000} | settings
    return (await Campaigns(at_noon(session)).create(user.id, data)).id


async def make_email(session: AsyncSession, campaign_id: str, opportunity_id: int, **values: Any) -> int:
    """A draft, past the service and its counts."""
    email = BacklinkingEmail(
        campaign_id=campaign_id,
        opportunity_id=opportunity_id,
        subject="Hello",
        body_html="<p>Hello</p>",
        from_email="me@example.com",
        to_email="you@example.com",
        **values,
    )
    session.add(email)
    await session.flush()
    return email.id


def full_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Everything that can be said when a prospect is recorded."""
    moment = "2026-09-01T08:00:00+00:00"
    row = {
        "url": f"https://site{number}.example.com/write-for-us",
        "title": "Write for us",
        "description": "We like hikers’ stories.",
        "contact_email": f"editor{number}@example.com",
        "contact_name": "Jane Doe",
        "contact_page_url": f"https://site{number}.example.com/contact",
        "ai_content_analysis": {"summary": "A hiking blog", "signals": [1, 0.5, None, True]},
        "ai_relevance_score": 0.9,
        "ai_authority_score": 0.1,
        "ai_content_quality_score": 0.7,
        "ai_spam_risk_score": 0.05,
        "primary_topics": ["hiking"],
        "content_categories": ["outdoors"],
        "writing_tone": "friendly",
        "submission_guidelines": "800 words",
        "word_count_min": 800,
        "word_count_max": 1500,
        "requires_images": True,
        "allows_links": False,
        "submission_deadline": "end of the year",
        "status": "discovered",
        "discovered_at": moment,
        "analyzed_at": "2026-09-02T08:00:00+00:00",
        "ai_contact_recommendation": "contact",
        "ai_email_template_suggestion": "Guest post",
        "ai_follow_up_strategy": "standard",
        "domain_authority": 41,
        "spam_score": 0.02,
        "quality_score": 0.6,
        "user_rating": 4,
        "user_notes": "met her once",
        "user_override_decision": "approve",
    }
    return row | changes


async def counters(session: AsyncSession, campaign_id: str) -> dict[str, Any]:
    """What the campaign believes it has; states of which it has none are left out."""
    campaign = (
        await session.execute(
            select(
                BacklinkingCampaign.total_opportunities,
                BacklinkingCampaign.contacted_opportunities,
                BacklinkingCampaign.responded_opportunities,
                BacklinkingCampaign.successful_links,
            ).where(BacklinkingCampaign.id == campaign_id)
        )
    ).one()
    counts = await session.execute(
        select(CampaignCount.state, CampaignCount.count).where(
            CampaignCount.campaign_id == campaign_id, CampaignCount.subject == "opportunity"
        )
    )
    return {**campaign._asdict(), "states": {state: number for state, number in counts if number}}


async def recount(session: AsyncSession, campaign_id: str) -> dict[str, Any]:
    """The same numbers, counted from the rows."""
    row = BacklinkOpportunity
    own = (
        await session.execute(
            select(
                func.count().label("total_opportunities"),
                func.count(row.contacted_at).label("contacted_opportunities"),
                func.count(row.responded_at).label("responded_opportunities"),
                func.count().filter(row.link_acquired.is_(True)).label("successful_links"),
            ).where(row.campaign_id == campaign_id)
        )
    ).one()
    states = await session.execute(
        select(row.status, func.count()).where(row.campaign_id == campaign_id).group_by(row.status)
    )
    return {**own._asdict(), "states": dict(states.all())}


async def history(session: AsyncSession, opportunity_id: int) -> list[tuple[str | None, str]]:
    """The moves of a prospect, in order."""
    found = await session.execute(
        select(StatusChange.old_status, StatusChange.new_status)
        .where(StatusChange.opportunity_id == opportunity_id, StatusChange.kind == "opportunity")
        .order_by(StatusChange.id)
    )
    return [(old, new) for old, new in found]
