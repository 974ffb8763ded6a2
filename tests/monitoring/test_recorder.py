"""Statements are counted under their verb, the short way too, and no value of theirs is ever kept."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from linkwright import BacklinkingDatabaseService
from linkwright.db.engine import Database
from linkwright.errors import InvalidInput
from linkwright.issuer import WATCHERS
from linkwright.monitoring.fingerprints import normalised
from linkwright.monitoring.folders import GONE_SECONDS, Folder
from linkwright.monitoring.recorder import MOST_STATEMENTS, Recorder
from linkwright.monitoring.statements import Asked, Numbers, Statement
from linkwright.settings import Settings
from tests.support.tour import LETTER

LONG_AGO = date(2000, 1, 1)
SECRETS = ("planted.person@example.com", "Planted Campaign", "planted-site.example", "Planted subject")


@asynccontextmanager
async def watched(url: str, folder: Path, **more: float) -> AsyncIterator[BacklinkingDatabaseService]:
    told = {"database_url": url, "monitoring_folder": str(folder), **more}
    settings = Settings.load({f"LINKWRIGHT_{name.upper()}": str(value) for name, value in told.items()})
    async with await BacklinkingDatabaseService.open(settings=settings) as service:
        yield service


def seen(url: str, folder: Path) -> Numbers:
    database = Database(url)
    return Folder.of(str(folder), database.url).read(LONG_AGO)


async def some_work(service: BacklinkingDatabaseService, letters: int = 3) -> None:
    me = await service.create_user(SECRETS[0], name="Me")
    mine = service.as_user(me.id)
    campaign = await mine.create_campaign(me.id, {"name": SECRETS[1], "keywords": ["running"]})
    pages = [
        {"url": f"https://{place}-{SECRETS[2]}/", "contact_email": f"me@{place}-{SECRETS[2]}"}
        for place in range(letters)
    ]
    await mine.add_opportunities(campaign.id, pages)
    await mine.start_campaign(campaign.id)
    found = await mine.get_campaign_opportunities(campaign.id)
    for page in found:
        await mine.create_email(campaign.id, page.id, {**LETTER, "subject": SECRETS[3]})


class TestCounting:
    async def test_each_statement_stands_under_its_verb(self, migrated_url: str, tmp_path: Path) -> None:
        async with watched(migrated_url, tmp_path) as service:
            await some_work(service)
            await service.get_user(1)
            await service.get_user(1)

        numbers = seen(migrated_url, tmp_path)
        read = [each for asked, each in numbers.statements.items() if asked.issuer == "get_user"]
        assert [(each.times.count, each.rows, each.errors) for each in read] == [(2, 2, 0)]
        assert {"create_email", "create_campaign", "add_opportunities"} <= {
            asked.issuer for asked in numbers.statements
        }
        assert numbers.processes == 1

    async def test_the_short_way_is_counted_as_the_long_one(self, migrated_url: str, tmp_path: Path) -> None:
        async with watched(migrated_url, tmp_path) as service:
            await some_work(service, letters=6)
            await service.get_user(1)
            await service.get_user(1)

        numbers = seen(migrated_url, tmp_path)
        written = [
            each
            for asked, each in numbers.statements.items()
            if asked.issuer == "create_email" and asked.sql.startswith("INSERT INTO backlinking_emails")
        ]
        assert [(each.times.count, each.rows) for each in written] == [(6, 6)]
        assert numbers.compiled["prepared"] > 0
        assert numbers.compiled["hit"] > 0

    async def test_what_the_database_refuses_is_an_error(self, migrated_url: str, tmp_path: Path) -> None:
        async with watched(migrated_url, tmp_path) as service:
            with pytest.raises(DBAPIError):
                async with service.database.engine.connect() as connection:
                    await connection.execute(text("SELECT nothing FROM nowhere"))

        found = seen(migrated_url, tmp_path).statements[Asked("SELECT nothing FROM nowhere", "")]
        assert (found.times.count, found.errors) == (1, 1)

    async def test_no_value_is_kept(self, migrated_url: str, tmp_path: Path) -> None:
        async with watched(migrated_url, tmp_path, slow_statement_ms=0.0001) as service:
            await some_work(service)

        kept = b"".join(path.read_bytes() for path in files(tmp_path))
        assert b"backlinking_emails" in kept
        assert [secret for secret in SECRETS if secret.encode() in kept] == []

    async def test_nothing_is_timed_unless_asked(self, migrated_url: str) -> None:
        settings = Settings.load({"LINKWRIGHT_DATABASE_URL": migrated_url})
        async with await BacklinkingDatabaseService.open(settings=settings) as service:
            assert not service.database.engine.dialect._has_events

    async def test_more_statements_than_are_told_apart_are_counted_as_one(self, tmp_path: Path) -> None:
        recorder = Recorder(Folder(tmp_path), slow_seconds=1)
        for place in range(MOST_STATEMENTS + 5):
            recorder.saw(f"SELECT {place}", 0.001, 1, "none")
        await recorder.close()

        numbers = Folder(tmp_path).read(LONG_AGO)
        assert len(numbers.statements) == MOST_STATEMENTS + 1
        assert numbers.statements[Asked("(others)", "")].times.count == 5


class TestPlans:
    async def test_a_slow_statement_has_its_plan(
        self, migrated_url: str, tmp_path: Path, dialect: str
    ) -> None:
        async with watched(migrated_url, tmp_path, slow_statement_ms=0.0001) as service:
            await some_work(service)

        plans = {
            asked.issuer: each.plan
            for asked, each in seen(migrated_url, tmp_path).statements.items()
            if asked.issuer == "create_campaign" and asked.sql.startswith("SELECT users.id")
        }
        found = plans["create_campaign"]
        assert found is not None
        assert ("SEARCH users" if dialect == "sqlite" else "Index Scan using pk_users") in "\n".join(
            found.lines
        )

    async def test_asking_for_it_is_not_counted(self, migrated_url: str, tmp_path: Path) -> None:
        async with watched(migrated_url, tmp_path, slow_statement_ms=0.0001) as service:
            await some_work(service)

        statements = seen(migrated_url, tmp_path).statements
        assert any(each.plan for each in statements.values())
        assert not [asked for asked in statements if "EXPLAIN" in asked.sql or asked.issuer == WATCHERS]

    async def test_a_quick_one_has_none(self, migrated_url: str, tmp_path: Path) -> None:
        async with watched(migrated_url, tmp_path, slow_statement_ms=60_000) as service:
            await some_work(service)

        assert {each.plan for each in seen(migrated_url, tmp_path).statements.values()} == {None}

    @pytest.mark.dialects("postgresql")
    async def test_a_connection_that_was_asked_for_a_plan_is_as_before(
        self, migrated_url: str, tmp_path: Path
    ) -> None:
        async with watched(migrated_url, tmp_path, slow_statement_ms=0.0001) as service:
            await some_work(service)
            recorder = service.database._watcher
            assert isinstance(recorder, Recorder)
            await recorder._plan()
            async with service.database.engine.connect() as connection:
                left = await connection.scalar(
                    text("SELECT count(*) FROM pg_prepared_statements WHERE name = 'linkwright_asked'")
                )
                assert (left, await connection.scalar(text("SHOW plan_cache_mode"))) == (0, "auto")


class TestFolder:
    def test_numbers_of_several_processes_add_up(self, tmp_path: Path) -> None:
        first, second, ended = Folder(tmp_path), Folder(tmp_path), Folder(tmp_path)
        first.write(one("SELECT 1"))
        second.write(one("SELECT 1"))
        ended.put_away(one("SELECT 1"), date(2026, 11, 24))
        ended.put_away(one("SELECT 2"), date(2026, 11, 24))

        numbers = first.read(date(2026, 11, 24))
        assert {asked.sql: each.times.count for asked, each in numbers.statements.items()} == {
            "SELECT 1": 3,
            "SELECT 2": 1,
        }

    def test_a_day_before_those_asked_for_is_left_out(self, tmp_path: Path) -> None:
        Folder(tmp_path).put_away(one("SELECT 1"), date(2026, 11, 23))

        assert Folder(tmp_path).read(date(2026, 11, 24)).statements == {}

    def test_a_dead_process_is_put_away_by_the_next_that_ends(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Folder(tmp_path).write(one("SELECT 1"))
        monkeypatch.setattr("linkwright.monitoring.folders.GONE_SECONDS", -GONE_SECONDS)
        Folder(tmp_path).put_away(one("SELECT 2"), date(2026, 11, 24))

        assert sorted(path.name for path in tmp_path.glob("*.json")) == ["day-2026-11-24.json"]
        assert len(Folder(tmp_path).read(LONG_AGO).statements) == 2

    def test_old_days_go(self, tmp_path: Path) -> None:
        Folder(tmp_path).put_away(one("SELECT 1"), date(2026, 1, 1))
        Folder(tmp_path).put_away(one("SELECT 1"), date(2026, 11, 24))

        assert [path.name for path in tmp_path.glob("*.json")] == ["day-2026-11-24.json"]

    @pytest.mark.parametrize(
        "said", [b"", b"{", b"[]", b'{"version": 9}', b'{"version": 1}', b'{"version":1,']
    )
    def test_a_file_that_is_not_ours_holds_nothing(self, tmp_path: Path, said: bytes) -> None:
        (tmp_path / "process-x.json").write_bytes(said)

        assert Folder(tmp_path).read(LONG_AGO).statements == {}

    def test_what_is_no_folder_is_refused_with_the_setting(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")

        with pytest.raises(InvalidInput, match="monitoring_folder"):
            Folder.of(str(tmp_path / "file"), Database("sqlite:///a.db").url)

    async def test_a_folder_that_goes_missing_breaks_no_work(
        self, migrated_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        folder = tmp_path / "numbers"
        with caplog.at_level(logging.WARNING):
            async with watched(migrated_url, folder) as service:
                folder.rename(tmp_path / "gone")
                await some_work(service)
                assert isinstance(service.database._watcher, Recorder)
                service.database._watcher.flush()

        assert caplog.text.count("could not be written") == 1


class TestDays:
    async def test_a_day_that_has_ended_is_put_away(self, tmp_path: Path) -> None:
        now = datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
        recorder = Recorder(Folder(tmp_path), slow_seconds=1, clock=lambda: now)
        recorder.saw("SELECT 1", 0.001, 1, "none")
        now += timedelta(minutes=2)
        recorder.flush()
        recorder.saw("SELECT 1", 0.001, 1, "none")
        await recorder.close()

        assert [path.name for path in files(tmp_path)] == ["day-2026-11-24.json", "day-2026-11-25.json"]
        assert Folder(tmp_path).read(date(2026, 11, 25)).statements[Asked("SELECT 1", "")].times.count == 1


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.json"))


def one(sql: str) -> Numbers:
    statement = Statement()
    statement.times.add(0.001)
    return Numbers({Asked(sql, ""): statement}, processes=1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("SELECT  a\n FROM t", "SELECT a FROM t"),
        ("DELETE FROM t WHERE id IN (?, ?)", "DELETE FROM t WHERE id IN (?)"),
        ("SELECT 1 WHERE a IN ($2::INT, $3::INT) AND b = $1", "SELECT 1 WHERE a IN ($1::INT) AND b = $2"),
        ("SELECT 1 WHERE a = 'me@example.com'", "SELECT 1 WHERE a = '?'"),
        ("SAVEPOINT sa_savepoint_7", "SAVEPOINT sa_savepoint"),
    ],
)  # fmt: skip
def test_lists_of_any_length_are_one_statement(text: str, kept: str) -> None:
    assert normalised(text) == kept
