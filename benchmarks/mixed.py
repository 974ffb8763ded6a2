"""Sixteen clients on one event loop, three reads to one write; and reads while a bulk import runs."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from benchmarks.bulk import full_row
from benchmarks.harness import Bench, Result, percentile, watching_stalls
from benchmarks.single import Desk, letter
from linkwright.service import BacklinkingDatabaseService

CLIENTS = 16


class Clients:
    """Sixteen people and programs at one campaign: they look at pages and numbers, write and report."""

    def __init__(self, desk: Desk) -> None:
        self.service, self.campaign_id = desk.service, desk.campaign_id
        self._prospects = iter(desk.prospects)
        self._seen = desk.prospects
        self._drafts: list[int] = []
        self._emails: list[int] = []
        self.reads = self.writes = 0
        self.faults: list[BaseException] = []
        self.waits: list[float] = []

    async def work(self, seed: int, until: float, *, writing: bool = True) -> None:
        """Be one client until it is time."""
        chance = random.Random(seed)
        while time.perf_counter() < until:
            started = time.perf_counter()
            try:
                if writing and chance.random() < 0.25:
                    await self._write(chance)
                    self.writes += 1
                else:
                    await chance.choice(self._reads())(chance)
                    self.reads += 1
                    self.waits.append(time.perf_counter() - started)
            except Exception as error:  # noqa: BLE001  (every error is what is counted here)
                self.faults.append(error)

    async def _write(self, chance: random.Random) -> None:
        if self._drafts and chance.random() < 0.5:
            await self.service.mark_email_sent(self._drafts.pop())
        else:
            prospect = next(self._prospects)
            email = await self.service.create_email(self.campaign_id, prospect, letter(prospect))
            self._drafts.append(email.id)
            self._emails.append(email.id)

    def _reads(self) -> list[Callable[[random.Random], Awaitable[object]]]:
        return [self._page, self._stats, self._letters, self._one]

    async def _page(self, _chance: random.Random) -> object:
        return await self.service.get_campaign_opportunities(self.campaign_id, status="approved", limit=50)

    async def _stats(self, _chance: random.Random) -> object:
        return await self.service.get_campaign_stats(self.campaign_id)

    async def _letters(self, _chance: random.Random) -> object:
        return await self.service.get_campaign_emails(self.campaign_id, limit=50)

    async def _one(self, chance: random.Random) -> object:
        return await self.service.get_opportunity(chance.choice(self._seen))


async def run(bench: Bench) -> list[Result]:
    results: list[Result] = []
    for dialect in bench.dialects:
        async with bench.database(dialect) as url, await BacklinkingDatabaseService.open(url) as service:
            results += await _mixed(bench, service)
            results += await _while_importing(bench, service)
    return results


async def _mixed(bench: Bench, service: BacklinkingDatabaseService) -> list[Result]:
    seconds = bench.size(10, quick=1)
    rates, faults, stalls, waits = [], [], [], []
    for place in range(bench.rounds):
        clients = Clients(await Desk(service, bench.size(5_000, quick=500)).fill())
        async with watching_stalls() as longest:
            until = time.perf_counter() + seconds
            seeds = range(place * CLIENTS, (place + 1) * CLIENTS)
            await asyncio.gather(*(clients.work(seed, until) for seed in seeds))
        for fault in clients.faults[:3]:
            print(f"mixed: {fault!r}")
        rates.append((clients.reads + clients.writes) / seconds)
        faults.append(float(len(clients.faults)))
        stalls.append(longest[0])
        waits.append(percentile(clients.waits, 0.95) * 1000)
        assert clients.writes
    dialect, what = service.database.dialect, f"{CLIENTS} clients, 3 reads to 1 write, {seconds} s"
    return [
        Result(f"{what}: errors", dialect, faults, "errors", at_most=0),
        Result(what, dialect, rates, "calls/s"),
        Result(f"{what}: a read, p95", dialect, waits, "ms"),
        Result(f"{what}: longest stall of the event loop", dialect, stalls, "ms"),
    ]


async def _while_importing(bench: Bench, service: BacklinkingDatabaseService) -> list[Result]:
    number = bench.size(20_000, quick=500)
    desk = await Desk(service, 1000).fill()
    target = await Desk(service, 1).fill()
    during, waits, faults = [], [], []
    for place in range(bench.rounds):
        rows = [full_row(each, seed=place + 1) for each in range(number)]
        clients = Clients(desk)
        done = asyncio.create_task(service.add_opportunities(target.campaign_id, rows))
        started = time.perf_counter()
        readers = [
            asyncio.create_task(clients.work(seed, started + 3600, writing=False)) for seed in range(4)
        ]
        await done
        taken = time.perf_counter() - started
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        for fault in clients.faults[:3]:
            print(f"mixed: {fault!r}")
        during.append(clients.reads / taken)
        waits.append(percentile(clients.waits or [taken], 0.95) * 1000)
        faults.append(float(len(clients.faults)))
    dialect, what = service.database.dialect, f"reads while {number:,} rows are added"
    return [
        Result(what, dialect, during, "reads/s", at_least=1),
        Result(f"{what}: p95", dialect, waits, "ms"),
        Result(f"{what}: errors", dialect, faults, "errors", at_most=0),
    ]
