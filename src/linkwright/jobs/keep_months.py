"""Months kept in order: what waits goes to its month, those ahead are made, those that are empty go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from linkwright.db.default_partition import DefaultPartition, Emptied
from linkwright.db.engine import Database
from linkwright.db.partitions import (
    MONTHLY,
    drop_empty_months,
    empty_months,
    ensure_months,
    missing_months,
    months_ahead,
)
from linkwright.db.short_locks import with_short_locks


@dataclass(frozen=True, slots=True)
class MonthsKept:
    """What was done to one table; or what would be, when it was only asked for."""

    table: str
    moved: Emptied
    made: tuple[str, ...]
    dropped: tuple[str, ...]


async def keep_months(
    database: Database,
    today: date,
    *,
    dry_run: bool = False,
    until: float = float("inf"),
    progress: Callable[[int], None] = lambda _: None,
) -> list[MonthsKept]:
    """Do all three for each table that is cut by month. SQLite cuts none: the list is then empty.

    Nothing begins after `until`, as `time.monotonic` tells it, and no lock is held longer than it takes to
    rename tables. Killed at any point and run again, no row is lost or doubled.

    Raises:
        DatabaseUnavailable: somebody kept a table locked for a minute.
    """
    if database.dialect != "postgresql":
        return []
    # The months of two months ago and before: whoever is late for last month finds it.
    ended = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    engine, kept = database.engine, []
    for table in MONTHLY:
        default = DefaultPartition(engine, table, today)
        if dry_run:
            waiting = await default.waiting()
            moved = Emptied(table, sum(waiting.values()), tuple(str(month)[:7] for month in waiting))
            made = await missing_months(engine, table, *months_ahead(today))
            dropped = await empty_months(engine, table, ended)
        else:
            # First, because a month is made the faster the less waits.
            moved = await default.empty(until=until, progress=progress)
            made = await _make(engine, table, today)
            dropped = await drop_empty_months(engine, table, ended)
        kept.append(MonthsKept(table, moved, tuple(made), tuple(dropped)))
    return kept


async def _make(engine: AsyncEngine, table: str, today: date) -> list[str]:
    async def make(connection: AsyncConnection) -> list[str]:
        return await ensure_months(connection, table, *months_ahead(today))

    return await with_short_locks(engine, make)
