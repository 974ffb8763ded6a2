"""What holds for prospects whatever is done to them, in whatever order."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.lives import allowed
from linkwright.models import BacklinkOpportunity, StatusChange
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.services.opportunities import Opportunities
from linkwright.vocabulary import LifeKind, OpportunityStatus
from tests.support.prospects import at_noon, counters, make_campaign, recount

PAGES = 4
LAWFUL = settings(
    max_examples=25,
    deadline=None,
    # Each example has a campaign of its own, and each database an instance of the test class.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)

VERBS: dict[str, Callable[[Opportunities, int, int], Awaitable[object]]] = {
    "start_analysis": lambda prospects, id_, _: prospects.start_analysis(id_),
    "record_analysis": lambda prospects, id_, n: prospects.record_analysis(
        id_, {"ai_relevance_score": n / 10}, [None, "qualified", "rejected", "discovered"][n % 4]
    ),
    "fail_analysis": lambda prospects, id_, _: prospects.fail_analysis(id_, "timeout"),
    "qualify": lambda prospects, id_, _: prospects.qualify(id_),
    "approve": lambda prospects, id_, _: prospects.approve(id_),
    "reject": lambda prospects, id_, _: prospects.reject(id_, "no"),
    "decline": lambda prospects, id_, _: prospects.decline(id_),
    "expire": lambda prospects, id_, _: prospects.expire(id_),
    "negotiate": lambda prospects, id_, _: prospects.negotiate(id_),
    "accept": lambda prospects, id_, _: prospects.accept(id_),
    "mark_no_response": lambda prospects, id_, _: prospects.mark_no_response(id_),
    "record_link": lambda prospects, id_, n: prospects.record_link(
        id_, f"https://example.com/{n % 2}", evidence="user"
    ),
    "record_link_lost": lambda prospects, id_, _: prospects.record_link_lost(id_, evidence="check"),
    "record_link_restored": lambda prospects, id_, _: prospects.record_link_restored(id_, evidence="check"),
    "suppress": lambda prospects, id_, _: prospects.suppress(id_, "asked"),
    "lift": lambda prospects, id_, _: prospects.lift(id_, "asked again"),
    "override": lambda prospects, id_, n: prospects.override(
        id_, ["approve", "reject", "research", "hold"][n % 4]
    ),
    "rate": lambda prospects, id_, n: prospects.rate(id_, n % 7),
    "update": lambda prospects, id_, n: prospects.update(
        id_, {"url": f"https://example.com/page-{n % PAGES}", "title": str(n)}
    ),
    "delete": lambda prospects, id_, _: prospects.delete(id_),
}

ROW = st.fixed_dictionaries(
    {"url": st.integers(0, PAGES - 1).map(lambda n: f"https://example.com/page-{n}")},
    optional={
        "status": st.sampled_from([status.value for status in OpportunityStatus]),
        "title": st.sampled_from(["a", "b"]),
        "ai_relevance_score": st.floats(0, 1),
        "link_url": st.just("https://example.com/link"),
        "word_count_min": st.integers(0, 3),
        "word_count_max": st.integers(0, 3),
        "contacted_at": st.just("2026-09-01T08:00:00Z"),
        "requires_images": st.booleans(),
        "user_rating": st.integers(0, 6),  # 0 and 6 are refused.
    },
)
STEP = st.one_of(
    st.tuples(st.just("create"), ROW),
    st.tuples(st.just("add_many"), st.lists(ROW, max_size=6)),
    st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, PAGES - 1), st.integers(0, 9)),
    st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, PAGES - 1), st.integers(0, 9)),
)


async def take(prospects: Opportunities, session: AsyncSession, campaign_id: str, step: Any) -> None:
    """Make one step; what is refused must have changed nothing, which the recount sees."""
    verb, *arguments = step
    try:
        if verb in {"create", "add_many"}:
            await getattr(prospects, verb)(campaign_id, *arguments)
            return
        statement = (
            select(BacklinkOpportunity.id)
            .where(BacklinkOpportunity.campaign_id == campaign_id)
            .order_by(BacklinkOpportunity.id)
            .offset(arguments[0])
            .limit(1)
        )
        if (id_ := await session.scalar(statement)) is not None:
            await VERBS[verb](prospects, id_, arguments[1])
    except (Conflict, InvalidInput, NotFound):
        pass


def laws_of(row: BacklinkOpportunity) -> dict[str, bool]:
    """What must be true of one prospect."""
    moments = [at for at in (row.contacted_at, row.responded_at, row.published_at) if at is not None]
    answered = row.status in {"responded", "negotiating", "accepted"}
    written_to = answered or row.status in {"contacted", "no_response"}
    return {
        "published says since when": row.status not in {"published", "link_lost"} or bool(row.published_at),
        "a link is somewhere": not row.link_acquired or row.link_url is not None,
        "moments are in order": row.contacted_at is None or moments == sorted(moments),
        "written to says when": not written_to or row.contacted_at is not None,
        "answered says when": not answered or row.responded_at is not None,
    }


async def broken_laws(session: AsyncSession, campaign_id: str) -> list[str]:
    """Every law of a prospect's life that a row of the campaign breaks."""
    broken = []
    rows = (
        await session.scalars(
            select(BacklinkOpportunity)
            .where(BacklinkOpportunity.campaign_id == campaign_id)
            .execution_options(populate_existing=True)
        )
    ).all()
    for row in rows:
        walked = (
            await session.scalars(
                select(StatusChange).where(StatusChange.opportunity_id == row.id).order_by(StatusChange.id)
            )
        ).all()
        state: str | None = "discovered" if not walked or walked[0].old_status else None
        for change in walked:
            if change.old_status != state:
                broken.append(f"{row.id}: {state} is followed by a move from {change.old_status}")
            if state is not None and not allowed(LifeKind.OPPORTUNITY, state, change.new_status):
                broken.append(f"{row.id}: {state} to {change.new_status}")
            state = change.new_status
        if state != row.status:
            broken.append(f"{row.id}: is {row.status}, its history ends in {state}")
        broken += [f"{row.id} ({row.status}): {law}" for law, kept in laws_of(row).items() if not kept]
    return broken


