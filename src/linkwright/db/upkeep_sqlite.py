"""What an SQLite file needs from time to time: statistics, free pages given back, and its log written home.

On connections of its own, outside of any transaction: SQLite can do these in none.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple, TypeVar

from sqlalchemy.exc import DBAPIError

from linkwright.db.integrity import translate
from linkwright.errors import StorageUnavailable

T = TypeVar("T")

FREE_SHARE: Final = 0.25
"""Share of free pages from which on they are given back."""
FREE_BYTES: Final = 1024 * 1024

REWRITTEN: Final = 512 * 1024 * 1024
"""A larger file is not rewritten unasked: writers wait until that is done."""

_PAGES_AT_ONCE: Final = 1_000
_PATIENCE: Final = 10.0
_STEPS: Final = 1_000
_INCREMENTAL: Final = 2


class FileState(NamedTuple):
    """The file and its log, in bytes. `gives_back` says whether free pages can go one by one."""

    bytes: int
    free: int
    log: int
    gives_back: bool

    @property
    def airy(self) -> bool:
        """Whether there is enough to give back."""
        return self.free >= FREE_BYTES and self.free > FREE_SHARE * self.bytes


async def file_state(path: Path) -> FileState:
    """Measure the file."""
    return await _on(path, _measured, until=float("inf"))


async def optimize(path: Path, *, until: float) -> None:
    """Gather statistics of the tables that have changed much, from a sample of their rows."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA analysis_limit = 1000")
        connection.execute("PRAGMA optimize = 0x10002")

    await _on(path, work, until=until)


async def give_back(path: Path, *, until: float) -> bool:
    """Give free pages back, a few at a time; say whether none is left."""

    def work(connection: sqlite3.Connection) -> bool:
        while monotonic() < until:
            connection.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
            if not connection.execute("PRAGMA freelist_count").fetchone()[0]:
                return True
        return False

    return await _on(path, work, until=until)


async def rewrite(path: Path, *, until: float) -> None:
    """Write the whole file anew without its free pages; from then on these can go one by one.

    Raises:
        StorageUnavailable: the disk has no room for a second one.
    """
    state = await file_state(path)
    # The copy, and the log through which it comes home.
    if shutil.disk_usage(path.parent).free < 2 * (state.bytes - state.free):
        raise StorageUnavailable(
            f"The disk has no room to rewrite {path.name}.", "Make room of twice its size, then run it again."
        )

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")

    await _on(path, work, until=until)


async def write_home(path: Path) -> bool:
    """Write the log into the file and cut it to nothing; say whether nobody was in the way."""

    def work(connection: sqlite3.Connection) -> bool:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    return await _on(path, work, until=float("inf"))


def _measured(connection: sqlite3.Connection) -> FileState:
    size, pages, free, mode = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_size", "page_count", "freelist_count", "auto_vacuum")
    )
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    log = path.with_name(f"{path.name}-wal")
    return FileState(
        size * pages, size * free, log.stat().st_size if log.exists() else 0, mode == _INCREMENTAL
    )


async def _on(path: Path, work: Callable[[sqlite3.Connection], T], *, until: float) -> T:
    def there() -> T:
        with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
            # Asked every so many steps of the machine: whoever has no time left is interrupted.
            connection.set_progress_handler(lambda: int(monotonic() > until), _STEPS)
            connection.execute("PRAGMA synchronous = FULL")
            return work(connection)

    try:
        return await asyncio.to_thread(there)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise TimeoutError from error
        raise translate(DBAPIError(None, None, error)) from error
