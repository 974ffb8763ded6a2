"""What the server itself has counted of statements, whoever issued them: `pg_stat_statements`."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Integer, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection


class ServerStatement(NamedTuple):
    """One statement, as the server counts it: without the way there, and the wait for a connection."""

    sql: str
    calls: int
    rows: int
    total_ms: float
    mean_ms: float
    longest_ms: float
    blocks_hit: int
    blocks_read: int


_THERE: Final = text("SELECT to_regclass('pg_stat_statements') IS NOT NULL")
_READ: Final = text(
    "SELECT query, calls, rows, total_exec_time, mean_exec_time, max_exec_time,"
    " shared_blks_hit, shared_blks_read FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid"
    " WHERE datname = current_database() AND query IS NOT NULL ORDER BY total_exec_time DESC LIMIT :most"
).bindparams(bindparam("most", type_=Integer))


async def server_statements(connection: AsyncConnection, most: int) -> list[ServerStatement] | None:
    """Return the statements that took the server most time; None where it does not count them."""
    if connection.dialect.name != "postgresql" or not await connection.scalar(_THERE):
        return None
    try:
        return [ServerStatement(*row) for row in await connection.execute(_READ, {"most": most})]
    except DBAPIError:  # Made in the database, and not loaded by the server: it answers with an error.
        return None
    finally:
        await connection.rollback()
