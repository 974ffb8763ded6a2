"""Campaigns move out of the database and back: nothing is lost, doubled or torn, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from linkwright import Conflict, Damaged, InvalidInput, NotFound
from linkwright.archive.manifest import verify
from linkwright.archive.storage import Storage
from linkwright.db.engine import Database
from linkwright.jobs.archive_query import query_archives
from linkwright.jobs.archive_restore import restore_archive
from linkwright.jobs.archive_run import Archiving, Moved
from linkwright.models import (
    AIDecision,
    AILearningData,
    Archive,
    BacklinkingCampaign,
    BacklinkingEmail,
    Base,
    EmailEvent,
)
from linkwright.monitoring.doctor import examine
from linkwright.queries.archives import campaign_tables, links
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.analytics import Analytics
from linkwright.services.context import Context
from tests.monitoring.sound_record import Ids, make_sound_record, sit_down
from tests.support.choices import entries, learn, write_choices
from tests.support.dump import Dump, dump

LATER = datetime(2031, 1, 1, tzinfo=UTC)
AGE = timedelta(days=180)
OURS = {"archives", "archived_template_uses"}


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "archives"))


@pytest.fixture
async def ids(database: Database) -> Ids:
    return await make_over(database)


async def make_over(database: Database) -> Ids:
    """A campaign in which everything has happened, and which is over."""
    ids = await make_sound_record(database)
    service = BacklinkingDatabaseService(database)
    await service.learn(ids.user)
    await service.cancel_campaign(ids.campaign)
    async with database.transaction() as session:
        await session.execute(update(AIDecision).values(outcome_due_at=None))
        odd: dict[str, Any] = {"float": 1.0, "big": 2**53, "none": None, "text": "é\n\u2028", "empty": {}}
        await session.execute(update(BacklinkingEmail).values(personalization_data=odd))
        learned: dict[str, Any] = {"user_id": ids.user, "data_type": "subject_pattern", "data_key": "x"}
        session.add(AILearningData(**learned, data_value={}, source_campaign_id=ids.campaign))
    async with database.transaction() as session:
        await Analytics(Context(session, lambda: LATER)).roll_up(ids.campaign)
    return ids


async def archived(database: Database, storage: Storage, **options: Any) -> list[Moved]:
    return await Archiving(database, storage, clock=lambda: LATER).run(AGE, **options)


async def rows(database: Database) -> Dump:
    return {name: found for name, found in (await dump(database)).items() if name not in OURS}


async def archive_of(database: Database) -> Archive:
    async with database.reading() as session:
        return (await session.scalars(select(Archive))).one()


def files(storage: Storage, pattern: str = "*.parquet") -> list[Path]:
    return sorted(Path(storage.root).rglob(pattern))


class TestThereAndBack:
    async def test_every_row_goes_and_every_row_comes_back(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        before = await rows(database)

        (moved,) = await archived(database, storage)

        assert (moved.campaign_id, moved.skipped) == (ids.campaign, None)
        gone = await dump(database)
        assert not any(gone[table.name] for table in campaign_tables())
        archive = await archive_of(database)
        assert (archive.state, archive.row_count) == ("done", moved.rows)
        await restore_archive(database, storage, archive.id)
        assert await rows(database) == before
        assert (await archive_of(database)).state == "restored"

    async def test_numbers_read_the_same_before_and_after_and_afterwards(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        service = BacklinkingDatabaseService(database)

        async def numbers() -> Any:
            templates = await service.get_template(ids.template)
            async with database.transaction() as session:
                learned = await session.execute(
                    select(AILearningData.data_key, AILearningData.data_value, AILearningData.usage_count)
                )
                return (
                    await service.get_campaign_stats(ids.campaign),
                    [tuple(row) for row in learned],
                    (templates.usage_count, templates.success_rate, templates.average_response_time),
                )

        before = await numbers()
        assert before[2][0]
        await archived(database, storage)
        for _ in range(2):
            found = await examine(database)
            assert found.sound, found.faults
            now = await numbers()
            assert now[1:] == before[1:]
            assert now[0].counts == before[0].counts
            await restore_archive(database, storage, 1) if _ == 0 else None

    async def test_learning_counts_anew_what_is_archived(self, database: Database, storage: Storage) -> None:
        desk = await sit_down(database)
        await write_choices(desk, "A", trials=30, replies=4)
        await write_choices(desk, "B", trials=20, replies=1)
        await learn(desk)
        service = BacklinkingDatabaseService(database)
        await service.cancel_campaign(desk.campaign_id)

        async def totals() -> Any:
            assert (await examine(database)).faults == []
            kept = (await entries(desk)).items()
            return {key: (row.data_value["trials"], row.data_value["replies"]) for key, row in kept}

        before = await totals()
        assert sorted(before.values()) == [(20, 1), (30, 4)]
        await archived(database, storage)
        assert await totals() == before
        assert (await service.rebuild_learning(desk.user_id)).counted == 50
        assert await totals() == before
        await restore_archive(database, storage, 1)
        assert await totals() == before
        assert (await service.rebuild_learning(desk.user_id)).counted == 50

    async def test_in_a_place_that_a_url_names(self, database: Database, ids: Ids) -> None:
        storage = Storage(f"memory://{ids.campaign}")
        before = await rows(database)
        await archived(database, storage)
        archive = await archive_of(database)
        verify(storage, archive.folder, archive.digest or "")
        await restore_archive(database, storage, archive.id)
        assert await rows(database) == before


class TestWhatIsMoved:
    def test_every_table_with_rows_of_a_campaign_is_moved_or_known_to_stay(self) -> None:
        # A new table: let it hang on the campaign by a foreign key, or say here that it stays.
        moved = {table.name for table in campaign_tables()}
        stay = {"archives", "import_jobs", "suppressions", "users", "learning_pools", "ai_contents"}
        stay |= {"archived_template_uses", "backlinking_templates"}
        stay |= {"retention_policies", "retention_removals", "legal_holds", "erasures", "maintenance_runs"}
        pointing = {link.table.name for link in links()}
        assert pointing == {"ai_learning_data"}
        assert set(Base.metadata.tables) == moved | stay | pointing

    async def test_one_that_is_not_over_or_not_for_long_stays(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        assert await Archiving(database, storage).run(AGE) == []
        async with database.transaction() as session:
            await session.execute(update(BacklinkingCampaign).values(status="paused"))
        assert await archived(database, storage) == []

    async def test_one_that_something_is_awaited_for_is_skipped(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        async with database.transaction() as session:
            pending = {"outcome_due_at": LATER, "outcome_state": "pending"}
            await session.execute(update(AIDecision).values(**pending))
        (moved,) = await archived(database, storage)
        assert "awaited" in (moved.skipped or "")
        assert files(storage) == []

    @pytest.mark.parametrize("days", [0, -1])
    async def test_no_age_is_no_policy(self, database: Database, storage: Storage, days: int) -> None:
        with pytest.raises(InvalidInput, match="at least 1 day"):
            await Archiving(database, storage).run(timedelta(days=days))

    async def test_a_trial_writes_nothing(self, database: Database, storage: Storage, ids: Ids) -> None:
        before = await dump(database)
        assert len(await archived(database, storage, dry_run=True)) == 1
        assert (await dump(database), files(storage)) == (before, [])

    async def test_another_users_is_not_there(self, database: Database, storage: Storage, ids: Ids) -> None:
        other = await BacklinkingDatabaseService(database).create_user("other@example.org")
        theirs = Archiving(database, storage, owner=other.id, clock=lambda: LATER)
        with pytest.raises(NotFound):
            await theirs.run(AGE, campaign_id=ids.campaign)
        assert await theirs.run(AGE) == []
        await archived(database, storage)
        with pytest.raises(NotFound):
            await restore_archive(database, storage, 1, owner=other.id)
        with pytest.raises(NotFound):
            await BacklinkingDatabaseService(database).as_user(other.id).get_campaign_stats(ids.campaign)


class TestDamage:
    async def test_one_flipped_bit_of_any_file_is_found_and_nothing_is_restored(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        await archived(database, storage)
        before, archive = await dump(database), await archive_of(database)
        for file in files(storage, "*.*"):
            whole = file.read_bytes()
            middle = len(whole) // 2
            file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
            with pytest.raises(Damaged):
                await restore_archive(database, storage, archive.id)
            file.unlink()
            with pytest.raises(Damaged):
                verify(storage, archive.folder, archive.digest or "")
            file.write_bytes(whole)
        assert await dump(database) == before
        await restore_archive(database, storage, archive.id)

    async def test_rows_that_are_there_are_not_written_over(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        await archived(database, storage)
        async with database.transaction() as session:
            session.add(
                BacklinkingCampaign(id=ids.campaign, user_id=ids.user, name="Mine", keywords=["mine"])
            )
        before = await dump(database)
        with pytest.raises(Conflict):
            await restore_archive(database, storage, 1)
        assert await dump(database) == before

    async def test_a_schema_that_has_moved_on(self, database: Database, storage: Storage, ids: Ids) -> None:
        await archived(database, storage)
        async with database.transaction() as session:
            connection = await session.connection()
            await connection.execute(text("ALTER TABLE inbound_messages DROP COLUMN dismissed_by"))
            await connection.execute(text("ALTER TABLE inbound_messages ADD COLUMN more INTEGER DEFAULT 3"))
        column = Base.metadata.tables["inbound_messages"].c.dismissed_by
        Base.metadata.tables["inbound_messages"]._columns.remove(column)
        try:
            back = await restore_archive(database, storage, 1)
        finally:
            Base.metadata.tables["inbound_messages"].append_column(column, replace_existing=True)
        assert back.dropped == ["inbound_messages.dismissed_by"]


class TestWrittenToMeanwhile:
    @pytest.mark.parametrize("how", ["changed", "new", "deleted"])
    async def test_it_is_skipped_and_whole(
        self, database: Database, storage: Storage, ids: Ids, how: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written = Archiving._write

        async def interfering(self: Archiving, campaign: Any) -> int:
            archive_id = await written(self, campaign)
            async with database.transaction() as session:
                if how == "changed":
                    email = update(BacklinkingEmail).where(BacklinkingEmail.id == ids.draft_email)
                    await session.execute(email.values(subject="Changed"))
                elif how == "new":
                    event: dict[str, Any] = {"campaign_id": ids.campaign, "email_id": ids.opened_email}
                    moments = {"occurred_at": LATER, "recorded_at": LATER}
                    session.add(EmailEvent(**event, kind="opened", event_key="late", **moments))
                else:
                    await session.execute(delete(EmailEvent))
            interfered.append(await rows(database))
            return archive_id

        interfered: list[Dump] = []
        monkeypatch.setattr(Archiving, "_write", interfering)
        (moved,) = await archived(database, storage)
        if how == "deleted":  # What is in the archive and gone already needs no deleting.
            assert moved.skipped is None
            return
        assert moved.skipped == "it was written to meanwhile"
        assert await rows(database) == interfered[0]
        assert files(storage) == []
        monkeypatch.undo()
        (moved,) = await archived(database, storage)
        assert moved.skipped is None


class TestQuestions:
    async def test_are_answered_where_the_files_lie_and_from_nowhere_else(
        self, database: Database, storage: Storage, ids: Ids, tmp_path: Path
    ) -> None:
        number = len((await dump(database))["backlinking_emails"])
        await archived(database, storage)
        archive = await archive_of(database)
        names, found = query_archives(storage, [archive], "SELECT count(*) AS n FROM backlinking_emails")
        assert (names, found) == (["n"], [(number,)])
        (tmp_path / "secret.csv").write_text("a\n1\n")
        for sql in (f"FROM '{tmp_path}/secret.csv'", "FROM nowhere", "SET enable_external_access = true"):
            with pytest.raises(InvalidInput):
                query_archives(storage, [archive], sql)
