"""What a campaign may spend on AI: nobody can exceed it, whoever asks and however many at once."""

import asyncio
import pickle
from collections.abc import Awaitable
from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import BudgetSpent, InvalidInput, NotFound, UnpricedModel
from linkwright.models import AIDecision, AIReservation, BacklinkingCampaign
from linkwright.schemas.budgets import Spending
from linkwright.services.budgets import Budgets
from linkwright.services.campaigns import Campaigns
from linkwright.services.decisions import Decisions
from tests.support.outreach import Desk
from tests.support.tour import PLANNED

# At 0.15 and 0.60 dollars for a million tokens.
ONE = 0.00021
TRACE = "0123456789abcdef" * 2


async def budgets(desk: Desk, verb: str, *arguments: Any) -> Any:
    async with desk.context() as context:
        return await getattr(Budgets(context), verb)(*arguments)


async def limited(desk: Desk, cost_limit: float | None, **more: Any) -> Spending:
    return await budgets(desk, "set", desk.campaign_id, {"cost_limit": cost_limit, **more})  # type: ignore[no-any-return]


async def reserved(desk: Desk, **more: Any) -> AIReservation:
    return await budgets(desk, "reserve", desk.campaign_id, PLANNED | more)  # type: ignore[no-any-return]


async def spending(desk: Desk) -> Spending:
    return await budgets(desk, "get", desk.campaign_id)  # type: ignore[no-any-return]


async def answered(desk: Desk, reservation_id: int, **more: Any) -> AIDecision:
    call = {"kind": "score", "decided_by": "model", "campaign_id": desk.campaign_id, "trace_id": "a" * 32}
    async with desk.context() as context:
        return await Decisions(context).record(desk.user_id, call | {"reservation_id": reservation_id} | more)


class TestALimit:
    async def test_is_none_until_one_is_set(self, desk: Desk) -> None:
        found = await spending(desk)
        assert (found.cost_limit, found.spent, found.reserved, found.left) == (None, 0.0, 0.0, None)
        assert (await reserved(desk)).estimated_cost == pytest.approx(ONE)

    async def test_is_set_changed_and_taken_away(self, desk: Desk) -> None:
        assert (await limited(desk, 5.0)).left == 5.0
        assert (await limited(desk, 2.5, allows_unpriced=True)).cost_limit == 2.5
        assert (await spending(desk)).allows_unpriced
        assert (await limited(desk, None)).cost_limit is None
        assert (await spending(desk)).allows_unpriced is False

    @pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf"), 1e6, "5"])
    async def test_is_a_sum_of_money(self, desk: Desk, wrong: Any) -> None:
        with pytest.raises(InvalidInput, match="cost_limit"):
            await limited(desk, wrong)

    async def test_is_of_a_campaign_that_is_there(self, desk: Desk) -> None:
        for verb, *rest in (("get",), ("set", {"cost_limit": 1.0}), ("reserve", PLANNED), ("release", 1)):
            with pytest.raises(NotFound):
                await budgets(desk, verb, "nowhere", *rest)

    async def test_is_met_and_not_exceeded(self, desk: Desk) -> None:
        await limited(desk, round(3 * ONE, 8))
        for _ in range(3):
            await reserved(desk)
        with pytest.raises(BudgetSpent) as refusal:
            await reserved(desk)

        error = pickle.loads(pickle.dumps(refusal.value))  # noqa: S301
        assert str(error) == str(refusal.value)
        assert (error.limit, error.spent) == (pytest.approx(3 * ONE), 0.0)
        assert (error.reserved, error.wanted) == (pytest.approx(3 * ONE), pytest.approx(ONE))
        name = (await desk.row(BacklinkingCampaign, desk.campaign_id)).name
        assert f"Campaign {name} may spend 0.0006 USD on AI: 0.0000 is spent, 0.0006 is set aside" in str(
            error
        )
        assert "linkwright campaigns budget" in str(error)

    async def test_counts_what_was_spent_before_it_was_set(self, desk: Desk) -> None:
        async with desk.context() as context:
            about = {"campaign_id": desk.campaign_id, "cost": 1.0}
            await Decisions(context).record(desk.user_id, {"kind": "score", "decided_by": "model", **about})
        await limited(desk, 1.0)
        with pytest.raises(BudgetSpent):
            await reserved(desk)

    async def test_of_zero_lets_through_what_costs_nothing(self, desk: Desk) -> None:
        await limited(desk, 0.0)
        assert (await reserved(desk, provider_name="local", request_model="rule:x")).estimated_cost == 0.0
        with pytest.raises(BudgetSpent):
            await reserved(desk)

    async def test_does_not_ask_what_day_it_is(self, desk: Desk) -> None:
        await limited(desk, round(1.5 * ONE, 8))
        await answered(desk, (await reserved(desk)).id, cost=ONE)
        for days in (-400, 800):
            desk.later(days=days)
            with pytest.raises(BudgetSpent):
                await reserved(desk)


class TestAModelWithoutAPrice:
    NOBODY: Any = {"request_model": "ours-7b", "provider_name": "compatible"}  # noqa: RUF012

    async def test_may_be_called_where_there_is_no_limit_and_is_counted(self, desk: Desk) -> None:
        row = await reserved(desk, **self.NOBODY)
        assert row.estimated_cost is None
        await answered(desk, row.id, request_model="ours-7b")
        assert ((await spending(desk)).unpriced, (await spending(desk)).spent) == (1, 0.0)

    async def test_is_refused_under_a_limit(self, desk: Desk) -> None:
        await limited(desk, 100.0)
        with pytest.raises(UnpricedModel, match="price of ours-7b") as refusal:
            await reserved(desk, **self.NOBODY)
        assert "--allow-unpriced" in str(pickle.loads(pickle.dumps(refusal.value)))  # noqa: S301

    async def test_is_let_through_where_the_user_allows_it(self, desk: Desk) -> None:
        await limited(desk, 0.0, allows_unpriced=True)
        assert (await reserved(desk, **self.NOBODY)).estimated_cost is None


