"""The onlooker of a process: it counts statements, asks for the plans of slow ones, and writes both down.

It costs each statement about a microsecond, and the process a small file every few seconds. What it meets
(a full disk, a statement without a plan) is never the caller's trouble: it says so once, and goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from linkwright.clock import Clock, utc_now
from linkwright.db.plans import explain
from linkwright.db.watching import Compiled
from linkwright.issuer import ISSUER, WATCHERS, issued_by
from linkwright.monitoring.caches import process_caches, since
from linkwright.monitoring.fingerprints import normalised
from linkwright.monitoring.folders import Folder
from linkwright.monitoring.statements import Asked, Numbers, Plan, Statement

FLUSH_SECONDS: Final = 10.0
MOST_STATEMENTS: Final = 2_000
"""Statements that are told apart in a process; the rest are counted as one."""

_MOST_TEXTS: Final = 10_000
_OTHERS: Final = Asked("(others)", "")
_log: Final = logging.getLogger("linkwright.monitoring")


class Recorder:
    """What looks on for one database in one process."""

    def __init__(self, folder: Folder, *, slow_seconds: float, clock: Clock = utc_now) -> None:
        self._folder, self._slow, self._clock = folder, slow_seconds, clock
        self._numbers = Numbers(processes=1)
        self._day: date = clock().date()
        self._caches = process_caches()
        self._known: dict[tuple[str, str], tuple[Asked, Statement]] = {}
        self._unplanned: dict[Asked, Statement] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._planning: asyncio.Task[None] | None = None
        self._engine: AsyncEngine | None = None
        self._said: set[str] = set()

    def opened(self, engine: AsyncEngine) -> None:
        """Learn where plans can be asked for."""
        self._engine = engine

    def saw(
        self, text: str, seconds: float, rows: int, compiled: Compiled, error: Exception | None = None
    ) -> None:
        """Count a statement."""
        key = text, ISSUER.get()
        found = self._known.get(key)
        if found is None:
            found = self._learn(key)
        asked, statement = found
        statement.times.add(seconds)
        statement.rows += rows
        self._numbers.compiled[compiled] += 1
        if error is not None:
            statement.errors += 1
        if seconds >= self._slow:
            statement.slow += 1
            if statement.plan is None and asked is not _OTHERS:
                self._unplanned[asked] = statement
        if self._timer is None:
            self._start_timer()

    async def close(self) -> None:
        """Ask for the plans that are missing, and put the numbers away."""
        if self._timer is not None:
            self._timer.cancel()
        if self._planning is not None:
            await asyncio.gather(self._planning, return_exceptions=True)
        await self._plan()
        self._numbers.caches = since(self._caches, process_caches())
        self._writing(lambda: self._folder.put_away(self._numbers, self._day))

    def flush(self) -> None:
        """Write down what was seen so far; when a day has ended, put it away and begin anew."""
        self._timer = None
        today = self._clock().date()
        caches = process_caches()
        self._numbers.caches = since(self._caches, caches)
        if today != self._day:
            ended, day = self._numbers, self._day
            self._numbers, self._day, self._caches = Numbers(processes=1), today, caches
            self._known.clear()
            self._unplanned.clear()
            self._writing(lambda: self._folder.put_away(ended, day))
        else:
            self._writing(lambda: self._folder.write(self._numbers))
        if self._unplanned and self._planning is None:
            self._planning = asyncio.get_running_loop().create_task(self._plan())
            self._planning.add_done_callback(self._planned)

    def _learn(self, key: tuple[str, str]) -> tuple[Asked, Statement]:
        if len(self._known) >= _MOST_TEXTS:
            self._known.clear()
        asked = Asked(normalised(key[0]), key[1])
        statements = self._numbers.statements
        if asked not in statements and len(statements) >= MOST_STATEMENTS:
            asked = _OTHERS
        self._known[key] = asked, statements.setdefault(asked, Statement())
        return self._known[key]

    def _start_timer(self) -> None:
        try:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        except RuntimeError:  # Outside of a loop: `close` writes it down.
            return

    async def _plan(self) -> None:
        """Ask for plans, one statement after the other, and of each only once."""
        while self._unplanned and self._engine is not None:
            asked, statement = self._unplanned.popitem()
            try:
                with issued_by(WATCHERS):
                    async with self._engine.connect() as connection:
                        lines = await explain(connection, asked.sql)
            except Exception as error:  # noqa: BLE001  (the database is gone: a plan is the least of it)
                self._say("a plan could not be asked for", error)
                return
            statement.plan = Plan(lines, self._clock().isoformat())

    def _planned(self, _task: Any) -> None:
        self._planning = None

    def _writing(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            self._say("the numbers of this process could not be written", error)

    def _say(self, what: str, error: Exception) -> None:
        if what not in self._said:
            self._said.add(what)
            _log.warning("linkwright: %s: %s", what, error)
