"""Months of the tables that PostgreSQL cuts by month; on SQLite there is nothing to cut.

A row finds its month's partition by itself. One whose month has none yet lands in the default
partition, so nothing is ever refused; `default_rows` is there to be watched, because a default
partition that grows is scanned by every query that a month's partition would have spared.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from linkwright.db.short_locks import with_short_locks
from linkwright.errors import InvalidInput

MONTHLY: Final = {"backlinking_analytics": "date", "email_events": "occurred_at"}
"""Each such table, and the column that says a row's month."""

_DECEMBER: Final = 12
_LAST_YEAR: Final = 9999


async def ensure_months(connection: AsyncConnection, table: str, first: date, last: date) -> list[str]:
    """Make the partitions of `table` from the month of `first` to that of `last`; name the new ones.

    Rows of such a month that wait in the default partition move along. Readers and writers
    of the table go on meanwhile, except for those who touch the default partition.

    Raises:
        InvalidInput: `table` is not one that is cut by month.
    """
    _known(table)
    if connection.dialect.name != "postgresql":
        return []
    # Held until the transaction ends, so that two makers of the same month take turns.
    await connection.execute(text(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE"))
    there = await partitions(connection, table)
    made = []
    for start, end in months(first, last):
        name = month_name(table, start)
        if name not in there:
            await _make(connection, table, name, start, end)
            made.append(name)
    return made


def months_ahead(today: date) -> tuple[date, date]:
    """Return a day of the first and of the last month that should be there: last month to the third next."""
    return today - timedelta(days=31), today + timedelta(days=92)


async def default_rows(connection: AsyncConnection, table: str) -> int:
    """Return how many rows wait in the default partition, for want of their month's."""
    _known(table)
    if connection.dialect.name != "postgresql":
        return 0
    statement = text(f"SELECT count(*) FROM {table}_default")  # noqa: S608  (a name of this file)
    return await connection.scalar(statement) or 0


def _known(table: str) -> None:
    if table not in MONTHLY:
        raise InvalidInput("table", f"must be one of {', '.join(MONTHLY)}", table)


async def partitions(connection: AsyncConnection, table: str) -> list[str]:
    """Name the partitions of a table."""
    return list(await connection.scalars(_PARTITIONS, {"parent": table}))


_PARTITIONS: Final = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
    " WHERE inhparent = CAST(:parent AS regclass) ORDER BY 1"
)


async def _make(connection: AsyncConnection, table: str, name: str, start: date, end: date) -> None:
    # Made beside the table and then attached, which lets everybody go on reading and writing
    # it; CREATE TABLE ... PARTITION OF would lock them all out.
    moment = MONTHLY[table]
    first, after = f"'{bound(start)}'", f"'{bound(end)}'"
    inside = f"{moment} >= {first} AND {moment} < {after}"
    for statement in (
        f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)",
        f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE",
        f"INSERT INTO {name} SELECT * FROM {table}_default WHERE {inside}",  # noqa: S608  (names of this file)
        f"DELETE FROM {table}_default WHERE {inside}",  # noqa: S608
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({after})",
    ):
        await connection.execute(text(statement))


async def drop_empty_months(engine: AsyncEngine, table: str, before: date) -> list[str]:
    """Drop the partitions of months that ended by `before` and hold no row; name them.

    Whoever still writes a row of such a month finds the default partition. DETACH ... CONCURRENTLY would
    spare the lock on the whole table, but PostgreSQL refuses it where there is a default partition.

    Raises:
        DatabaseUnavailable: the lock was not free for a minute.
    """
    dropped = []
    for name in await empty_months(engine, table, before):

        async def drop(connection: AsyncConnection, name: str = name) -> bool:
            await lock_all(connection, table)
            # Looking through dead rows under the lock must not take long either.
            await connection.execute(text("SET LOCAL statement_timeout = '1s'"))
            if await connection.scalar(_any_row(name)):
                return False
            await connection.execute(text(f"DROP TABLE {name}"))
            return True

        if await with_short_locks(engine, drop):
            dropped.append(name)
    return dropped


async def empty_months(engine: AsyncEngine, table: str, before: date) -> list[str]:
    """Name the partitions of months that ended by `before` and hold no row just now."""
    _known(table)
    if engine.dialect.name != "postgresql":
        return []
    async with engine.begin() as connection:
        return [
            name
            for name in await partitions(connection, table)
            if (start := month_of(table, name)) is not None
            and next(months(start, start))[1] <= before
            and not await connection.scalar(_any_row(name))
        ]


async def missing_months(engine: AsyncEngine, table: str, first: date, last: date) -> list[str]:
    """Name the partitions that `ensure_months` would make."""
    _known(table)
    async with engine.begin() as connection:
        there = await partitions(connection, table)
    return [name for start, _ in months(first, last) if (name := month_name(table, start)) not in there]


async def lock_all(connection: AsyncConnection, table: str) -> None:
    """Keep everybody out of `table` and of those it refers to: dropping a part of it needs both.

    In the order of those who write: the parents first.
    """
    referred = await connection.scalars(_REFERRED, {"name": table})
    await connection.execute(text(f"LOCK TABLE {', '.join([*referred, table])} IN ACCESS EXCLUSIVE MODE"))


_REFERRED: Final = text(
    "SELECT DISTINCT CAST(CAST(confrelid AS regclass) AS text) FROM pg_constraint"
    " WHERE conrelid = CAST(:name AS regclass) AND contype = 'f' AND conparentid = 0 ORDER BY 1"
)


def _any_row(name: str) -> TextClause:
    return text(f"SELECT EXISTS (SELECT FROM {name})")  # noqa: S608  (a name of this file)


def month_of(table: str, name: str) -> date | None:
    """Return the first day of the month that a partition of `table` is called after."""
    found = re.fullmatch(rf"{table}_(\d{{4}})_(\d\d)", name)
    return None if found is None else date(int(found[1]), int(found[2]), 1)


def month_name(table: str, start: date) -> str:
    """Return what the partition of a month is called."""
    return f"{table}_{start.year:04}_{start.month:02}"  # %Y has no leading zeros everywhere


def bound(day: date) -> str:
    """Return the first instant of a UTC day, as PostgreSQL reads it."""
    return f"{day.isoformat()} 00:00+00"


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the first day of each month from that of `first` to that of `last`, and of the month after it."""
    start = first.replace(day=1)
    while start <= last and start.year < _LAST_YEAR:
        end = start.replace(year=start.year + start.month // _DECEMBER, month=start.month % _DECEMBER + 1)
        yield start, end
        start = end