class TestAReservation:
    async def test_becomes_the_real_cost_in_the_ledgers_transaction(self, desk: Desk) -> None:
        row = await reserved(desk)
        await answered(desk, row.id, cost=0.0001)
        found = await spending(desk)
        assert found.spent == pytest.approx(0.0001)
        assert found.reserved == 0.0

    async def test_is_settled_by_a_verb_that_decides(self, desk: Desk) -> None:
        row = await reserved(desk)
        await desk.draft(ai_model_used="gpt-4o-mini", decision={"reservation_id": row.id, "cost": 0.0001})
        found = await spending(desk)
        assert found.spent == pytest.approx(0.0001)
        assert found.reserved == 0.0

    async def test_stands_as_long_as_its_row_is_not_written(self, desk: Desk) -> None:
        row = await reserved(desk)
        with pytest.raises(InvalidInput):
            await answered(desk, row.id, cost=-1.0)
        assert (await spending(desk)).reserved == pytest.approx(ONE)

    async def test_is_given_back_once(self, desk: Desk) -> None:
        row, other = await reserved(desk), await reserved(desk)
        for _ in range(2):
            await budgets(desk, "release", desk.campaign_id, row.id)
        assert [found.id for (found,) in await desk.all(select(AIReservation))] == [other.id]

    async def test_of_another_campaign_is_not_touched(self, desk: Desk) -> None:
        other = await desk.campaign()
        desk.owner = None
        row = await budgets(desk, "reserve", other, PLANNED)
        await answered(desk, row.id)
        await budgets(desk, "release", desk.campaign_id, row.id)
        assert len(await desk.all(select(AIReservation))) == 1

    async def test_is_told_by_the_campaigns_numbers(self, desk: Desk) -> None:
        await limited(desk, 5.0)
        await reserved(desk)
        async with desk.context() as context:
            stats = await Campaigns(context).stats(desk.campaign_id)
        assert stats.ai_cost_limit == 5.0
        assert stats.ai_cost_reserved == pytest.approx(ONE)


class TestAProcessThatDied:
    async def test_leaves_nothing_behind_for_longer_than_an_hour(self, desk: Desk) -> None:
        await limited(desk, round(1.5 * ONE, 8))
        await reserved(desk, trace_id=TRACE)
        desk.later(minutes=59)
        with pytest.raises(BudgetSpent):
            await reserved(desk)
        desk.later(minutes=2)
        assert (await spending(desk)).reserved == 0.0
        await reserved(desk)

        [(row,)] = await desk.all(select(AIDecision))
        assert (row.error_type, row.trace_id, row.cost, row.outcome_state) == (
            "abandoned",
            TRACE,
            None,
            "censored",
        )
        assert (row.request_model, row.kind, row.executed_at) == ("gpt-4o-mini", "score", None)
        assert (await spending(desk)).unpriced == 1

    async def test_with_a_clock_that_was_far_ahead_holds_nothing_for_years(self, desk: Desk) -> None:
        desk.later(days=3000)
        await reserved(desk)
        desk.later(days=-3000)
        assert (await spending(desk)).reserved == 0.0
        await reserved(desk)
        [(row,)] = await desk.all(select(AIDecision))
        assert row.decided_at == desk.now

    async def test_and_did_not_is_paid_all_the_same(self, desk: Desk) -> None:
        row = await reserved(desk)
        desk.later(hours=2)
        await reserved(desk)
        await answered(desk, row.id, cost=0.0001)
        assert (await spending(desk)).spent == pytest.approx(0.0001)


class TestSixteenAtOnce:
    async def test_never_exceed_the_limit_together(self, desk: Desk) -> None:
        await limited(desk, round(5.5 * ONE, 8))
        done = await asyncio.gather(*(reserved(desk) for _ in range(16)), return_exceptions=True)
        assert sum(isinstance(one, AIReservation) for one in done) == 5
        assert sum(isinstance(one, BudgetSpent) for one in done) == 11
        assert (await spending(desk)).reserved == pytest.approx(5 * ONE)

    async def test_the_last_money_goes_to_one(self, desk: Desk) -> None:
        """Without the lock on the campaign the rival finds the money of an open transaction still there."""
        await limited(desk, round(1.5 * ONE, 8))

        async def rival() -> Any:
            return await reserved(desk)

        async with desk.context() as context:
            await Budgets(context).reserve(desk.campaign_id, PLANNED)
            waiting = await begun(rival())
        with pytest.raises(BudgetSpent):
            await waiting

    async def test_who_settles_and_who_asks_see_the_money_once(self, desk: Desk) -> None:
        await limited(desk, round(16 * ONE, 8))

        async def call() -> bool:
            try:
                row = await reserved(desk)
            except BudgetSpent:
                return False
            await answered(desk, row.id, cost=ONE)
            return True

        done = await asyncio.gather(*(call() for _ in range(24)))
        found = await spending(desk)
        assert (sum(done), found.reserved) == (16, 0.0)
        assert found.spent == pytest.approx(16 * ONE)


async def begun(rival: Awaitable[Any]) -> asyncio.Task[Any]:
    """Let a rival come as far as it can while the first transaction is open."""
    task = asyncio.ensure_future(rival)
    await asyncio.wait([task], timeout=0.4)
    return task
