"""Analytics: derived from facts, the same however often, and summing up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from linkwright.db.engine import Database
from linkwright.errors import InvalidInput, NotFound
from linkwright.models import (
    AIDecision,
    BacklinkingAnalytics,
    BacklinkingEmail,
    BacklinkingResponse,
    BacklinkOpportunity,
    EmailEvent,
)
from linkwright.services.analytics import Analytics
from linkwright.services.context import Context
from linkwright.services.roll_up_columns import COST, COUNTS
from linkwright.services.roll_up_columns import SHARES as MEANS
from tests.support.prospects import NOON, at_noon, make_campaign

# A Saturday and a Sunday, in different months; the Monday after begins a week.
SATURDAY, SUNDAY, MONDAY = (
    datetime(2026, 2, 28, 23, 59, 59, 999999, UTC) + timedelta(days=n) for n in range(3)
)


async def make_facts(database: Database) -> str:
    """Two prospects, three emails and their story over three days. Returns the campaign."""
    async with database.transaction() as session:
        key = await make_campaign(session)
        of = {"campaign_id": key}
        session.add_all(
            [
                BacklinkOpportunity(
                    **of,
                    id=1,
                    url="https://a.example.com/",
                    domain="a.example.com",
                    discovered_at=SATURDAY,
                    contacted_at=SUNDAY,
                    responded_at=MONDAY,
                    published_at=MONDAY,
                    link_acquired=True,
                    link_url="https://a.example.com/x",
                    link_placement_date=SUNDAY,
                    user_rating=5,
                ),
                BacklinkOpportunity(
                    **of,
                    id=2,
                    url="https://b.example.com/",
                    domain="b.example.com",
                    discovered_at=SATURDAY,
                    published_at=SUNDAY,
                    link_acquired=True,
                    link_url="https://b.example.com/x",
                ),
            ]
        )
        await session.flush()
        letter = {**of, "opportunity_id": 1, "subject": "s", "body_html": "b", "from_email": "m@e.com"}
        session.add_all(
            [
                BacklinkingEmail(**letter, **values, to_email="y@e.com", email_type="reply")
                for values in (
                    {"id": 1, "created_at": SATURDAY, "sent_at": SUNDAY, "delivered_at": SUNDAY,
                     "ai_model_used": "m", "user_feedback_rating": 5},
                    {"id": 2, "created_at": SATURDAY, "sent_at": SUNDAY, "bounced_at": MONDAY,
                     "user_feedback_rating": 2},
                    {"id": 3, "created_at": MONDAY, "ai_model_used": "m", "user_feedback_rating": 1},
                )
            ]
        )  # fmt: skip
        await session.flush()
        session.add_all(
            [
                EmailEvent(**of, email_id=email, kind=kind, agent=agent, event_key=str(number),
                           occurred_at=moment, recorded_at=moment)
                for number, (email, kind, agent, moment) in enumerate(
                    [
                        (1, "opened", "machine", SATURDAY),  # A scanner is nobody's eyes.
                        (1, "opened", "unknown", SUNDAY),
                        (1, "opened", "human", MONDAY),  # An email is opened once in its life.
                        (2, "opened", "human", MONDAY),
                        (1, "clicked", "human", MONDAY),
                    ]
                )
            ]
        )  # fmt: skip
        answer = {**of, "opportunity_id": 1, "email_id": 1, "from_email": "y@e.com", "subject": "s"}
        session.add_all(
            [
                BacklinkingResponse(**answer, body_text="b", response_type=kind, received_at=moment, **values)
                for kind, moment, values in (
                    ("positive", SUNDAY, {"ai_intent_classification": "interested", "user_reviewed": True,
                                          "ai_sentiment_analysis": {"label": "positive"},
                                          "user_sentiment_override": "positive"}),
                    ("neutral", SUNDAY, {"ai_sentiment_analysis": {"label": "negative"},
                                         "user_sentiment_override": "neutral"}),
                    ("negative", MONDAY, {"ai_sentiment_analysis": {"label": "negative"},
                                          "user_sentiment_override": "negative"}),
                    ("out_of_office", MONDAY, {}),
                    ("auto_reply", MONDAY, {}),
                    ("bounce", MONDAY, {"user_sentiment_override": "negative"}),
                )
            ]
        )  # fmt: skip
        session.add_all(
            [
                AIDecision(user_id=1, **of, kind="generate", decided_by="model", decided_at=moment, cost=cost)
                for moment, cost in ((SATURDAY, 0.1), (SATURDAY, 0.2), (MONDAY, 0.4), (MONDAY, None))
            ]
        )
    return key


EXPECTED: dict[str, dict[date, float]] = {
    "opportunities_discovered": {SATURDAY.date(): 2},
    "opportunities_contacted": {SUNDAY.date(): 1},
    "opportunities_responded": {MONDAY.date(): 1},
    "opportunities_published": {SUNDAY.date(): 1, MONDAY.date(): 1},
    "links_acquired": {SUNDAY.date(): 2},
    "emails_sent": {SUNDAY.date(): 2},
    "emails_delivered": {SUNDAY.date(): 1},
    "emails_bounced": {MONDAY.date(): 1},
    "emails_opened": {SUNDAY.date(): 1, MONDAY.date(): 1},
    "emails_clicked": {MONDAY.date(): 1},
    "responses_received": {SUNDAY.date(): 2, MONDAY.date(): 1},
    "positive_responses": {SUNDAY.date(): 1},
    "negative_responses": {MONDAY.date(): 1},
    "auto_replies": {MONDAY.date(): 2},
    "ai_emails_generated": {SATURDAY.date(): 1, MONDAY.date(): 1},
    "ai_responses_analyzed": {SUNDAY.date(): 1},
    # The prospect and the two emails; the response; the third email.
    "user_reviews_provided": {SATURDAY.date(): 3, SUNDAY.date(): 1, MONDAY.date(): 1},
    "ai_cost_incurred": {SATURDAY.date(): 0.3, MONDAY.date(): 0.4},
}


async def roll_up(database: Database, key: str, *days: date, now: datetime = NOON) -> int:
    async with database.transaction() as session:
        return await Analytics(Context(session, clock=lambda: now)).roll_up(key, *days)


async def records(database: Database, key: str, **asked: Any) -> dict[tuple[str, date], BacklinkingAnalytics]:
    async with database.reading() as session:
        rows = await Analytics(at_noon(session)).page(key, **asked)
        return {(row.period_type, row.date.date()): row for row in rows}


def values(row: BacklinkingAnalytics) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


class TestRollUp:
    async def test_counts_each_fact_on_its_day(self, database: Database) -> None:
        key = await make_facts(database)

        await roll_up(database, key)

        found = await records(database, key, period_type="daily")
        assert [day for _, day in found] == [SATURDAY.date(), SUNDAY.date(), MONDAY.date()]
        assert set(EXPECTED) == {*COUNTS, COST}
        for column, by_day in EXPECTED.items():
            assert {
                day: getattr(row, column) for (_, day), row in found.items() if getattr(row, column)
            } == by_day, column

    async def test_scores_are_means_over_things_and_unknown_without_any(self, database: Database) -> None:
        key = await make_facts(database)

        await roll_up(database, key)

        found = await records(database, key)
        scores = {place: (row.ai_accuracy_score, row.user_satisfaction_score) for place, row in found.items()}
        assert scores == {
            ("daily", SATURDAY.date()): (None, 0.75),
            ("daily", SUNDAY.date()): (0.5, None),
            ("daily", MONDAY.date()): (1.0, 0.0),
            ("weekly", date(2026, 2, 23)): (0.5, 0.75),
            ("weekly", date(2026, 3, 2)): (1.0, 0.0),
            ("monthly", date(2026, 2, 1)): (None, 0.75),
            ("monthly", date(2026, 3, 1)): (pytest.approx(2 / 3), 0.0),
        }

    async def test_weeks_and_months_are_the_sums_of_their_days(self, database: Database) -> None:
        key = await make_facts(database)

        await roll_up(database, key)

        found = await records(database, key)
        for column in (*COUNTS, COST):
            days = {day: getattr(row, column) for (kind, day), row in found.items() if kind == "daily"}
            for (kind, start), row in found.items():
                inside = [
                    number
                    for day, number in days.items()
                    if (kind == "weekly" and 0 <= (day - start).days < 7)
                    or (kind == "monthly" and (day.year, day.month) == (start.year, start.month))
                ]
                assert kind == "daily" or getattr(row, column) == pytest.approx(sum(inside)), (column, start)

    async def test_again_changes_nothing(self, database: Database) -> None:
        key = await make_facts(database)
        first = await roll_up(database, key)
        before = {place: values(row) for place, row in (await records(database, key)).items()}

        again = await roll_up(database, key, now=NOON + timedelta(hours=1))

        assert (first, again) == (7, 0)
        assert {place: values(row) for place, row in (await records(database, key)).items()} == before

    async def test_since_a_day_counts_again_what_left_no_trace(self, database: Database) -> None:
        key = await make_facts(database)
        await roll_up(database, key)
        async with database.transaction() as session:
            await session.execute(update(BacklinkingEmail).values(user_feedback_rating=3))

        assert await roll_up(database, key) == 0
        assert await roll_up(database, key, MONDAY.date() + timedelta(1)) == 0
        assert await roll_up(database, key, MONDAY.date()) == 6

        found = await records(database, key)
        assert found["daily", MONDAY.date()].user_satisfaction_score == 0.5

    async def test_a_day_whose_facts_are_gone_is_nothing_and_so_are_its_weeks(
        self, database: Database
    ) -> None:
        key = await make_facts(database)
        await roll_up(database, key)
        async with database.transaction() as session:
            await session.execute(delete(BacklinkOpportunity))
            await session.execute(delete(AIDecision))

        changed = await roll_up(database, key, SATURDAY.date())

        assert changed == 7
        for row in (await records(database, key)).values():
            assert {name: getattr(row, name) for name in (*COUNTS, COST) if getattr(row, name)} == {}
            assert {values(row)[name] for name in MEANS} == {None}

    async def test_takes_back_what_is_not_so_and_leaves_the_texts_of_days(self, database: Database) -> None:
        key = await make_facts(database)
        await roll_up(database, key)
        record = {"date": "2026-03-01T00:00:00Z", "ai_insights": ["send on Tuesdays"], "emails_sent": 99}
        async with database.transaction() as session:
            await Analytics(at_noon(session)).create(key, record)

        assert await roll_up(database, key) == 1

        row = (await records(database, key))["daily", SUNDAY.date()]
        assert (row.ai_insights, row.emails_sent, row.emails_delivered) == (["send on Tuesdays"], 2, 1)

    async def test_of_a_campaign_without_facts_is_nothing(self, database: Database) -> None:
        async with database.transaction() as session:
            key = await make_campaign(session)

        assert await roll_up(database, key) == 0
        assert await records(database, key) == {}

    async def test_does_not_count_other_campaigns(self, database: Database) -> None:
        await make_facts(database)
        async with database.transaction() as session:
            other = await make_campaign(session)

        assert await roll_up(database, other, SATURDAY.date()) == 0

    @pytest.mark.parametrize(
        "days",
        [
            (date(1, 1, 1),),
            (datetime(2026, 3, 1, tzinfo=UTC),),
            ("yesterday",),
            (date(2026, 10, 1),),
        ],
    )
    async def test_refuses_days_that_are_none(self, database: Database, days: tuple[Any, ...]) -> None:
        key = await make_facts(database)
        with pytest.raises(InvalidInput):
            await roll_up(database, key, *days)


class TestCreate:
    async def test_again_changes_what_is_given(self, database: Database) -> None:
        async with database.transaction() as session:
            key = await make_campaign(session)
            analytics = Analytics(at_noon(session))
            data = {"date": "2026-03-02T01:00:00+01:00", "emails_sent": 3, "emails_opened": 1}
            first = await analytics.create(key, data)
            again = await Analytics(Context(session, clock=lambda: NOON + timedelta(1))).create(
                key, {"date": datetime(2026, 3, 2, tzinfo=UTC), "emails_sent": 4}
            )
            await analytics.create(key, {"date": "2026-03-02T00:00:00Z", "period_type": "weekly"})

            assert (again.id, again.emails_sent, again.emails_opened) == (first.id, 4, 1)
            assert (again.created_at, again.updated_at) == (NOON, NOON + timedelta(1))
            assert len((await session.scalars(select(BacklinkingAnalytics.id))).all()) == 2

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"date": "2026-03-02T00:00:01Z"}, "must be midnight UTC"),
            ({"date": "2026-03-02T00:00:00+01:00"}, "must be midnight UTC"),
            ({"date": "2026-03-01T00:00:00Z", "period_type": "weekly"}, "of a Monday"),
            ({"date": "2026-03-02T00:00:00Z", "period_type": "monthly"}, "of a first of the month"),
            ({"period_type": "hourly"}, "period_type: must be one of"),
            ({"emails_sent": -1}, "emails_sent"),
            ({"ai_accuracy_score": 1.5}, "ai_accuracy_score"),
            ({"ai_cost_incurred": float("nan")}, "ai_cost_incurred"),
            ({"emails_read": 1}, "emails_read: is not a known field"),
            ({"date": "2026-03-02"}, "date: must say its time zone"),
        ],
    )
    async def test_refuses_what_breaks_a_rule(
        self, database: Database, changes: dict[str, Any], said: str
    ) -> None:
        async with database.transaction() as session:
            key = await make_campaign(session)
            with pytest.raises(InvalidInput, match=said):
                await Analytics(at_noon(session)).create(key, {"date": "2026-03-02T00:00:00Z"} | changes)


class TestPage:
    async def test_has_both_ends_and_the_period_asked_for(self, database: Database) -> None:
        async with database.transaction() as session:
            key = await make_campaign(session)
            analytics = Analytics(at_noon(session))
            for day in (1, 2, 3, 4):
                await analytics.create(key, {"date": datetime(2026, 3, day, tzinfo=UTC)})
            await analytics.create(key, {"date": datetime(2026, 3, 2, tzinfo=UTC), "period_type": "weekly"})

            async def days(*asked: Any) -> list[tuple[int, str]]:
                return [(row.date.day, row.period_type) for row in await analytics.page(key, *asked)]

            second, third = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3))
            assert await days(second, third) == [(2, "daily"), (2, "weekly"), (3, "daily")]
            assert await days(third) == [(3, "daily"), (4, "daily")]
            assert await days(None, None, "weekly") == [(2, "weekly")]
            with pytest.raises(InvalidInput, match="date_from"):
                await days(datetime(2026, 3, 2))  # noqa: DTZ001
            with pytest.raises(NotFound):
                await analytics.page("no such")
