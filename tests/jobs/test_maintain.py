"""Upkeep: each step does what is worth doing, and none that fails or is in the way stops the others."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from linkwright.archive.storage import Storage
from linkwright.db import upkeep_postgresql, upkeep_sqlite
from linkwright.db.alone import alone
from linkwright.db.engine import Database
from linkwright.db.turns import in_turn
from linkwright.errors import Conflict, InvalidInput, StorageUnavailable
from linkwright.jobs import maintain as job
from linkwright.jobs.maintain import MAINTAINING, STEPS, MaintenanceReport, StepReport, maintain
from linkwright.jobs.upkeep_steps import Did, Upkeep
from linkwright.models import MaintenanceRun
from linkwright.vocabulary import StepState
from tests.db.test_partitions import a_campaign

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


@pytest.fixture
def upkeep(database: Database, tmp_path: Path) -> Upkeep:
    """What the steps are given."""
    return Upkeep(database, Storage(str(tmp_path / "archives")), clock=lambda: NOW)


def by_name(report: MaintenanceReport) -> dict[str, StepReport]:
    return {one.step: one for one in report.steps}


async def runs(database: Database) -> list[MaintenanceRun]:
    async with database.reading() as session:
        return list(await session.scalars(select(MaintenanceRun).order_by(MaintenanceRun.id)))


async def prospects(database: Database, number: int, *, leave: int = 0) -> None:
    """Add so many prospects, and delete all but some again."""
    numbers = (
        "SELECT n FROM generate_series(1, :number) AS s(n)"
        if database.dialect == "postgresql"
        else "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :number)"
        " SELECT n FROM s"
    )
    async with database.engine.begin() as connection:
        if not await connection.scalar(text("SELECT count(*) FROM users")):
            await a_campaign(connection)
        await connection.execute(
            text(
                "INSERT INTO backlinking_opportunities (campaign_id, url, domain, title)"
                " SELECT 'c', 'https://site' || n || '.example/', 'site' || n || '.example', :title"
                f" FROM ({numbers}) AS numbers WHERE true ON CONFLICT DO NOTHING"
            ),
            {"number": number, "title": "x" * 200},
        )
        await connection.execute(
            text("DELETE FROM backlinking_opportunities WHERE id % :of <> 0"),
            {"of": number // leave if leave else number + 1},
        )
        if database.dialect == "postgresql":  # It tells others only once in a while what was changed.
            await connection.execute(text("SELECT pg_stat_force_next_flush()"))


class TestARun:
    async def test_does_every_step_and_is_recorded(self, upkeep: Upkeep) -> None:
        report = await maintain(upkeep)

        assert [one.step for one in report.steps] == list(STEPS)
        assert {one.state for one in report.steps} == {StepState.DONE}
        (run,) = await runs(upkeep.database)
        assert (run.outcome, run.started_at, run.ended_at) == ("done", NOW, NOW)
        assert [one["step"] for one in run.steps or []] == list(STEPS)

    async def test_that_is_only_thought_of_leaves_no_trace(self, upkeep: Upkeep) -> None:
        report = await maintain(Upkeep(upkeep.database, upkeep.storage, dry_run=True))

        assert report.well
        assert await runs(upkeep.database) == []

    async def test_does_what_it_is_told(self, upkeep: Upkeep) -> None:
        report = await maintain(upkeep, only=["doctor", "analyze", "vacuum"], skip=["vacuum"])

        assert [one.step for one in report.steps] == ["analyze", "doctor"]

    async def test_refuses_what_it_does_not_know(self, upkeep: Upkeep) -> None:
        with pytest.raises(InvalidInput, match="partitions, roll-ups"):
            await maintain(upkeep, only=["defragment"])
        with pytest.raises(InvalidInput, match="at least a second"):
            await maintain(upkeep, budget=timedelta(0))

    async def test_goes_on_after_a_step_that_fails(
        self, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def full(_upkeep: Upkeep, _until: float) -> Did:
            raise StorageUnavailable("The disk is full.", "Make room.")

        monkeypatch.setitem(STEPS, "vacuum", full)

        report = await maintain(upkeep)

        steps = by_name(report)
        assert (steps["vacuum"].state, steps["vacuum"].said) == (
            StepState.FAILED, "The disk is full. Make room.",
        )  # fmt: skip
        assert steps["doctor"].state is StepState.DONE
        assert not report.well
        assert [run.outcome for run in await runs(upkeep.database)] == ["failed"]

    async def test_ends_a_step_that_does_not_end(
        self, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def stuck(_upkeep: Upkeep, _until: float) -> Did:
            await asyncio.sleep(3_600)
            return Did("")

        monkeypatch.setitem(STEPS, "vacuum", stuck)
        monkeypatch.setattr(job, "_GRACE", 0.1)

        report = await maintain(upkeep, only=["vacuum", "doctor"], budget=timedelta(seconds=2))

        steps = by_name(report)
        assert steps["vacuum"].state is StepState.UNFINISHED
        assert steps["vacuum"].seconds < 2
        assert steps["doctor"].state is not StepState.FAILED

    async def test_is_alone(self, upkeep: Upkeep) -> None:
        async with in_turn(upkeep.database, MAINTAINING):
            with pytest.raises(Conflict, match="at the same work"):
                await maintain(upkeep)

        assert await runs(upkeep.database) == []

    async def test_names_the_doctors_faults(self, upkeep: Upkeep) -> None:
        async with upkeep.database.engine.begin() as connection:
            await a_campaign(connection)
            await connection.execute(text("UPDATE backlinking_campaigns SET successful_links = 7"))

        report = await maintain(upkeep, only=["doctor"])

        assert report.steps[0].after["faults"]["backlinking_campaigns.successful_links"] == 1
        assert not report.well
        assert (await runs(upkeep.database))[0].outcome == "done"

    async def test_forgets_what_is_older_than_a_year(self, upkeep: Upkeep) -> None:
        await maintain(upkeep, only=["doctor"])
        later = Upkeep(upkeep.database, upkeep.storage, clock=lambda: NOW + timedelta(days=401))
        await maintain(later, only=["doctor"])

        assert len(await runs(upkeep.database)) == 1


@pytest.mark.dialects("postgresql")
class TestOnPostgresql:
    async def test_waits_for_a_migration(self, upkeep: Upkeep, migrated_url: str) -> None:
        async with alone(migrated_url):
            report = await maintain(upkeep)

        assert {one.state for one in report.steps} == {StepState.SKIPPED}
        assert (await maintain(upkeep)).well

    async def test_clears_away_and_counts_what_changed(self, upkeep: Upkeep) -> None:
        await prospects(upkeep.database, 3_000, leave=300)

        report = await maintain(upkeep, only=["vacuum", "analyze"])

        steps = by_name(report)
        assert steps["vacuum"].before["backlinking_opportunities"]["dead"] == 2_700
        assert steps["vacuum"].after["backlinking_opportunities"]["dead"] == 0
        assert "backlinking_opportunities" in steps["analyze"].before
        assert steps["analyze"].after["backlinking_opportunities"] == 0

    async def test_says_who_keeps_dead_rows(self, upkeep: Upkeep) -> None:
        async with upkeep.database.reading() as session:
            await session.execute(text("SELECT count(*) FROM users"))
            await prospects(upkeep.database, 3_000, leave=300)
            (step,) = (await maintain(upkeep, only=["vacuum"])).steps

        assert "an old transaction can still see" in step.said

    async def test_builds_airy_indexes_anew(self, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upkeep_postgresql, "LARGE_INDEX", 256 * 1024)
        await prospects(upkeep.database, 12_000, leave=120)

        report = await maintain(upkeep, only=["vacuum", "analyze", "reindex"])

        step = by_name(report)["reindex"]
        assert step.state is StepState.DONE
        shrunk = [name for name in step.after if step.after[name] < step.before[name] / 2]
        assert "pk_backlinking_opportunities" in shrunk
        again = await maintain(upkeep, only=["reindex"])
        assert again.steps[0].said.startswith("0 of 0 indexes")

    async def test_drops_what_a_killed_rebuilding_left(self, upkeep: Upkeep) -> None:
        await prospects(upkeep.database, 10)
        engine = upkeep.database.engine
        async with engine.connect() as old, engine.connect() as connection:
            await old.execute(text("SELECT count(*) FROM backlinking_opportunities"))  # stays open
            outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await outside.execute(text("SET statement_timeout = '500ms'"))
            with pytest.raises(DBAPIError):
                await outside.execute(text("REINDEX INDEX CONCURRENTLY pk_backlinking_opportunities"))
            await outside.execute(text("RESET statement_timeout"))
        async with engine.connect() as connection:
            left = await upkeep_postgresql.leftovers(connection, ["backlinking_opportunities"])
        assert left == ["pk_backlinking_opportunities_ccnew"]

        report = await maintain(upkeep, only=["reindex"])

        assert report.steps[0].before["left_over"] == 1
        async with engine.connect() as connection:
            assert await upkeep_postgresql.leftovers(connection, ["backlinking_opportunities"]) == []

    async def test_leaves_a_table_that_somebody_holds(self, upkeep: Upkeep) -> None:
        await prospects(upkeep.database, 3_000, leave=300)
        async with upkeep.database.engine.connect() as other:
            await other.execute(text("LOCK TABLE backlinking_opportunities IN SHARE UPDATE EXCLUSIVE MODE"))
            report = await maintain(upkeep, only=["vacuum", "analyze"])

        steps = by_name(report)
        assert steps["vacuum"].state is StepState.UNFINISHED
        assert steps["vacuum"].seconds < 5


@pytest.mark.dialects("sqlite")
class TestOnSqlite:
    async def test_gives_free_pages_back_first_by_rewriting_then_one_by_one(self, upkeep: Upkeep) -> None:
        path = Path(upkeep.database.url.database or "")
        for gives_back in (False, True):
            await prospects(upkeep.database, 6_000, leave=10)
            before = await upkeep_sqlite.file_state(path)
            assert before.airy
            assert before.gives_back is gives_back

            report = await maintain(upkeep, only=["vacuum", "checkpoint"])

            after = await upkeep_sqlite.file_state(path)
            assert report.well
            assert after.bytes < before.bytes / 2
            assert (after.free, after.gives_back) == (0, True)
            assert after.log < 100_000  # The record of the run itself.

    async def test_a_large_file_is_rewritten_only_when_asked(
        self, upkeep: Upkeep, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(upkeep_sqlite, "REWRITTEN", 1_000)
        await prospects(upkeep.database, 6_000, leave=10)

        (unasked,) = (await maintain(upkeep, only=["vacuum"])).steps
        asked = Upkeep(upkeep.database, upkeep.storage, rewrite=True)
        (done,) = (await maintain(asked, only=["vacuum"])).steps

        assert "--rewrite" in unasked.said
        assert done.after["bytes"] < done.before["bytes"] / 2

    async def test_a_rewriting_without_time_leaves_the_file_as_it_was(self, upkeep: Upkeep) -> None:
        await prospects(upkeep.database, 12_000, leave=6_000)
        path = Path(upkeep.database.url.database or "")
        before = await upkeep_sqlite.file_state(path)

        with pytest.raises(TimeoutError):
            await upkeep_sqlite.rewrite(path, until=0)

        assert (await upkeep_sqlite.file_state(path)).bytes == before.bytes
        await upkeep_sqlite.rewrite(path, until=float("inf"))
        assert (await upkeep_sqlite.file_state(path)).bytes < before.bytes

    async def test_readers_in_the_way_are_said(self, upkeep: Upkeep) -> None:
        async with upkeep.database.reading() as session:
            await session.execute(text("SELECT count(*) FROM users"))
            await prospects(upkeep.database, 10)
            (step,) = (await maintain(upkeep, only=["checkpoint"])).steps

        assert step.state is StepState.UNFINISHED
