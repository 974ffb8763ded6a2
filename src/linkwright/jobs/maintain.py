"""Upkeep: what a database needs every night, one step after the other, of which one run goes on at a time.

A step that fails does not stop the others. Each has a fair share of the time that is left, and what it leaves
over goes to the next. While a migration runs, what is left of the steps is skipped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from linkwright.db.alone import schema_is_changing
from linkwright.db.engine import Database
from linkwright.db.turns import in_turn
from linkwright.errors import InvalidInput, LinkwrightError
from linkwright.jobs import upkeep_steps, upkeep_storage
from linkwright.jobs.upkeep_steps import Did, Step, Upkeep
from linkwright.queries import maintenance as queries
from linkwright.vocabulary import MaintenanceOutcome, StepState

MAINTAINING: Final = "maintain"
"""The job of which one runs at a time."""

STEPS: Final[dict[str, Step]] = {
    "partitions": upkeep_steps.partitions,
    "roll-ups": upkeep_steps.roll_ups,
    "retention": upkeep_steps.retention,
    "archive": upkeep_steps.archive,
    "vacuum": upkeep_storage.vacuum,
    "analyze": upkeep_storage.analyze,
    "reindex": upkeep_storage.reindex,
    "checkpoint": upkeep_storage.checkpoint,
    "doctor": upkeep_steps.doctor,
}
"""In this order: what removes rows before what clears up after it."""

BUDGET: Final = timedelta(minutes=30)
KEPT: Final = timedelta(days=400)
_GRACE: Final = 10.0
_MIGRATION: Final = "A migration is running: this waits for the next run."


@dataclass(frozen=True, slots=True)
class StepReport:
    """How one step went."""

    step: str
    state: StepState
    seconds: float
    said: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class MaintenanceReport:
    """How a run went."""

    dry_run: bool
    started_at: datetime
    seconds: float
    steps: list[StepReport]

    @property
    def well(self) -> bool:
        """Whether no step failed, and nothing was found that is for a person to look at."""
        return not any(one.state is StepState.FAILED or one.wrong for one in self.steps)


async def maintain(
    upkeep: Upkeep,
    *,
    only: Collection[str] = (),
    skip: Collection[str] = (),
    budget: timedelta = BUDGET,
    told: Callable[[StepReport], None] = lambda _: None,
) -> MaintenanceReport:
    """Do every step, or those of `only`, without those of `skip`; record what was done.

    Raises:
        Conflict: another run goes on.
        InvalidInput: there is no such step, or no time.
    """
    chosen = _chosen(only, skip)
    if budget < timedelta(seconds=1):
        raise InvalidInput("budget", "must be at least a second", str(budget))
    started_at, began = upkeep.clock(), monotonic()
    end = began + budget.total_seconds()
    reports: list[StepReport] = []
    async with in_turn(upkeep.database, MAINTAINING):
        record = None if upkeep.dry_run else await _begin(upkeep.database, started_at)
        for number, name in enumerate(chosen):
            now = monotonic()
            report = await _one(upkeep, name, now + max(end - now, 0.0) / (len(chosen) - number))
            reports.append(report)
            told(report)
            if record is not None:
                await _note(upkeep.database, record, reports)
        done = MaintenanceReport(upkeep.dry_run, started_at, monotonic() - began, reports)
        if record is not None:
            failed = any(one.state is StepState.FAILED for one in reports)
            outcome = MaintenanceOutcome.FAILED if failed else MaintenanceOutcome.DONE
            async with upkeep.database.transaction() as session:
                facts = [asdict(one) for one in reports]
                await session.execute(queries.end(record, outcome.value, facts, upkeep.clock()))
    return done


def _chosen(only: Collection[str], skip: Collection[str]) -> list[str]:
    for name in (*only, *skip):
        if name not in STEPS:
            raise InvalidInput("step", f"must be one of {', '.join(STEPS)}", name)
    return [name for name in STEPS if (not only or name in only) and name not in skip]


async def _one(upkeep: Upkeep, name: str, until: float) -> StepReport:
    began = monotonic()

    def report(state: StepState, said: str, did: Did | None = None) -> StepReport:
        seconds = round(monotonic() - began, 3)
        if did is None:
            return StepReport(name, state, seconds, said)
        return StepReport(name, state, seconds, said, did.before, did.after, did.wrong)

    try:
        if await schema_is_changing(upkeep.database):
            return report(StepState.SKIPPED, _MIGRATION)
        # The step itself looks at the time; this is for one that is held up where it cannot look.
        async with asyncio.timeout(max(until - began, 0.0) + _GRACE):
            did = await STEPS[name](upkeep, until)
    except TimeoutError:
        return report(StepState.UNFINISHED, "There was no more time: the next run goes on.")
    except (LinkwrightError, OSError) as error:
        return report(StepState.FAILED, str(error))
    return report(StepState.DONE if did.finished else StepState.UNFINISHED, did.said, did)


async def _begin(database: Database, now: datetime) -> int:
    async with database.transaction() as session:
        await session.execute(queries.forget(now - KEPT))
        begun = await session.scalar(queries.BEGIN, {"started_at": now, "outcome": "running"})
    return int(begun or 0)


async def _note(database: Database, record: int, reports: list[StepReport]) -> None:
    async with database.transaction() as session:
        await session.execute(queries.note(record, [asdict(one) for one in reports]))
