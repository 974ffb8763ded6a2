"""Upkeep that is killed at random moments and run again: no row is lost, doubled or changed."""

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from linkwright.db.engine import Database
from tests.jobs.test_maintain import prospects
from tests.support.opened import with_database

KILLS = 8


async def make(database: Database) -> None:
    await prospects(database, 6_000, leave=100)
    if database.dialect == "postgresql":
        async with database.engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO backlinking_analytics (campaign_id, period_type, date) SELECT 'c', 'daily',"
                    " CAST('2024-01-01 00:00+00' AS timestamptz) + n * interval '1 day'"
                    " FROM generate_series(1, 600) AS n"
                )
            )


async def picture(database: Database) -> list[Any]:
    async with database.engine.begin() as connection:
        return [
            list(await connection.execute(text(f"SELECT * FROM {table} ORDER BY id")))
            for table in ("backlinking_analytics", "backlinking_opportunities")
        ]


@pytest.mark.slow
def test_nothing_is_lost_or_doubled(migrated_url: str, tmp_path: Path) -> None:
    chance = random.Random(3)
    asyncio.run(with_database(migrated_url, make))
    before = asyncio.run(with_database(migrated_url, picture))
    # What roll-ups write is meant to be new.
    command = [sys.executable, "-m", "linkwright", "maintain", "--skip", "doctor", "--skip", "roll-ups"]
    environment = os.environ | {
        "LINKWRIGHT_DATABASE_URL": migrated_url,
        "LINKWRIGHT_ARCHIVE_URL": str(tmp_path / "archives"),
    }
    for _ in range(KILLS):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.8, 3))
        process.kill()
        process.wait()
        assert asyncio.run(with_database(migrated_url, picture)) == before

    deadline = time.monotonic() + 30
    while subprocess.run(command, env=environment, capture_output=True, check=False).returncode != 0:
        # The server may not have heard yet that the one before is dead.
        assert time.monotonic() < deadline

    assert asyncio.run(with_database(migrated_url, picture)) == before
    assert asyncio.run(with_database(migrated_url, leftovers)) == 0


async def leftovers(database: Database) -> int:
    if database.dialect == "sqlite":
        return 0
    async with database.engine.begin() as connection:
        waiting = await connection.scalar(text("SELECT count(*) FROM backlinking_analytics_default"))
        copies = await connection.scalar(
            text("SELECT count(*) FROM pg_class WHERE relname LIKE '%moving%' AND relkind <> 'i'")
        )
    return int(waiting + copies)
