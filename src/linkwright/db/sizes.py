"""How many rows a table has, and how much room it takes."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import func, select, table, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection


class TableSize(NamedTuple):
    """One table. `bytes` counts its indexes too, and is None where SQLite was built without dbstat."""

    name: str
    rows: int
    bytes: int | None


async def database_bytes(connection: AsyncConnection) -> int:
    """Return the room that the whole database takes."""
    return await connection.scalar(text(_WHOLE[connection.dialect.name])) or 0


async def table_sizes(connection: AsyncConnection, names: Iterable[str]) -> list[TableSize]:
    """Return the size of each table; the partitions of one that is cut by month count as one."""
    taken = await _bytes(connection)
    return [
        TableSize(
            name,
            await connection.scalar(select(func.count()).select_from(table(name))) or 0,
            None if taken is None else taken.get(name, 0),
        )
        for name in names
    ]


async def _bytes(connection: AsyncConnection) -> dict[str, int] | None:
    try:
        rows = await connection.execute(text(_BY_TABLE[connection.dialect.name]))
    except OperationalError as error:
        if "dbstat" in str(error.orig):
            return None
        raise
    return {str(name): int(size) for name, size in rows}


_WHOLE: Final = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}

_BY_TABLE: Final = {
    "sqlite": "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) GROUP BY tbl_name",
    # A table that is cut by month takes no room itself: its partitions do.
    "postgresql": "SELECT relname, CASE relkind"
    " WHEN 'p' THEN (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(oid))"
    " ELSE pg_total_relation_size(oid) END"
    " FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace",
}
