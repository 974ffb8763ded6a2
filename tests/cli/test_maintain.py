"""`linkwright maintain` as a person, cron or a program meets it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from linkwright.clock import utc_now
from linkwright.db.alone import alone
from linkwright.db.engine import Database
from linkwright.jobs.maintain import STEPS
from linkwright.models import MaintenanceRun
from tests.cli.command import Said, linkwright
from tests.support.opened import with_database


def maintained(url: str, tmp_path: Path, *words: str) -> Said:
    return linkwright("maintain", *words, url=url, LINKWRIGHT_ARCHIVE_URL=str(tmp_path / "archives"))


class TestMaintain:
    def test_says_what_each_step_did(self, migrated_url: str, tmp_path: Path) -> None:
        said = maintained(migrated_url, tmp_path)

        assert said.status == 0
        assert [line.split()[0] for line in said.out.splitlines()][:-1] == list(STEPS)

    def test_tells_programs(self, migrated_url: str, tmp_path: Path) -> None:
        told = maintained(migrated_url, tmp_path, "--json", "--only", "analyze", "--budget", "1m").json

        assert (told["well"], [one["step"] for one in told["steps"]]) == (True, ["analyze"])

    @pytest.mark.parametrize(
        ("words", "fault"),
        [
            (("--only", "defragment"), "step"),
            (("--budget", "soon"), "--budget"),
            (("--budget", "0s"), "budget"),
            (("--archive-after", "-3d"), "--archive-after"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, migrated_url: str, tmp_path: Path, words: tuple[str, str], fault: str
    ) -> None:
        said = maintained(migrated_url, tmp_path, *words)

        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
        assert fault in said.err

    def test_is_missed_after_two_days(self, migrated_url: str, tmp_path: Path) -> None:
        assert "upkeep" not in linkwright("doctor", url=migrated_url).out
        maintained(migrated_url, tmp_path, "--only", "analyze")
        assert "upkeep" not in linkwright("doctor", url=migrated_url).out

        asyncio.run(with_database(migrated_url, long_ago))

        assert "was 3 days ago" in linkwright("doctor", url=migrated_url).out
        told = linkwright("monitor", "--json", url=migrated_url).json
        assert told["maintained_at"]
        assert any("was 3 days ago" in hint for hint in told["hints"])

    @pytest.mark.dialects("postgresql")
    def test_does_nothing_beside_a_migration(self, migrated_url: str, tmp_path: Path) -> None:
        async def beside() -> Said:
            async with alone(migrated_url):
                return await asyncio.to_thread(maintained, migrated_url, tmp_path)

        said = asyncio.run(beside())

        assert (said.status, said.out) == (0, "A migration is running: nothing was done.\n")


async def long_ago(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(update(MaintenanceRun).values(ended_at=utc_now() - timedelta(days=3, hours=1)))
