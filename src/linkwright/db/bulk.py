"""Many rows at once, past the ORM: `executemany` on SQLite, COPY on PostgreSQL.

The rows are checked before they come here, so nothing is converted that need not be. The ids
are taken first and written with the rows: a caller knows them without reading anything back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from time import perf_counter
from typing import Any, Final, cast

import asyncpg
from sqlalchemy import Column, Integer, Numeric, String, Table, bindparam, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from linkwright.db.base import Base
from linkwright.db.planning import forget_plans, plan_anew
from linkwright.db.types import Json, UtcDateTime, dump_json
from linkwright.db.watching import watcher_of

_PAST = text(
    "SELECT setval(seq, greatest(:highest, nextval(seq)))"
    " FROM (SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass) AS seq) AS own"
).bindparams(bindparam("table", type_=String), bindparam("highest", type_=Integer))

_TO_MICROSECONDS: Final = len("2026-11-24 09:00:00.000000")
_PUT_AT_ONCE: Final = 2000

Row = Sequence[Any]
Convert = Callable[[Any], Any]

# Both are told the table's name: the first under SQLite's one write lock, so nobody else takes the ids.
_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :table").bindparams(
    bindparam("table", type_=String)
)
_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :number)"
).bindparams(bindparam("table", type_=String), bindparam("number", type_=Integer))


async def insert_many(
    session: AsyncSession, model: type[Base], columns: Sequence[str], rows: Sequence[Row]
) -> Sequence[int]:
    """Insert rows whose values stand in the order of `columns`, and return their new ids.

    Where `columns` has "id", the rows bring their own; a table without numbers gives none. What
    the session has not flushed is not seen, and objects that it holds do not learn of the rows.
    """
    if not rows:
        return ()
    if "id" in columns or "id" not in model.__table__.c:
        place = columns.index("id") if "id" in columns else None
        ids: Sequence[int] = [] if place is None else [row[place] for row in rows]
        await _insert(session, model, columns, rows)
    else:
        ids = await next_ids(session, model, len(rows))
        await _insert(
            session, model, ["id", *columns], [(id_, *row) for id_, row in zip(ids, rows, strict=True)]
        )
    return ids


async def put_back_many(
    session: AsyncSession, table: Table, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    """Insert rows as `carried` reads them, their ids with them. Rows of the table may point at later ones."""
    connection = await session.connection()
    converters = [_carried_converter(table.c[name], connection.dialect.name) for name in columns]
    ready = _converted(rows, converters)
    if connection.dialect.name != "sqlite":
        await forget_plans(connection)
        await _copy(connection, table, columns, ready)
        return
    await connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # Until the transaction ends.
    while some := list(islice(ready, _PUT_AT_ONCE)):
        await connection.exec_driver_sql(_insert_statement(table, columns), some)


def takes_moments_in_words(session: AsyncSession) -> bool:
    """Say whether `put_back_many` takes days and moments as text."""
    return session.get_bind().dialect.name == "sqlite"


async def next_ids(session: AsyncSession, model: type[Base], number: int) -> Sequence[int]:
    """Take ids for rows that are about to be inserted; the next caller gets others."""
    table = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        last = await session.scalar(_LAST_ID, {"table": table}) or 0
        return range(last + 1, last + 1 + number)
    return (await session.scalars(_NEXT_IDS, {"table": table, "number": number})).all()


async def keep_ids(session: AsyncSession, model: type[Base], highest: int) -> None:
    """See that ids up to `highest`, which rows bring with them, are given to nobody else."""
    # SQLite notes by itself the greatest id that a row has brought.
    if session.get_bind().dialect.name != "sqlite":
        await session.execute(_PAST, {"table": model.__tablename__, "highest": highest})


async def _insert(
    session: AsyncSession, model: type[Base], columns: Sequence[str], rows: Sequence[Row]
) -> None:
    connection = await session.connection()
    dialect = connection.dialect.name
    table = cast(Table, model.__table__)
    ready = _converted(rows, [_converter(table.c[name], dialect) for name in columns])
    if dialect == "sqlite":
        await connection.exec_driver_sql(_insert_statement(table, columns), list(ready))
    else:
        await plan_anew(connection)
        await _copy(connection, table, columns, ready)


def _insert_statement(table: Table, columns: Sequence[str]) -> str:
    names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'  # noqa: S608  (our own names)


async def _copy(
    connection: AsyncConnection, table: Table, columns: Sequence[str], ready: Iterator[Row]
) -> None:
    # A COPY goes around SQLAlchemy, whose transaction is open: the caller has said how to plan.
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None or connection.sync_connection is None:
        raise RuntimeError("the connection was taken away")
    started = perf_counter()
    try:
        done = await driver.copy_records_to_table(table.name, records=ready, columns=list(columns))
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _as_sqlalchemy_says_it(f"COPY {table.name}", error) from error
    if watcher := watcher_of(connection.sync_connection):
        said = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
        watcher.saw(said, perf_counter() - started, int(done.rpartition(" ")[2]), "none")


def _converted(rows: Iterable[Row], converters: Sequence[Convert | None]) -> Iterator[Row]:
    busy = [(place, convert) for place, convert in enumerate(converters) if convert is not None]
    for row in rows:
        values = list(row)
        for place, convert in busy:
            if values[place] is not None:
                values[place] = convert(values[place])
        yield tuple(values)


def _converter(column: Column[Any], dialect: str) -> Convert | None:
    """Return what makes a value of the column one of the driver, or None where it is one already."""
    if isinstance(column.type, Json):
        return dump_json
    if isinstance(column.type, UtcDateTime) and dialect == "sqlite":
        return _sqlite_moment
    if isinstance(column.type, Numeric) and not column.type.asdecimal and dialect == "postgresql":
        return _decimal
    return None


def _carried_converter(column: Column[Any], dialect: str) -> Convert | None:
    """The same for a value as it is carried: JSON is text already."""
    return None if isinstance(column.type, Json | UtcDateTime) else _converter(column, dialect)


def _sqlite_moment(moment: Any) -> str:
    # The spelling of SQLAlchemy's own DateTime, on which comparisons of text depend: without the zone.
    return str(UtcDateTime.in_utc(moment).isoformat(" ", "microseconds")[:_TO_MICROSECONDS])


def _decimal(number: float) -> Decimal:
    return Decimal(repr(number))


class _DriverSaid(Exception):
    """A driver's error in the shape in which SQLAlchemy hands it on."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        # Values of a wrong type are refused by the driver itself, without a code.
        self.sqlstate = getattr(error, "sqlstate", None) or (
            "22000" if isinstance(error, asyncpg.DataError) else "08000"
        )
        self.__cause__ = error


def _as_sqlalchemy_says_it(statement: str, error: Exception) -> DBAPIError:
    said = _DriverSaid(error)
    kind = IntegrityError if said.sqlstate.startswith("23") else DBAPIError
    return kind(statement, None, said)
