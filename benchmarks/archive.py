"""A campaign into an archive and back, against a plain Parquet write and a plain insert of the same rows.

The plain sides prove nothing: one writes Parquet from rows that are in memory, or reads them first; the
other inserts rows that its driver can take as they are. Ours writes, brings to the disk, reads back and
compares, and then compares each row again and deletes it; back it reads to the last bit and inserts.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg
import pyarrow as pa
from pyarrow import parquet
from sqlalchemy import Float, Numeric, Table, select

from benchmarks.dashboard import filled
from benchmarks.harness import SQLITE_PRAGMAS, Bench, Result, Stopwatch
from linkwright.archive.storage import Storage
from linkwright.clock import utc_now
from linkwright.db.bulk import insert_many
from linkwright.db.types import UtcDateTime
from linkwright.jobs.archive_files import write_campaign
from linkwright.jobs.archive_restore import restore_archive
from linkwright.jobs.archive_run import Archiving
from linkwright.models import BacklinkingEmail, EmailEvent
from linkwright.queries import archives as queries
from linkwright.service import BacklinkingDatabaseService

Rows = Sequence[tuple[Any, ...]]
_ABOUT = ("schema_revision", "name", "archived_at")
_EVENTS = ("delivered", "opened", "clicked")


async def run(bench: Bench) -> list[Result]:
    """Archive a campaign and restore it, in each round beside the plain ways."""
    results: list[Result] = []
    for dialect in bench.dialects:
        async with bench.database(dialect) as url, await BacklinkingDatabaseService.open(url) as service:
            with tempfile.TemporaryDirectory(prefix="linkwright-archives-") as folder:
                results += await _Measure(bench, service, url, Path(folder)).run()
    return results


class _Measure:
    def __init__(self, bench: Bench, service: BacklinkingDatabaseService, url: str, folder: Path) -> None:
        self._bench, self._service, self._url, self._folder = bench, service, url, folder
        self._database = service.database
        self._dialect = service.database.dialect

    async def run(self) -> list[Result]:
        size = self._bench.size(5_000, quick=500)
        campaign = await self._fill(size)
        samples: dict[str, list[float]] = {}
        number = 0
        for place in range(self._bench.rounds):
            number, taken = await self._round(campaign, place)
            for name, seconds in taken.items():
                samples.setdefault(name, []).append(seconds)

        def share(plain: str, ours: str) -> list[float]:
            return [one / other for one, other in zip(samples[plain], samples[ours], strict=True)]

        def rates(name: str) -> list[float]:
            return [number / seconds for seconds in samples[name]]

        line = partial(Result, dialect=self._dialect)
        read, write = share("read and write", "files"), share("write", "files")
        whole, back = share("read and write", "archive"), share("insert", "restore")
        plain = "a plain Parquet write"
        return [
            line(f"archive's files, proven: share of reading and {plain}", samples=read, at_least=0.5),
            line(f"the same: share of {plain} of rows in memory", samples=write),
            line(f"archive, with the deletion: share of reading and {plain}", samples=whole),
            line("restore: share of a plain bulk insert", samples=back, at_least=0.5),
            line(f"archive {number:,} rows", samples=rates("archive"), unit="rows/s"),
            line("its files alone", samples=rates("files"), unit="rows/s"),
            line("restore", samples=rates("restore"), unit="rows/s"),
            line("plain Parquet write of rows in memory", samples=rates("write"), unit="rows/s"),
            line("reading and a plain Parquet write", samples=rates("read and write"), unit="rows/s"),
            line("plain bulk insert", samples=rates("insert"), unit="rows/s"),
        ]  # fmt: skip

    async def _fill(self, size: int) -> str:
        """Make a campaign of prospects with a letter and three events each, and end it."""
        _, campaign = await filled(self._service, size)
        columns = ("campaign_id", "email_id", "kind", "agent", "occurred_at", "recorded_at", "event_key")
        async with self._service.begin() as work:
            session = work.context.session
            letters = (await session.execute(select(BacklinkingEmail.id, BacklinkingEmail.sent_at))).all()
            rows = [
                (campaign, id_, kind, "human", sent + timedelta(hours=n), sent + timedelta(hours=n), kind)
                for id_, sent in letters
                if sent is not None
                for n, kind in enumerate(_EVENTS)
            ]
            await insert_many(session, EmailEvent, columns, rows)
        await self._service.start_campaign(campaign)
        await self._service.cancel_campaign(campaign)
        await self._service.roll_up_campaign(campaign)
        return campaign

    async def _round(self, campaign: str, place: int) -> tuple[int, dict[str, float]]:
        taken: dict[str, float] = {}
        storage = Storage(str(self._folder / f"archives-{place}"))
        about = {"campaign_id": campaign, "user_id": 1} | dict.fromkeys(_ABOUT, "bench")
        with Stopwatch() as watch:
            tables = await self._read(campaign)
            _plain_write(tables, self._folder / "plain")
        taken["read and write"] = watch.seconds
        with Stopwatch() as watch:
            _plain_write(tables, self._folder / "plain")
        taken["write"] = watch.seconds
        with Stopwatch() as watch:
            async with self._database.reading() as session:
                await write_campaign(session, storage, "files", about=about)
        taken["files"] = watch.seconds
        storage.remove("files")

        later = utc_now() + timedelta(days=2)
        with Stopwatch() as watch:
            (moved,) = await Archiving(self._database, storage, clock=lambda: later).run(timedelta(days=1))
        assert moved.skipped is None, moved
        taken["archive"] = watch.seconds
        await self._tidy()
        taken["insert"] = await self._plain_insert(tables)
        await self._tidy()
        with Stopwatch() as watch:
            await restore_archive(self._database, storage, place + 1)
        taken["restore"] = watch.seconds
        shutil.rmtree(self._folder / "plain")
        return moved.rows, taken

    async def _read(self, campaign: str) -> dict[Table, Rows]:
        """Read the campaign's rows as anybody would."""
        found: dict[Table, Rows] = {}
        async with self._database.reading() as session:
            for table in queries.campaign_tables():
                found[table] = [tuple(row) for row in await session.execute(queries.rows(table, campaign))]
        return found

    async def _tidy(self) -> None:
        """Clear away what was deleted: whoever came second would have to step over it."""
        if self._dialect == "postgresql":
            connection = await asyncpg.connect(self._url)
            await connection.execute("VACUUM ANALYZE")
            await connection.close()

    async def _plain_insert(self, tables: dict[Table, Rows]) -> float:
        """Insert rows through the bare driver, and undo it; seconds of the inserting and its fsync."""
        ready = {table: _as_driver(table, rows, self._dialect) for table, rows in tables.items() if rows}
        if self._dialect == "postgresql":
            return await self._copy(ready)
        async with aiosqlite.connect(self._url.removeprefix("sqlite:///"), isolation_level=None) as sqlite:
            for pragma in SQLITE_PRAGMAS:
                await sqlite.execute(f"PRAGMA {pragma}")
            with Stopwatch() as watch:
                await sqlite.execute("BEGIN IMMEDIATE")
                for table, rows in ready.items():
                    names = ", ".join(f'"{column.key}"' for column in table.columns)
                    places = ", ".join("?" * len(table.columns))
                    await sqlite.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({places})", rows)
                await sqlite.execute("COMMIT")
            await sqlite.execute("DELETE FROM backlinking_campaigns")
        return watch.seconds

    async def _copy(self, ready: dict[Table, Rows]) -> float:
        connection = await asyncpg.connect(self._url)
        with Stopwatch() as watch:
            async with connection.transaction():
                for table, rows in ready.items():
                    names = [column.key for column in table.columns]
                    await connection.copy_records_to_table(table.name, records=rows, columns=names)
        await connection.execute("DELETE FROM backlinking_campaigns")
        await connection.close()
        return watch.seconds


def _plain_write(tables: dict[Table, Rows], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for table, rows in tables.items():
        names = [column.key for column in table.columns]
        columns = [pa.array(values) for values in zip(*rows, strict=True)] or [[] for _ in names]
        parquet.write_table(
            pa.table(columns, names=names), folder / f"{table.name}.parquet", compression="zstd"
        )


def _as_driver(table: Table, rows: Rows, dialect: str) -> Rows:
    """Return rows as the driver takes them; both have JSON as text already."""
    kinds = [column.type for column in table.columns]
    if dialect == "sqlite":
        moments = [place for place, kind in enumerate(kinds) if isinstance(kind, UtcDateTime)]
        return [_with(row, moments, _text) for row in rows]
    exact = [
        place for place, kind in enumerate(kinds) if isinstance(kind, Numeric) and not isinstance(kind, Float)
    ]
    return [_with(row, exact, str) for row in rows]


def _with(row: tuple[Any, ...], places: Sequence[int], change: Callable[[Any], Any]) -> tuple[Any, ...]:
    values = list(row)
    for place in places:
        values[place] = None if values[place] is None else change(values[place])
    return tuple(values)


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
