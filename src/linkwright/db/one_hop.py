"""SQLite with one trip to its thread per statement.

aiosqlite keeps each connection on a thread of its own, and every call waits for that thread and
for the event loop to turn. SQLAlchemy makes four such calls for a statement (cursor, execute,
fetch, close) and one for the BEGIN before it: on a busy loop that is where nearly all the time
goes. Here a statement is one call that does all four, and a BEGIN waits for the first statement
and goes with it.

Streams (`AsyncSession.stream`) keep SQLAlchemy's own cursor: they must not hold all rows.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Sequence
from typing import Any

import aiosqlite
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import EMPTY_DICT
from sqlalchemy.util.concurrency import await_


class Answer:
    """What is left of a cursor that was closed on its thread."""

    __slots__ = ("arraysize", "description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: sqlite3.Cursor, rows: Sequence[Any]) -> None:
        self.description = cursor.description
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid
        self.arraysize = cursor.arraysize
        self.rows = rows


class OneHopCursor(AsyncAdapt_dbapi_cursor):
    """A cursor that fetches everything at once and is closed before it answers."""

    __slots__ = ()

    # Which of its base's calls would go to the thread: none is left.
    _awaitable_cursor_close = False

    def __init__(self, adapt_connection: Any) -> None:
        # Not the base's own: that one makes a cursor on the thread, and waits for it.
        self._adapt_connection = adapt_connection
        self._cursor = _NOTHING_YET
        self._soft_closed_memoized = EMPTY_DICT
        self._rows = deque()

    def execute(self, operation: Any, parameters: Any = None) -> None:
        """Run a statement and take all that it answers."""
        self._run(operation, parameters or (), many=False)

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        """Run a statement for each row of parameters."""
        self._run(operation, seq_of_parameters, many=True)

    def close(self) -> None:
        """Forget the rows; the cursor itself is closed already."""
        self._rows.clear()

    def _run(self, statement: str, parameters: Sequence[Any], *, many: bool) -> None:
        connection: Any = self._adapt_connection
        try:
            answer = await_(connection.hop(statement, parameters, many=many))
        except Exception as error:  # noqa: BLE001  (the adapter tells driver errors from others)
            connection._handle_exception(error)  # noqa: SLF001  (as its own cursor does)
        self._cursor = answer
        self._rows = deque(answer.rows)


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose BEGIN travels with the first statement after it."""

    __slots__ = ("_begin",)

    _cursor_cls = OneHopCursor  # type: ignore[assignment]  # its base has no more in it than ours

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._begin: str | None = None

    def begin_with(self, statement: str) -> None:
        """Begin a transaction as soon as there is something to do in it."""
        self._begin = statement

    def cursor(self, server_side: bool = False) -> Any:  # noqa: FBT001, FBT002  (the adapter's signature)
        """Return a cursor; a stream reads through the driver's own, so its BEGIN goes ahead."""
        if server_side and self._begin is not None:
            statement, self._begin = self._begin, None
            self.execute(statement)
        return super().cursor(server_side)

    def commit(self) -> None:
        """End the transaction. One that never did anything was never begun."""
        if not self._unused():
            super().commit()

    def rollback(self) -> None:
        """Undo the transaction. The pool asks for this on each return, mostly with nothing to undo."""
        if not self._unused():
            super().rollback()

    def _unused(self) -> bool:
        self._begin = None
        connection = self._connection._connection  # noqa: SLF001  (None once it was closed)
        return connection is None or not connection.in_transaction

    async def hop(self, statement: str, parameters: Sequence[Any], *, many: bool) -> Answer:
        """Do all that a statement needs in one call on the connection's thread."""
        begin, self._begin = self._begin, None
        driver: Any = self._connection
        answer: Answer = await driver._execute(_on_thread, driver._conn, begin, statement, parameters, many)  # noqa: SLF001
        return answer


def _on_thread(
    connection: sqlite3.Connection,
    begin: str | None,
    statement: str,
    parameters: Sequence[Any],
    many: bool,  # noqa: FBT001  (aiosqlite passes places, not names)
) -> Answer:
    if begin is not None:
        connection.execute(begin)
    cursor = connection.cursor()
    try:
        if many:
            cursor.executemany(statement, parameters)
            return Answer(cursor, ())
        cursor.execute(statement, parameters)
        return Answer(cursor, cursor.fetchall() if cursor.description else ())
    finally:
        cursor.close()


_NOTHING_YET: Any = type(
    "Nothing", (), {"description": None, "rowcount": -1, "lastrowid": 0, "arraysize": 1}
)()


class OneHopDriver(AsyncAdapt_aiosqlite_dbapi):
    """The driver module that SQLAlchemy is given: aiosqlite, but for its connections."""

    def connect(self, *arguments: Any, **options: Any) -> OneHopConnection:
        """Open a connection."""
        plain = super().connect(*arguments, **options)
        return OneHopConnection(self, plain._connection)  # noqa: SLF001  (the same one, in other clothes)


def one_hop_driver() -> OneHopDriver:
    """Return the driver for `create_async_engine(..., module=...)`."""
    return OneHopDriver(aiosqlite, sqlite3)
