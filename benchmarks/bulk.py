"""`add_opportunities` with full rows, against the bare driver with the same rows and durability.

The bare side gets its rows ready for the driver, without validation, canonical addresses, a look at
what is there, counters or history: it is what the database alone costs.
"""

import random
from collections.abc import Sequence
from typing import Any, cast

import aiosqlite
import asyncpg
from sqlalchemy import Table

from benchmarks.harness import (
    SQLITE_PRAGMAS,
    Bench,
    Result,
    Stopwatch,
    as_driver_takes_it,
    new_campaign,
    watching_stalls,
)
from linkwright.clock import utc_now
from linkwright.models import BacklinkOpportunity
from linkwright.schemas.opportunities import OpportunityCreate
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.opportunity_entry import COLUMNS, in_order, row_of

TABLE = BacklinkOpportunity.__tablename__
Rows = Sequence[tuple[Any, ...]]


def full_row(number: int, *, seed: int = 0) -> dict[str, Any]:
    """A prospect with every field that a file or a model may bring, and 1 KB of analysis."""
    chance = random.Random(number * 7919 + seed)
    site = f"site{chance.randrange(10**9)}.example.com"
    return {
        "url": f"https://{site}/write-for-us/{number}",
        "title": f"Write for us: guest posts about hiking {number}",
        "description": "A blog about long walks, light tents and the food that fits in a pocket. " * 2,
        "contact_email": f"editor{number}@{site}",
        "contact_name": "Jane Doe",
        "contact_page_url": f"https://{site}/contact",
        "ai_content_analysis": {
            "summary": "An outdoor magazine of some twenty authors; accepts practical guides. " * 4,
            "signals": [
                {
                    "name": "guest_post_page",
                    "weight": round(chance.random(), 6),
                    "evidence": "write for us " * 6,
                }
                for _ in range(5)
            ],
            "links": {"internal": chance.randrange(99), "external": chance.randrange(99)},
        },
        "ai_relevance_score": round(chance.random(), 6),
        "ai_authority_score": round(chance.random(), 6),
        "ai_content_quality_score": round(chance.random(), 6),
        "ai_spam_risk_score": round(chance.random(), 6),
        "primary_topics": ["hiking", "camping", "travel"],
        "content_categories": ["outdoors", "food"],
        "writing_tone": "friendly",
        "submission_guidelines": "800 to 1500 words, own pictures, one link in the text. " * 3,
        "word_count_min": 800,
        "word_count_max": 1500,
        "requires_images": True,
        "allows_links": True,
        "submission_deadline": "none",
        "discovered_at": "2026-09-01T08:00:00+00:00",
        "analyzed_at": "2026-09-02T08:00:00+00:00",
        "ai_contact_recommendation": "contact",
        "ai_email_template_suggestion": "Guest post",
        "ai_follow_up_strategy": "standard",
        "domain_authority": chance.randrange(101),
        "spam_score": 0.02,
        "quality_score": 0.6,
        "user_rating": 4,
        "user_notes": "met the editor at a fair",
        "user_override_decision": "approve",
    }


def bare_rows(campaign_id: str, rows: Sequence[dict[str, Any]], dialect: str) -> Rows:
    """The same rows as the driver takes them: all checking and converting is done before the clock starts."""
    table = cast(Table, BacklinkOpportunity.__table__)
    now = utc_now()
    ready = []
    for row in rows:
        values = in_order(row_of(campaign_id, OpportunityCreate.model_validate(row), now))
        pairs = zip(values, COLUMNS, strict=True)
        ready.append(tuple(as_driver_takes_it(value, table.c[name], dialect) for value, name in pairs))
    return ready


