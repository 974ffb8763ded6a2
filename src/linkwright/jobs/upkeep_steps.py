"""The steps of upkeep: each measures, does what is worth doing until its time is over, and says what it did.

Each is safe to kill and to run again; what it could not finish is found again by measuring.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from time import monotonic
from typing import Any, Final

from sqlalchemy import text

from linkwright.archive.storage import Storage
from linkwright.clock import Clock, utc_now
from linkwright.db.engine import Database
from linkwright.errors import DatabaseUnavailable
from linkwright.jobs.archive_run import Archiving
from linkwright.jobs.keep_months import keep_months
from linkwright.jobs.retention import Amount, apply_retention, plan_retention
from linkwright.jobs.roll_up import roll_up
from linkwright.monitoring.checks import ask
from linkwright.monitoring.doctor import all_checks
from linkwright.queries import maintenance as queries
from linkwright.service import BacklinkingDatabaseService

_NEVER: Final = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What every step is given."""

    database: Database
    storage: Storage
    clock: Clock = utc_now
    dry_run: bool = False
    archive_after: timedelta | None = None
    rewrite: bool = False
    progress: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Did:
    """What a step did, or would do: in words, and in numbers before and after."""

    said: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    finished: bool = True
    wrong: bool = False
    """Whether what it found is for a person to look at."""


def number_of(number: int, noun: str, several: str | None = None) -> str:
    """Return how many things in words.

    >>> number_of(1, "index", "indexes"), number_of(1200, "row")
    ('1 index', '1,200 rows')
    """
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


Step = Callable[[Upkeep, float], Awaitable[Did]]
"""Takes until when it may take, as `time.monotonic` tells it."""


async def partitions(upkeep: Upkeep, until: float) -> Did:
    """Move rows to their months, make the months ahead, drop empty ones."""
    if upkeep.database.dialect == "sqlite":
        return Did("SQLite keeps each table in one piece: there is nothing to do.")
    today = upkeep.clock().astimezone(UTC).date()
    kept = await keep_months(
        upkeep.database,
        today,
        dry_run=upkeep.dry_run,
        until=until,
        progress=lambda rows: upkeep.progress(f"{rows:,} rows copied"),
    )
    rows = sum(one.moved.rows for one in kept)
    made, dropped = (sum(len(getattr(one, name)) for one in kept) for name in ("made", "dropped"))
    to = sum(len(one.moved.months) for one in kept)
    finished = all(one.moved.finished for one in kept)
    return Did(
        f"{number_of(rows, 'row')} to {number_of(to, 'month')} of their own, {made} months made ahead,"
        f" {dropped} empty ones dropped.",
        {"waiting": rows},
        {
            "made": [name for one in kept for name in one.made],
            "dropped": [name for one in kept for name in one.dropped],
            "moved_to": [name for one in kept for name in one.moved.months],
            "locked_seconds": round(max((one.moved.locked for one in kept), default=0.0), 3),
        },
        finished=finished,
    )


async def roll_ups(upkeep: Upkeep, until: float) -> Did:
    """Bring the analytics of every campaign up to date, those first of which it is longest ago."""
    async with upkeep.database.reading() as session:
        campaigns = [(row.id, row.name) for row in await session.execute(queries.rolled_up_longest_ago())]
    if upkeep.dry_run:
        return Did(f"{number_of(len(campaigns), 'campaign')} to look at.")
    service = BacklinkingDatabaseService(upkeep.database, clock=upkeep.clock)
    done, written = 0, 0
    for campaign in campaigns:
        if monotonic() > until:
            break
        upkeep.progress(campaign[1])
        written += sum(one.records for one in await roll_up(service, [campaign]))
        done += 1
    return Did(
        f"{done} of {number_of(len(campaigns), 'campaign')} looked at,"
        f" {number_of(written, 'record')} written.",
        {"campaigns": len(campaigns)},
        {"campaigns": done, "records": written},
        finished=done == len(campaigns),
    )


async def retention(upkeep: Upkeep, until: float) -> Did:
    """Remove what the policies say has been kept for long enough."""
    database, clock = upkeep.database, upkeep.clock
    if upkeep.dry_run:
        due = [amount for amount in await plan_retention(database, clock=clock) if amount.rows]
        return Did(f"{number_of(sum(one.rows for one in due), 'row')} to remove.", _amounts(due))
    applied = await apply_retention(
        database,
        storage=upkeep.storage,
        clock=clock,
        seconds=max(until - monotonic(), 0.0),
        progress=upkeep.progress,
    )
    said = f"{number_of(sum(one.rows for one in applied.removed), 'row')} removed."
    if applied.left:
        said += f" {number_of(len(applied.left), 'policy', 'policies')} not to the end: {applied.left[0][1]}."
    return Did(
        said,
        {},
        _amounts(applied.removed) | {"longest_lock_seconds": round(applied.longest_seconds, 3)},
        finished=applied.done,
    )


def _amounts(amounts: Iterable[Amount]) -> dict[str, Any]:
    found: dict[str, int] = {}
    for one in amounts:
        found[one.what] = found.get(one.what, 0) + one.rows
    return found


async def archive(upkeep: Upkeep, until: float) -> Did:  # noqa: ARG001  (a campaign is moved whole)
    """Finish archives that were broken off; begin new ones where it was asked for."""
    older_than = upkeep.archive_after or _NEVER
    archiving = Archiving(upkeep.database, upkeep.storage, clock=upkeep.clock, progress=upkeep.progress)
    moved = await archiving.run(older_than, dry_run=upkeep.dry_run)
    gone = [one for one in moved if one.skipped is None]
    skipped = len(moved) - len(gone)
    return Did(
        f"{number_of(len(gone), 'campaign')} {'would be' if upkeep.dry_run else ''} archived,"
        f" {skipped} skipped.".replace("  ", " "),
        {},
        {"campaigns": len(gone), "skipped": skipped, "rows": sum(one.rows for one in gone)},
    )


async def doctor(upkeep: Upkeep, until: float) -> Did:
    """Ask the doctor's questions one by one, as many as there is time for; mend nothing."""
    checks = list(all_checks())
    if upkeep.dry_run:
        return Did(f"{number_of(len(checks), 'check')} to make, as far as there is time.")
    done, faults = 0, []
    for check in checks:
        left = until - monotonic()
        if left <= 0:
            break
        upkeep.progress(check.name)
        try:
            async with upkeep.database.reading() as session:
                if upkeep.database.dialect == "postgresql":
                    await session.execute(text(f"SET LOCAL statement_timeout = {int(left * 1000) + 1:d}"))
                fault = await ask(session, check, shown=0)
        except DatabaseUnavailable:
            if monotonic() < until:
                raise
            break  # It was stopped because its time was over.
        done += 1
        if fault is not None:
            faults.append(fault)
    said = f"{done} of {number_of(len(checks), 'check')} made, {len(faults)} found faults."
    if faults:
        said += " Run `linkwright doctor`."
    return Did(
        said,
        {"checks": len(checks)},
        {"checks": done, "faults": {fault.check: fault.number for fault in faults}},
        finished=done == len(checks),
        wrong=bool(faults),
    )
