"""Values of rows as they are carried out of a database and into it again, the same on both."""

from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    cast,
)

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
