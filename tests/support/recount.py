"""Every counter of a user counted again, in plain Python, from the facts alone."""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.models import (
    BacklinkingCampaign,
    BacklinkingEmail,
    BacklinkingResponse,
    BacklinkingTemplate,
    BacklinkOpportunity,
    CampaignCount,
    EmailEvent,
)

HUMAN = {"positive", "negative", "neutral"}
COUNTED = {"opened", "clicked", "unsubscribed"}
Numbers = dict[tuple[Any, ...], Any]


def hours(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds() / 3600, 0.0)


async def rows(session: AsyncSession, model: Any) -> list[Any]:
    return list((await session.scalars(select(model).execution_options(populate_existing=True))).all())


async def stored(session: AsyncSession) -> Numbers:
    """What the record believes."""
    numbers: Numbers = {}
    for count in await rows(session, CampaignCount):
        if count.count:
            numbers["count", count.campaign_id, count.subject, count.state] = count.count
    for campaign in await rows(session, BacklinkingCampaign):
        numbers["contacted", campaign.id] = campaign.contacted_opportunities
        numbers["responded", campaign.id] = campaign.responded_opportunities
    for email in await rows(session, BacklinkingEmail):
        numbers["email", email.id] = (email.open_count, email.open_rate, email.click_count, email.click_rate)
    for page in await rows(session, BacklinkOpportunity):
        took = page.response_time_hours
        numbers["prospect", page.id] = (page.email_open_rate, None if took is None else round(took, 6))
    for template in await rows(session, BacklinkingTemplate):
        mean = template.average_response_time
        mean = None if mean is None else round(mean, 6)
        numbers["template", template.id] = (template.usage_count, template.success_rate, mean)
    return numbers


async def recounted(session: AsyncSession) -> Numbers:
    """What the facts add up to."""
    emails, pages = await rows(session, BacklinkingEmail), await rows(session, BacklinkOpportunity)
    responses, events = await rows(session, BacklinkingResponse), await rows(session, EmailEvent)
    campaigns = await rows(session, BacklinkingCampaign)
    counts = Counter(("count", email.campaign_id, "email", email.status) for email in emails)
    counts.update(("count", page.campaign_id, "opportunity", page.status) for page in pages)
    counts.update(("count", each.campaign_id, "response", each.response_type) for each in responses)
    looks = [event for event in events if event.kind in COUNTED and event.agent != "machine"]
    counts.update(("count", event.campaign_id, "event", event.kind) for event in looks)
    numbers: Numbers = dict(counts)
    for campaign in campaigns:
        own = [page for page in pages if page.campaign_id == campaign.id]
        numbers["contacted", campaign.id] = sum(page.contacted_at is not None for page in own)
        numbers["responded", campaign.id] = sum(page.responded_at is not None for page in own)
    seen = Counter((event.email_id, event.kind) for event in looks)
    opened = {email.id: seen[email.id, "opened"] for email in emails}
    for email in emails:
        clicked = seen[email.id, "clicked"]
        rates = (float(opened[email.id] > 0), float(clicked > 0))
        numbers["email", email.id] = (opened[email.id], rates[0], clicked, rates[1])
    for page in pages:
        sent = [each.id for each in emails if each.opportunity_id == page.id and each.sent_at is not None]
        rate = sum(opened[each] > 0 for each in sent) / len(sent) if sent else 0.0
        answered = page.contacted_at is not None and page.responded_at is not None
        took = round(hours(page.contacted_at, page.responded_at), 6) if answered else None
        numbers["prospect", page.id] = (rate, took)
    return numbers | _templates(await rows(session, BacklinkingTemplate), campaigns, emails, responses)


def _templates(
    templates: list[Any], campaigns: list[Any], emails: list[Any], responses: list[Any]
) -> Numbers:
    owner = {campaign.id: campaign.user_id for campaign in campaigns}
    answers: defaultdict[int, list[datetime]] = defaultdict(list)
    for response in responses:
        if response.response_type in HUMAN:
            answers[response.email_id].append(response.received_at)
    numbers: Numbers = {}
    for template in templates:
        used = [
            email
            for email in emails
            if email.template_used == template.name
            and owner[email.campaign_id] == template.created_by_user_id
            and email.sent_at is not None
        ]
        took = [hours(email.sent_at, min(answers[email.id])) for email in used if answers[email.id]]
        rate = len(took) / len(used) if used else 0.0
        mean = round(sum(took) / len(took), 6) if took else None
        numbers["template", template.id] = (len(used), rate, mean)
    return numbers