class TestAnySequenceOfVerbs:
    @LAWFUL
    @given(steps=st.lists(STEP, min_size=5, max_size=25))
    def test_keeps_counters_lives_and_moments_true(self, migrated_url: str, steps: list[Any]) -> None:
        async def run() -> None:
            database = Database(migrated_url)
            async with database.transaction() as session:
                campaign_id = await make_campaign(session)
            for step in steps:
                async with database.transaction() as session:
                    await take(Opportunities(at_noon(session)), session, campaign_id, step)
            async with database.reading() as session:
                assert await counters(session, campaign_id) == await recount(session, campaign_id)
                assert await broken_laws(session, campaign_id) == []
            await database.close()

        asyncio.run(run())


class TestAddMany:
    @LAWFUL
    @given(rows=st.lists(ROW, max_size=12), cut=st.integers(0, 12))
    def test_twice_is_once_and_in_pieces_is_whole(
        self, migrated_url: str, rows: list[dict[str, Any]], cut: int
    ) -> None:
        async def run() -> None:
            database = Database(migrated_url)
            kept = []
            async with database.transaction() as session:
                for pieces in ([rows], [rows, rows], [rows[:cut], rows[cut:]]):
                    campaign_id = await make_campaign(session)
                    prospects = Opportunities(at_noon(session))
                    for piece in pieces:
                        await prospects.add_many(campaign_id, piece)
                    found = await session.scalars(
                        select(BacklinkOpportunity)
                        .where(BacklinkOpportunity.campaign_id == campaign_id)
                        .order_by(BacklinkOpportunity.id)
                    )
                    kept.append(
                        [
                            OpportunityRead.model_validate(row).model_dump(exclude={"id", "campaign_id"})
                            for row in found
                        ]
                    )
                    assert await counters(session, campaign_id) == await recount(session, campaign_id)
            assert kept[0] == kept[1] == kept[2]
            await database.close()

        asyncio.run(run())
