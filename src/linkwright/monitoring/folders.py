"""Where the numbers of many processes meet: a folder, with a file for each that lives and one for each day.

Not a table: the numbers of a database that is locked, full or gone are those that are wanted most, and
whoever writes them must not wait for it. A process writes its own file anew every few seconds; where
it ends, or a day ends, its numbers are added to the day's file under a lock. One that was killed is added
by the next that ends. Nothing in a file is a value of a statement.
"""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Final
from uuid import uuid4

import orjson
from sqlalchemy import URL

from linkwright.errors import InvalidInput
from linkwright.monitoring.statements import Numbers, together

KEPT_DAYS: Final = 30
GONE_SECONDS: Final = 900
"""After so long without a word from it, a process is taken for dead."""

_VERSION: Final = 1


class Folder:
    """The numbers of one database, in a folder of their own within the one that the settings name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # No process id alone: containers all have the same few.
        self._own = path / f"process-{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}.json"

    @classmethod
    def of(cls, settings_folder: str, url: URL) -> Folder:
        """Return the folder of a database.

        Raises:
            InvalidInput: it cannot be made, or not be written to.
        """
        name = url.set(password=None)
        if url.get_backend_name() == "sqlite":
            name = name.set(database=str(Path(url.database or "").resolve()))
        digest = blake2b(name.render_as_string().encode(), digest_size=6).hexdigest()
        folder = cls(Path(settings_folder) / f"{url.get_backend_name()}-{digest}")
        try:
            folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with folder._alone():
                pass
        except OSError as error:
            problem = (error.strerror or str(error)).lower()
            raise InvalidInput("monitoring_folder", f"cannot be written to: {problem}") from None
        return folder

    def write(self, numbers: Numbers) -> None:
        """Write what this process has seen today."""
        _write(self._own, numbers)

    def put_away(self, numbers: Numbers, day: date) -> None:
        """Add what this process has seen on a day to that day's file, with what dead processes left."""
        with self._alone():
            late = [path for path in self._processes() if path != self._own and _is_gone(path)]
            left = [numbers, *(_read(path) for path in late)]
            whole = self.path / f"day-{day.isoformat()}.json"
            added = together([_read(whole), *left])
            # Rather lost than counted twice, should the machine stop in between.
            for path in (self._own, *late):
                path.unlink(missing_ok=True)
            _write(whole, added)
            for path in self.path.glob("day-*.json"):
                if path.stem < f"day-{(day - timedelta(days=KEPT_DAYS)).isoformat()}":
                    path.unlink(missing_ok=True)

    def read(self, since: date) -> Numbers:
        """Return what all processes have seen from a day on."""
        first = f"day-{since.isoformat()}"
        with self._alone(fcntl.LOCK_SH):  # Or a process that is just being added to its day is in neither.
            days = [path for path in self.path.glob("day-*.json") if path.stem >= first]
            return together(_read(path) for path in (*days, *self._processes()))

    def _processes(self) -> list[Path]:
        return sorted(self.path.glob("process-*.json"))

    @contextmanager
    def _alone(self, how: int = fcntl.LOCK_EX) -> Iterator[None]:
        with (self.path / "lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield


def _is_gone(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > GONE_SECONDS
    except FileNotFoundError:
        return False


def _read(path: Path) -> Numbers:
    """Return what a file holds. One that is not there, or not ours, holds nothing."""
    try:
        told = orjson.loads(path.read_bytes())
        return Numbers.from_json(told) if told["version"] == _VERSION else Numbers()
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return Numbers()


def _write(path: Path, numbers: Numbers) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(orjson.dumps({"version": _VERSION, **numbers.as_json()}))
    beside.chmod(0o600)
    beside.replace(path)
