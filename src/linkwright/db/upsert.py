"""Insert-or-update, spelled once.

The statement is PostgreSQL's; SQLite's compiler reads the same ON CONFLICT clause, and a
test holds both spellings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, or_, true
from sqlalchemy.dialects.postgresql import Insert, insert

from linkwright.db.base import Base


def add_to(model: type[Base], *, key: Sequence[str], amount: str) -> Insert:
    """Return the statement that inserts counters, or adds to those that are there, a row at a time."""
    statement = insert(model.__table__)  # type: ignore[arg-type]  # a mapped class has a Table
    column = model.__table__.c[amount]
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={amount: column + statement.excluded[amount]}
    )


def add_and_keep_first(model: type[Base], *, key: Sequence[str], amount: str, first: str) -> Insert:
    """Return the statement that inserts counters with a first moment, or adds to those there, row by row."""
    statement = insert(model.__table__)  # type: ignore[arg-type]  # a mapped class has a Table
    new, old = statement.excluded, model.__table__.c
    earlier = case((new[first] < old[first], new[first]), else_=old[first])
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={amount: old[amount] + new[amount], first: earlier}
    )


def insert_or_skip(model: type[Base] | Table, *, key: Sequence[str] | None = None) -> Insert:
    """Return the statement that inserts a row unless one with the same key is there."""
    return insert(model).on_conflict_do_nothing(index_elements=list(key) if key else None)


def insert_or_update(
    model: type[Base],
    values: Mapping[str, Any],
    *,
    key: Sequence[str],
    update: Mapping[str, Any],
    where: ColumnElement[bool] | None = None,
) -> Insert:
    """Return the statement that inserts a row, or changes `update` where its key is taken.

    `where` is the condition of the unique index, where it has one.
    """
    return (
        insert(model)
        .values(dict(values))
        .on_conflict_do_update(index_elements=list(key), index_where=where, set_=dict(update))
    )


def insert_or_refresh(
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    columns: Sequence[str],
    touched: str,
) -> Insert:
    """Return the statement that inserts rows, or changes `columns` where the key is taken.

    A row that is as asked already is not written, so `touched` tells when it last changed.
    """
    statement = insert(model).values([dict(row) for row in rows])
    new, old = statement.excluded, model.__table__.c
    return statement.on_conflict_do_update(
        index_elements=list(key),
        set_={name: new[name] for name in (*columns, touched)},
        where=or_(*(old[name].is_distinct_from(new[name]) for name in columns)),
    )


def mark_from(
    model: type[Base] | Table,
    names: Sequence[str],
    rows: Select[Any],
    *,
    key: Sequence[str],
    set_: Mapping[str, Any],
) -> Insert:
    """Return the statement that inserts what a query finds, or changes `set_` where its key is taken.

    >>> from sqlalchemy import Column, Integer, MetaData, column, select, table
    >>> marks = Table("marks", MetaData(), Column("id", Integer), Column("at", Integer))
    >>> rows = select(column("a"), column("b")).select_from(table("t"))
    >>> statement = mark_from(marks, ["id", "at"], rows, key=["id"], set_={"at": marks.c.id})
    >>> str(statement).splitlines()[-1]
    'WHERE true ON CONFLICT (id) DO UPDATE SET at = marks.id'
    """
    # Without a WHERE, SQLite's parser would read the ON of ON CONFLICT as that of a join.
    statement = insert(model).from_select(list(names), rows.where(true()), include_defaults=False)
    return statement.on_conflict_do_update(index_elements=list(key), set_=dict(set_))
