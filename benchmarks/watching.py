"""What it costs to time every statement: the mixed benchmark with and without an onlooker, in pairs."""

import asyncio
import tempfile
import time

from benchmarks.harness import Bench, Result
from benchmarks.mixed import CLIENTS, Clients
from benchmarks.single import Desk
from linkwright.service import BacklinkingDatabaseService
from linkwright.settings import Settings


async def run(bench: Bench) -> list[Result]:
    results: list[Result] = []
    for dialect in bench.dialects:
        with tempfile.TemporaryDirectory(prefix="linkwright-bench-") as folder:
            async with bench.database(dialect) as url:
                plain = Settings.load({})
                watched = plain.model_copy(update={"monitoring_folder": folder})
                async with (
                    await BacklinkingDatabaseService.open(url, settings=plain) as without,
                    await BacklinkingDatabaseService.open(url, settings=watched) as onlooker,
                ):
                    results += await _pairs(bench, dialect, without, onlooker)
    return results


async def _pairs(
    bench: Bench,
    dialect: str,
    without: BacklinkingDatabaseService,
    onlooker: BacklinkingDatabaseService,
) -> list[Result]:
    seconds = bench.size(6, quick=1)
    slower, dearer = [], []
    for place in range(bench.rounds):
        # In turn first, so that neither has the colder database or the quieter machine.
        order = (without, onlooker) if place % 2 == 0 else (onlooker, without)
        rates, costs = {}, {}
        for service in order:
            rates[service], costs[service] = await _calls(bench, service, place, seconds)
        slower.append(rates[without] / rates[onlooker])
        dearer.append(costs[onlooker] / costs[without])
    what = f"{CLIENTS} clients, {seconds} s: statements timed, against not"
    return [
        Result(f"{what}: processor time of a call", dialect, dearer, at_most=1.03),
        Result(f"{what}: time of a call", dialect, slower, at_most=1.03),
    ]


async def _calls(
    bench: Bench, service: BacklinkingDatabaseService, place: int, seconds: float
) -> tuple[float, float]:
    clients = Clients(await Desk(service, bench.size(5_000, quick=500)).fill())
    began, busy = time.perf_counter(), time.process_time()
    seeds = range(place * CLIENTS, (place + 1) * CLIENTS)
    await asyncio.gather(*(clients.work(seed, began + seconds) for seed in seeds))
    calls = clients.reads + clients.writes
    assert not clients.faults
    return calls / (time.perf_counter() - began), (time.process_time() - busy) / calls
