"""Who may look on while statements run: told of each its text, its time, its rows, and how it was compiled.

Never its values: an onlooker is not given them. What is asked in order to watch is not watched.
SQLAlchemy's `do_execute` is the event, and not `before_cursor_execute`: for whoever listens to that one,
prepared statements take the long way.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Final, Literal, Protocol

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.ext.asyncio import AsyncEngine

from linkwright.issuer import ISSUER, WATCHERS

_WATCHER: Final = "linkwright_watcher"


Compiled = Literal["hit", "miss", "prepared", "none"]
"""Where the text of a statement came from: "none" when it was text already, or cannot be kept."""


class Watcher(Protocol):
    """What looks on."""

    def opened(self, engine: AsyncEngine) -> None:
        """Learn what the database may be asked with, beside the work."""
        ...

    def saw(
        self, text: str, seconds: float, rows: int, compiled: Compiled, error: Exception | None = None
    ) -> None:
        """Take note of a statement that has just ended. Must not raise, and must be quick.

        `seconds` are the caller's: with the way to the server, the wait for a lock and for the event loop.
        """
        ...

    async def close(self) -> None:
        """Finish, while the database can still be asked."""
        ...


def watch(engine: Engine, watcher: Watcher) -> None:
    """Let a watcher see each statement that runs on an engine's connections."""
    engine.update_execution_options(**{_WATCHER: watcher})
    for name in ("do_execute", "do_executemany"):
        event.listen(engine, name, _watched(getattr(engine.dialect, name), watcher))


def watcher_of(connection: Connection) -> Watcher | None:
    """Return who looks on, for what runs past SQLAlchemy's events."""
    watcher: Watcher | None = connection.get_execution_options().get(_WATCHER)
    return watcher if _is_watched() else None


def _is_watched() -> bool:
    return ISSUER.get() is not WATCHERS


def _watched(do: Callable[..., None], watcher: Watcher) -> Callable[..., bool]:
    def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        if not _is_watched():
            return False
        started = perf_counter()
        try:
            do(cursor, statement, parameters, context)
        except Exception as error:
            watcher.saw(statement, perf_counter() - started, 0, _compiled(context), error)
            raise
        seconds = perf_counter() - started
        # What it gave, for the drivers fetch all rows at once; or what it changed.
        rows = len(getattr(cursor, "_rows", ())) or max(cursor.rowcount, 0)
        watcher.saw(statement, seconds, rows, _compiled(context))
        return True  # It is done: SQLAlchemy need not.

    return execute


def _compiled(context: Any) -> Compiled:
    # By identity: an enumeration is slow to hash.
    where = context.cache_hit
    return "hit" if where is CacheStats.CACHE_HIT else "miss" if where is CacheStats.CACHE_MISS else "none"
