"""Which indexes there are, how often they were read, and about how many rows their tables have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Index(NamedTuple):
    """One index. `reads` is None where the database does not count them, and `bytes` where it cannot say."""

    table: str
    name: str
    columns: tuple[str, ...]
    unique: bool
    condition: str | None
    reads: int | None
    bytes: int | None


async def indexes(connection: AsyncConnection) -> list[Index]:
    """Return every index of the schema; those of the partitions of a table count as one."""
    rows = await connection.execute(text(_INDEXES[connection.dialect.name]))
    return [
        Index(table, name, tuple(str(columns).split("\x1f")), bool(unique), condition, reads, size)
        for table, name, columns, unique, condition, reads, size in rows
    ]


async def row_estimates(connection: AsyncConnection) -> Mapping[str, int]:
    """Return about how many rows each table has, without counting: never too few by much."""
    if connection.dialect.name == "postgresql":
        return {name: int(rows) for name, rows in await connection.execute(text(_ESTIMATES))}
    names = (await connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'"))).all()
    found = {}
    for name in names:
        last = text(f'SELECT max(rowid) FROM "{name}"')  # noqa: S608  (a name that the schema has)
        found[str(name)] = int(await connection.scalar(last) or 0)
    return found


# Columns with a separator that no name has: one spelling for both databases.
_INDEXES: Final = {
    "sqlite": """
        SELECT t.name, i.name,
            (SELECT group_concat(coalesce(x.name, '(expression)'), char(31))
             FROM pragma_index_xinfo(i.name) AS x WHERE x.key),
            i."unique",
            (SELECT substr(m.sql, instr(m.sql, ' WHERE ') + 7) FROM sqlite_master AS m
             WHERE m.name = i.name AND i.partial),
            NULL, NULL
        FROM sqlite_master AS t, pragma_index_list(t.name) AS i
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        ORDER BY t.name, i.name""",
    "postgresql": """
        SELECT t.relname, c.relname,
            (SELECT string_agg(pg_get_indexdef(x.indexrelid, k, true), chr(31) ORDER BY k)
             FROM generate_series(1, x.indnkeyatts) AS k),
            x.indisunique, pg_get_expr(x.indpred, x.indrelid),
            (SELECT coalesce(sum(s.idx_scan), 0)::bigint FROM pg_stat_user_indexes AS s
             WHERE s.indexrelid = x.indexrelid
             OR s.indexrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = x.indexrelid)),
            (SELECT sum(pg_relation_size(p.oid))::bigint FROM pg_class AS p WHERE p.oid = x.indexrelid
             OR p.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = x.indexrelid))
        FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
        WHERE t.relnamespace = current_schema()::regnamespace AND NOT c.relispartition
        ORDER BY t.relname, c.relname""",
}

# The greater of what was counted at the last ANALYZE and what is known to live: one of them may be 0 or -1.
_ESTIMATES: Final = """
    SELECT c.relname, greatest(c.reltuples, 0, coalesce(s.n_live_tup, 0)) FROM pg_class AS c
    LEFT JOIN pg_stat_user_tables AS s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"""
