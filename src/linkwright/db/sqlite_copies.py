"""Copies of a whole SQLite file, made and put back while others use it.

Both ways go through SQLite's own backup, which reads one instant and writes one transaction: whoever
looks at either file sees all of the old or all of the new, whenever a process is killed.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final
from urllib.parse import quote

from linkwright.db.alone import VERSION_TABLE
from linkwright.errors import Damaged, DatabaseUnavailable, StorageUnavailable

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much; 0 where that is not known."""

_PAGES_AT_ONCE: Final = 2048
_PATIENCE: Final = 10.0


async def copy_out(source: Path, target: Path, *, progress: Progress | None = None) -> None:
    """Write one instant of the database at `source` into the empty file `target`.

    Raises:
        DatabaseUnavailable: the database cannot be read.
        StorageUnavailable: the disk of `target` is full or broken.
    """
    with _reading(source) as record:
        # The transaction that is open holds the instant: without it the copy begins anew with each
        # commit of another process, and ends when they rest.
        record.execute("BEGIN")
        record.execute("SELECT 1 FROM sqlite_master").fetchone()
        await _copied(record, target, progress, afterwards="PRAGMA journal_mode = DELETE")


async def copy_in(source: Path, target: Path, *, progress: Progress | None = None) -> None:
    """Put a copy in the place of all that is in the database at `target`, in one transaction.

    Raises:
        DatabaseUnavailable: somebody holds the database for long.
        StorageUnavailable: its disk is full or broken.
    """
    with _not_left_empty(target), _reading(source) as copy:
        await _copied(copy, target, progress, afterwards="PRAGMA journal_mode = WAL")


def checked_copy(path: Path) -> str | None:
    """Read all of a copy; return the revision of its schema, or None where it has none.

    Raises:
        Damaged: it is not a sound SQLite file, or rows miss their parents.
        StorageUnavailable: it cannot be read.
    """
    name = f"The backup {path.name}"
    try:
        with _reading(path) as copy:
            for (said,) in copy.execute("PRAGMA integrity_check(1)"):
                if said != "ok":
                    raise Damaged(name, str(said).splitlines()[-1])
            if copy.execute("PRAGMA foreign_key_check").fetchone():
                raise Damaged(name, "it has rows whose parents are not there")
            if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (VERSION_TABLE,)).fetchone():
                return None
            found = copy.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608
            return None if found is None else str(found[0])
    except sqlite3.OperationalError as error:
        raise StorageUnavailable(f"{path} cannot be read ({error}).", "Check the path.") from error
    except sqlite3.DatabaseError as error:
        raise Damaged(name, str(error)) from error


@contextmanager
def _not_left_empty(target: Path) -> Iterator[None]:
    new = not target.exists()
    try:
        yield
    except BaseException:
        if new:
            target.unlink(missing_ok=True)
        raise


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError:
        raise DatabaseUnavailable(
            "The SQLite file cannot be opened.", "Check the path, the folder and its permissions."
        ) from None
    with closing(connection):
        yield connection


async def _copied(
    source: sqlite3.Connection, target: Path, progress: Progress | None, *, afterwards: str
) -> None:
    stop, heard = Event(), [monotonic(), -1.0]

    def told(_status: int, left: int, total: int) -> None:
        if stop.is_set():
            raise InterruptedError
        if left != heard[1]:
            heard[:] = [monotonic(), left]
        elif monotonic() - heard[0] > _PATIENCE:
            # Python tries for ever where SQLite says that somebody is in the way.
            raise TimeoutError
        if progress is not None:
            progress(total - left, total)

    def work() -> None:
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            copy.execute("PRAGMA synchronous = FULL")
            source.backup(copy, pages=_PAGES_AT_ONCE, progress=told, sleep=0.05)
            copy.execute(afterwards)

    thread = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(thread)
    except asyncio.CancelledError:
        stop.set()  # Nothing may be closed under the thread's feet.
        await asyncio.wait([thread])
        raise
    except TimeoutError:
        raise DatabaseUnavailable(
            "Another process is writing to the SQLite file.",
            "Try again when it is done; use PostgreSQL for several writers.",
        ) from None
    except sqlite3.DatabaseError as error:
        raise StorageUnavailable(
            f"{target.parent} cannot take the copy ({error}).",
            "Free space or give this user write access, then run the same command again.",
        ) from error
