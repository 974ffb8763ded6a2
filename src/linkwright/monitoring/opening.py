"""A database as the settings say: where it is, and who looks on."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from linkwright.db.engine import Database
from linkwright.db.urls import async_url
from linkwright.db.watching import Compiled, Watcher
from linkwright.errors import InvalidInput
from linkwright.settings import Settings

MISSING: Final = 'the extra "monitoring": pip install "linkwright[monitoring]"'


def open_watched(settings: Settings, url: str | None = None) -> Database:
    """Return the database of the settings, or the one at `url`, watched where the settings ask for that.

    Raises:
        InvalidInput: the URL is not one of SQLite or PostgreSQL, or the folder for numbers cannot be used.
    """
    url = url or settings.database_url.get_secret_value()
    watchers = _watchers(settings, url)
    watcher = watchers[0] if len(watchers) == 1 else _Several(watchers) if watchers else None
    return Database(url, pool_size=settings.pool_size, watcher=watcher)


def _watchers(settings: Settings, url: str) -> list[Watcher]:
    """Return who looks on. What nobody asked for is not loaded."""
    found: list[Watcher] = []
    if settings.monitoring_folder is not None:
        from linkwright.monitoring.folders import Folder  # noqa: PLC0415
        from linkwright.monitoring.recorder import Recorder  # noqa: PLC0415

        folder = Folder.of(settings.monitoring_folder, async_url(url))
        found.append(Recorder(folder, slow_seconds=settings.slow_statement_ms / 1000))
    if settings.tracing:
        try:
            from linkwright.monitoring.spans import Spans  # noqa: PLC0415
        except ModuleNotFoundError:
            raise InvalidInput("LINKWRIGHT_TRACING", f"needs {MISSING}") from None
        found.append(Spans(async_url(url)))
    return found


class _Several:
    """Several onlookers as one."""

    def __init__(self, watchers: list[Watcher]) -> None:
        self._watchers = watchers

    def opened(self, engine: AsyncEngine) -> None:
        for watcher in self._watchers:
            watcher.opened(engine)

    def saw(
        self, text: str, seconds: float, rows: int, compiled: Compiled, error: Exception | None = None
    ) -> None:
        for watcher in self._watchers:
            watcher.saw(text, seconds, rows, compiled, error)

    async def close(self) -> None:
        for watcher in self._watchers:
            await watcher.close()
