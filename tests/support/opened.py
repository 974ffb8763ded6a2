"""A database opened for one piece of work: by tests that start processes, and have no loop of their own."""

from collections.abc import Awaitable, Callable
from typing import Any

from linkwright.db.engine import Database


async def with_database(url: str, work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Return what `work` returns of the open database."""
    database = Database(url)
    try:
        return await work(database)
    finally:
        await database.close()
