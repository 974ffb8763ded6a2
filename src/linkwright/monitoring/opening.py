"""A database as the settings say: where it is, and who looks on."""

from __future__ import annotations

from linkwright.db.engine import Database
from linkwright.db.urls import async_url
from linkwright.db.watching import Watcher
from linkwright.settings import Settings


def open_watched(settings: Settings, url: str | None = None) -> Database:
    """Return the database of the settings, or the one at `url`, watched where the settings ask for that.

    Raises:
        InvalidInput: the URL is not one of SQLite or PostgreSQL, or the folder for numbers cannot be used.
    """
    url = url or settings.database_url.get_secret_value()
    return Database(url, pool_size=settings.pool_size, watcher=_watcher(settings, url))


def _watcher(settings: Settings, url: str) -> Watcher | None:
    if settings.monitoring_folder is None:
        return None
    # What nobody asked for is not loaded.
    from linkwright.monitoring.folders import Folder  # noqa: PLC0415
    from linkwright.monitoring.recorder import Recorder  # noqa: PLC0415

    folder = Folder.of(settings.monitoring_folder, async_url(url))
    return Recorder(folder, slow_seconds=settings.slow_statement_ms / 1000)
