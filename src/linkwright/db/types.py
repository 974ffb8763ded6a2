"""Column types that mean the same on SQLite and on PostgreSQL, and refuse nonsense."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from sqlalchemy import REAL, DateTime, Dialect, Text
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from linkwright.errors import InvalidInput

# REAL is eight bytes on SQLite, where the schema comes from, and four on PostgreSQL,
# where 0.1 would come back as 0.10000000149: the meaning is kept, not the word.
Real: Final[TypeEngine[float]] = REAL().with_variant(DOUBLE_PRECISION(), "postgresql")

# A whole string, so that nothing inside one is taken for a number, or a number with an exponent above 0.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<float>-?[0-9.]+e\+[0-9]+)')


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and in UTC in Python, TIMESTAMPTZ on PostgreSQL, UTC text on SQLite.

    A naive datetime is refused: whoever made it may have meant any of forty offsets.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return `value` in UTC, without its zone for SQLite, which has none to store."""
        if value is None:
            return None
        value = self.in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    @staticmethod
    def in_utc(value: datetime) -> datetime:
        """Return an aware moment in UTC.

        Raises:
            InvalidInput: it does not say its time zone.
        """
        if value.tzinfo is None:
            raise InvalidInput("timestamp", "must say its time zone", value)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the stored moment, aware and in UTC."""
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value: TEXT on SQLite, as the schema says, and JSONB on PostgreSQL.

    SQLAlchemy's own JSON would declare a column of type JSON on SQLite, whose numeric
    affinity turns the text `5` into a number. Python's None is stored as NULL.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return JSONB for PostgreSQL and TEXT for SQLite."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: object, dialect: Dialect) -> object:
        """Return JSON text for SQLite; PostgreSQL's driver serialises by itself."""
        return value if value is None or dialect.name == "postgresql" else dump_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the stored value."""
        return value if value is None or dialect.name == "postgresql" else orjson.loads(value)


def dump_json(value: object) -> str:
    """Return `value` as JSON text.

    Raises:
        InvalidInput: it has no JSON form (NaN, a lone surrogate, a foreign type).
    """
    try:
        text = orjson.dumps(value).decode()
    except (TypeError, ValueError) as error:
        raise InvalidInput("json", f"has no JSON form: {error}") from None
    return _TOKEN.sub(_spelled_out, text) if "e+" in text else text


def _spelled_out(token: re.Match[str]) -> str:
    """Write 6.34e+16 as 63400000000000000.0: JSONB would give it back as an integer."""
    return token[0] if token["float"] is None else f"{Decimal(token[0]):f}.0"
