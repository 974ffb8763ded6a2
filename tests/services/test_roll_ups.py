"""The roll-up: in whatever order facts come, however late and however often, the numbers are the same."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select

from linkwright.db.engine import Database
from linkwright.errors import Conflict
from linkwright.models import BacklinkingAnalytics, RollUpDay, RollUpShare, RollUpState
from linkwright.queries import analytics as queries
from linkwright.services import roll_up_columns as columns
from linkwright.services.analytics import Analytics
from linkwright.services.context import Context
from linkwright.services.roll_ups import RollUp
from tests.support.outreach import Desk

Fact = Callable[[Desk], Awaitable[Any]]


async def roll_up(desk: Desk, **words: Any) -> int:
    async with desk.context() as context:
        return await Analytics(context).roll_up(desk.campaign_id, **words)


async def stored(desk: Desk) -> dict[Any, dict[str, Any]]:
    """Every derived column of every record in which there is anything."""
    async with desk.database.reading() as session:
        rows = (await session.execute(queries.stored(desk.campaign_id))).mappings()
        found = {(row["period_type"], row["date"]): dict(row) for row in rows}
    counts = ("emails_sent", "opportunities_discovered", "responses_received", "ai_emails_generated")
    return {key: row for key, row in found.items() if any(row[name] for name in counts)}


async def forget(desk: Desk) -> None:
    """Throw away all that was derived."""
    async with desk.database.transaction() as session:
        for table in (RollUpShare, RollUpDay, RollUpState, BacklinkingAnalytics):
            await session.execute(delete(table))


async def sent_letters(desk: Desk, number: int) -> list[Any]:
    """Letters to as many prospects, one a day, found by a model."""
    letters = []
    for n in range(number):
        letters.append(await desk.sent(ai_model_used="rule:first"))
        if n % 2:
            desk.later(hours=20)
    return letters


def facts_about(letters: list[Any], start: datetime) -> list[Fact]:
    """Whatever can be heard of letters afterwards, each with the moment at which it happened."""

    def at(days: float) -> datetime:
        return start + timedelta(days=days)

    def about(n: int, noun: str, verb: str, *words: Any, **named: Any) -> Fact:
        return lambda desk: getattr(desk, noun)(verb, letters[n].id, *words, **named)

    def answer(n: int, days: float, kind: str) -> Fact:
        values = {
            "message_id": f"<{n}@there>",
            "received_at": at(days),
            "ai_intent_classification": "unclear",
        }
        return lambda desk: desk.reply(letters[n], kind, **values)

    return [
        about(0, "delivery", "mark_delivered", delivered_at=at(4.1)),
        about(0, "delivery", "record_open", occurred_at=at(4.2), agent="machine", key="a"),
        about(0, "delivery", "record_open", occurred_at=at(6), agent="human", key="b"),
        about(0, "delivery", "record_open", occurred_at=at(5), key="c"),
        about(0, "delivery", "record_click", occurred_at=at(6.1), key="d"),
        about(1, "delivery", "record_open", occurred_at=at(7), agent="machine", key="e"),
        about(2, "delivery", "record_bounce", occurred_at=at(4.5), key="f"),
        about(3, "delivery", "record_complaint", occurred_at=at(9), key="g"),
        answer(0, 6.2, "positive"),
        answer(1, 19, "neutral"),
        answer(4, 8, "out_of_office"),
        about(0, "emails", "rate", 4),
        about(1, "emails", "rate", 2),
        lambda desk: desk.opportunities("rate", letters[2].opportunity_id, 5),
    ]


class TestAnyOrder:
    @pytest.mark.parametrize("seed", range(3))
    async def test_late_repeated_and_shuffled_facts_come_to_the_same(
        self, database: Database, seed: int
    ) -> None:
        """Two campaigns hear of the same facts: one in order and at once, one as it happens to be."""
        chance = random.Random(seed)
        desk = Desk(database)
        await desk.sit_down(max_emails_per_day=100)
        start = desk.now
        letters = await sent_letters(desk, 5)
        desk.later(days=40)
        await roll_up(desk)

        facts = facts_about(letters, start)
        for fact in chance.sample([*facts, *chance.choices(facts, k=6)], len(facts) + 6):
            with suppress(Conflict):  # A bounced letter is not delivered any more.
                await fact(desk)
            if chance.random() < 0.4:
                await roll_up(desk)
        await roll_up(desk)
        assert await roll_up(desk) == 0
        little_by_little = await stored(desk)

        await forget(desk)
        await roll_up(desk)
        assert await stored(desk) == little_by_little

        months = [row for (kind, _), row in little_by_little.items() if kind == "monthly"]
        whole = {name: sum(row[name] for row in months) for name in _WHOLE}
        assert whole == _WHOLE


_WHOLE = {
    "opportunities_discovered": 5,
    "opportunities_contacted": 5,
    "opportunities_responded": 2,
    "emails_sent": 5,
    "emails_delivered": 1,
    "emails_bounced": 1,
    "emails_opened": 1,
    "emails_clicked": 1,
    "responses_received": 2,
    "positive_responses": 1,
    "auto_replies": 1,
    "ai_emails_generated": 5,
    "ai_responses_analyzed": 3,
    "user_reviews_provided": 3,
}


class TestOnlyWhatChanged:
    async def test_is_counted_again(self, desk: Desk) -> None:
        letters = await sent_letters(desk, 6)
        await roll_up(desk)
        desk.later(hours=1)
        await desk.reply(letters[2])

        async with desk.context() as context:
            work = RollUp(context, desk.campaign_id)
            await work.claim()
            marked = await context.session.scalars(
                select(RollUpShare.opportunity_id).where(RollUpShare.stale_since.is_not(None))
            )
            assert list(marked) == [letters[2].opportunity_id]

    async def test_takes_as_many_statements_at_a_hundred_letters_as_at_three(self, desk: Desk) -> None:
        letters = await sent_letters(desk, 3)
        await roll_up(desk)
        few = await _statements(desk, letters[0])
        letters += await sent_letters(desk, 97)
        await roll_up(desk)

        assert await _statements(desk, letters[1]) == few

    @pytest.mark.parametrize(
        "change",
        [
            lambda desk, letter, _: desk.emails("rate", letter.id, 5),
            lambda desk, letter, _: desk.opportunities("rate", letter.opportunity_id, 5),
            lambda desk, _, answer: desk.reviews("review", answer.id, {"user_notes": "seen"}),
            lambda desk, _, answer: desk.reviews("review", answer.id, {"response_type": "negative"}),
            lambda desk, letter, _: desk.opportunities("update", letter.opportunity_id, {"user_rating": 2}),
            lambda desk, letter, _: desk.opportunities("delete", letter.opportunity_id + 1),
        ],
        ids=["email rated", "prospect rated", "looked at", "corrected", "rating changed", "deleted"],
    )
    async def test_is_found_where_it_leaves_no_history(self, desk: Desk, change: Any) -> None:
        letter = await desk.sent()
        await desk.prospect()
        answer = await desk.reply(letter, ai_intent_classification="interested")
        await roll_up(desk)

        await change(desk, letter, answer)

        assert await roll_up(desk) > 0
        assert await roll_up(desk) == 0
        after = await stored(desk)
        await forget(desk)
        await roll_up(desk)
        assert await stored(desk) == after


async def _statements(desk: Desk, letter: Any) -> int:
    await desk.delivery("mark_delivered", letter.id)
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(desk.database.engine.sync_engine, "before_cursor_execute", note)
    try:
        await roll_up(desk)
    finally:
        event.remove(desk.database.engine.sync_engine, "before_cursor_execute", note)
    return len(seen)


class TestReading:
    async def test_counts_what_no_roll_up_has_stored_and_writes_nothing(self, desk: Desk) -> None:
        letters = await sent_letters(desk, 3)
        before = await read(desk)
        assert {row.id for row in before.values()} == {None}
        await roll_up(desk)
        assert (await values_of(desk, before)) == {}
        desk.later(hours=1)
        await desk.delivery("mark_delivered", letters[0].id)

        read_before = await read(desk)
        kept = await stored(desk)
        await roll_up(desk)

        assert kept != await stored(desk)
        assert await values_of(desk, read_before) == {}

    async def test_a_clock_that_goes_back_takes_no_fact_away(self, desk: Desk) -> None:
        await sent_letters(desk, 3)
        await roll_up(desk)
        before = await stored(desk)

        desk.later(days=-400)
        await roll_up(desk)

        assert {
            key: row["emails_sent"] for key, row in (await stored(desk)).items()
        } == {key: row["emails_sent"] for key, row in before.items()}  # fmt: skip


async def read(desk: Desk) -> dict[Any, BacklinkingAnalytics]:
    async with desk.database.reading() as session:
        rows = await Analytics(Context(session, clock=lambda: desk.now)).page(desk.campaign_id)
        return {(row.period_type, row.date): row for row in rows}


async def values_of(desk: Desk, read_before: dict[Any, BacklinkingAnalytics]) -> dict[Any, Any]:
    """Where what was read differs from what is stored now."""
    now = await stored(desk)
    return {
        key: name
        for key in read_before.keys() | now.keys()
        for name in queries.DERIVED
        if key not in read_before or key not in now or getattr(read_before[key], name) != now[key][name]
    }


class TestAtOnce:
    async def test_two_roll_ups_and_a_letter_between_them_lose_nothing(self, desk: Desk) -> None:
        letters = await sent_letters(desk, 8)

        await asyncio.gather(
            roll_up(desk), roll_up(desk), desk.delivery("mark_delivered", letters[0].id), desk.sent()
        )
        await roll_up(desk)

        after = await stored(desk)
        await forget(desk)
        await roll_up(desk)
        assert await stored(desk) == after
        assert sum(row["emails_sent"] for (kind, _), row in after.items() if kind == "daily") == 9


class TestDefinitions:
    def test_every_column_of_the_record_has_one(self) -> None:
        defined = [*columns.COUNTS, *columns.SHARES, *columns.COSTS, *columns.TEXTS]
        assert sorted(defined) == sorted(queries.DERIVED)

    async def test_and_so_has_every_number_that_is_counted(self, database: Database) -> None:
        desk = Desk(database)
        await desk.sit_down(max_emails_per_day=100)
        start = desk.now
        letters = await sent_letters(desk, 5)
        desk.later(days=40)
        for fact in facts_about(letters, start):
            with suppress(Conflict):
                await fact(desk)
        await roll_up(desk)

        async with database.reading() as session:
            counted = {
                name for numbers in await session.scalars(select(RollUpDay.numbers)) for name in numbers
            }
        assert {name for name in counted if not name.startswith("reply:")} <= {
            *columns.COUNTS,
            *columns.BESIDE,
        }
