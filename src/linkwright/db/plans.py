"""How the database would run a statement, asked without running it and without its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

_PLANNED: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_NUMBERED: Final = re.compile(r"\$(\d+)")
_NAME: Final = "linkwright_asked"
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'")


async def explain(connection: AsyncConnection, sql: str) -> Sequence[str]:
    """Return the plan of a statement, a line per step; none for what has no plan, or is no longer known.

    PostgreSQL is asked for the generic plan, the one for whatever values; SQLite plans without them anyway.
    Nothing must be open on the connection.
    """
    if not sql.lstrip("( ").startswith(_PLANNED):
        return ()
    ask = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
    try:
        return await ask(connection, sql)
    except (DBAPIError, asyncpg.PostgresError):
        return ()


def nulls_for(sql: str) -> tuple[None, ...]:
    """Return a NULL for each value that SQLite wants for a statement."""
    return (None,) * _QUOTED.sub("", sql).count("?")


async def _on_sqlite(connection: AsyncConnection, sql: str) -> Sequence[str]:
    try:
        # An EXPLAIN does not look whether the schema is still the one that the connection, or a statement
        # that it keeps, was planned for. A question to the schema does; a text that is new is planned anew.
        version = await connection.exec_driver_sql("PRAGMA schema_version")
        await connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        said = f"EXPLAIN QUERY PLAN /* {version.scalar()} */ {sql}"
        rows = await connection.exec_driver_sql(said, nulls_for(sql))
        steps = [(row["id"], row["parent"], row["detail"]) for row in rows.mappings()]
    finally:
        await connection.rollback()
    depth: dict[int, int] = {0: -1}
    lines = []
    for number, parent, said in steps:
        depth[number] = depth.get(parent, -1) + 1
        lines.append("  " * depth[number] + said)
    return lines


async def _on_postgresql(connection: AsyncConnection, sql: str) -> Sequence[str]:
    # EXPLAIN (GENERIC_PLAN) would be shorter, and is refused before version 16.
    number = max(map(int, _NUMBERED.findall(_QUOTED.sub("", sql))), default=0)
    values = f"({', '.join(['NULL'] * number)})" if number else ""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    asking = driver.transaction()
    await asking.start()
    try:
        await driver.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await driver.execute(f"PREPARE {_NAME} AS {sql}")
        try:
            rows = await driver.fetch(f"EXPLAIN EXECUTE {_NAME}{values}")
        finally:
            # A prepared statement outlives its transaction.
            await driver.execute(f"DEALLOCATE {_NAME}")
        return [row[0] for row in rows]
    finally:
        await asking.rollback()
