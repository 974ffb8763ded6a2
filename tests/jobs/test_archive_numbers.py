"""Numbers survive: analytics and learning read the same before, after archiving and after restoring."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from linkwright import Damaged
from linkwright.archive.storage import Storage
from linkwright.db.engine import Database
from linkwright.jobs.archive_analytics import archived_records
from linkwright.jobs.archive_restore import restore_archive
from linkwright.jobs.archive_run import Archiving
from linkwright.models import AIDecision, Archive, BacklinkingCampaign
from linkwright.schemas.analytics import AnalyticsQuery, AnalyticsRead
from linkwright.services.analytics import Analytics
from linkwright.services.archives import Archives
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.services.dashboards import Dashboards
from linkwright.services.decisions import Decisions
from linkwright.services.evidence import Evidence
from linkwright.services.patterns import Patterns
from linkwright.services.recommend import Recommending
from tests.monitoring.sound_record import sit_down
from tests.support.choices import chosen, learn, write_choices
from tests.support.outreach import Desk
from tests.support.prospects import make_campaign

AGE = timedelta(days=180)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "archives"))


class Case:
    """A campaign that is over, and one that goes on, with letters that wait for answers."""

    def __init__(self, database: Database, desk: Desk, storage: Storage) -> None:
        self.database, self.desk, self.storage = database, desk, storage
        self.over, self.going = desk.campaign_id, ""

    async def make(self) -> None:
        desk = self.desk
        async with desk.context() as context:
            await Campaigns(context).update(self.over, {"max_emails_per_day": 100})
        letters = [await desk.sent() for _ in range(12)]
        for number, letter in enumerate(letters[:7]):
            desk.later(hours=number + 1)
            await desk.reply(letter, "positive" if number % 2 else "neutral")
        await desk.delivery("record_bounce", (await desk.sent()).id, kind="hard")
        page = letters[0].opportunity_id
        await desk.opportunities("record_link", page, "https://site1.com/post", evidence="seen")
        await write_choices(desk, "A", trials=40, replies=9)
        await write_choices(desk, "B", trials=30, replies=1)
        async with desk.context() as context:
            unpriced = {"campaign_id": self.over, "kind": "generate", "decided_by": "model"}
            await Decisions(context).record(desk.user_id, unpriced)
            await Campaigns(context).cancel(self.over)
            await context.session.execute(update(AIDecision).values(outcome_due_at=None))
        desk.later(days=400)
        async with desk.context() as context:
            self.going = await make_campaign(context.session)
            await context.session.execute(
                update(BacklinkingCampaign)
                .where(BacklinkingCampaign.id == self.going)
                .values(user_id=desk.user_id, created_at=desk.now)
            )
        desk.campaign_id = self.going
        async with desk.context() as context:
            left = desk.now - timedelta(days=5)
            context.session.add_all([chosen(desk, "A", left) for _ in range(10)])
        await self.roll_up()
        await learn(desk)

    async def roll_up(self) -> None:
        async with self.desk.context() as context:
            for one in (self.over, self.going):
                await Analytics(context).roll_up(one)

    async def numbers(self) -> dict[str, Any]:
        """Everything that anybody reads, learned anew at the same moment."""
        desk = self.desk
        async with desk.context() as context:
            await Evidence(context).learn(desk.user_id)
            plain = asdict(await Dashboards(context).get(desk.user_id))
            whole = asdict(await Dashboards(context).get(desk.user_id, include_archived=True))
            drawn = await Recommending(context).recommend(
                desk.user_id, self.going, "template", candidates=["A", "B", "C"], seed=4
            )
            found = {
                "patterns": await Patterns(context).patterns(desk.user_id),
                "posterior": (drawn.candidates, drawn.interval, drawn.choice),
                "stats": await Campaigns(context).stats(self.over),
            }
            await context.session.execute(delete(AIDecision).where(AIDecision.id == drawn.decision_id))
        found["archived"] = [one.pop("archived") for one in whole["campaigns"]]
        found["number"] = (plain.pop("archived_campaigns"), whole.pop("archived_campaigns"))
        # What waits for a person is a list of things to do, not a total: nobody reads mail in an archive.
        found["waits"] = [plain.pop("needs_a_person"), whole.pop("needs_a_person")]
        found["listed"] = [one["campaign_id"] for one in plain.pop("campaigns")]
        assert plain == {name: value for name, value in whole.items() if name != "campaigns"}
        return found | {"dashboard": whole}

    async def records(self) -> list[dict[str, Any]]:
        async with self.desk.context() as context:
            rows = await Analytics(context).page(self.over)
            return [AnalyticsRead.model_validate(row).model_dump() for row in rows]

    async def archived_records(self, **asked: Any) -> list[dict[str, Any]]:
        async with self.desk.context() as context:
            archive = await Archives(context).named(self.desk.user_id, self.over)
        assert archive is not None
        rows = archived_records(self.storage, archive, AnalyticsQuery(**asked), self.desk.now)
        return [AnalyticsRead.model_validate(row).model_dump() for row in rows]

    async def archive(self) -> None:
        archiving = Archiving(self.database, self.storage, clock=lambda: self.desk.now)
        (moved,) = await archiving.run(AGE)
        assert moved.skipped is None


@pytest.fixture
async def case(database: Database, storage: Storage) -> Case:
    case = Case(database, await sit_down(database), storage)
    await case.make()
    return case


def differing(numbers: dict[str, Any]) -> dict[str, Any]:
    return {name: numbers[name] for name in ("patterns", "posterior", "stats", "dashboard")}


def file_of(case: Case, table: str) -> Path:
    (file,) = Path(case.storage.root).rglob(f"{table}.parquet")
    return file


async def test_every_reader_says_the_same_before_and_after_and_afterwards(case: Case) -> None:
    before = await case.numbers()
    assert before["dashboard"]["funnel"] == {"found": 13, "contacted": 13, "responded": 7, "links": 1}
    assert before["dashboard"]["figures"]["time_to_reply"]["answered"] == 7
    assert [one.arm for one in before["patterns"]] == ["A", "B"]
    assert (before["archived"], before["number"]) == ([False, False], (0, 0))

    await case.archive()

    after = await case.numbers()
    assert differing(after) == differing(before)
    assert (after["archived"], after["number"]) == ([False, True], (1, 1))
    assert after["listed"] == [case.going]

    await restore_archive(case.database, case.storage, 1)
    assert await case.numbers() == before


async def test_counted_anew_while_it_is_away_it_is_the_same_too(case: Case) -> None:
    before = await case.numbers()
    await case.archive()
    async with case.desk.context() as context:
        await Evidence(context).rebuild(case.desk.user_id)
    assert differing(await case.numbers()) == differing(before)


async def test_nothing_counts_twice_or_not_at_all_while_it_moves(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(Exception):
        pass

    async def dies(*_: Any) -> None:
        raise Died

    before = await case.numbers()
    monkeypatch.setattr(Archives, "finish", dies)
    with pytest.raises(Died):
        await case.archive()
    async with case.database.reading() as session:
        assert await session.scalar(select(Archive.state)) == "deleting"
        assert await session.scalar(select(BacklinkingCampaign.id).where(BacklinkingCampaign.id == case.over))
    assert differing(await case.numbers()) == differing(before)


async def test_days_weeks_and_months_are_read_where_the_archive_lies(case: Case) -> None:
    before = await case.records()
    assert {one["period_type"] for one in before} == {"daily", "weekly", "monthly"}
    assert any(one["ai_insights"] for one in before)

    await case.archive()

    assert await case.archived_records() == before
    weeks = [one for one in before if one["period_type"] == "weekly"]
    assert await case.archived_records(period_type="weekly") == weeks
    middle: datetime = weeks[len(weeks) // 2]["date"]
    assert await case.archived_records(date_from=middle) == [one for one in before if one["date"] >= middle]


async def test_damaged_records_are_refused_and_damage_elsewhere_does_not_matter(case: Case) -> None:
    await case.archive()
    events, records = (file_of(case, name) for name in ("email_events", "backlinking_analytics"))
    events.write_bytes(b"")
    assert await case.archived_records()
    records.write_bytes(records.read_bytes()[:-1])
    with pytest.raises(Damaged):
        await case.archived_records()


async def test_another_users_archive_is_not_found(case: Case) -> None:
    await case.archive()
    async with case.database.transaction() as session:
        stranger = Context(session, lambda: case.desk.now)
        assert await Archives(stranger).named(case.desk.user_id + 1, case.over) is None
        assert (await Dashboards(Context(session)).get(case.desk.user_id)).archived_campaigns == 1
