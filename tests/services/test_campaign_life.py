"""The life of a campaign, walked at random and held against `lives.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from linkwright.db.engine import Database
from linkwright.errors import IllegalMove
from linkwright.lives import CAMPAIGN
from linkwright.models import BacklinkingCampaign, StatusChange
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.vocabulary import CampaignStatus
from tests.support.prospects import NOON, make_campaign

T = TypeVar("T")

# Each verb, the state it leads to, and the states it is for.
VERBS = {
    "schedule": ("scheduled", {"draft"}),
    "unschedule": ("draft", {"scheduled"}),
    "start": ("active", {"draft", "scheduled"}),
    "pause": ("paused", {"active"}),
    "resume": ("active", {"paused"}),
    "complete": ("completed", {"active", "paused"}),
    "cancel": ("cancelled", {"draft", "scheduled", "active", "paused"}),
    "reopen": ("active", {"completed"}),
    "archive": ("archived", {"completed", "cancelled"}),
}


def test_the_verbs_make_every_move_of_the_life_and_no_other() -> None:
    made = {(old, new) for new, origins in VERBS.values() for old in origins}
    restored = {("archived", "completed"), ("archived", "cancelled")}

    assert made | restored == {(str(old), str(new)) for old, news in CAMPAIGN.items() for new in news}


class CampaignLife(RuleBasedStateMachine):
    """A campaign beside a simple account of what should have become of it."""

    database: Database
    runner: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.now = NOON
        self.status = "draft"
        self.archived_from = ""
        self.started_at: datetime | None = None
        self.paused_at: datetime | None = None
        self.completed_at: datetime | None = None
        self.history: list[tuple[str | None, str]] = [(None, "draft")]
        self.key = self.run(self._make())

    async def _make(self) -> str:
        async with self.database.transaction() as session:
            return await make_campaign(session)

    async def _move(self, verb: str) -> BacklinkingCampaign:
        async with self.database.transaction() as session:
            campaigns = Campaigns(Context(session, clock=lambda: self.now))
            moved: BacklinkingCampaign = await getattr(campaigns, verb)(self.key, "because")
            return moved

    @rule(verb=st.sampled_from([*VERBS, "restore"]))
    def move(self, verb: str) -> None:
        self.now += timedelta(hours=1)
        new, origins = VERBS.get(verb, (self.archived_from, {"archived"}))
        if self.status not in origins:
            with pytest.raises(IllegalMove) as refusal:
                self.run(self._move(verb))
            assert refusal.value.old == self.status
            return

        moved = self.run(self._move(verb))
        assert moved.status == new
        old, self.status = self.status, new
        self.history.append((old, new))
        self.paused_at = self.now if new == "paused" else None
        if new == "active":
            self.started_at = self.started_at or self.now
            self.completed_at = None
        if verb == "complete":
            self.completed_at = self.now
        if verb == "archive":
            self.archived_from = old

    @invariant()
    def is_as_accounted(self) -> None:
        if not hasattr(self, "key"):
            return
        row, history = self.run(self._stored())
        assert (row.status, row.started_at, row.paused_at, row.completed_at) == (
            self.status,
            self.started_at,
            self.paused_at,
            self.completed_at,
        )
        assert history == self.history
        assert all(old is None or new in CAMPAIGN[CampaignStatus(old)] for old, new in history)

    async def _stored(self) -> tuple[BacklinkingCampaign, list[tuple[str | None, str]]]:
        async with self.database.reading() as session:
            row = (
                await session.scalars(select(BacklinkingCampaign).where(BacklinkingCampaign.id == self.key))
            ).one()
            changes = await session.scalars(
                select(StatusChange).where(StatusChange.campaign_id == self.key).order_by(StatusChange.id)
            )
            return row, [(change.old_status, change.new_status) for change in changes]


def test_is_walked_as_it_is_written(migrated_url: str) -> None:
    with asyncio.Runner() as runner:

        async def open_database() -> Database:
            return Database(migrated_url)

        database = runner.run(open_database())

        class Machine(CampaignLife):
            pass

        Machine.database, Machine.runner = database, runner
        try:
            run_state_machine_as_test(
                Machine, settings=settings(max_examples=15, stateful_step_count=25, deadline=None)
            )
        finally:
            runner.run(database.close())
