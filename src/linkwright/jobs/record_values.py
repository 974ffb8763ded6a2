"""One value of one column, as JSON and back, without loss, and with every rule of the column on the way back.

The rules that the database would not apply on both sides (lengths on SQLite, types of SQLite's
cells) are applied here, so that a file written by hand is refused alike everywhere.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from sqlalchemy import Boolean, Column, Float, Integer, Numeric, String

from linkwright.db.types import Json, UtcDateTime
from linkwright.errors import InvalidInput

_INTEGERS: Final = range(-(2**31), 2**31)
_LONG_INTEGERS: Final = range(-(2**63), 2**63)


def to_json(value: Any) -> Any:
    """Return a value as the file has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def from_json(column: Column[Any], value: Any, *, line: int) -> Any:
    """Return a value of the file as the column takes it.

    Raises:
        InvalidInput: it breaks a rule of the column; names the line and the column.
    """
    if value is None:
        if not column.nullable:
            raise InvalidInput(column.key, "is required", row=line)
        return None
    rule, value = _checked(column, value)
    if rule is not None:
        raise InvalidInput(column.key, rule, value, row=line)
    return value


def holds_nul(value: object) -> bool:
    """Say whether a NUL character is anywhere in a JSON value; PostgreSQL cannot store one."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, Mapping):
        return any(holds_nul(key) or holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(holds_nul, value))


def _checked(column: Column[Any], value: Any) -> tuple[str | None, Any]:
    """Return the rule that a value breaks, or None and the value."""
    kind = column.type
    if isinstance(kind, Json):
        return None, value
    if isinstance(kind, UtcDateTime):
        return _moment(value)
    if isinstance(kind, Boolean):
        return (None if isinstance(value, bool) else "must be true or false"), value
    if isinstance(value, bool):
        return "must not be true or false", value
    if isinstance(kind, Integer):
        fits = _LONG_INTEGERS if kind.__visit_name__ == "big_integer" else _INTEGERS
        return (None if isinstance(value, int) and value in fits else "must be a whole number"), value
    if isinstance(kind, Float | Numeric):
        fine = isinstance(value, int | float) and isfinite(value)
        return (None if fine else "must be a number"), value
    if isinstance(kind, String):
        return _text(kind, value), value
    raise TypeError(column)


def _text(kind: String, value: Any) -> str | None:
    if not isinstance(value, str):
        return "must be text"
    if kind.length is not None and len(value) > kind.length:
        return f"must be at most {kind.length} characters"
    return None


def _moment(value: Any) -> tuple[str | None, Any]:
    rule = "must be a moment with its time zone, such as 2026-09-15T10:00:00Z"
    if not isinstance(value, str):
        return rule, value
    try:
        moment = datetime.fromisoformat(value)
        return (None, moment.astimezone(UTC)) if moment.tzinfo is not None else (rule, value)
    except (ValueError, OverflowError):
        return rule, value