async def insert_bare(url: str, dialect: str, rows: Rows) -> float:
    """Insert rows through the bare driver, on a connection that is open already; seconds."""
    if dialect == "postgresql":
        connection = await asyncpg.connect(url)
        await connection.execute("SELECT 1")
        with Stopwatch() as taken:
            async with connection.transaction():
                await connection.copy_records_to_table(TABLE, records=rows, columns=COLUMNS)
        await connection.close()
        return taken.seconds
    names, places = ", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))
    async with aiosqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None) as sqlite:
        for pragma in SQLITE_PRAGMAS:
            await sqlite.execute(f"PRAGMA {pragma}")
        with Stopwatch() as taken:
            await sqlite.execute("BEGIN IMMEDIATE")
            await sqlite.executemany(f"INSERT INTO {TABLE} ({names}) VALUES ({places})", rows)
            await sqlite.execute("COMMIT")
        return taken.seconds


class _Table:
    """A growing table, to which rows are added in both ways."""

    def __init__(self, service: BacklinkingDatabaseService, url: str, campaign_id: str, number: int) -> None:
        self.service, self.url, self.campaign_id, self.number = service, url, campaign_id, number
        self.dialect = service.database.dialect
        self.size = 0
        self._batches = 0

    def batch(self) -> list[dict[str, Any]]:
        """Rows that are not there yet."""
        self._batches += 1
        first = self._batches * self.number
        return [full_row(first + place) for place in range(self.number)]

    async def ours(self) -> float:
        """Add a batch through the service; seconds."""
        rows = self.batch()
        with Stopwatch() as taken:
            result = await self.service.add_opportunities(self.campaign_id, rows)
        assert (result.new, result.refused) == (self.number, [])
        self.size += self.number
        return taken.seconds

    async def bare(self) -> float:
        """Add a batch through the bare driver; seconds."""
        rows = bare_rows(self.campaign_id, self.batch(), self.dialect)
        self.size += self.number
        return await insert_bare(self.url, self.dialect, rows)

    async def round(self, place: int) -> tuple[float, float]:
        """Add a batch in each way, in turn first; seconds of ours and of the bare driver."""
        if place % 2:
            bare = await self.bare()
            return await self.ours(), bare
        return await self.ours(), await self.bare()


async def run(bench: Bench) -> list[Result]:
    """Measure on an empty table, let it grow, and measure again."""
    results: list[Result] = []
    for dialect in bench.dialects:
        async with bench.database(dialect) as url, await BacklinkingDatabaseService.open(url) as service:
            results += await _measure(bench, service, url)
    return results


async def _measure(bench: Bench, service: BacklinkingDatabaseService, url: str) -> list[Result]:
    dialect = service.database.dialect
    number = bench.size(20_000, quick=500)
    grown = bench.size(500_000, quick=5_000)
    table = _Table(service, url, await new_campaign(service), number)
    await table.ours()  # The first call opens connections and compiles statements.
    early = [await table.round(place) for place in range(bench.rounds)]
    while table.size < grown:
        await table.ours()
    late = [await table.round(place) for place in range(bench.rounds)]
    stalls = []
    for _ in range(bench.rounds):
        async with watching_stalls() as longest:
            await table.ours()
        stalls.append(longest[0])
    rows = table.batch()
    await service.add_opportunities(table.campaign_id, rows)
    again = []
    for _ in range(bench.rounds):
        with Stopwatch() as taken:
            result = await service.add_opportunities(table.campaign_id, rows)
        assert result.same == number
        again.append(number / taken.seconds)
    what = f"add {number:,} full rows"
    share = [bare / ours for ours, bare in early]
    late_share = [bare / ours for ours, bare in late]
    # The rate may fall as far as the bare driver's does: the indexes are the database's.
    kept = [after / before for after, before in zip(sorted(late_share), sorted(share), strict=True)]
    return [
        Result(f"{what}: share of the bare driver's rate", dialect, share, at_least=0.4),
        Result(f"the same at {grown:,} rows", dialect, late_share, at_least=0.4),
        Result(f"share at {grown:,} rows / share at first", dialect, kept, at_least=0.9),
        Result(what, dialect, [number / ours for ours, _ in early], "rows/s"),
        Result(f"the same at {grown:,} rows", dialect, [number / ours for ours, _ in late], "rows/s"),
        Result(f"the same rows again, at {grown:,} rows", dialect, again, "rows/s"),
        Result("longest stall of the event loop meanwhile", dialect, stalls, "ms"),
    ]
