"""The declarative base and the few phrases that tables are written in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import Boolean, CheckConstraint, Integer, MetaData, String, column, false, func, text, true
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from linkwright.db.types import Json, Real, UtcDateTime

# PostgreSQL cuts names at 63 characters and SQLite does not; `tests/models` holds all names below that.
NAMING: Final = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        float: Real,
        dict[str, Any]: Json,
        list[str]: Json,
        list[Any]: Json,
    }

    def __repr__(self) -> str:
        """Name the row by its id, and nothing that a dead session would have to load."""
        return f"<{type(self).__name__} {self.__dict__.get('id', 'unsaved')}>"


def defaulted(
    kind: type[TypeEngine[Any]] | TypeEngine[Any],
    value: str | float | bool,  # noqa: FBT001  (a column's default)
) -> MappedColumn[Any]:
    """Return a nullable column with a default that both the program and the database apply."""
    if isinstance(value, bool):
        server: Any = true() if value else false()
    elif isinstance(value, str):
        server = value
    else:
        server = text(repr(value))
    return mapped_column(_storing_none(kind), default=value, server_default=server, nullable=True)


def _storing_none(kind: type[TypeEngine[Any]] | TypeEngine[Any]) -> TypeEngine[Any]:
    """Let a None that was said be stored as NULL; the ORM would otherwise put the default in its place."""
    return (kind() if isinstance(kind, type) else kind).evaluates_none()


def flag(*, default: bool) -> MappedColumn[bool]:
    """Return a boolean column with a default."""
    return defaulted(Boolean, default)


def word(length: int, default: str) -> MappedColumn[str]:
    """Return a short text column with a default."""
    return defaulted(String(length), default)


def count(default: int = 0) -> MappedColumn[int]:
    """Return an integer column with a default."""
    return defaulted(Integer, default)


def ratio(default: float = 0.0) -> MappedColumn[float]:
    """Return a real column with a default."""
    return defaulted(Real, default)


def written_at() -> MappedColumn[datetime]:
    """Return a moment that the database fills in when the program did not."""
    return mapped_column(_storing_none(UtcDateTime), server_default=func.current_timestamp(), nullable=True)


def one_of(name: str, values: type[StrEnum]) -> CheckConstraint:
    """Return the CHECK that holds a column to a vocabulary."""
    return CheckConstraint(column(name).in_([member.value for member in values]), name=f"{name}_known")


def between_zero_and_one(*names: str) -> list[CheckConstraint]:
    """Return a CHECK per score or rate. NaN is above 1 on PostgreSQL and NULL on SQLite."""
    return [CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{name}_ratio") for name in names]


def not_negative(*names: str) -> list[CheckConstraint]:
    """Return a CHECK per count, duration or amount."""
    return [CheckConstraint(f"{name} >= 0", name=f"{name}_positive") for name in names]


def stars(name: str) -> CheckConstraint:
    """Return the CHECK of a rating from 1 to 5."""
    return CheckConstraint(f"{name} >= 1 AND {name} <= 5", name=f"{name}_stars")


def addresses(*names: str) -> list[CheckConstraint]:
    """Return a CHECK per email address: one @ with something around it, and no space.

    The full grammar is checked where input is parsed; this keeps other programs honest.
    """
    return [
        CheckConstraint(
            f"{name} LIKE '_%@_%' AND {name} NOT LIKE '%@%@%' AND {name} NOT LIKE '% %'",
            name=f"{name}_address",
        )
        for name in names
    ]


def primary_key_id() -> MappedColumn[int]:
    """Return an integer key that the database counts up."""
    return mapped_column(Integer, primary_key=True, autoincrement=True)


def where(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Return the arguments that make an index partial on both databases."""
    return {"sqlite_where": condition, "postgresql_where": condition}
