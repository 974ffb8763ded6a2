"""The dashboard and a campaign's figures: from counters and totals, right and cheap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from linkwright.errors import NotFound
from linkwright.schemas.figures import Dashboard
from linkwright.services.analytics import Analytics
from linkwright.services.campaigns import Campaigns
from linkwright.services.dashboards import Dashboards
from linkwright.services.decisions import Decisions
from linkwright.services.figures import HORIZON_DAYS
from tests.support.outreach import Desk


async def dashboard(desk: Desk) -> Dashboard:
    async with desk.context() as context:
        return await Dashboards(context).get(desk.user_id)


async def roll_up(desk: Desk) -> None:
    async with desk.context() as context:
        await Analytics(context).roll_up(desk.campaign_id)


async def busy(desk: Desk, letters: int, answers: int) -> list[Any]:
    """So many letters, some of them answered after 1, 2, 3 ... hours; the rest waits."""
    sent = [await desk.sent() for _ in range(letters)]
    start = desk.now
    for n in range(answers):
        desk.now = start + timedelta(hours=n + 1, minutes=-30)
        await desk.reply(sent[n], "positive" if n % 2 else "neutral")
    desk.now = start + timedelta(days=20)
    return sent


class TestFigures:
    async def test_before_a_roll_up_are_none_and_nothing_is_guessed(self, desk: Desk) -> None:
        found = await dashboard(desk)

        assert found.figures.counted_at is None
        assert found.figures.rates["open_rate"].rate is None
        assert found.figures.time_to_reply.words == "not enough data: 0 of the 5 answers it takes"
        assert found.figures.cost_per_link is None

    async def test_count_who_waits_in_the_time_to_an_answer(self, desk: Desk) -> None:
        await busy(desk, 10, 7)
        await roll_up(desk)

        async with desk.context() as context:
            figures = (await Campaigns(context).stats(desk.campaign_id)).figures

        assert figures is not None
        reply = figures.time_to_reply
        assert (reply.answered, reply.waiting, reply.horizon_days) == (7, 3, HORIZON_DAYS)
        assert reply.median_hours == 4
        assert reply.low_hours is not None
        assert reply.low_hours <= 4
        assert reply.reply_rate == pytest.approx(7 / 10)
        assert reply.reply_low is not None
        assert reply.reply_low < 7 / 10
        positive = figures.rates["positive_rate"]
        assert (positive.part, positive.whole) == (3, 7)

    async def test_a_cost_per_link_is_not_known_while_a_price_is_missing(self, desk: Desk) -> None:
        letter = await desk.sent()
        await desk.opportunities(
            "record_link", letter.opportunity_id, "https://site1.com/guest", evidence="seen"
        )
        about = {"campaign_id": desk.campaign_id, "kind": "generate", "decided_by": "model"}
        async with desk.context() as context:
            await Decisions(context).record(desk.user_id, about | {"cost": 0.125})
        await roll_up(desk)
        assert (await dashboard(desk)).figures.cost_per_link == 0.125
        async with desk.context() as context:
            await Decisions(context).record(desk.user_id, about)
        await roll_up(desk)

        figures = (await dashboard(desk)).figures
        assert (figures.cost, figures.unpriced_decisions, figures.cost_per_link) == (0.125, 1, None)


class TestDashboard:
    async def test_adds_campaigns_up_and_says_what_needs_a_person(self, desk: Desk) -> None:
        await busy(desk, 6, 2)
        await desk.draft()
        await roll_up(desk)

        found = await dashboard(desk)

        assert found.funnel == {"found": 7, "contacted": 6, "responded": 2, "links": 0}
        [line] = found.campaigns
        assert (line.campaign_id, line.reply_rate.part, line.reply_rate.whole) == (desk.campaign_id, 2, 6)
        assert {each.what: each.number for each in found.needs_a_person} == {
            "answers to read": 2,
            "letters to approve": 1,
        }

    async def test_another_users_is_not_there(self, desk: Desk) -> None:
        async with desk.context() as context:
            with pytest.raises(NotFound):
                await Dashboards(context).get(desk.user_id + 1)

    async def test_reads_no_table_that_grows_with_the_letters_without_a_limit(self, desk: Desk) -> None:
        """Counters and totals; of answers and messages so many as anybody would count."""
        await busy(desk, 3, 1)
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(desk.database.engine.sync_engine, "before_cursor_execute", note)
        try:
            await dashboard(desk)
        finally:
            event.remove(desk.database.engine.sync_engine, "before_cursor_execute", note)

        assert len(seen) == 6
        assert not [text for text in seen if "backlinking_emails" in text or "email_events" in text]
        growing = [text for text in seen if "backlinking_responses" in text or "inbound_messages" in text]
        assert len(growing) == 2
        assert all("LIMIT" in text for text in growing)
