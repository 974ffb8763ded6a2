"""Open a database and hand out transactions.

SQLite gets ONE writing connection that takes its lock at BEGIN (a transaction that read
first and wrote later would end in SQLITE_BUSY, whatever the timeout) and read-only
readers beside it, so a page view never queues behind an import. PostgreSQL gets a pool.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

import orjson
from sqlalchemy import URL, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from linkwright.db.integrity import translated_errors
from linkwright.db.one_hop import one_hop_driver
from linkwright.db.sqlite_connections import connect
from linkwright.db.types import dump_json
from linkwright.db.urls import async_url
from linkwright.db.watching import Watcher, watch
from linkwright.errors import DatabaseUnavailable

SQLITE_READERS: Final = 8
BUSY_SECONDS: Final = 10
RESTED_SECONDS: Final = 1.0


class Database:
    """One database, open: transactions to write in, and transactions that only read."""

    def __init__(self, url: str, *, pool_size: int = 16, watcher: Watcher | None = None) -> None:
        self.url: Final = async_url(url)
        self.dialect: Final = self.url.get_backend_name()
        sqlite = self.dialect == "sqlite"
        self.engine: Final = _sqlite_writer(self.url) if sqlite else _postgresql(self.url, pool_size)
        self._reader: Final = _sqlite_readers(self.url) if sqlite else self.engine
        # Closed for good: a unit of work that is kept beyond its block would begin anew, and commit nothing.
        how: Final[dict[str, Any]] = {
            "expire_on_commit": False,
            "autoflush": False,
            "close_resets_only": False,
        }
        self._writing = async_sessionmaker(self.engine, **how)
        self._reading = async_sessionmaker(self._reader, **how)
        self._closed = False
        self._watcher: Final = watcher
        if watcher is not None:
            for engine in {self.engine, self._reader}:
                watch(engine.sync_engine, watcher)
            watcher.opened(self._reader)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction: returning commits it, raising rolls it back.

        Raises:
            LinkwrightError: whatever the database refused, never a driver's own error.
        """
        self._require_open()
        with translated_errors():
            session = self._writing()
            try:
                # Rolls back also where the commit itself is broken off; a plain `commit` would leave it open.
                async with session.begin():
                    yield session
            except BaseException:
                async with session:  # Closes, also for who is cancelled meanwhile.
                    raise
            # Nothing is open any more. To close it at once spares a task and a turn of the event loop.
            session.sync_session.close()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees one instant and cannot write."""
        self._require_open()
        with translated_errors():
            async with self._reading() as session:
                if self.dialect == "postgresql":
                    await session.connection(
                        execution_options={"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
                    )
                yield session  # Closing it rolls back: there is nothing to commit.

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for questions about the database itself: nothing is begun on it."""
        self._require_open()
        with translated_errors():
            async with self._reader.connect() as connection:
                yield connection

    async def close(self) -> None:
        """Close every connection. Nothing begins after that; saying it twice is harmless."""
        if self._watcher is not None and not self._closed:
            await self._watcher.close()
        self._closed = True
        # The writer last: SQLite empties its log into the file when the last connection closes, but not when
        # that one only reads; and whoever copies the file alone would copy half of what was written.
        if self._reader is not self.engine:
            await self._reader.dispose()
        await self.engine.dispose()

    def _require_open(self) -> None:
        # A disposed pool would quietly connect again, and hold a file that somebody believes is let go.
        if self._closed:
            raise DatabaseUnavailable(
                "This service was closed.", "Open another one: BacklinkingDatabaseService.open()."
            )


def _sqlite_writer(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
        module=one_hop_driver(),
        connect_args={"timeout": BUSY_SECONDS, "async_creator_fn": connect},
    )
    _on_connect(
        engine,
        "PRAGMA foreign_keys = ON",
        "PRAGMA journal_mode = WAL",
        # A mail that was sent must not be forgotten when the power fails, or it is sent twice.
        "PRAGMA synchronous = FULL",
        # 64 MB of pages. With the default of 2 the indexes of a large campaign do not fit, and every
        # row of an import reads and writes them from the disk again.
        "PRAGMA cache_size = -65536",
        f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    )
    _begin_with(engine, "BEGIN IMMEDIATE")
    return engine


def _sqlite_readers(url: URL) -> AsyncEngine:
    path = quote(str(Path(url.database or "").absolute()))
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"}),
        pool_size=SQLITE_READERS,
        max_overflow=0,
        hide_parameters=True,
        module=one_hop_driver(),
        connect_args={"timeout": BUSY_SECONDS, "async_creator_fn": connect},
    )
    _on_connect(engine, "PRAGMA query_only = ON", f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _begin_with(engine, "BEGIN")
    return engine


def _on_connect(engine: AsyncEngine, *pragmas: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # Linkwright says BEGIN itself, below.
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()


def _begin_with(engine: AsyncEngine, statement: str) -> None:
    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.connection.dbapi_connection.begin_with(statement)


def _postgresql(url: URL, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
        json_serializer=dump_json,
        json_deserializer=orjson.loads,
        connect_args={"server_settings": {"application_name": "linkwright", "timezone": "UTC"}},
    )
    _ask_the_idle(engine)
    return engine


def _ask_the_idle(engine: AsyncEngine) -> None:
    """Ask a connection that rested whether it is still there, and take another one if not.

    The pool's own `pool_pre_ping` asks each time, three trips to the server: on the busiest path
    that is a quarter of all trips, for a connection that was in use a moment ago.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def put_down(_connection: object, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: object) -> None:
        since = record.info.get("rests_since")
        if since is None or monotonic() - since < RESTED_SECONDS:
            return
        dialect = engine.sync_engine.dialect
        try:
            dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError from error
