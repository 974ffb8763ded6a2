"""The bare side of a comparison: the statements that a service ran, played again through the bare driver.

The texts and the parameters are those that SQLAlchemy handed to the driver, so both sides ask the
database for the same work; what differs is all that stands between a verb and its driver.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiosqlite
import asyncpg
from sqlalchemy import event

from benchmarks.harness import SQLITE_PRAGMAS
from linkwright.db.engine import Database

Statement = tuple[str, Any, bool]


@dataclass
class Recording:
    """Transactions, each the statements it ran."""

    transactions: list[list[Statement]] = field(default_factory=list)

    def add(self, statement: str, parameters: Any, *, many: bool) -> None:
        """Add a statement to the transaction that is open. Beginning and ending are the driver's own."""
        if statement.split(maxsplit=1)[0] in {"BEGIN", "COMMIT", "PRAGMA"}:
            return
        if not self.transactions:
            raise RuntimeError("a statement outside of any transaction")
        self.transactions[-1].append((statement, parameters, many))

    def about(self, other: Mapping[Any, Any]) -> list[list[Statement]]:
        """The same transactions with some values put for others, such as one campaign's id for another's."""

        def put(values: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(other.get(value, value) if isinstance(value, str) else value for value in values)

        return [
            [(text, [put(row) for row in given] if many else put(given), many) for text, given, many in each]
            for each in self.transactions
        ]


@contextlib.contextmanager
def recording(database: Database) -> Iterator[Recording]:
    """Write down every statement that is run."""
    made = Recording()
    engine = database.engine.sync_engine

    def begin(_connection: Any) -> None:
        made.transactions.append([])

    def execute(*told: Any) -> None:
        _connection, _cursor, text, parameters, _context, many = told
        made.add(text, [*parameters] if many else parameters, many=many)

    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", execute)
    try:
        yield made
    finally:
        event.remove(engine, "begin", begin)
        event.remove(engine, "before_cursor_execute", execute)


class Bare:
    """An open connection of the bare driver."""

    async def play(self, transaction: Sequence[Statement]) -> None:
        """Run the statements in one transaction, and fetch what they answer."""
        raise NotImplementedError


class BareSqlite(Bare):
    """aiosqlite. `execute_fetchall` asks its thread once per statement, which is the least it can."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def play(self, transaction: Sequence[Statement]) -> None:
        connection = self._connection
        await connection.execute_fetchall("BEGIN IMMEDIATE")
        for text, parameters, many in transaction:
            if many:
                await connection.executemany(text, parameters)
            else:
                await connection.execute_fetchall(text, parameters)
        await connection.commit()


class BarePostgres(Bare):
    """asyncpg, which prepares each text once and keeps it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def play(self, transaction: Sequence[Statement]) -> None:
        connection = self._connection
        async with connection.transaction():
            for text, parameters, many in transaction:
                if many:
                    await connection.executemany(text, parameters)
                else:
                    await connection.fetch(text, *parameters)


@contextlib.asynccontextmanager
async def bare_connection(url: str, dialect: str) -> AsyncIterator[Bare]:
    """Open the bare driver on a database, as durable as Linkwright opens it."""
    if dialect == "postgresql":
        connection = await asyncpg.connect(url)
        try:
            yield BarePostgres(connection)
        finally:
            await connection.close()
        return
    path = url.removeprefix("sqlite:///")
    async with aiosqlite.connect(path, isolation_level=None) as sqlite:
        for pragma in SQLITE_PRAGMAS:
            await sqlite.execute(f"PRAGMA {pragma}")
        yield BareSqlite(sqlite)
