"""Months of the tables that PostgreSQL cuts by month; on SQLite there is nothing to cut.

A row finds its month's partition by itself. One whose month has none yet lands in the default
partition, so nothing is ever refused; `default_rows` is there to be watched, because a default
partition that grows is scanned by every query that a month's partition would have spared.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

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
    there = set(await connection.scalars(_PARTITIONS, {"parent": table}))
    made = []
    for start, end in _months(first, last):
        name = f"{table}_{start.year:04}_{start.month:02}"  # %Y has no leading zeros everywhere
        if name not in there:
            await _make(connection, table, name, start, end)
            made.append(name)
    return made


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


_PARTITIONS: Final = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
    " WHERE inhparent = CAST(:parent AS regclass)"
)


async def _make(connection: AsyncConnection, table: str, name: str, start: date, end: date) -> None:
    # Made beside the table and then attached, which lets everybody go on reading and writing
    # it; CREATE TABLE ... PARTITION OF would lock them all out.
    moment = MONTHLY[table]
    bounds = f"'{start.isoformat()} 00:00+00'", f"'{end.isoformat()} 00:00+00'"
    inside = f"{moment} >= {bounds[0]} AND {moment} < {bounds[1]}"
    for statement in (
        f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)",
        f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE",
        f"INSERT INTO {name} SELECT * FROM {table}_default WHERE {inside}",  # noqa: S608  (names of this file)
        f"DELETE FROM {table}_default WHERE {inside}",  # noqa: S608
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({bounds[0]}) TO ({bounds[1]})",
    ):
        await connection.execute(text(statement))


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    start = first.replace(day=1)
    while start <= last and start.year < _LAST_YEAR:
        end = start.replace(year=start.year + start.month // _DECEMBER, month=start.month % _DECEMBER + 1)
        yield start, end
        start = end
