"""How quickly a small and a large database take more: prospects in bulk, and a campaign with its letters."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import select

from benchmarks.bulk import full_row
from benchmarks.harness import Stopwatch, new_campaign
from linkwright.jobs.desks import Desk
from linkwright.jobs.export import export_campaign
from linkwright.jobs.import_campaign import import_campaign
from linkwright.models import BacklinkingCampaign
from linkwright.service import BacklinkingDatabaseService

PROSPECTS: Final = 2_000
AT_LEAST: Final = 0.7
_ROOM: Final = 400
"""Prospects of the campaign that is brought, or near it."""


async def exported(service: BacklinkingDatabaseService, path: Path) -> None:
    """Write a middling campaign of a database to a file, by which others are measured."""
    table = BacklinkingCampaign
    async with service.reading() as work:
        found = await work.context.session.execute(select(table.id, table.total_opportunities))
        campaign = min(found, key=lambda row: abs((row.total_opportunities or 0) - _ROOM)).id
    target = io.BytesIO()
    await export_campaign(service.database, campaign, target)
    await asyncio.to_thread(path.write_bytes, target.getvalue())


async def measure(sides: Sequence[BacklinkingDatabaseService], file: Path, rounds: int) -> dict[str, Any]:
    """Return what each way adds per second on the last side, and against the first, in turns."""
    prospects: list[list[float]] = [[] for _ in sides]
    records: list[list[float]] = [[] for _ in sides]
    campaigns = [await new_campaign(side) for side in sides]
    for number in range(rounds + 1):
        rows = [full_row(number * PROSPECTS + place, seed=3) for place in range(PROSPECTS)]
        for place, side in enumerate(sides):
            with Stopwatch() as taken:
                result = await side.add_opportunities(campaigns[place], rows)
            assert result.new == PROSPECTS
            prospects[place].append(PROSPECTS / taken.seconds)
        for place, side in enumerate(sides):
            with Stopwatch() as taken:
                brought = await import_campaign(Desk(side.database), file, user_email="bench@example.com")
            records[place].append(sum(brought.rows.values()) / taken.seconds)
            await side.delete_campaign(brought.campaign_id)
    for side, campaign in zip(sides, campaigns, strict=True):
        await side.delete_campaign(campaign)
    return {
        "prospects added in bulk": _against(prospects),
        "records of an imported campaign": _against(records),
    }


def _against(rates: Sequence[Sequence[float]]) -> dict[str, float]:
    # The first round compiles.
    small, large = rates[0][1:], rates[-1][1:]
    ratio = median(after / before for before, after in zip(small, large, strict=True))
    return {
        "per_second": round(median(large), 1),
        "small_per_second": round(median(small), 1),
        "ratio": round(ratio, 3),
    }
