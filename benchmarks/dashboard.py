"""The dashboard, a campaign's figures and a roll-up after one event, at ten thousand and a million emails."""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, text, update

from benchmarks.harness import Bench, Result, insert_rows, new_campaign, percentile
from linkwright.models import BacklinkingCampaign, BacklinkingEmail, BacklinkOpportunity, CampaignCount
from linkwright.service import BacklinkingDatabaseService

BATCH = 5_000
A_DAY = 4_000
AFTER_ONE = "roll-up after one event"
Call = Callable[[], Awaitable[Any]]
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


async def run(bench: Bench) -> list[Result]:
    """Fill a database of each size and roll it up; then ask both in turn: a busy machine slows both."""
    results: list[Result] = []
    sizes = [bench.size(full, quick=full // 10) for full in (10_000, 1_000_000)]
    for dialect in bench.dialects:
        first: list[float] = []
        calls: list[dict[str, Call]] = []
        async with AsyncExitStack() as stack:
            for size in sizes:
                url = await stack.enter_async_context(bench.database(dialect))
                service = await stack.enter_async_context(await BacklinkingDatabaseService.open(url))
                user, campaign = await filled(service, size)
                begun = time.perf_counter()
                await service.roll_up_campaign(campaign)
                first.append(time.perf_counter() - begun)
                calls.append(
                    {
                        "dashboard": partial(service.get_user_dashboard, user),
                        "campaign stats": partial(service.get_campaign_stats, campaign),
                        AFTER_ONE: await _late(service, campaign),
                    }
                )
            reads = bench.size(200, quick=50)
            for name in calls[0]:
                times = reads if name != AFTER_ONE else reads // 10
                taken = await _in_turn([of_size[name] for of_size in calls], times)
                for size, samples in zip(sizes, taken, strict=True):
                    for place in (0.5, 0.95):
                        what = f"{name} at {size:,} emails: p{place * 100:.0f}"
                        results.append(Result(what, dialect, [percentile(samples, place) * 1000], "ms"))
                growth = [large / small for small, large in zip(*taken, strict=True)]
                most = 1.5 if name != AFTER_ONE else None
                results.append(Result(f"{name}: large / small", dialect, growth, at_most=most))
        for size, seconds in zip(sizes, first, strict=True):
            results.append(Result(f"first roll-up of {size:,} emails", dialect, [seconds], "s"))
    return results


async def filled(service: BacklinkingDatabaseService, size: int) -> tuple[int, str]:
    """Make a campaign of so many prospects with a letter each, of whom one in twelve has answered."""
    campaign = await new_campaign(service)
    async with service.begin() as work:
        session = work.context.session
        for begin in range(0, size, BATCH):
            numbers = range(begin, min(begin + BATCH, size))
            pages = await insert_rows(session, BacklinkOpportunity, [_page(campaign, n) for n in numbers])
            emails = [_email(campaign, page, n) for page, n in zip(pages, numbers, strict=True)]
            await insert_rows(session, BacklinkingEmail, emails)
        answered = sum(n % 12 == 0 for n in range(size))
        await session.execute(
            update(BacklinkingCampaign)
            .where(BacklinkingCampaign.id == campaign)
            .values(
                total_opportunities=size,
                contacted_opportunities=size,
                responded_opportunities=answered,
            )
        )
        counts = (("opportunity", "contacted", size - answered), ("opportunity", "responded", answered))
        for subject, state, number in (*counts, ("email", "sent", size)):
            session.add(CampaignCount(campaign_id=campaign, subject=subject, state=state, count=number))
        await session.flush()
        await session.execute(text("ANALYZE"))
        user = await session.scalar(
            select(BacklinkingCampaign.user_id).where(BacklinkingCampaign.id == campaign)
        )
    return user or 0, campaign


def _sent(n: int) -> datetime:
    return START + timedelta(days=n // A_DAY, seconds=n % A_DAY)


def _page(campaign: str, n: int) -> dict[str, Any]:
    sent, url = _sent(n), f"https://site{n}.example.com/"
    answered = sent + timedelta(hours=1 + n % 97) if n % 12 == 0 else None
    return {
        "campaign_id": campaign,
        "url": url,
        "domain": f"site{n}.example.com",
        "contact_email": f"ed@site{n}.example.com",
        "status": "responded" if answered else "contacted",
        "discovered_at": sent - timedelta(days=1),
        "contacted_at": sent,
        "responded_at": answered,
    }


def _email(campaign: str, page: int, n: int) -> dict[str, Any]:
    return {
        "campaign_id": campaign,
        "opportunity_id": page,
        "subject": "A guest article",
        "body_html": "<p>Hello</p>" * 20,
        "from_email": "me@example.com",
        "to_email": f"ed@site{n}.example.com",
        "status": "sent",
        "created_at": _sent(n),
        "sent_at": _sent(n),
    }


async def _late(service: BacklinkingDatabaseService, campaign: str) -> Call:
    """Return what delivers another letter each time and rolls up; it returns the roll-up's own seconds."""
    async with service.reading() as work:
        emails = await work.context.session.scalars(
            select(BacklinkingEmail.id).where(BacklinkingEmail.campaign_id == campaign).limit(1_000)
        )
        ids = iter(list(emails))

    async def deliver() -> float:
        await service.mark_email_delivered(next(ids))
        begun = time.perf_counter()
        await service.roll_up_campaign(campaign)
        return time.perf_counter() - begun

    return deliver


async def _in_turn(calls: Sequence[Call], times: int) -> list[list[float]]:
    """Call each of them so many times, one after the other; seconds of each call."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(times + 1):
        for call, samples in zip(calls, taken, strict=True):
            begun = time.perf_counter()
            own = await call()
            samples.append(own if isinstance(own, float) else time.perf_counter() - begun)
    return [samples[1:] for samples in taken]
