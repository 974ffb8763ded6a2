"""The five main reads, of letters drawn from all: a small database and a large one in turns.

In turns, because a busy machine then slows both; the ratio is what counts. The same draws are read once
before, so that what is measured is a database at work and not its disk; how long that took is told.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Any, Final

from sqlalchemy import func, select

from benchmarks.harness import percentile
from linkwright.models import BacklinkingCampaign, BacklinkingEmail, RollUpState
from linkwright.service import BacklinkingDatabaseService

DRAWS: Final = 200
AT_MOST: Final = 2.0

Read = Callable[[BacklinkingDatabaseService, "Draw"], Awaitable[object]]


@dataclass(frozen=True)
class Draw:
    """A letter, by chance; so a campaign comes as often as it has letters."""

    email: int
    campaign: str
    user: int
    month: datetime


def _best(service: BacklinkingDatabaseService, draw: Draw) -> Awaitable[object]:
    return service.get_campaign_opportunities(draw.campaign, "qualified", limit=50)


def _history(service: BacklinkingDatabaseService, draw: Draw) -> Awaitable[object]:
    return service.explain("email", draw.email)


def _stats(service: BacklinkingDatabaseService, draw: Draw) -> Awaitable[object]:
    return service.get_campaign_stats(draw.campaign)


def _month(service: BacklinkingDatabaseService, draw: Draw) -> Awaitable[object]:
    last = draw.month + timedelta(days=30)
    return service.get_campaign_analytics(draw.campaign, draw.month, last, "daily")


def _unmatched(service: BacklinkingDatabaseService, draw: Draw) -> Awaitable[object]:
    return service.get_unmatched_inbound(draw.user)


READS: Final[dict[str, Read]] = {
    "a campaign's best prospects": _best,
    "an email's history": _history,
    "a campaign's stats": _stats,
    "a month of analytics": _month,
    "unmatched inbound": _unmatched,
}


_OF_COUNTED: Final = (_stats, _month)


async def draws_of(
    service: BacklinkingDatabaseService, number: int = DRAWS, *, rolled_up: bool, seed: int = 7
) -> list[Draw]:
    """Draw letters, of all campaigns or of those that were rolled up."""
    chance = random.Random(seed)
    found: list[Draw] = []
    async with service.reading() as work:
        session = work.context.session
        last = await session.scalar(select(func.max(BacklinkingEmail.id))) or 0
        counted = set(await session.scalars(select(RollUpState.campaign_id)))
        while len(found) < number:
            some = [chance.randrange(1, last + 1) for _ in range(number)]
            rows = await session.execute(
                select(
                    BacklinkingEmail.id,
                    BacklinkingEmail.campaign_id,
                    BacklinkingCampaign.user_id,
                    BacklinkingEmail.sent_at,
                )
                .join(BacklinkingCampaign, BacklinkingCampaign.id == BacklinkingEmail.campaign_id)
                .where(BacklinkingEmail.id.in_(some))
            )
            for id_, campaign, user, sent in rows:
                if sent is not None and (campaign in counted or not rolled_up):
                    month = sent.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
                    found.append(Draw(id_, campaign, user, month))
    return found[:number]


async def measure(sides: Sequence[BacklinkingDatabaseService], rounds: int) -> dict[str, Any]:
    """Return each read's p95 on the last side in milliseconds, and against the first."""
    every = [await draws_of(side, rolled_up=False) for side in sides]
    counted = [await draws_of(side, rolled_up=True) for side in sides]
    found: dict[str, Any] = {}
    for name, read in READS.items():
        draws = counted if read in _OF_COUNTED else every
        calls = [
            [partial(read, side, draw) for draw in some] for side, some in zip(sides, draws, strict=True)
        ]
        first = [percentile(taken, 0.95) for taken in await _in_turns(calls)]
        p95: list[list[float]] = [[] for _ in sides]
        for _ in range(rounds):
            for place, taken in enumerate(await _in_turns(calls)):
                p95[place].append(percentile(taken, 0.95))
        ratios = [large / small for small, large in zip(p95[0], p95[-1], strict=True)]
        found[name] = {
            "p95_ms": round(median(p95[-1]) * 1000, 3),
            "small_p95_ms": round(median(p95[0]) * 1000, 3),
            "first_p95_ms": round(first[-1] * 1000, 3),
            "ratio": round(median(ratios), 3),
        }
    return found


async def _in_turns(calls: Sequence[Sequence[Callable[[], Awaitable[object]]]]) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in calls]
    for each in zip(*calls, strict=True):
        for place, call in enumerate(each):
            begun = time.perf_counter()
            await call()
            taken[place].append(time.perf_counter() - begun)
    return taken
