"""Rows by Core: what an ORM session would do one object at a time, as few statements as can be.

The verbs on the busiest path (write an email, report it sent) run these instead of a unit
of work: a session's flush costs several times what the database needs for the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, overload

from sqlalchemy import Connection, CursorResult, Executable, Result, RowMapping, Table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, class_mapper, make_transient_to_detached
from sqlalchemy.util import greenlet_spawn

from linkwright.db.base import Base
from linkwright.db.prepared import Prepared

M = TypeVar("M", bound=Base)
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

_CONNECTION = "linkwright.connection"


def table(model: type[Base]) -> Table:
    """Return the table of a model, for statements that the ORM need not see."""
    found = model.__table__
    if not isinstance(found, Table):
        raise TypeError(model)
    return found


@overload
async def run(session: AsyncSession, statement: Prepared, parameters: Parameters = None) -> Result[Any]: ...


@overload
async def run(
    session: AsyncSession, statement: Executable, parameters: Parameters = None
) -> CursorResult[Any]: ...


async def run(
    session: AsyncSession, statement: Executable | Prepared, parameters: Parameters = None
) -> Result[Any]:
    """Execute a statement in the session's transaction, past its identity map."""
    if not isinstance(statement, Prepared):
        return await greenlet_spawn(_run, session.sync_session, statement, parameters)
    connection = _known_connection(session.sync_session)
    if connection is None:
        connection = await greenlet_spawn(_connection, session.sync_session)
    return await statement.run(connection, parameters)


def _run(session: Session, statement: Executable, parameters: Parameters) -> CursorResult[Any]:
    return (_known_connection(session) or _connection(session)).execute(statement, parameters)


def _known_connection(session: Session) -> Connection | None:
    # Asking the session for its connection again and again costs more than executing does.
    connection: Connection | None = session.info.get(_CONNECTION)
    return None if connection is None or connection.closed or not connection.in_transaction() else connection


def _connection(session: Session) -> Connection:
    connection = session.connection()
    session.info[_CONNECTION] = connection
    return connection


def detached(model: type[M], values: Mapping[str, Any] | RowMapping) -> M:
    """Return a row as an object that belongs to no session: whole, and never refreshed by surprise."""
    # As the ORM's own loading does: no `__init__`, and no event for each attribute that is set.
    row: M = class_mapper(model).class_manager.new_instance()
    row.__dict__.update(values)
    make_transient_to_detached(row)
    return row
