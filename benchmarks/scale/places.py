"""Where the databases are: made for the run and removed, or kept in a folder to be measured again."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from benchmarks.scale.fill import Filled, Filling, as_json, roll_up
from linkwright import migrations
from linkwright.service import BacklinkingDatabaseService
from tests.support.postgres import Run


@dataclass(frozen=True)
class Places:
    """A folder for SQLite's files and for what is known of each database, and a PostgreSQL server."""

    folder: Path
    server: str | None
    roll_up: float
    """Seconds that rolling up a new database may take."""

    @contextlib.asynccontextmanager
    async def opened(
        self, dialect: str, emails: int
    ) -> AsyncIterator[tuple[BacklinkingDatabaseService, Filled]]:
        """Open the database of so many emails, at head; it is filled if it is not there."""
        url, about = await self._url(dialect, emails), self.folder / f"{dialect}-{emails}.json"
        await migrations.upgrade(url)
        async with await BacklinkingDatabaseService.open(url) as service:
            if not about.exists():
                print(f"filling {dialect} with {emails:,} emails", flush=True)
                made = await Filling(service, emails).run(say=lambda line: print(f"  {line}", flush=True))
                about.write_text(as_json(made))
            known = Filled(**json.loads(about.read_text()))
            if not known.rolled_up:
                await roll_up(service, known, seconds=self.roll_up)
                about.write_text(as_json(known))
            yield service, known

    async def _url(self, dialect: str, emails: int) -> str:
        if dialect == "sqlite":
            return f"sqlite:///{self.folder / f'scale-{emails}.db'}"
        if self.server is None:
            raise RuntimeError("there is no PostgreSQL")
        name = f"linkwright_scale_{emails}"
        connection = await asyncpg.connect(self.server)
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))


@contextlib.contextmanager
def places(folder: Path | None, *, postgresql: bool, roll_up: float) -> Iterator[Places]:
    """Give the places; to keep something on PostgreSQL, LINKWRIGHT_TEST_DATABASE_URL names the server."""
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="linkwright-scale-")))
        elif postgresql and not os.environ.get("LINKWRIGHT_TEST_DATABASE_URL"):
            raise SystemExit("--keep with PostgreSQL needs a server: LINKWRIGHT_TEST_DATABASE_URL")
        folder.mkdir(parents=True, exist_ok=True)
        server = None
        if postgresql:
            os.environ.setdefault("LINKWRIGHT_TEST_PG_DURABLE", "1")
            run = Run.begin()
            stack.callback(run.end)
            server = run.url()
        yield Places(folder, server, roll_up)
