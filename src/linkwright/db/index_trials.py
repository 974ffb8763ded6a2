"""Would the database use an index that it does not have? Asked without making it.

SQLite is asked in a copy of the schema and its statistics, in memory. PostgreSQL is asked with HypoPG,
where that is installed: an index that only the planner of this one connection believes in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.db.plans import explain, nulls_for


async def would_use(connection: AsyncConnection, sql: str, table: str, columns: Sequence[str]) -> bool | None:
    """Return whether a statement would be run with an index; None where nobody can be asked."""
    if connection.dialect.name == "sqlite":
        return await _in_a_copy(connection, sql, create_index(table, columns))
    return await _with_hypopg(connection, sql, create_index(table, columns))


def create_index(table: str, columns: Sequence[str]) -> str:
    """Return the statement that makes an index on columns, under the name that it is tried by.

    >>> create_index("backlinking_emails", ["campaign_id", "sent_at"])
    'CREATE INDEX ix_emails_campaign_id_sent_at ON backlinking_emails (campaign_id, sent_at)'
    """
    name = f"ix_{table.removeprefix('backlinking_')}_{'_'.join(columns)}"[:63]
    return f"CREATE INDEX {name} ON {table} ({', '.join(columns)})"


async def _in_a_copy(connection: AsyncConnection, sql: str, making: str) -> bool:
    schema = (
        await connection.scalars(
            text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'")
        )
    ).all()
    known = await connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"))
    statistics = (
        (await connection.execute(text("SELECT tbl, idx, stat FROM sqlite_stat1"))).all() if known else []
    )
    await connection.rollback()
    with closing(sqlite3.connect(":memory:")) as copy:
        for each in schema:
            copy.execute(each)
        copy.execute("ANALYZE")
        copy.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", map(tuple, statistics))
        copy.execute("ANALYZE sqlite_schema")  # Reads them.
        copy.execute(making)
        plan = copy.execute(f"EXPLAIN QUERY PLAN {sql}", nulls_for(sql)).fetchall()
    return any(f" {making.split()[2]} " in f"{row[3]} " for row in plan)


async def _with_hypopg(connection: AsyncConnection, sql: str, making: str) -> bool | None:
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        name = await driver.fetchval("SELECT indexname FROM hypopg_create_index($1)", making)
    except asyncpg.PostgresError:  # It is not there, or may not be used.
        return None
    try:
        return any(name in line for line in await explain(connection, sql))
    finally:
        await driver.execute("SELECT hypopg_reset()")
