"""What its makers would tell otherwise is found by the doctor, and told again."""

import pytest
from sqlalchemy import select, text

from linkwright.db.engine import Database
from linkwright.models.roll_ups import RollUpDay
from linkwright.monitoring.doctor import examine, repair
from linkwright.services.analytics import Analytics
from linkwright.services.learning import Learning
from tests.monitoring.sound_record import sit_down
from tests.support.choices import correct, entries, learn, write_choices
from tests.support.outreach import Desk


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = await sit_down(database)
    await desk.reply(await desk.sent())
    await desk.sent()
    await write_choices(desk, "A", trials=30, replies=4)
    await write_choices(desk, "B", trials=20, replies=1)
    await learn(desk)
    async with desk.context() as context:
        await Analytics(context).roll_up(desk.campaign_id)
    return desk


async def broken(desk: Desk, statement: str) -> dict[str, list[str]]:
    """Break the record; return what the doctor says, by check."""
    async with desk.database.transaction() as session:
        await session.execute(text(statement))
    found = await examine(desk.database)
    return {fault.check: [str(row) for row in fault.rows] for fault in found.faults}


class TestEvidence:
    async def test_what_was_counted_is_what_is_kept(self, desk: Desk) -> None:
        assert (await examine(desk.database)).faults == []

    async def test_what_waits_to_be_counted_is_no_fault(self, desk: Desk) -> None:
        await write_choices(desk, "C", trials=5, replies=1)
        async with desk.context() as context:
            await correct(context, 1, 0.0)
        assert (await examine(desk.database)).faults == []

    async def test_what_a_person_stored_beside_it_is_no_fault(self, desk: Desk) -> None:
        async with desk.context() as context:
            await Learning(context).store(desk.user_id, "send_time", "tuesday", {"trials": 9})
        assert (await examine(desk.database)).faults == []

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            (
                "UPDATE ai_learning_data SET data_value = replace(CAST(data_value AS TEXT), '30', '31')",
                "stored [31, 4], recounted [30, 4]",
            ),
            (
                "DELETE FROM ai_learning_data WHERE data_key = 'template:A'",
                "stored [0, 0], recounted [30, 4]",
            ),
            (
                "UPDATE ai_decision_outcomes SET learned_value = NULL WHERE id = 1",
                "stored [30, 4], recounted [29, 3]",
            ),
        ],
    )
    async def test_other_counts_are_told_and_counted_anew(
        self, desk: Desk, dialect: str, statement: str, said: str
    ) -> None:
        before = {key: row.data_value for key, row in (await entries(desk)).items()}
        if dialect == "postgresql":
            statement = statement.replace("'31')", "'31')::jsonb")
        faults = await broken(desk, statement)

        assert faults.keys() == {"ai_learning_data"}
        assert f"key template:A, {said}" in faults["ai_learning_data"][0]
        mended = await repair(desk.database)
        assert (mended.sound, mended.mended) == (True, {"ai_learning_data": len(faults["ai_learning_data"])})
        after = {key: row.data_value for key, row in (await entries(desk)).items()}
        for key, value in before.items():
            names = ("trials", "replies", "first_evidence", "last_evidence")
            assert [after[key][name] for name in names] == [value[name] for name in names]


class TestDays:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE analytics_days SET numbers = '{\"emails_sent\": 7}'",
            "DELETE FROM analytics_days",
            "UPDATE analytics_shares SET numbers = '{}' WHERE opportunity_id > 0",
        ],
    )
    async def test_other_numbers_are_told_and_added_up_anew(self, desk: Desk, statement: str) -> None:
        days = await desk.all(select(RollUpDay.day, RollUpDay.numbers).order_by(RollUpDay.day))
        faults = await broken(desk, statement)

        assert faults.keys() == {"analytics_days"}
        assert any("number emails_sent" in row for row in faults["analytics_days"])
        mended = await repair(desk.database)
        assert mended.sound
        assert mended.mended.keys() == {"analytics_days"}
        again = await desk.all(select(RollUpDay.day, RollUpDay.numbers).order_by(RollUpDay.day))
        assert [tuple(row) for row in again] == [tuple(row) for row in days]

    async def test_what_is_newer_than_the_roll_up_is_no_fault(self, desk: Desk) -> None:
        await desk.reply(await desk.sent())
        assert (await examine(desk.database)).faults == []

    async def test_a_campaign_that_was_never_rolled_up_is_none(self, desk: Desk) -> None:
        await desk.campaign(name="Another", status="draft")
        assert (await examine(desk.database)).faults == []
