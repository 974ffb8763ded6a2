"""Locks on whole tables that nobody notices: had within a moment or not at all, and tried again.

Who waits for such a lock makes everybody wait who comes later. So the wait is short, shorter also than
the second after which PostgreSQL looks for a deadlock: in one, it is always this side that gives up.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from linkwright.errors import DatabaseUnavailable

T = TypeVar("T")

PATIENCE: Final = 60.0
"""Seconds after which somebody who never lets go is given up on."""

_WAIT: Final = text("SET LOCAL lock_timeout = '300ms'")
_BETWEEN_TRIES: Final = 0.5
_LOCK_NOT_AVAILABLE: Final = "55P03"
_DEADLOCK: Final = "40P01"
# A row that is copied while what it points to is deleted. Tried again, it is gone.
_NO_PARENT: Final = "23503"
_PASSES: Final = {_LOCK_NOT_AVAILABLE, _DEADLOCK, _NO_PARENT}


async def with_short_locks(
    engine: AsyncEngine, work: Callable[[AsyncConnection], Awaitable[T]], *, patience: float = PATIENCE
) -> T:
    """Do `work` in a transaction of its own, as often as it takes until all its locks were free.

    Raises:
        DatabaseUnavailable: they were not within `patience` seconds.
    """
    deadline = monotonic() + patience
    while True:
        try:
            async with engine.begin() as connection:
                await connection.execute(_WAIT)
                return await work(connection)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _PASSES:
                raise
        if monotonic() > deadline:
            raise DatabaseUnavailable(
                "Somebody has been holding a table for a long time.",
                "Look for old transactions in pg_stat_activity, and try again when they are over.",
            )
        await asyncio.sleep(_BETWEEN_TRIES)
