"""Fill a database with a record of so many emails, month after month, the letters in order of time.

Users, templates, campaigns, what was learned, prospects and roll-ups go through the verbs that everybody
uses; `add_opportunities` is the bulk path of prospects. Letters and what hangs on them have no verb for many
at once but the import of a whole campaign, which has no order of time. They go through what that writes with,
`insert_many`: COPY on PostgreSQL, `executemany` on SQLite, with every foreign key and check of the schema.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import numpy as np
from sqlalchemy import select, text, update

from benchmarks.scale import texts
from benchmarks.scale.decided import scores
from benchmarks.scale.letters import Letters, Rows
from benchmarks.scale.shape import DAY, DAYS, USERS, Shape, drawn
from linkwright.db.bulk import insert_many
from linkwright.db.partitions import MONTHLY, ensure_months
from linkwright.models import (
    BacklinkingCampaign,
    BacklinkingTemplate,
    CampaignCount,
    RollUpState,
    Suppression,
)
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.services.opportunities import Opportunities

AT_ONCE: Final = 20_000
"""Letters in one transaction."""


_HUGE: Final = 2_000
"""Prospects of a campaign that is not rolled up."""


@dataclass
class Filled:
    """What was written, and how quickly."""

    emails: int = 0
    prospects: int = 0
    campaigns: int = 0
    rates: list[list[float]] = field(default_factory=list)
    """Month by month: emails that were there, emails per second with all that hangs on them, the load."""
    seconds: float = 0.0
    rolled_up: int = 0
    """Prospects that were rolled up."""
    roll_up_seconds: float = 0.0


class Filling:
    """One database being filled."""

    def __init__(self, service: BacklinkingDatabaseService, emails: int) -> None:
        self._service, self._database = service, service.database
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.plan: Shape = drawn(emails, int((today - timedelta(days=DAYS)).timestamp()))
        self.done = Filled(campaigns=len(self.plan.owners))
        self.users: list[int] = []
        self.campaigns: list[str] = []
        self.ids = np.zeros(self.plan.first.size, np.int64)
        self.templates: dict[tuple[int, str], int] = {}

    async def run(self, *, say: Any = print) -> Filled:
        """Write all of it; tell how far it is, month by month."""
        begun = time.monotonic()
        await self._people()
        letters = Letters(self.plan, self.users, self.campaigns, self.ids)
        async with self._database.transaction() as session:
            await letters.begin(session)
        for begin, end in self._months():
            started, before = time.monotonic(), self.done.emails
            await self._prospects(begin, end)
            await self._letters(letters, begin, end)
            taken = time.monotonic() - started
            rate = (self.done.emails - before) / taken
            self.done.rates.append([before, round(rate, 1), os.getloadavg()[0]])
            say(f"{self.done.emails:,} emails, {rate:,.0f}/s, load {os.getloadavg()[0]:.1f}")
        await self._numbers(letters)
        await self._analyse()
        self.done.seconds = time.monotonic() - begun
        return self.done

    def _months(self) -> Iterator[tuple[int, int]]:
        edges = np.linspace(self.plan.start, self.plan.end, 25).astype(np.int64)
        yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)

    def _context(self, session: Any, seconds: int) -> Context:
        return Context(session, lambda: texts.moment(seconds), actor="import")

    async def _people(self) -> None:
        plan, service = self.plan, self._service
        body = {"subject_template": "A guest article", "body_template_html": "<p>Hello {{ name }}</p>"}
        async with service.begin() as work:
            connection = await work.context.session.connection()
            first = texts.moment(plan.start).date()
            for table in MONTHLY:
                await ensure_months(connection, table, first, texts.moment(plan.end).date())
        for number in range(USERS):
            async with service.begin() as work:
                user = await work.users.create(f"user{number}@example.com")
                self.users.append(user.id)
                for name in texts.TEMPLATES:
                    made = await work.templates.create(user.id, {"name": name, **body})
                    self.templates[user.id, name] = made.id
                for place in range(10):
                    await work.learning.store(
                        user.id, "keyword_performance", f"keyword {place}", {"n": place}, 0.1
                    )
                await insert_many(
                    work.context.session,
                    Suppression,
                    ("user_id", "address_hash", "reason", "actor", "created_at"),
                    [
                        (
                            user.id,
                            sha256(f"{user.id}/{n}".encode()).digest(),
                            "unsubscribe",
                            "import",
                            self._began(),
                        )
                        for n in range(100)
                    ],
                )
        for place, owner in enumerate(plan.owners.tolist()):
            await self._campaign(self.users[owner], place)

    def _began(self) -> datetime:
        return texts.moment(self.plan.start)

    async def _campaign(self, user: int, place: int) -> None:
        begin, end = int(self.plan.begins[place]), int(self.plan.ends[place]) + 30 * DAY
        data = {"name": f"Campaign {place}", "keywords": ["hiking"], "max_opportunities": 100_000_000}
        async with self._database.transaction() as session:
            campaigns = Campaigns(self._context(session, begin))
            made = await campaigns.create(user, data)
            await campaigns.start(made.id)
            if end < self.plan.end:
                await Campaigns(self._context(session, end)).complete(made.id)
        self.campaigns.append(made.id)

    async def _prospects(self, begin: int, end: int) -> None:
        """Add who is found in a month, campaign by campaign, as files bring them."""
        plan = self.plan
        # A letter may leave an hour before its time, in the month before.
        first, last = np.searchsorted(plan.first, (begin + DAY if begin > plan.start else begin, end + DAY))
        numbers = np.arange(first, last)
        numbers = numbers[np.argsort(plan.campaign[first:last], kind="stable")]
        for piece in np.array_split(numbers, max(1, numbers.size // AT_ONCE)):
            async with self._database.transaction() as session:
                context = self._context(session, end)
                of = plan.campaign[piece]
                for some in np.split(piece, np.flatnonzero(np.diff(of)) + 1):
                    await self._add(context, some)
                await scores(session, plan, piece.tolist(), self.ids, self.users, self.campaigns)
        self.done.prospects += int(numbers.size)

    async def _add(self, context: Context, some: Any) -> None:
        if not some.size:
            return
        campaign = self.campaigns[int(self.plan.campaign[some[0]])]
        rows = [texts.page(self.plan, number, self.plan.end) for number in some.tolist()]
        result = await Opportunities(context).add_many(campaign, rows)
        if result.refused or result.new != len(rows):
            raise RuntimeError(str(result.refused[:3]))
        self.ids[some] = np.array(result.ids, np.int64)

    async def _letters(self, letters: Letters, begin: int, end: int) -> None:
        writing: asyncio.Task[None] | None = None
        for chunk in letters.chunks(begin, end, AT_ONCE):
            # Made while the database is busy with those before.
            rows = await asyncio.to_thread(letters.rows, chunk)
            if writing is not None:
                await writing
            writing = asyncio.create_task(self._write(letters, rows))
            self.done.emails += len(chunk)
        if writing is not None:
            await writing
        async with self._database.transaction() as session:
            await letters.write_answers(session)
            await letters.write_strays(session, begin, end)

    async def _write(self, letters: Letters, rows: Rows) -> None:
        async with self._database.transaction() as session:
            await letters.write(session, rows)

    async def _numbers(self, letters: Letters) -> None:
        """Write what is counted of letters and answers, as the verbs of each would have."""
        async with self._database.transaction() as session:
            await letters.end(session)
            rows = [
                (self.campaigns[of], *key, number) for (of, *key), number in sorted(letters.counts.items())
            ]
            await insert_many(session, CampaignCount, ("campaign_id", "subject", "state", "count"), rows)
            for (user, name), (used, answered, hours) in letters.earned.items():
                earned = {
                    "usage_count": used,
                    "success_rate": answered / used,
                    "average_response_time": hours / answered if answered else None,
                }
                which = BacklinkingTemplate.id == self.templates[user, name]
                await session.execute(update(BacklinkingTemplate).where(which).values(earned))
            scored = Counter(self.plan.campaign[np.arange(self.plan.first.size) % 3 == 0].tolist())
            for place, number in scored.items():
                which = BacklinkingCampaign.id == self.campaigns[place]
                spent = update(BacklinkingCampaign).where(which).values(actual_cost=number * texts.SCORE_COST)
                await session.execute(spent)

    async def _analyse(self) -> None:
        """Count what the planner goes by, as `linkwright maintain` and a server's own upkeep do."""
        if self._database.dialect == "sqlite":
            async with self._database.transaction() as session:
                await session.execute(text("PRAGMA analysis_limit = 1000"))
                await session.execute(text("ANALYZE"))
        else:
            async with self._database.engine.connect() as connection:
                apart = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await apart.execute(text("VACUUM (ANALYZE)"))


async def roll_up(service: BacklinkingDatabaseService, done: Filled, *, seconds: float) -> None:
    """Roll up campaigns, in no order, as long as there is time; a huge one would take all of it."""
    table = BacklinkingCampaign
    async with service.reading() as work:
        rows = await work.context.session.execute(
            select(table.id, table.total_opportunities)
            .where(table.total_opportunities < _HUGE, table.id.not_in(select(RollUpState.campaign_id)))
            .order_by(table.id)
        )
        campaigns = list(rows)
    random.Random(5).shuffle(campaigns)
    begun = time.monotonic()
    for campaign, size in campaigns:
        if time.monotonic() - begun > seconds:
            break
        await service.roll_up_campaign(campaign)
        done.rolled_up += size or 0
    done.roll_up_seconds += time.monotonic() - begun


def as_json(done: Filled) -> str:
    """Return what is kept beside a database that stays."""
    return json.dumps(done.__dict__)
