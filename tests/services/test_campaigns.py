"""Campaigns: made, changed, listed, and held to their life."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from linkwright.db.engine import Database
from linkwright.errors import Conflict, IllegalMove, InvalidInput, NotFound
from linkwright.models import BacklinkingCampaign, StatusChange
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.services.users import Users
from tests.support.outreach import Desk
from tests.support.prospects import NOON, at_noon, make_campaign

DATA = {"name": "Spring", "keywords": ["trail running"]}


async def user(database: Database, email: str = "me@example.com") -> int:
    async with database.transaction() as session:
        return (await Users(at_noon(session)).get_or_create(email)).id


class TestCreate:
    async def test_begins_as_a_draft_with_the_defaults_of_the_table(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            campaign = await Campaigns(at_noon(session)).create(me, DATA)
            session.expunge_all()
            stored = (await session.scalars(select(BacklinkingCampaign))).one()
            change = (await session.scalars(select(StatusChange))).one()

        assert stored.id == campaign.id
        assert (stored.status, stored.tone_preference, stored.ai_model_preference) == (
            "draft",
            "professional",
            "gemini",
        )
        assert (stored.created_at, stored.updated_at, stored.started_at) == (NOON, NOON, None)
        assert (change.kind, change.old_status, change.new_status, change.actor) == (
            "campaign",
            None,
            "draft",
            "user:1",
        )

    async def test_ids_follow_time(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            ids = [(await Campaigns(at_noon(session)).create(me, DATA)).id for _ in range(20)]

        assert ids == sorted(ids)
        assert {(len(key), key[14]) for key in ids} == {(36, "7")}

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": " \n"}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"name": "a\0b"}, "name"),
            ({"name": "\ud800"}, "name"),
            ({"name": None}, "name"),
            ({"keywords": []}, "keywords"),
            ({"keywords": "running"}, "keywords"),
            ({"keywords": [""]}, "keywords.0"),
            ({"tone_preference": "angry"}, "tone_preference"),
            ({"priority": None}, "priority"),
            ({"max_emails_per_day": -1}, "max_emails_per_day"),
            ({"max_emails_per_day": 2**31}, "max_emails_per_day"),
            ({"max_emails_per_day": "10"}, "max_emails_per_day"),
            ({"max_emails_per_day": True}, "max_emails_per_day"),
            ({"ai_performance_score": 1.7}, "ai_performance_score"),
            ({"ai_performance_score": float("nan")}, "ai_performance_score"),
            ({"estimated_cost": float("inf")}, "estimated_cost"),
            ({"ai_learning_data": {"x": float("nan")}}, "ai_learning_data"),
            ({"ai_learning_data": [1]}, "ai_learning_data"),
            ({"status": "active"}, "status"),
            ({"total_opportunities": 5}, "total_opportunities"),
            ({"started_at": "2026-01-01T00:00:00Z"}, "started_at"),
            ({"id": "x"}, "id"),
        ],
    )
    async def test_refuses_what_breaks_a_rule_and_names_the_field(
        self, database: Database, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            async with database.transaction() as session:
                await Campaigns(at_noon(session)).create(1, DATA | changes)

        assert refusal.value.field == field

    async def test_needs_a_user(self, database: Database) -> None:
        with pytest.raises(NotFound, match="There is no user 5"):
            async with database.transaction() as session:
                await Campaigns(at_noon(session)).create(5, DATA)


class TestPage:
    async def test_is_newest_first_and_goes_on_behind_the_last(self, database: Database) -> None:
        me = await user(database)
        other = await user(database, "other@example.com")
        moments = [NOON + timedelta(days=day) for day in (3, 1, 2, 2, 0)]
        made = []
        async with database.transaction() as session:
            for moment in moments:
                campaigns = Campaigns(Context(session, clock=lambda moment=moment: moment))  # type: ignore[misc]
                made.append(await campaigns.create(me, DATA))
                await campaigns.create(other, DATA)
            campaigns = Campaigns(at_noon(session))
            await campaigns.start(made[0].id)

            seen: list[str] = []
            while page := await campaigns.page(me, limit=2, after=seen[-1] if seen else None):
                seen += [row.id for row in page]

            assert [row.id for row in await campaigns.page(me, "active")] == [made[0].id]
        assert seen == [
            row.id for row in sorted(made, key=lambda row: (row.created_at, row.id), reverse=True)
        ]

    @pytest.mark.parametrize(("status", "limit"), [("running", 10), (None, 0), (None, 1001), (None, "5")])
    async def test_refuses_unknown_states_and_limits(
        self, database: Database, status: str | None, limit: Any
    ) -> None:
        me = await user(database)
        async with database.reading() as session:
            with pytest.raises(InvalidInput):
                await Campaigns(at_noon(session)).page(me, status, limit=limit)


class TestNamed:
    async def test_finds_the_one_and_says_when_there_are_two(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            campaigns = Campaigns(at_noon(session))
            assert await campaigns.named(me, "Spring") is None
            first = await campaigns.create(me, DATA)
            assert (await campaigns.named(me, "Spring")) is first
            await campaigns.create(me, DATA)
            with pytest.raises(Conflict, match=first.id):
                await campaigns.named(me, "Spring")


class TestUpdate:
    async def test_changes_what_is_given(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            campaign = await Campaigns(at_noon(session)).create(me, DATA | {"description": "x"})
            later = NOON + timedelta(hours=1)

            await Campaigns(Context(session, clock=lambda: later)).update(
                campaign.id, {"keywords": ["a", "b"], "description": None}
            )
            session.expunge_all()
            stored = await Campaigns(at_noon(session)).get(campaign.id)

        assert (stored.keywords, stored.description, stored.name) == (["a", "b"], None, "Spring")
        assert (stored.created_at, stored.updated_at) == (NOON, later)

    async def test_the_same_again_is_no_change(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            campaign = await Campaigns(at_noon(session)).create(me, DATA)
            same = await Campaigns(Context(session)).update(campaign.id, DATA)

            assert same.updated_at == NOON

    @pytest.mark.parametrize(
        "changes", [{"status": "active"}, {"name": None}, {"keywords": []}, {"user_id": 1}]
    )
    async def test_moves_no_state_and_empties_nothing_that_is_needed(
        self, database: Database, changes: dict[str, Any]
    ) -> None:
        me = await user(database)
        async with database.transaction() as session:
            campaign = await Campaigns(at_noon(session)).create(me, DATA)
            with pytest.raises(InvalidInput):
                await Campaigns(at_noon(session)).update(campaign.id, changes)


class TestLife:
    async def test_the_first_start_is_the_start(self, database: Database) -> None:
        me = await user(database)
        hours = iter(range(1, 20))
        async with database.transaction() as session:
            campaigns = Campaigns(Context(session, clock=lambda: NOON + timedelta(hours=next(hours))))
            key = (await campaigns.create(me, DATA)).id
            started = (await campaigns.start(key)).started_at
            paused = await campaigns.pause(key, "holidays")
            assert paused.paused_at is not None
            resumed = await campaigns.resume(key)
            assert (resumed.started_at, resumed.paused_at) == (started, None)
            completed_at = (await campaigns.complete(key)).completed_at
            assert completed_at is not None
            assert (await campaigns.archive(key)).completed_at == completed_at
            assert (await campaigns.restore(key)).completed_at == completed_at
            reopened = await campaigns.reopen(key, "one more site")
            assert (reopened.started_at, reopened.completed_at) == (started, None)

            changes = (await session.scalars(select(StatusChange).order_by(StatusChange.id))).all()

        walked = [(change.old_status, change.new_status, change.reason) for change in changes]
        assert walked == [
            (None, "draft", None),
            ("draft", "active", None),
            ("active", "paused", "holidays"),
            ("paused", "active", None),
            ("active", "completed", None),
            ("completed", "archived", None),
            ("archived", "completed", None),
            ("completed", "active", "one more site"),
        ]

    async def test_an_archived_campaign_goes_back_where_it_came_from(self, database: Database) -> None:
        me = await user(database)
        async with database.transaction() as session:
            campaigns = Campaigns(at_noon(session))
            key = (await campaigns.create(me, DATA)).id
            await campaigns.cancel(key)
            await campaigns.archive(key)

            assert (await campaigns.restore(key)).status == "cancelled"

    @pytest.mark.parametrize(
        ("verb", "said"),
        [
            ("resume", "is draft and cannot become active: start it"),
            ("pause", "is draft and cannot become paused"),
            ("complete", "is draft and cannot become completed"),
            ("archive", "is draft and cannot become archived"),
            ("restore", "is draft and cannot become completed"),
            ("unschedule", "is draft and cannot become draft"),
        ],
    )
    async def test_an_illegal_move_names_both_states(self, database: Database, verb: str, said: str) -> None:
        me = await user(database)
        async with database.transaction() as session:
            campaigns = Campaigns(at_noon(session))
            key = (await campaigns.create(me, DATA)).id
            with pytest.raises(IllegalMove, match=said):
                await getattr(campaigns, verb)(key)

    @pytest.mark.parametrize("reason", [None, "", "  ", 5, "a\0b", "x" * 2001])
    async def test_reopening_needs_a_reason(self, database: Database, reason: Any) -> None:
        me = await user(database)
        async with database.transaction() as session:
            campaigns = Campaigns(at_noon(session))
            key = (await campaigns.create(me, DATA)).id
            await campaigns.start(key)
            await campaigns.complete(key)
            with pytest.raises(InvalidInput, match="reason"):
                await campaigns.reopen(key, reason)


class TestLeavingActive:
    @pytest.mark.parametrize("verb", ["pause", "complete", "cancel"])
    async def test_returns_the_queued_to_approved_and_leaves_the_sending(self, desk: Desk, verb: str) -> None:
        claimed, left = await desk.sending_one(), await desk.queued()
        draft = await desk.draft()

        async with desk.context() as context:
            await getattr(Campaigns(context), verb)(desk.campaign_id, "enough")

        states = [(await desk.email(email.id)).status for email in (claimed, left, draft)]
        assert states == ["sending", "approved", "draft"]
        assert await desk.counts("email") == {"sending": 1, "approved": 1, "draft": 1}
        assert (await desk.moves(left.id))[-1] == ("queued", "approved")
        # The Message-ID that was fixed in the queue is the one it will leave with.
        assert (await desk.email(left.id)).message_id == left.message_id

    async def test_waits_for_a_move_under_way(self, desk: Desk) -> None:
        """Without the lock the rival read "active" and completed what was cancelled: seen on PostgreSQL."""

        async def complete() -> None:
            async with desk.database.transaction() as session:
                await Campaigns(Context(session)).complete(desk.campaign_id)

        async with desk.database.transaction() as session:
            await Campaigns(Context(session)).cancel(desk.campaign_id)
            rival = asyncio.create_task(complete())
            await asyncio.wait([rival], timeout=0.3)  # Ample time to win, were there no lock.

        with pytest.raises(IllegalMove, match="is cancelled and cannot become completed"):
            await rival

    @pytest.mark.dialects("postgresql")  # SQLite has one writer at a time.
    async def test_others_may_add_children_meanwhile(self, desk: Desk) -> None:
        async with desk.database.transaction() as session:
            await Campaigns(Context(session)).update(desk.campaign_id, {"description": "x"})
            async with desk.database.transaction() as other:
                other.add(
                    StatusChange(
                        campaign_id=desk.campaign_id,
                        kind="campaign",
                        new_status="active",
                        actor="x",
                        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
                    )
                )
                await asyncio.wait_for(other.flush(), timeout=5)


class TestStats:
    async def test_says_nothing_where_there_is_nothing_to_divide_by(self, database: Database) -> None:
        async with database.transaction() as session:
            key = await make_campaign(session)
            stats = await Campaigns(at_noon(session)).stats(key)

        assert (stats.response_rate, stats.link_rate, stats.cost_per_link, stats.emails_sent) == (
            None,
            None,
            None,
            0,
        )

    async def test_counts_by_state(self, desk: Desk) -> None:
        await desk.queued()
        await desk.sent()

        async with desk.context() as context:
            stats = await Campaigns(context).stats(desk.campaign_id)

        assert stats.emails_sent == 1
        assert stats.count("email") == 2
        assert stats.count("email", "queued") == 1
        assert stats.contacted_opportunities == 1
        assert stats.response_rate == 0.0


class TestDeletingACampaign:
    async def test_takes_what_its_emails_had_earned_for_a_template(self, database: Database) -> None:
        desk = await Desk(database).sit_down()
        text = {"subject_template": "Hi", "body_template_html": "<p>Hi</p>"}
        template = await desk.templates("create", desk.user_id, text | {"name": "Guest post"})
        await desk.reply(await desk.sent(template_used="Guest post"))
        assert (await desk.templates("get", template.id)).usage_count == 1

        async with desk.context() as context:
            await Campaigns(context).delete(desk.campaign_id)

        earned = await desk.templates("get", template.id)
        assert (earned.usage_count, earned.success_rate, earned.average_response_time) == (0, 0.0, None)
