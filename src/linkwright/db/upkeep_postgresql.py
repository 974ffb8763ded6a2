"""What PostgreSQL needs from time to time: statistics, room for new rows, and indexes without air.

A server's autovacuum does the first two where it gets round to it, for partitions one by one and never for
the whole table that they make up; it never rebuilds an index. Everything here is measured first.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

ANALYZE_SHARE: Final = 0.1
"""Share of a table's rows that changed since its statistics, from which on these are stale."""

DEAD_SHARE: Final = 0.1
"""Share of dead rows, and the number below it is not worth the trouble."""
DEAD_ROWS: Final = 1_000

AIR: Final = 2.0
"""From so many times the size that it would have when new an index is rebuilt, if it is large enough."""
LARGE_INDEX: Final = 8 * 1024 * 1024


class TableState(NamedTuple):
    """A table, or a partition of `parent`, by the server's own count."""

    name: str
    parent: str | None
    live: int
    dead: int
    changed: int
    analyzed: bool
    bytes: int

    @property
    def stale(self) -> bool:
        """Whether the statistics are of another table than this has become."""
        never = not self.analyzed and self.live > 0
        return never or self.changed > 50 + ANALYZE_SHARE * self.live

    @property
    def littered(self) -> bool:
        """Whether there are dead rows enough to clear away."""
        return self.dead > DEAD_ROWS + DEAD_SHARE * self.live


class IndexState(NamedTuple):
    """An index, its size, and what it would be when built anew, as far as that can be told."""

    name: str
    table: str
    bytes: int
    expected: int

    @property
    def airy(self) -> bool:
        """Whether it is worth building anew."""
        return self.bytes >= LARGE_INDEX and self.bytes > AIR * self.expected


async def table_states(connection: AsyncConnection, names: Iterable[str]) -> list[TableState]:
    """Return the tables, those that are cut by month as their partitions."""
    found = await connection.execute(_TABLES, {"names": list(names)})
    return [TableState(*row) for row in found]


async def index_states(connection: AsyncConnection, names: Iterable[str]) -> list[IndexState]:
    """Return the indexes of the tables that are large enough to matter.

    What one would be: each entry has 12 bytes and its columns, and pages are filled to nine tenths.
    PostgreSQL keeps equal values once, so a real one is often smaller; pgstattuple, where it is
    installed, knows how full the pages are.
    """
    asked = {"names": list(names), "least": LARGE_INDEX}
    found = [IndexState(*row) for row in await connection.execute(_INDEXES, asked)]
    if not await connection.scalar(_CAN_MEASURE):
        return found
    return [
        index._replace(expected=int(index.bytes * await _density(connection, index.name))) for index in found
    ]


async def sizes(connection: AsyncConnection, names: Iterable[str]) -> dict[str, int]:
    """Return the bytes of indexes by their names."""
    found = await connection.execute(_SIZES, {"names": list(names)})
    return {name: size for name, size in found}  # noqa: C416  (rows)


async def _density(connection: AsyncConnection, name: str) -> float:
    leaf = await connection.scalar(_DENSITY, {"name": name})
    return 1.0 if leaf is None or leaf != leaf else min(1.0, float(leaf) / 90)  # noqa: PLR0124  (NaN: empty)


async def leftovers(connection: AsyncConnection, names: Iterable[str]) -> list[str]:
    """Name the indexes that a rebuilding left half-made when it was killed; nobody is at them now."""
    return list(await connection.scalars(_LEFTOVERS, {"names": list(names)}))


async def at_once(connection: AsyncConnection, statement: str, until: float) -> bool:
    """Run a statement outside of a transaction; say whether its locks were free within a second.

    Raises:
        TimeoutError: it took longer than `until`.
    """
    left = max(int((until - monotonic()) * 1000), 1)
    await connection.execute(text("SET lock_timeout = '1s'"))
    await connection.execute(text(f"SET statement_timeout = {left:d}"))
    try:
        await connection.execute(text(statement))
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == _CANCELLED:
            raise TimeoutError from error
        if state != _LOCK_NOT_AVAILABLE:
            raise
        return False
    finally:
        await connection.execute(text("RESET statement_timeout"))
        await connection.execute(text("RESET lock_timeout"))
    return True


_CANCELLED: Final = "57014"
_LOCK_NOT_AVAILABLE: Final = "55P03"


def quoted(name: str) -> str:
    """Return a name as it is written in a statement."""
    return '"' + name.replace('"', '""') + '"'


_OURS: Final = """
    SELECT c.oid, c.relname, p.relname AS parent
    FROM pg_class AS c LEFT JOIN pg_inherits ON inhrelid = c.oid LEFT JOIN pg_class AS p ON p.oid = inhparent
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    AND coalesce(p.relname, c.relname) = ANY (:names)
"""


def _text(statement: str) -> Any:
    return text(statement.replace("::", "\\:\\:"))


_TABLES: Final = _text(
    f"WITH ours AS ({_OURS})"  # noqa: S608  (a text of this file)
    " SELECT ours.relname, ours.parent, n_live_tup, n_dead_tup, n_mod_since_analyze,"
    " last_analyze IS NOT NULL OR last_autoanalyze IS NOT NULL, pg_table_size(ours.oid)"
    " FROM ours JOIN pg_stat_all_tables ON relid = ours.oid ORDER BY 1"
)
_INDEXES: Final = _text(
    f"WITH ours AS ({_OURS})"  # noqa: S608
    """
    SELECT i.relname, ours.relname, pg_relation_size(i.oid),
      ceil(greatest(i.reltuples, 0) * (12 + coalesce(sum(s.avg_width), 64)) / 0.9)::bigint + 16384
    FROM ours JOIN pg_index AS x ON x.indrelid = ours.oid JOIN pg_class AS i ON i.oid = x.indexrelid
    JOIN pg_am ON pg_am.oid = i.relam AND amname = 'btree'
    LEFT JOIN pg_attribute AS a ON a.attrelid = ours.oid AND a.attnum = ANY (x.indkey)
    LEFT JOIN pg_stats AS s ON s.schemaname = current_schema() AND s.tablename = ours.relname
      AND s.attname = a.attname AND NOT s.inherited
    WHERE x.indisvalid AND pg_relation_size(i.oid) >= :least
    GROUP BY i.oid, i.relname, i.reltuples, ours.relname ORDER BY 1
    """
)
_SIZES: Final = _text(
    "SELECT relname, pg_relation_size(oid) FROM pg_class"
    " WHERE relname = ANY (:names) AND relnamespace = current_schema()::regnamespace"
)
_CAN_MEASURE: Final = text(
    "SELECT EXISTS (SELECT FROM pg_proc JOIN pg_extension ON extname = 'pgstattuple'"
    " WHERE proname = 'pgstatindex' AND pronamespace = extnamespace"
    " AND has_function_privilege(pg_proc.oid, 'EXECUTE'))"
)
_DENSITY: Final = _text("SELECT avg_leaf_density FROM pgstatindex(CAST(quote_ident(:name) AS text))")
_LEFTOVERS: Final = _text(
    f"WITH ours AS ({_OURS})"  # noqa: S608
    " SELECT i.relname FROM ours JOIN pg_index AS x ON x.indrelid = ours.oid"
    " JOIN pg_class AS i ON i.oid = x.indexrelid"
    " WHERE NOT x.indisvalid AND i.relname ~ '_cc(new|old)[0-9]*$'"
    " AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.relid = ours.oid) ORDER BY 1"
)
