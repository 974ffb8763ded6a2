"""Many at once: sixteen clients on one event loop, three reads to one write, then again beside a bulk import.

What is asked is not how fast, but whether anybody is refused ("database is locked"), how long the loop
stands still for everybody, and whether reads go on while an import runs.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from statistics import quantiles

from benchmarks.harness import Bench, Result
from benchmarks.single import WORKERS, Desk, letter
from linkwright.errors import LinkwrightError
from linkwright.service import BacklinkingDatabaseService

HEARTBEAT = 0.005


@dataclass
class Tally:
    """What the clients saw."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stall: float = 0.0
    seconds: float = 0.0

    def p95(self) -> float:
        """Milliseconds within which nineteen reads of twenty were answered."""
        return quantiles(self.reads, n=20)[-1] * 1000


async def run(bench: Bench) -> list[Result]:
    results: list[Result] = []
    for dialect in bench.dialects:
        results += await _on(bench, dialect)
    return results


async def _on(bench: Bench, dialect: str) -> list[Result]:
    seconds = bench.size(10, quick=1)
    async with bench.database(dialect) as url, await BacklinkingDatabaseService.open(url) as service:
        desks = [await Desk(service, bench.size(4000, quick=400)).fill() for _ in range(WORKERS)]
        importing = await Desk(service, 1).fill()
        alone: list[Tally] = []
        beside: list[Tally] = []
        for place in range(bench.rounds):
            alone.append(await _clients(desks, seconds))
            async with _import(importing, place, bench.size(20_000, quick=500)):
                beside.append(await _clients(desks, seconds))
    everything = [*alone, *beside]
    for error in sorted({error for tally in everything for error in tally.errors}):
        print(f"{dialect}: {error}")
    return [
        Result(
            "errors of 16 clients, 3 reads to 1 write", dialect, [len(t.errors) for t in alone], "", at_most=0
        ),
        Result("reads", dialect, [len(t.reads) / t.seconds for t in alone], "reads/s"),
        Result(
            "writes (a letter, or its sending)",
            dialect,
            [len(t.writes) / t.seconds for t in alone],
            "writes/s",
        ),
        Result("p95 of a read", dialect, [t.p95() for t in alone], "ms"),
        Result("longest stall of the event loop", dialect, [t.stall * 1000 for t in alone], "ms"),
        Result("errors beside a bulk import", dialect, [len(t.errors) for t in beside], "", at_most=0),
        Result("reads beside a bulk import", dialect, [len(t.reads) / t.seconds for t in beside], "reads/s"),
        Result("p95 of a read beside it", dialect, [t.p95() for t in beside], "ms"),
        Result("longest stall beside it", dialect, [t.stall * 1000 for t in beside], "ms"),
    ]


async def _clients(desks: list[Desk], seconds: float) -> Tally:
    tally = Tally()
    until = time.perf_counter() + seconds
    pulse = asyncio.create_task(_pulse(tally))
    started = time.perf_counter()
    await asyncio.gather(*(_client(desk, tally, until) for desk in desks))
    tally.seconds = time.perf_counter() - started
    pulse.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await pulse
    return tally


async def _client(desk: Desk, tally: Tally, until: float) -> None:
    service, written = desk.service, 0
    while time.perf_counter() < until and desk.prospects:
        try:
            for read in (
                service.get_campaign_opportunities(desk.campaign_id, "approved"),
                service.get_campaign_stats(desk.campaign_id),
                service.get_campaign_emails(desk.campaign_id),
            ):
                began = time.perf_counter()
                await read
                tally.reads.append(time.perf_counter() - began)
            began = time.perf_counter()
            if written:
                await service.mark_email_sent(written)
                written = 0
            else:
                prospect = desk.prospects.pop()
                written = (await service.create_email(desk.campaign_id, prospect, letter(prospect))).id
            tally.writes.append(time.perf_counter() - began)
        except LinkwrightError as error:
            tally.errors.append(f"{type(error).__name__}: {error}")


async def _pulse(tally: Tally) -> None:
    """Note by how much a short sleep is late: for that long nobody on the loop got a turn."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(HEARTBEAT)
        tally.stall = max(tally.stall, time.perf_counter() - began - HEARTBEAT)


@contextlib.asynccontextmanager
async def _import(desk: Desk, place: int, number: int) -> AsyncIterator[None]:
    """Keep a bulk import running beside what is inside."""

    async def bring() -> None:
        batch = 0
        while True:
            rows = [
                {
                    "url": f"https://import{place}-{batch}-{row}.example.com/",
                    "ai_content_analysis": {"x": "y" * 1000},
                }
                for row in range(number)
            ]
            await desk.service.add_opportunities(desk.campaign_id, rows)
            batch += 1

    task = asyncio.create_task(bring())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
