"""Archiving that is killed at twenty random moments and run again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from linkwright.archive.storage import Storage
from linkwright.db.engine import Database
from linkwright.errors import Conflict
from linkwright.jobs import archive_delete
from linkwright.jobs.archive_restore import restore_archive
from linkwright.jobs.archive_run import Archiving
from linkwright.models import AIDecision, Archive
from linkwright.monitoring.doctor import examine
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.analytics import Analytics
from linkwright.services.context import Context
from tests.jobs.test_archive import LATER, rows
from tests.monitoring.sound_record import make_sound_record
from tests.support.opened import with_database

ROOT = Path(__file__).parents[2]
KILLS = 20


async def make(database: Database) -> Any:
    ids = await make_sound_record(database)
    service = BacklinkingDatabaseService(database)
    await service.learn(ids.user)
    await service.add_opportunities(ids.campaign, [{"url": f"https://site{n}.example/"} for n in range(60)])
    await service.cancel_campaign(ids.campaign)
    async with database.transaction() as session:
        await session.execute(update(AIDecision).values(outcome_due_at=None))
        await Analytics(Context(session, lambda: LATER)).roll_up(ids.campaign)
    return await rows(database)


def live(url: str, folder: str) -> int:
    """Archive in a process of its own, slowly: one row a transaction, so that there is time to be shot."""
    archive_delete._FIRST = archive_delete._MOST = 1  # type: ignore[misc]

    async def work(database: Database) -> None:
        await Archiving(database, Storage(folder), clock=lambda: LATER).run(timedelta(days=180))

    try:
        asyncio.run(with_database(url, work))
    except Conflict:
        return 3  # The server has not heard yet that the one before is dead.
    return 0


@pytest.mark.slow
def test_nothing_is_lost_or_doubled(migrated_url: str, tmp_path: Path) -> None:
    folder = str(tmp_path / "archives")
    before = asyncio.run(with_database(migrated_url, make))
    command = [sys.executable, "-m", "tests.jobs.test_archive_kills", migrated_url, folder]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == KILLS
    asyncio.run(with_database(migrated_url, lambda database: back(database, Storage(folder), before)))


async def back(database: Database, storage: Storage, before: Any) -> None:
    assert (await examine(database)).sound
    async with database.reading() as session:
        (archive,) = (await session.scalars(select(Archive.id))).all()
    assert len(storage.filesystem.ls(storage.root)) == 1
    await restore_archive(database, storage, archive)
    assert await rows(database) == before


def main(url: str, folder: str, chance: random.Random) -> int:
    kills, spent = 0, 0.4
    while True:
        child = os.fork()
        if child == 0:
            os._exit(live(url, folder))
        began = time.monotonic()
        if kills < KILLS:
            # Longer and longer lives: from the first file written to the last row deleted.
            time.sleep(chance.uniform(0.02, spent))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGKILL:
            kills, spent = kills + 1, min(spent * 1.05, 1.2)
        elif code == 0:
            return kills
        elif code != 3:
            raise SystemExit(f"a life ended with {code} after {time.monotonic() - began:.1f} seconds")


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], random.Random(7)))
