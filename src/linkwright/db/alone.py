"""A connection for changing the schema: one program at a time, and never a hung site.

Several processes may start an upgrade in the same second. On SQLite the file's own write lock
queues them; PostgreSQL gets an advisory lock of our own. Foreign keys rest on SQLite while the
schema changes, because rebuilding a table drops the old one, which would delete its children.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Final

from sqlalchemy import URL, NullPool, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from linkwright.db.engine import Database
from linkwright.db.integrity import translated_errors
from linkwright.db.sqlite_connections import connect
from linkwright.db.urls import async_url
from linkwright.errors import DatabaseUnavailable

PATIENCE: Final = 300.0
"""Seconds to wait for another process that is changing the schema."""

# Not Alembic's `alembic_version`: Linkwright may live in the database of a program that has its own.
VERSION_TABLE: Final = "linkwright_version"

_LOCK: Final = int.from_bytes(b"lnkwrght")  # Any number will do, as long as it stays.
_BETWEEN_TRIES: Final = 0.1
# A lock that is not had in 5 seconds is given up, or everybody else would queue behind it.
_LIMITS: Final = ("SET lock_timeout = '5s'", "SET statement_timeout = '10min'")


@asynccontextmanager
async def alone(url: str, *, patience: float = PATIENCE) -> AsyncIterator[AsyncConnection]:
    """Open a connection that no other changer of the schema has at the same time.

    On SQLite it is inside one transaction, committed at the end: the file is never half
    changed. On PostgreSQL it is outside of any, so that a long way can go step by step.

    Raises:
        DatabaseUnavailable: somebody else did not finish within `patience` seconds, or the
            database cannot be reached or written.
    """
    target = async_url(url)
    engine = _sqlite(target, patience) if target.get_backend_name() == "sqlite" else _postgresql(target)
    try:
        with translated_errors():
            async with engine.connect() as connection:
                if engine.dialect.name == "sqlite":
                    async with connection.begin():
                        yield connection
                        await _foreign_keys_hold(connection)
                else:
                    await _take_turns(connection, patience)
                    yield connection
    finally:
        await engine.dispose()  # The advisory lock ends with its connection.


async def schema_is_changing(database: Database) -> bool:
    """Say whether some program is changing the schema just now. On SQLite it then has the whole file."""
    if database.dialect == "sqlite":
        return False
    with translated_errors():
        async with database.engine.connect() as connection:
            if not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
                return True
            await connection.scalar(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            return False


def _sqlite(url: URL, patience: float) -> AsyncEngine:
    engine = create_async_engine(
        url, poolclass=NullPool, connect_args={"timeout": patience, "async_creator_fn": connect}
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        # Only outside of a transaction, or SQLite ignores it without a word.
        connection.execute("PRAGMA foreign_keys = OFF")
        if _is_ours_or_empty(connection):
            # Written into the file for good: whoever opens it first, a reader perhaps, finds it so.
            connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

    return engine


def _is_ours_or_empty(connection: Any) -> bool:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master").fetchall()}
    return not tables or VERSION_TABLE in tables


async def _foreign_keys_hold(connection: AsyncConnection) -> None:
    broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise DatabaseUnavailable(
            f"The change would leave {broken.table} with rows whose {broken.parent} row is not there.",
            "Nothing was changed; run `linkwright doctor` first.",
        )


def _postgresql(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        poolclass=NullPool,
        connect_args={"server_settings": {"application_name": "linkwright migration", "timezone": "UTC"}},
    )


async def _take_turns(connection: AsyncConnection, patience: float) -> None:
    # Polled, not waited for: a waiter inside pg_advisory_lock holds a transaction open, and an
    # index that somebody builds online waits for every open transaction. Both would wait for good.
    deadline = monotonic() + patience
    while not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
        await connection.rollback()
        if monotonic() > deadline:
            raise DatabaseUnavailable("Another process is changing the schema.", "Try again when it is done.")
        await asyncio.sleep(_BETWEEN_TRIES)
    # Only now: the rollbacks above would have unset them.
    for limit in _LIMITS:
        await connection.execute(text(limit))
    await connection.commit()
