"""Learning data: stored by one statement, counted when used, kept to its user."""

import asyncio
from typing import Any

import pytest

from linkwright.db.engine import Database
from linkwright.errors import InvalidInput, NotFound
from linkwright.models import AILearningData
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.services.learning import Learning
from linkwright.services.opportunities import Opportunities
from linkwright.services.users import Users
from tests.support.outreach import Desk
from tests.support.prospects import NOON, at_noon

TUESDAY = ("send_time", "tuesday")


async def user(database: Database) -> int:
    async with database.transaction() as session:
        return (await Users(at_noon(session)).create("me@example.com")).id


async def stored(database: Database, me: int) -> AILearningData:
    async with database.reading() as session:
        [entry] = await Learning(at_noon(session)).page(me)
        return entry


class TestStore:
    async def test_is_not_using(self, database: Database) -> None:
        me = await user(database)
        for hour in (9, 10):
            async with database.transaction() as session:
                await Learning(at_noon(session)).store(me, *TUESDAY, {"hour": hour}, success_score=0.5)

        entry = await stored(database, me)
        assert (entry.data_value, entry.usage_count, entry.success_score) == ({"hour": 10}, 0, 0.5)

    async def test_keeps_what_is_not_given_and_when_it_was_made(self, desk: Desk) -> None:
        page = await desk.prospect()
        async with desk.context() as context:
            await Learning(context).store(
                desk.user_id,
                *TUESDAY,
                {"hour": 9},
                success_score=0.9,
                source_campaign_id=desk.campaign_id,
                source_opportunity_id=page,
            )
        desk.later(hours=1)
        async with desk.context() as context:
            again = await Learning(context).store(desk.user_id, *TUESDAY, {"hour": 10})

        assert (again.success_score, again.source_campaign_id, again.source_opportunity_id) == (
            0.9,
            desk.campaign_id,
            page,
        )
        assert (again.created_at, again.last_used, again.updated_at) == (NOON, NOON, desk.now)

    async def test_many_at_once_make_one_row(self, database: Database) -> None:
        me = await user(database)

        async def store(number: int) -> None:
            async with database.transaction() as session:
                await Learning(Context(session)).store(me, *TUESDAY, {"n": number})

        await asyncio.gather(*(store(number) for number in range(12)))

        assert (await stored(database, me)).data_value["n"] in range(12)

    async def test_outlives_its_campaign(self, desk: Desk) -> None:
        async with desk.context() as context:
            await Learning(context).store(desk.user_id, *TUESDAY, {}, source_campaign_id=desk.campaign_id)
        async with desk.context() as context:
            await Campaigns(context).delete(desk.campaign_id)

        assert (await stored(desk.database, desk.user_id)).source_campaign_id is None

    async def test_names_the_source_that_does_not_fit(self, desk: Desk) -> None:
        page = await desk.prospect()
        other = await desk.campaign()
        async with desk.context() as context:
            with pytest.raises(NotFound, match="There is no opportunity"):
                await Learning(context).store(
                    desk.user_id, *TUESDAY, {}, source_campaign_id=other, source_opportunity_id=page
                )
            assert (await Opportunities(context).get(page)).id == page  # The transaction is still sound.

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"data_type": "luck"}, "data_type"),
            ({"data_key": ""}, "data_key"),
            ({"data_key": "x" * 201}, "data_key"),
            ({"data_value": [1]}, "data_value"),
            ({"data_value": {"x": float("inf")}}, "data_value"),
            ({"data_value": {"x": object()}}, "data_value"),
            ({"success_score": 1.1}, "success_score"),
            ({"success_score": "high"}, "success_score"),
        ],
    )
    async def test_refuses_what_breaks_a_rule(
        self, database: Database, changes: dict[str, Any], field: str
    ) -> None:
        me = await user(database)
        values: dict[str, Any] = {"data_type": "send_time", "data_key": "x", "data_value": {}} | changes
        async with database.transaction() as session:
            with pytest.raises(InvalidInput) as refusal:
                await Learning(at_noon(session)).store(me, **values)

        assert refusal.value.field == field


class TestUse:
    async def test_counts_every_one_of_many_at_once(self, database: Database) -> None:
        """Reading the count and writing it back lost ten of twelve on PostgreSQL when tried."""
        me = await user(database)
        async with database.transaction() as session:
            await Learning(at_noon(session)).store(me, *TUESDAY, {"hour": 9})

        async def use() -> None:
            async with database.transaction() as session:
                await Learning(Context(session)).use(me, *TUESDAY)

        await asyncio.gather(*(use() for _ in range(12)))

        entry = await stored(database, me)
        assert entry.usage_count == 12
        assert entry.last_used > NOON
        assert entry.updated_at == NOON

    async def test_of_what_is_not_there_is_not_found(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            with pytest.raises(NotFound, match="send_time tuesday"):
                await Learning(at_noon(session)).use(me, *TUESDAY)


class TestPage:
    async def test_is_the_most_successful_first(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            learning = Learning(at_noon(session))
            for key, score in (("a", 0.2), ("b", 0.9), ("c", None), ("d", 0.5)):
                await learning.store(me, "tone_preference", key, {}, success_score=score)
            await learning.store(me, *TUESDAY, {}, success_score=0.95)

            async def keys(**asked: Any) -> list[str]:
                return [entry.data_key for entry in await learning.page(me, **asked)]

            assert await keys() == ["tuesday", "b", "d", "a", "c"]
            assert await keys(data_type="tone_preference", limit=2) == ["b", "d"]
            assert await keys(data_key="a") == ["a"]
            with pytest.raises(InvalidInput):
                await keys(data_type="luck")
            with pytest.raises(InvalidInput):
                await keys(limit=0)
