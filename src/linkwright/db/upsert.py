"""Insert-or-update, spelled once.

The statement is PostgreSQL's; SQLite's compiler reads the same ON CONFLICT clause, and a
test holds both spellings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import Insert, insert

from linkwright.db.base import Base


def add_to(
    model: type[Base], rows: Sequence[Mapping[str, Any]], *, key: Sequence[str], amount: str
) -> Insert:
    """Return the statement that inserts counters, or adds to those that are there."""
    statement = insert(model).values(list(rows))
    column = model.__table__.c[amount]
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={amount: column + statement.excluded[amount]}
    )


def insert_or_skip(model: type[Base], *, key: Sequence[str] | None = None) -> Insert:
    """Return the statement that inserts a row unless one with the same key is there."""
    return insert(model).on_conflict_do_nothing(index_elements=list(key) if key else None)


def insert_or_update(
    model: type[Base], values: Mapping[str, Any], *, key: Sequence[str], update: Mapping[str, Any]
) -> Insert:
    """Return the statement that inserts a row, or changes `update` where its key is taken."""
    return (
        insert(model).values(dict(values)).on_conflict_do_update(index_elements=list(key), set_=dict(update))
    )
