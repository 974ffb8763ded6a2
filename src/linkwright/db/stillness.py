"""Hold still what is about to be counted: nobody writes to the tables until the transaction ends."""

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.errors import DatabaseUnavailable

_BETWEEN_TRIES: Final = 0.1
_ALL_OR_NOTHING: Final = "IN SHARE ROW EXCLUSIVE MODE NOWAIT"
_LOCK_NOT_AVAILABLE: Final = "55P03"


async def hold_still(session: AsyncSession, tables: Sequence[str], *, patience: float = 30.0) -> None:
    """Keep writers away from `tables`; readers go on. Call it before anything else in a transaction.

    SQLite's one writer has the whole file from its BEGIN. On PostgreSQL all locks are had at
    once or not at all: who waited for the second while holding the first could be waited for.

    Raises:
        DatabaseUnavailable: somebody wrote to them for longer than `patience` seconds.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    deadline = monotonic() + patience
    while True:
        try:
            async with session.begin_nested():
                await session.execute(text(f"LOCK TABLE {', '.join(tables)} {_ALL_OR_NOTHING}"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
        else:
            return
        if monotonic() > deadline:
            raise DatabaseUnavailable(
                "Others are writing without a pause.", "Try again when less is going on."
            )
        await asyncio.sleep(_BETWEEN_TRIES)
