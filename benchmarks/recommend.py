"""Recommending among a hundred arms: without evidence, with it, and after much more of it.

Beside it, in the same rounds, what nobody can do without: a transaction through the same stack that reads one
row and writes a decision of the same size.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import literal, select, text

from benchmarks.harness import Bench, Result, insert_rows, new_campaign
from linkwright.clock import utc_now
from linkwright.db.prepared import Prepared
from linkwright.db.rows import run as execute
from linkwright.models import AIDecision, AIDecisionOutcome
from linkwright.queries.recommend import RECORD
from linkwright.service import BacklinkingDatabaseService

ARMS = [f"Template {n}" for n in range(100)]
NOTHING = Prepared(select(literal(1)))
BATCH = 5_000
# So that no letter is still waiting for its answer.
LAST = timedelta(days=90)


async def run(bench: Bench) -> list[Result]:
    """Recommend to a user without a history, with a short one and with a long one, in turn."""
    results: list[Result] = []
    short, long = (bench.size(full, quick=quick) for full, quick in ((1_000, 1_000), (200_000, 5_000)))
    calls = bench.size(300, quick=50)
    for dialect in bench.dialects:
        async with bench.database(dialect) as url, await BacklinkingDatabaseService.open(url) as service:
            first = await new_campaign(service)
            desks = {0: (await service.get_campaign(first)).user_id}
            campaigns = {0: first}
            for size in (short, long):
                desks[size] = (await service.create_user(f"history-{size}@example.com")).id
                data = {"name": "Bench", "keywords": ["bench"]}
                campaigns[size] = (await service.create_campaign(desks[size], data)).id
                await _remember(service, desks[size], campaigns[size], size)
            async with service.begin() as work:
                await work.context.session.execute(text("ANALYZE"))
            wall: dict[int, list[float]] = {size: [] for size in desks}
            spent: dict[int, list[float]] = {size: [] for size in desks}
            least: list[tuple[float, float]] = []
            for _ in range(bench.rounds):
                least.append(await _taken(partial(_least, service, desks[0], first), calls))
                for size, user in desks.items():
                    call = partial(service.recommend, user, campaigns[size], "template", ARMS)
                    elapsed, own = await _taken(call, calls)
                    wall[size].append(elapsed)
                    spent[size].append(own)
            day = [
                await _taken(partial(service.recommend_many, desks[short], campaigns[short], "tone", 100), 3)
                for _ in range(bench.rounds)
            ]
        names = {0: "without evidence", short: f"after {short:,} outcomes", long: f"after {long:,} outcomes"}
        for size, name in names.items():
            what = f"one of 100 arms {name}"
            results.append(Result(what, dialect, wall[size], "ms", at_most=2))
            results.append(Result(f"{what}: processor time of the process", dialect, spent[size], "ms"))
            for measure, taken, place in (("time", wall[size], 0), ("processor time", spent[size], 1)):
                times = [one / floor[place] for one, floor in zip(taken, least, strict=True)]
                results.append(Result(f"{what}: {measure} / that of the bare transaction", dialect, times))
        results.append(Result("the bare transaction", dialect, [one[0] for one in least], "ms"))
        growth = [one / other for one, other in zip(wall[long], wall[short], strict=True)]
        what = f"one of 100 arms: {long:,} outcomes / {short:,}"
        results.append(Result(what, dialect, growth, at_most=1.2))
        results.append(Result("100 choices of a day at once", dialect, [one[0] for one in day], "ms"))
    return results


async def _least(service: BacklinkingDatabaseService, user: int, campaign: str) -> None:
    """Read one row and write a decision, as little as a recommendation can be."""
    now = utc_now()
    draw = {"policy_version": "bench", "propensity": 0.01, "propensity_kind": "exact", "rng_seed": 1}
    between = [{"arm": arm, "p": 0.0123456789012345} for arm in ARMS]
    async with service.database.transaction() as session:
        await execute(session, NOTHING)
        await execute(session, RECORD, {**_choice(user, campaign, 0, now), **draw, "candidates": between})


async def _remember(service: BacklinkingDatabaseService, user: int, campaign: str, size: int) -> None:
    """Write a history of so many letters, whose arms earn 2 to 12 %, and learn from it."""
    now = utc_now() - LAST
    async with service.begin() as work:
        session = work.context.session
        for begin in range(0, size, BATCH):
            numbers = range(begin, min(begin + BATCH, size))
            rows = [_choice(user, campaign, n, now) for n in numbers]
            choices = await insert_rows(session, AIDecision, rows)
            outcomes = [_outcome(user, id_, n, now) for id_, n in zip(choices, numbers, strict=True)]
            await insert_rows(session, AIDecisionOutcome, outcomes)
            if not begin:
                # PostgreSQL looks the decision of each outcome up: without statistics, among all of the user.
                await session.execute(text("ANALYZE ai_decisions"))
    await service.rebuild_learning(user)


def _choice(user: int, campaign: str, n: int, now: Any) -> dict[str, Any]:
    return {
        "user_id": user,
        "campaign_id": campaign,
        "kind": "choose",
        "factor": "template",
        "decided_by": "policy",
        "action": ARMS[n % 100],
        "decided_at": now - timedelta(minutes=n),
        "executed_at": now - timedelta(minutes=n),
        "executed_action": ARMS[n % 100],
        "outcome_state": "known",
    }


def _outcome(user: int, decision: int, n: int, now: Any) -> dict[str, Any]:
    return {
        "user_id": user,
        "decision_id": decision,
        "name": "human_reply",
        "rule": "v1",
        "value": float(n // 100 * 37 % 100 < 2 + n % 11),
        "occurred_at": now - timedelta(minutes=n) + timedelta(days=1),
        "recorded_at": now,
    }


async def _taken(call: Callable[[], Awaitable[Any]], times: int) -> tuple[float, float]:
    """Return the median of a call's time and the mean of the process's own, in milliseconds."""
    await call()
    taken = []
    own = time.process_time()
    for _ in range(times):
        begun = time.perf_counter()
        await call()
        taken.append(time.perf_counter() - begun)
    return median(taken) * 1000, (time.process_time() - own) / times * 1000
