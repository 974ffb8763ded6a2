"""What has been kept for long enough goes, and no more; all that is counted stays true."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from linkwright import Conflict, InvalidInput, NotFound
from linkwright.archive.storage import Storage
from linkwright.db.engine import Database
from linkwright.db.turns import in_turn
from linkwright.jobs import retention_batches
from linkwright.jobs.archive_restore import restore_archive
from linkwright.jobs.retention import RETENTION, Applied, apply_retention, plan_retention
from linkwright.models import (
    AIContent,
    AIDecision,
    Archive,
    BacklinkingAnalytics,
    BacklinkingEmail,
    BacklinkingResponse,
    EmailEvent,
    InboundMessage,
    RetentionRemoval,
)
from linkwright.monitoring.doctor import examine
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.analytics import Analytics
from linkwright.services.context import Context
from linkwright.services.retention_rules import RULES
from linkwright.vocabulary import DataClass, EventKind, RetentionAction
from tests.monitoring.sound_record import Ids, make_sound_record
from tests.support.campaign_files import bring, export
from tests.support.dump import dump

LATER = datetime(2031, 1, 1, tzinfo=UTC)
IN_TABLES = [one for one in DataClass if one not in {DataClass.CAMPAIGNS, DataClass.ARCHIVES}]


@pytest.fixture
async def ids(database: Database) -> Ids:
    """A record in which everything has happened, years ago, with the texts of models beside it."""
    ids = await make_sound_record(database)
    service = BacklinkingDatabaseService(database)
    await service.learn(ids.user)
    await service.record_inbound(ids.user, {"digest": "b" * 64, "body_text": "Hm?", "raw_headers": "To: me"})
    thought = {"kind": "choose", "decided_by": "model", "reasoning": "Because.", "rendered_prompt": "Which?"}
    await service.record_decision(ids.user, {**thought, "action": "b", "campaign_id": ids.campaign})
    for at in ("2026-09-20T10:00:00Z", "2026-09-21T10:00:00Z"):
        await service.record_open(ids.opened_email, occurred_at=datetime.fromisoformat(at))
    async with database.transaction() as session:
        await Analytics(Context(session, lambda: LATER)).roll_up(ids.campaign)
    return ids


def later() -> datetime:
    return LATER + timedelta(days=40)


def much_later() -> datetime:
    return LATER + timedelta(days=101)


def service_of(database: Database) -> BacklinkingDatabaseService:
    return BacklinkingDatabaseService(database, clock=lambda: LATER)


async def everything(database: Database, *classes: DataClass, days: int = 30) -> None:
    for data_class in classes or IN_TABLES:
        await service_of(database).set_retention_policy(data_class.value, RULES[data_class].action, days)


async def apply(database: Database, **more: Any) -> Applied:
    return await apply_retention(database, clock=lambda: LATER, **more)


async def numbers(database: Database, ids: Ids) -> Any:
    """All that is counted: of the campaign, its days, its emails, and what was learned."""
    service = service_of(database)
    async with database.reading() as session:
        emails = (
            await session.execute(
                select(
                    BacklinkingEmail.id,
                    BacklinkingEmail.open_count,
                    BacklinkingEmail.click_count,
                    BacklinkingEmail.sent_at,
                ).order_by(BacklinkingEmail.id)
            )
        ).all()
    days = [
        (
            row.date,
            row.period_type,
            row.emails_sent,
            row.emails_opened,
            row.emails_clicked,
            row.ai_cost_incurred,
        )
        for row in await service.get_campaign_analytics(ids.campaign)
    ]
    return await service.get_campaign_stats(ids.campaign), days, emails


async def count(database: Database, table: Any, *conditions: Any) -> int:
    async with database.reading() as session:
        return (await session.scalar(select(func.count()).select_from(table).where(*conditions))) or 0


class TestNothing:
    async def test_goes_without_a_policy(self, database: Database, ids: Ids) -> None:
        before = await dump(database)

        assert (await apply(database)).removed == []
        assert await plan_retention(database, clock=lambda: LATER) == []
        assert await dump(database) == before

    async def test_that_is_younger_goes(self, database: Database, ids: Ids) -> None:
        await everything(database, days=20_000)
        before = await dump(database)

        assert (await apply(database)).removed == []
        assert {one.rows for one in await plan_retention(database, clock=lambda: LATER)} == {0}
        assert await dump(database) == before


class TestEverything:
    async def test_that_is_old_goes_and_all_that_is_counted_stays_true(
        self, database: Database, ids: Ids
    ) -> None:
        await everything(database)
        before = await numbers(database, ids)
        planned = [one for one in await plan_retention(database, clock=lambda: LATER) if one.rows]

        done = await apply(database)

        assert done.done
        assert [(one.what, one.rows, one.bytes) for one in done.removed] == [
            (one.what, one.rows, one.bytes) for one in planned
        ]
        assert {one.due.data_class for one in done.removed} == set(IN_TABLES)
        assert (await examine(database)).faults == []
        assert await numbers(database, ids) == before
        assert (await apply(database)).removed == []

    async def test_is_in_the_record_with_the_policy(self, database: Database, ids: Ids) -> None:
        await everything(database)
        done = await apply(database)

        found = await service_of(database).get_retention_removals(user_id=ids.user)

        assert {one.data_class for one in found} == {one.value for one in IN_TABLES}
        assert {(one.days, one.before, one.removed_at) for one in found} == {
            (30, LATER - timedelta(days=30), LATER)
        }
        assert sum(one.row_count for one in found) == sum(one.rows for one in done.removed)
        assert sum(one.byte_count for one in found) == sum(one.bytes for one in done.removed)

    async def test_is_gone_from_the_rows(self, database: Database, ids: Ids) -> None:
        await everything(database)
        await apply(database)

        sent = BacklinkingEmail.sent_at.is_not(None)
        assert await count(database, BacklinkingEmail, sent, BacklinkingEmail.body_html != "") == 0
        assert await count(database, BacklinkingEmail, sent, BacklinkingEmail.ai_prompt_used != "") == 0
        assert await count(database, BacklinkingEmail, ~sent, BacklinkingEmail.body_html != "") > 0
        assert await count(database, BacklinkingResponse, BacklinkingResponse.body_text != "") == 0
        assert await count(database, AIContent) == 0
        assert await count(database, InboundMessage, InboundMessage.raw_headers != "") == 0
        assert await count(database, InboundMessage, InboundMessage.body_text != "") == 0
        assert await count(database, AIDecision, AIDecision.reasoning.is_not(None)) == 0
        kept = {EventKind.BOUNCED, EventKind.COMPLAINED, EventKind.UNSUBSCRIBED}
        over = EmailEvent.email_id.in_(select(BacklinkingEmail.id).where(sent))
        assert await count(database, EmailEvent, EmailEvent.kind.not_in(kept), over) == 0
        daily = BacklinkingAnalytics.period_type == "daily"
        assert await count(database, BacklinkingAnalytics, daily) == 0
        assert await count(database, BacklinkingAnalytics, ~daily) > 0

    async def test_stays_gone_when_the_campaign_is_rolled_up_again(
        self, database: Database, ids: Ids
    ) -> None:
        await everything(database, DataClass.ANALYTICS_DAILY)
        await apply(database)

        await service_of(database).record_open(ids.opened_email)
        await service_of(database).roll_up_campaign(ids.campaign, datetime(2020, 1, 1, tzinfo=UTC).date())

        old = (BacklinkingAnalytics.period_type == "daily", BacklinkingAnalytics.date < LATER - timedelta(31))
        assert await count(database, BacklinkingAnalytics, *old) == 0
        assert (await examine(database)).faults == []

    async def test_opens_that_come_after_are_added_to_those_that_were_removed(
        self, database: Database, ids: Ids
    ) -> None:
        await everything(database, DataClass.EVENTS)
        async with database.reading() as session:
            opened = await session.scalar(
                select(BacklinkingEmail.open_count).where(BacklinkingEmail.id == ids.opened_email)
            )
        before = await service_of(database).get_campaign_analytics(ids.campaign, period_type="monthly")
        await apply(database)

        await service_of(database).record_open(ids.opened_email)
        await everything(database, DataClass.EVENTS, days=1)
        await apply_retention(database, clock=lambda: LATER + timedelta(days=9))

        email = await service_of(database).get_email(ids.opened_email)
        assert email.open_count == (opened or 0) + 1
        after = await service_of(database).get_campaign_analytics(ids.campaign, period_type="monthly")
        assert [row.emails_opened for row in after] == [row.emails_opened for row in before]
        assert (await examine(database)).faults == []


class TestACampaignThatIsTakenAlong:
    @pytest.mark.dialects("sqlite")
    async def test_is_as_sound_elsewhere(
        self, database: Database, ids: Ids, tmp_path: Path, sqlite_template: Path
    ) -> None:
        await everything(database)
        await apply(database)
        await export(database, tmp_path / "campaign.jsonl", ids.campaign)
        other = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'other.db')}")
        try:
            await bring(other, tmp_path / "campaign.jsonl")

            assert (await examine(other)).faults == []
            assert await count(other, RetentionRemoval, RetentionRemoval.campaign_id == ids.campaign) > 0
        finally:
            await other.close()


class TestAHold:
    @pytest.mark.parametrize("whole", [True, False])
    async def test_keeps_all_of_it_until_it_is_released(
        self, database: Database, ids: Ids, *, whole: bool
    ) -> None:
        await everything(database)
        service = service_of(database)
        over = {"user_id": ids.user} if whole else {"campaign_id": ids.campaign}
        hold = await service.place_legal_hold("a lawsuit", **over)
        before = await dump(database)

        done = await apply(database)
        with pytest.raises(Conflict, match=f"Hold {hold.id} stands over this campaign"):
            await service.delete_campaign(ids.campaign)
        with pytest.raises(Conflict, match=f"Hold {hold.id} stands over this user"):
            await service.delete_user(ids.user)

        assert done.removed == []
        assert await dump(database) == before
        await service.release_legal_hold(hold.id)
        assert {one.due.data_class for one in (await apply(database)).removed} == set(IN_TABLES)

    async def test_of_another_campaign_keeps_what_may_belong_to_it(
        self, database: Database, ids: Ids
    ) -> None:
        await everything(database)
        service = service_of(database)
        other = await service.create_campaign(ids.user, {"name": "Other", "keywords": ["x"]})
        await service.place_legal_hold("a lawsuit", campaign_id=other.id)

        done = await apply(database)

        # A text of a model is nobody's in particular, and so is a message that belongs to no letter.
        assert "emails that left" in {one.what for one in done.removed}
        assert "texts of models" not in {one.what for one in done.removed}
        assert await count(database, InboundMessage, InboundMessage.body_text == "Hm?") == 1


class TestPolicies:
    async def test_of_a_user_go_before_the_one_for_everybody(self, database: Database, ids: Ids) -> None:
        service = service_of(database)
        await service.set_retention_policy("events", "delete", 30)
        await service.set_retention_policy("events", "keep", user_id=ids.user)
        assert (await apply(database)).removed == []

        await service.remove_retention_policy("events", user_id=ids.user)
        assert [one.what for one in (await apply(database)).removed] == ["events"]
        with pytest.raises(NotFound):
            await service.remove_retention_policy("events", user_id=ids.user)

    async def test_set_again_is_changed(self, database: Database, ids: Ids) -> None:
        service = service_of(database)
        for user_id in (None, ids.user):
            first = await service.set_retention_policy("events", "delete", 30, user_id=user_id)
            again = await service.set_retention_policy("events", "delete", 60, user_id=user_id)
            assert (again.id, again.days) == (first.id, 60)

    @pytest.mark.parametrize("days", [0, -1, 36_501, None])
    async def test_need_from_one_day_to_a_hundred_years(self, database: Database, days: int | None) -> None:
        with pytest.raises(InvalidInput, match="days"):
            await service_of(database).set_retention_policy("events", "delete", days)

    @pytest.mark.parametrize(
        ("data_class", "action"),
        [
            (one, action)
            for one in DataClass
            for action in RetentionAction
            if action is not RetentionAction.KEEP
        ],
    )
    async def test_allow_one_action_and_say_which(
        self, database: Database, data_class: DataClass, action: RetentionAction
    ) -> None:
        right = RULES[data_class].action
        if action is right:
            await service_of(database).set_retention_policy(data_class, action, 30)
            return
        with pytest.raises(InvalidInput, match=f"must be {right} for {data_class}: .*use {right}"):
            await service_of(database).set_retention_policy(data_class, action, 30)


class TestARun:
    async def test_stops_at_its_deadline_and_says_what_is_left(self, database: Database, ids: Ids) -> None:
        await everything(database)

        done = await apply(database, seconds=0)

        assert done.removed == []
        assert [due.data_class for due, _ in done.left] == IN_TABLES
        assert {why for _, why in done.left} == {"there was no time"}
        assert (await apply(database)).done

    async def test_that_was_broken_off_is_finished_by_the_next(
        self, database: Database, ids: Ids, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await everything(database)
        before = await numbers(database, ids)
        monkeypatch.setattr(retention_batches, "_FIRST", 1)
        monkeypatch.setattr(retention_batches, "_MOST", 1)
        monkeypatch.setattr(retention_batches, "_PAUSE", 0)

        whole = retention_batches.Batches._write_down
        for batches in range(0, 60, 7):
            seen = 0

            async def breaking(self: Any, *rest: Any, last: int = batches) -> None:
                nonlocal seen
                await whole(self, *rest)
                seen += 1
                if seen > last:
                    raise RuntimeError

            monkeypatch.setattr(retention_batches.Batches, "_write_down", breaking)
            try:
                await apply(database)
            except RuntimeError:
                assert (await examine(database)).faults == []
        monkeypatch.setattr(retention_batches.Batches, "_write_down", whole)

        assert (await apply(database)).done
        assert (await examine(database)).faults == []
        assert await numbers(database, ids) == before
        assert {one.rows for one in await plan_retention(database, clock=lambda: LATER)} == {0}

    async def test_is_the_only_one(self, database: Database, ids: Ids) -> None:
        await everything(database)
        async with in_turn(database, RETENTION):
            with pytest.raises(Conflict, match="Another process is at the same work"):
                await apply(database)

    async def test_leaves_an_email_that_somebody_holds_to_the_next(
        self, database: Database, ids: Ids, dialect: str
    ) -> None:
        if dialect == "sqlite":
            pytest.skip("one writer at a time")
        await everything(database, DataClass.EMAIL_BODIES)
        async with database.transaction() as session:
            held = select(BacklinkingEmail.id).where(BacklinkingEmail.id == ids.opened_email)
            await session.execute(held.with_for_update())
            await apply(database)
        assert (
            await count(
                database,
                BacklinkingEmail,
                BacklinkingEmail.body_html != "",
                BacklinkingEmail.id == ids.opened_email,
            )
            == 1
        )
        assert [one.rows for one in (await apply(database)).removed] == [1]


class TestFiles:
    async def test_a_campaign_moves_into_an_archive_whose_files_go_later(
        self, database: Database, ids: Ids, tmp_path: Path
    ) -> None:
        storage = Storage(str(tmp_path / "archives"))
        service = service_of(database)
        await service.cancel_campaign(ids.campaign)
        async with database.transaction() as session:
            await session.execute(update(AIDecision).values(outcome_due_at=None))
        await service.set_retention_policy("campaigns", "archive", 30)
        await service.set_retention_policy("archives", "delete", 60)
        stats = await service.get_campaign_stats(ids.campaign)
        hold = await service.place_legal_hold("a lawsuit", campaign_id=ids.campaign)

        assert [why for _, why in (await apply(database)).left] == ["it is not said where archives lie"] * 2
        assert (await apply_retention(database, clock=later, storage=storage)).removed == []
        await service.release_legal_hold(hold.id)
        done = await apply_retention(database, clock=later, storage=storage)

        assert [(one.what, one.rows > 0) for one in done.removed] == [("campaigns", True)]
        assert done.left == []
        gone = await apply_retention(database, clock=much_later, storage=storage)
        assert [one.what for one in gone.removed] == ["rows of archives"]
        assert storage.filesystem.ls(storage.root) == []
        async with database.reading() as session:
            archive = (await session.scalars(select(Archive))).one()
        assert archive.removed_at == much_later()
        assert (await service.get_campaign_stats(ids.campaign)).counts == stats.counts
        with pytest.raises(Conflict, match="were removed by retention on 2031-04-12"):
            await restore_archive(database, storage, archive.id)
        assert (await examine(database)).faults == []
        assert await count(database, RetentionRemoval) == 2
