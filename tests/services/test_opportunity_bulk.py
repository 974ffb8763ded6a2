"""Many prospects at once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.errors import IllegalMove, OpportunityLimitReached, Suppressed
from linkwright.models import BacklinkOpportunity
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.services import opportunity_bulk
from linkwright.services.opportunities import Opportunities
from linkwright.services.suppressions import Suppressions
from tests.support.prospects import at_noon, counters, full_row, history, make_campaign, recount


@pytest.fixture
async def campaign_id(session: AsyncSession) -> str:
    return await make_campaign(session)


@pytest.fixture
def prospects(session: AsyncSession) -> Opportunities:
    return Opportunities(at_noon(session))


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opportunity_bulk, "CHUNK", 2)


def as_read(row: BacklinkOpportunity) -> dict[str, Any]:
    return OpportunityRead.model_validate(row).model_dump()


class TestAddMany:
    async def test_a_row_among_many_is_the_row_that_create_makes(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        other = await make_campaign(session, name="Other")
        states = ["discovered", "contacted", "responded", "published", "link_lost", "suppressed"]
        rows: list[Any] = [full_row(number, status=status) for number, status in enumerate(states)]
        rows[3]["link_url"] = "https://example.com/l"
        one_by_one = [await prospects.create(other, row) for row in rows]

        result = await prospects.add_many(campaign_id, rows)

        assert (result.new, result.same, result.merged, result.refused) == (6, 0, 0, [])
        for id_, single in zip(result.ids, one_by_one, strict=True):
            assert id_ is not None
            await session.refresh(single)
            many = await prospects.get(id_)
            own = {"id": id_, "campaign_id": campaign_id}
            assert as_read(many) == as_read(single) | own
            assert await history(session, id_) == await history(session, single.id)

    @pytest.mark.usefixtures("small_chunks")
    async def test_broken_rows_are_refused_by_number_and_the_others_land(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        rows: list[Any] = [
            full_row(1),
            {"url": "file:///x"},
            full_row(2, user_rating=9),
            full_row(3),
            "no row",
            {},
        ]

        result = await prospects.add_many(campaign_id, rows, numbers=range(10, 16))

        assert result.new == 2
        assert [(error.row, error.field) for error in result.refused] == [
            (11, "url"),
            (12, "user_rating"),
            (14, "input"),
            (15, "url"),
        ]
        assert [id_ is None for id_ in result.ids] == [False, True, True, False, True, True]
        assert await counters(session, campaign_id) == await recount(session, campaign_id)

    @pytest.mark.usefixtures("small_chunks")
    async def test_each_page_lands_once_however_it_is_spelled(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        spellings = [
            "https://example.com/a",
            "HTTPS://EXAMPLE.com:443/a",
            "https://example.com/a?utm_source=x",
            "https://example.com/a#b",
            "example.com/a",
        ]

        result = await prospects.add_many(campaign_id, [{"url": url} for url in spellings])

        assert (result.new, result.same) == (1, 4)
        assert len(set(result.ids)) == 1
        assert await counters(session, campaign_id) == await recount(session, campaign_id)

    @pytest.mark.usefixtures("small_chunks")
    async def test_a_second_row_fills_what_is_empty_and_overwrites_nothing(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        page = "https://example.com/a"
        rows: list[dict[str, Any]] = [
            {"url": page, "title": "First", "word_count_min": 900},
            {"url": page, "title": "Second", "contact_name": "Jane", "word_count_max": 500},
            {"url": page, "ai_relevance_score": 0.5, "requires_images": True},
            {"url": page, "ai_relevance_score": 0.9, "ai_spam_risk_score": 0.9},
            {"url": page, "status": "published"},
        ]

        result = await prospects.add_many(campaign_id, rows)
        again = await prospects.add_many(campaign_id, rows)

        assert (result.new, result.merged, result.same) == (1, 2, 2)
        assert (again.new, again.merged, again.same) == (0, 0, 5)
        assert again.ids == result.ids
        assert result.ids[0] is not None
        row = await prospects.get(result.ids[0])
        await session.refresh(row)
        assert (row.title, row.contact_name, row.requires_images) == ("First", "Jane", True)
        assert (row.ai_relevance_score, row.ai_spam_risk_score) == (0.5, 0.0)
        assert (row.word_count_min, row.word_count_max) == (900, None)
        assert row.status == "discovered"

    @pytest.mark.usefixtures("small_chunks")
    async def test_beyond_the_limit_none_lands_even_when_the_caller_goes_on(self, database: Database) -> None:
        async with database.transaction() as session:
            campaign_id = await make_campaign(session, max_opportunities=3)
            prospects = Opportunities(at_noon(session))
            with pytest.raises(OpportunityLimitReached):
                await prospects.add_many(campaign_id, [full_row(number) for number in range(4)])
            await prospects.create(campaign_id, full_row(9))

        async with database.reading() as session:
            assert await counters(session, campaign_id) == await recount(session, campaign_id)
            assert (await counters(session, campaign_id))["total_opportunities"] == 1

    async def test_what_is_known_does_not_count_against_the_limit(
        self, session: AsyncSession, prospects: Opportunities
    ) -> None:
        campaign_id = await make_campaign(session, max_opportunities=2)
        rows = [full_row(1), full_row(2)]
        await prospects.add_many(campaign_id, rows)

        assert (await prospects.add_many(campaign_id, rows)).same == 2

    async def test_nothing_is_a_result_too(self, prospects: Opportunities, campaign_id: str) -> None:
        assert (await prospects.add_many(campaign_id, [])).ids == []

    async def test_others_get_their_turn(self, database: Database) -> None:
        async with database.transaction() as session:
            campaign_id = await make_campaign(session, max_opportunities=5000)
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        rival = asyncio.create_task(others())
        async with database.transaction() as session:
            await Opportunities(at_noon(session)).add_many(campaign_id, map(full_row, range(3000)))
        rival.cancel()

        assert turns >= 30

    async def test_a_cancelled_call_leaves_nothing_and_a_sound_connection(self, database: Database) -> None:
        async with database.transaction() as session:
            campaign_id = await make_campaign(session, max_opportunities=50_000)

        async def add() -> None:
            async with database.transaction() as session:
                await Opportunities(at_noon(session)).add_many(campaign_id, map(full_row, range(10_000)))

        for pause in (0.02, 0.1, 0.2):
            task = asyncio.create_task(add())
            await asyncio.sleep(pause)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        async with database.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(BacklinkOpportunity)) == 0
            assert (await counters(session, campaign_id))["total_opportunities"] == 0


class TestSuppressed:
    async def test_who_said_no_enters_as_suppressed_under_any_spelling(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        await Suppressions(at_noon(session, owner=1)).add("jane.doe@gmail.com")
        rows = [
            full_row(1, contact_email="JaneDoe+links@googlemail.com"),
            full_row(2, contact_email="jane.doe@gmail.com", status="contacted"),
            full_row(3, contact_email="jane.doe@gmail.com", status="published"),
            full_row(4),
        ]

        result = await prospects.add_many(campaign_id, rows)
        single = await prospects.create(campaign_id, full_row(5, contact_email="jane.doe@gmail.com"))

        states = [(await prospects.get(id_)).status for id_ in result.ids if id_ is not None]
        assert states == ["suppressed", "suppressed", "published", "discovered"]
        assert single.status == "suppressed"
        assert await history(session, single.id) == [(None, "suppressed")]
        assert await counters(session, campaign_id) == await recount(session, campaign_id)

    async def test_so_does_one_who_gets_such_a_contact_later(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        await Suppressions(at_noon(session, owner=1)).add("jane@example.com")
        merged = await prospects.create(campaign_id, {"url": "https://example.com/a"})
        updated = await prospects.create(campaign_id, {"url": "https://example.com/b"})

        await prospects.add_many(campaign_id, [{"url": merged.url, "contact_email": "jane@example.com"}])
        await prospects.update(updated.id, {"contact_email": "jane@example.com"})

        for prospect in (merged, updated):
            await session.refresh(prospect)
            assert prospect.status == "suppressed"
            assert await history(session, prospect.id) == [("discovered", "suppressed")]
        assert await counters(session, campaign_id) == await recount(session, campaign_id)

    async def test_another_users_list_is_another_matter(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        await make_campaign(session, address="other@example.com")
        await Suppressions(at_noon(session, owner=2)).add("editor1@example.com")

        assert (await prospects.create(campaign_id, full_row(1))).status == "discovered"

    async def test_a_prospect_is_not_lifted_under_a_standing_suppression(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        await Suppressions(at_noon(session, owner=1)).add("editor1@example.com")
        held = await prospects.create(campaign_id, full_row(1))

        with pytest.raises(Suppressed):
            await prospects.lift(held.id, "she changed her mind")


class TestRaces:
    # Seen to fail on PostgreSQL without the lock in `queries.opportunities.campaign_locked`: the
    # rival then finds the page unknown, waits at the unique index and ends as a DuplicateRow. On
    # SQLite the whole transaction is a lock.
    async def test_two_who_bring_the_same_pages_bring_them_once(self, database: Database) -> None:
        async with database.transaction() as session:
            campaign_id = await make_campaign(session)
        rows = [full_row(1), full_row(2)]
        results = []

        async def rival() -> None:
            async with database.transaction() as session:
                results.append(await Opportunities(at_noon(session)).add_many(campaign_id, rows))

        async with database.transaction() as session:
            results.append(await Opportunities(at_noon(session)).add_many(campaign_id, rows))
            second = asyncio.create_task(rival())
            await asyncio.wait([second], timeout=0.5)  # Ample time to look, were there no lock.
        await second

        assert [(result.new, result.same) for result in results] == [(2, 0), (0, 2)]

    # Seen to fail on PostgreSQL without the same lock: both find room for the last place.
    async def test_the_last_place_goes_to_one(self, database: Database) -> None:
        async with database.transaction() as session:
            campaign_id = await make_campaign(session, max_opportunities=1)

        async def rival() -> None:
            async with database.transaction() as session:
                await Opportunities(at_noon(session)).create(campaign_id, full_row(2))

        async with database.transaction() as session:
            await Opportunities(at_noon(session)).create(campaign_id, full_row(1))
            second = asyncio.create_task(rival())
            await asyncio.wait([second], timeout=0.5)
        with pytest.raises(OpportunityLimitReached):
            await second

    # Seen to fail on PostgreSQL without the lock in `queries.opportunities.locked`: the rival then
    # reads "qualified", approves over the rejection, and the history has two ends.
    async def test_two_moves_from_one_state_are_one(self, database: Database) -> None:
        async with database.transaction() as session:
            campaign_id = await make_campaign(session)
            held = await Opportunities(at_noon(session)).create(campaign_id, full_row(1, status="qualified"))

        async def rival() -> None:
            async with database.transaction() as session:
                await Opportunities(at_noon(session)).approve(held.id)

        async with database.transaction() as session:
            await Opportunities(at_noon(session)).reject(held.id, "a link farm")
            second = asyncio.create_task(rival())
            await asyncio.wait([second], timeout=0.5)
        with pytest.raises(IllegalMove, match="is rejected and cannot become approved"):
            await second

        async with database.reading() as session:
            assert await counters(session, campaign_id) == await recount(session, campaign_id)
