"""PostgreSQL killed and started again while a campaign moves: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from linkwright import migrations
from linkwright.archive.storage import Storage
from linkwright.db.engine import Database
from linkwright.errors import Conflict, DatabaseUnavailable
from linkwright.jobs import archive_delete
from linkwright.jobs.archive_restore import restore_archive
from linkwright.models import Archive
from linkwright.monitoring.doctor import examine
from tests.jobs.test_archive import archived, rows
from tests.jobs.test_archive_kills import make
from tests.support.opened import with_database
from tests.support.postgres_server import Server, binaries

KILLS = 10


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own."""
    tmp_path.chmod(0o755)
    folder = tmp_path / "server"
    folder.mkdir()
    for parent in tmp_path.parents:
        if parent.is_dir() and parent.name.startswith("pytest"):
            parent.chmod(0o755)
    server = Server(folder, binaries())
    try:
        server.start()
        yield server
    finally:
        server.remove()


def work_on(url: str, storage: Storage, *, back: bool) -> str:
    """Move the campaign out, or back; say how it ended."""

    async def work(database: Database) -> None:
        if not back:
            await archived(database, storage)
            return
        async with database.reading() as session:
            number = await session.scalar(select(Archive.id).where(Archive.state == "done"))
        if number is not None:
            await restore_archive(database, storage, number)

    try:
        asyncio.run(with_database(url, work))
    except (DatabaseUnavailable, Conflict) as error:
        return type(error).__name__
    return "done"


async def states(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(Archive.state).where(Archive.state != "restored")))


@pytest.mark.slow
@pytest.mark.dialects("postgresql")
def test_nothing_is_lost_or_doubled(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One row a transaction, so that there is time to be killed.
    monkeypatch.setattr(archive_delete, "_FIRST", 1)
    monkeypatch.setattr(archive_delete, "_MOST", 1)
    url = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
    storage = Storage(str(tmp_path / "archives"))
    asyncio.run(migrations.upgrade(url))
    before = asyncio.run(with_database(url, make))
    chance, ends = random.Random(11), []
    kills = {False: 0, True: 0}

    while sum(kills.values()) < 2 * KILLS:
        back = kills[False] == KILLS
        if back != (asyncio.run(with_database(url, states)) == ["done"]):
            assert work_on(url, storage, back=not back) == "done"  # What is being killed is to begin anew.
        ended: list[str] = []
        worker = threading.Thread(target=lambda: ended.append(work_on(url, storage, back=back)))  # noqa: B023
        worker.start()
        time.sleep(chance.uniform(0.05, 0.5 if back else 2.0))
        if worker.is_alive():
            server.kill()
            kills[back] += 1
            worker.join()
            server.start_again()
        worker.join()
        ends += ended

    assert set(ends) <= {"done", "DatabaseUnavailable"}, ends
    assert asyncio.run(with_database(url, lambda database: finish(database, storage))) == before


async def finish(database: Database, storage: Storage) -> Any:
    """Move it out to the end, look, and bring it back."""
    await archived(database, storage)
    assert await states(database) == ["done"]
    assert (await examine(database)).sound
    async with database.reading() as session:
        number = (await session.scalars(select(Archive.id).where(Archive.state == "done"))).one()
    await restore_archive(database, storage, number)
    return await rows(database)
