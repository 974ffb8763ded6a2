"""Claim rows and take turns.

PostgreSQL locks rows; SQLite has one writer, who took the whole database at BEGIN, and
its compiler leaves the clause out.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select, Table

S = TypeVar("S", bound=Select[Any])


def held(statement: S, *tables: Table, skip_locked: bool = False) -> S:
    """Lock the rows of `tables`, in this order, against every other change.

    NO KEY UPDATE: a plain FOR UPDATE would also stop those who only insert a child, because
    the child's foreign key takes a key-share lock on its parent.

    >>> from sqlalchemy import Column, Integer, MetaData, select
    >>> from sqlalchemy.dialects import postgresql, sqlite
    >>> queue = Table("queue", MetaData(), Column("id", Integer))
    >>> statement = held(select(queue), queue, skip_locked=True)
    >>> print(str(statement.compile(dialect=postgresql.dialect())).splitlines()[-1].strip())
    FROM queue FOR NO KEY UPDATE OF queue SKIP LOCKED
    >>> "UPDATE" in str(statement.compile(dialect=sqlite.dialect()))
    False
    """
    return statement.with_for_update(key_share=True, of=list(tables), skip_locked=skip_locked)
