"""Values of rows as they are carried out of a database and into it again, the same on both."""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Insert,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    bindparam,
    cast,
    insert,
)
from sqlalchemy.dialects import postgresql

from linkwright.db.types import Json, UtcDateTime

_KINDS: Final[tuple[tuple[type[Any], str], ...]] = (
    (UtcDateTime, "moment"),
    (Json, "json"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Float, "real"),
    (Numeric, "real"),
    (Date, "date"),
    (LargeBinary, "bytes"),
)


def kind_of(column: Column[Any]) -> str:
    """Return what an archive calls the type of a column."""
    return next((kind for type_, kind in _KINDS if isinstance(column.type, type_)), "text")


def carried(column: Column[Any]) -> Any:
    """Return a column as it is read to be carried out: JSON as the database's own text of it.

    Parsed and written again, 1.0 may become 1, and a key may change its place.
    """
    return cast(column, Text).label(column.key) if isinstance(column.type, Json) else column


def put_back(table: Table, names: list[str], *, skip: bool = False) -> Insert:
    """Return the statement that inserts carried rows; with `skip`, not those that are there."""
    # PostgreSQL's class: SQLite's compiler reads the same ON CONFLICT clause.
    statement = postgresql.insert(table) if skip else insert(table)
    values = {name: _brought(table.c[name]) for name in names}  # Called as `place` says.
    statement = statement.values(values)
    return statement.on_conflict_do_nothing() if isinstance(statement, postgresql.Insert) else statement


def place(name: str) -> str:
    """Return what the statement calls the value of a column: its own name is the compiler's."""
    return f"carried_{name}"


def _brought(column: Column[Any]) -> Any:
    if isinstance(column.type, Json):
        return cast(bindparam(place(column.key), type_=Text()), column.type)
    return bindparam(place(column.key), type_=column.type)
