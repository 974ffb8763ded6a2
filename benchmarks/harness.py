"""What every benchmark is made of: databases that lose nothing, rounds, and results that compare.

A benchmark is a module with `async def run(bench: Bench) -> list[Result]`. It measures
`bench.rounds` times; where it compares with a bare driver it does both in the same round, in turn
first, on the same database with the same durability, so that a busy machine slows both.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Self

import orjson
from sqlalchemy import Column
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright import migrations
from linkwright.db.base import Base
from linkwright.db.bulk import insert_many
from linkwright.db.types import Json, UtcDateTime
from linkwright.service import BacklinkingDatabaseService
from tests.support.postgres import Databases, running

DIALECTS = ("sqlite", "postgresql")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# What `db/engine.py` sets on the connection that writes: the bare side has the same.
SQLITE_PRAGMAS = ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "cache_size = -65536")


@dataclass(frozen=True)
class Result:
    """One line of the table: a number for each round, and what it should be."""

    what: str
    dialect: str
    samples: Sequence[float]
    unit: str = "x"
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the median is what was promised; None where nothing was."""
        if self.at_least is not None:
            return median(self.samples) >= self.at_least
        return None if self.at_most is None else median(self.samples) <= self.at_most

    def cells(self) -> list[str]:
        """The line as text: what, database, median, minimum, maximum, goal, met."""
        goal = "" if self.at_least is None else f"≥ {_number(self.at_least)} {self.unit}"
        goal = goal if self.at_most is None else f"≤ {_number(self.at_most)} {self.unit}"
        numbers = (median(self.samples), min(self.samples), max(self.samples))
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        return [
            self.what,
            NAMES.get(self.dialect, self.dialect),
            *(f"{_number(number)} {self.unit}" for number in numbers),
            goal,
            met,
        ]


@dataclass
class Bench:
    """One run: how often, how large, on what."""

    rounds: int = 5
    quick: bool = False
    dialects: Sequence[str] = DIALECTS
    _postgres: Databases | None = field(default=None, repr=False)
    _folder: Path | None = field(default=None, repr=False)

    def size(self, full: int, *, quick: int) -> int:
        """A size: the promised one, or a small one to see that the benchmark works."""
        return quick if self.quick else full

    @contextlib.contextmanager
    def open(self) -> Iterator["Bench"]:
        """Start what the run needs and remove it afterwards."""
        # On a disk: a database in memory would make every commit look cheap.
        self._folder = Path(tempfile.mkdtemp(prefix="linkwright-bench-"))
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            if "postgresql" in self.dialects:
                os.environ["LINKWRIGHT_TEST_PG_DURABLE"] = "1"
                self._postgres = stack.enter_context(running())
            yield self

    @contextlib.asynccontextmanager
    async def database(self, dialect: str) -> AsyncIterator[str]:
        """A database at head of the benchmark's own; gives its URL."""
        if dialect == "sqlite":
            if self._folder is None:
                raise RuntimeError("open the bench first")
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            url = f"sqlite:///{folder / 'bench.db'}"
            await migrations.upgrade(url)
            yield url
            shutil.rmtree(folder)
        else:
            if self._postgres is None:
                raise RuntimeError("open the bench first")
            url = await asyncio.to_thread(self._postgres.create)
            await migrations.upgrade(url)
            yield url
            await asyncio.to_thread(self._postgres.drop, url)


async def new_campaign(service: BacklinkingDatabaseService, **settings: Any) -> str:
    """A campaign with room for a million prospects; the user is made where there is none."""
    async with service.begin() as work:
        user = await work.users.get_or_create("bench@example.com")
        data = {"name": "Bench", "keywords": ["bench"], "max_opportunities": 10_000_000} | settings
        return (await work.campaigns.create(user.id, data)).id


async def insert_rows(
    session: AsyncSession, model: type[Base], rows: Sequence[Mapping[str, Any]]
) -> Sequence[int]:
    """Fill a table with rows that all have the same columns, as quickly as the database can; their ids."""
    return await insert_many(session, model, list(rows[0]), [tuple(row.values()) for row in rows])


def as_driver_takes_it(value: Any, column: Column[Any], dialect: str) -> Any:
    """A value for a bare driver, converted before the clock starts."""
    if value is None:
        return None
    if isinstance(column.type, Json):
        return orjson.dumps(value).decode()
    if isinstance(column.type, UtcDateTime) and dialect == "sqlite":
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value


class Stopwatch:
    """Seconds, as the wall clock has them."""

    def __enter__(self) -> Self:
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._start


@contextlib.asynccontextmanager
async def watching_stalls() -> AsyncIterator[list[float]]:
    """Measure how long the event loop keeps others waiting: the list has the longest, in milliseconds."""
    longest = [0.0]

    async def watch() -> None:
        while True:
            with Stopwatch() as turn:
                await asyncio.sleep(0.001)
            longest[0] = max(longest[0], (turn.seconds - 0.001) * 1000)

    watcher = asyncio.create_task(watch())
    try:
        yield longest
    finally:
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)


def percentile(samples: Sequence[float], share: float) -> float:
    """The value below which a share of the samples lies."""
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * share))]


def _number(number: float) -> str:
    if number >= 1000:
        return f"{number:,.0f}"
    return f"{number:.3g}" if number < 100 else f"{number:.0f}"
