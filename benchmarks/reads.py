"""A page of prospects and a campaign's numbers, at ten, a hundred and five hundred thousand prospects."""

import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Any

from sqlalchemy import text

from benchmarks.bulk import full_row
from benchmarks.harness import Bench, Result, new_campaign, percentile
from linkwright.queries import opportunities as queries
from linkwright.service import BacklinkingDatabaseService

# Half of the prospects are still to be looked at; the page asked for is one in five.
STATES = ("discovered",) * 5 + ("qualified",) * 2 + ("contacted", "rejected", "approved")
STATUS = "qualified"
PAGE = 50
BATCH = 10_000


async def run(bench: Bench) -> list[Result]:
    """Fill three campaigns of one database and read them in turns."""
    results: list[Result] = []
    for dialect in bench.dialects:
        async with bench.database(dialect) as url, await BacklinkingDatabaseService.open(url) as service:
            results += await _measure(bench, service)
    return results


async def _measure(bench: Bench, service: BacklinkingDatabaseService) -> list[Result]:
    dialect = service.database.dialect
    sizes = [bench.size(full, quick=full // 20) for full in (10_000, 100_000, 500_000)]
    reads = bench.size(200, quick=20)
    campaigns = [await _filled(service, size) for size in sizes]
    async with service.begin() as work:
        # A server does so by itself, within minutes after such an import.
        await work.context.session.execute(text("ANALYZE"))
    await _require_index(service, campaigns[-1])
    hundredth = await _cursor(service, campaigns[-1], pages=99 if not bench.quick else 9)

    first: list[list[float]] = [[] for _ in sizes]
    deep: list[float] = []
    stats: list[list[float]] = [[] for _ in sizes]
    for _ in range(bench.rounds):
        pages = [_page(service, campaign) for campaign in campaigns]
        turns = await _in_turns([*pages, _page(service, campaigns[-1], hundredth)], reads)
        for place in range(len(sizes)):
            first[place].append(percentile(turns[place], 0.95))
        deep.append(median(turns[-1]) / median(turns[-2]))
        for place, taken in enumerate(await _in_turns([_stats(service, each) for each in campaigns], reads)):
            stats[place].append(percentile(taken, 0.95))

    small, large = sizes[0], sizes[-1]
    results = [
        Result(f"page of {PAGE} at {size:,} rows: p95", dialect, [each * 1000 for each in samples], "ms")
        for size, samples in zip(sizes, first, strict=True)
    ]
    growth = [after / before for before, after in zip(first[0], first[-1], strict=True)]
    stats_growth = [after / before for before, after in zip(stats[0], stats[-1], strict=True)]
    return [
        *results,
        Result(f"page: p95 at {large:,} / p95 at {small:,}", dialect, growth, at_most=2),
        Result(f"hundredth page / first page, at {large:,} rows", dialect, deep, at_most=1.5),
        Result(f"campaign stats at {large:,} rows: p95", dialect, [each * 1000 for each in stats[-1]], "ms"),
        Result(f"campaign stats: p95 at {large:,} / p95 at {small:,}", dialect, stats_growth, at_most=1.5),
    ]


async def _filled(service: BacklinkingDatabaseService, size: int) -> str:
    campaign_id = await new_campaign(service, name=f"{size} prospects")
    for begin in range(0, size, BATCH):
        rows: list[dict[str, Any]] = [
            full_row(number, seed=size) | {"status": STATES[number % len(STATES)]}
            for number in range(begin, min(begin + BATCH, size))
        ]
        await service.add_opportunities(campaign_id, rows)
    return campaign_id


async def _cursor(service: BacklinkingDatabaseService, campaign_id: str, *, pages: int) -> str | None:
    after = None
    for _ in range(pages):
        page = await service.get_campaign_opportunities(campaign_id, STATUS, limit=PAGE, after=after)
        after = page.after
    assert after is not None, "the campaign is too small for a hundredth page"
    return after


def _page(
    service: BacklinkingDatabaseService, campaign_id: str, after: str | None = None
) -> Callable[[], Awaitable[object]]:
    async def read() -> None:
        page = await service.get_campaign_opportunities(campaign_id, STATUS, limit=PAGE, after=after)
        assert len(page.rows) == PAGE

    return read


def _stats(service: BacklinkingDatabaseService, campaign_id: str) -> Callable[[], Awaitable[object]]:
    return lambda: service.get_campaign_stats(campaign_id)


async def _in_turns(reads: Sequence[Callable[[], Awaitable[object]]], times: int) -> list[list[float]]:
    """Do each read so many times, one of each in turn, and return the seconds they took."""
    taken: list[list[float]] = [[] for _ in reads]
    for turn in range(times + 1):
        for place, read in enumerate(reads):
            begin = time.perf_counter()
            await read()
            if turn:  # The first of each opens and compiles.
                taken[place].append(time.perf_counter() - begin)
    return taken


async def _require_index(service: BacklinkingDatabaseService, campaign_id: str) -> None:
    """Stop unless the database itself says that it reads the page from the index that has its order."""
    async with service.reading() as work:
        session = work.context.session
        connection = await session.connection()
        statement = queries.page(campaign_id, STATUS, PAGE + 1, (0.5, 0.5, 5_000))
        said = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        plan = str([tuple(row) for row in await connection.exec_driver_sql(f"{word} {said}")])
    assert "ix_opportunities_best_by_status" in plan, plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
