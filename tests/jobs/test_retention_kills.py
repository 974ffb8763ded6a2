"""Retention that is killed at twenty random moments and run again: nothing is doubled, nothing is left."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from linkwright.db.engine import Database
from linkwright.errors import Conflict
from linkwright.jobs import retention_batches
from linkwright.jobs.retention import apply_retention, plan_retention
from linkwright.models import RetentionRemoval
from linkwright.monitoring.doctor import examine
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.retention_rules import RULES
from linkwright.vocabulary import DataClass
from tests.monitoring.sound_record import make_sound_record
from tests.support.opened import with_database

ROOT = Path(__file__).parents[2]
LATER = datetime(2031, 1, 1, tzinfo=UTC)
KILLS = 20


async def make(database: Database) -> Any:
    ids = await make_sound_record(database)
    service = BacklinkingDatabaseService(database)
    await service.learn(ids.user)
    for number in range(150):
        thought = {"kind": "choose", "decided_by": "model", "reasoning": "r", "rendered_prompt": f"{number}?"}
        await service.record_decision(ids.user, {**thought, "action": "b", "campaign_id": ids.campaign})
        message = {"digest": f"{number:064}", "body_text": "Hm?", "raw_headers": "To: me"}
        await service.record_inbound(ids.user, message)
    await service.roll_up_campaign(ids.campaign)
    for data_class in DataClass:
        if data_class not in {DataClass.CAMPAIGNS, DataClass.ARCHIVES}:
            await service.set_retention_policy(data_class.value, RULES[data_class].action.value, 30)
    planned = await plan_retention(database, clock=lambda: LATER)
    stats = await service.get_campaign_stats(ids.campaign)
    return ids, stats, (sum(one.rows for one in planned), sum(one.bytes for one in planned))


def live(url: str) -> int:
    """Apply in a process of its own, slowly: a row a transaction, so that there is time to be shot."""
    retention_batches._FIRST = retention_batches._MOST = 1  # type: ignore[misc]
    retention_batches._PAUSE = 0.0  # type: ignore[misc]

    async def work(database: Database) -> None:
        await apply_retention(database, clock=lambda: LATER)

    try:
        asyncio.run(with_database(url, work))
    except Conflict:
        return 3  # The server has not heard yet that the one before is dead.
    return 0


@pytest.mark.slow
def test_nothing_is_left_and_each_row_is_written_down_once(migrated_url: str) -> None:
    ids, stats, planned = asyncio.run(with_database(migrated_url, make))
    command = [sys.executable, "-m", "tests.jobs.test_retention_kills", migrated_url]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == KILLS

    async def look(database: Database) -> None:
        assert (await examine(database)).faults == []
        assert [one for one in await plan_retention(database, clock=lambda: LATER) if one.rows] == []
        service = BacklinkingDatabaseService(database)
        assert (await service.get_campaign_stats(ids.campaign)).counts == stats.counts
        sums = func.sum(RetentionRemoval.row_count), func.sum(RetentionRemoval.byte_count)
        async with database.reading() as session:
            assert tuple((await session.execute(select(*sums))).one()) == planned

    asyncio.run(with_database(migrated_url, look))


def main(url: str, chance: random.Random) -> int:
    kills = 0
    while True:
        child = os.fork()
        if child == 0:
            os._exit(live(url))
        if kills < KILLS:
            time.sleep(chance.uniform(0.03, 0.15))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGKILL:
            kills += 1
        elif code == 0:
            return kills
        elif code != 3:
            raise SystemExit(f"a life ended with {code}")


if __name__ == "__main__":
    print(main(sys.argv[1], random.Random(7)))
