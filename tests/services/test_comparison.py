"""Comparing: what may be said of arms whose letters were drawn, chosen, or just sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from linkwright import InvalidInput, NotFound
from linkwright.models import AIDecision
from linkwright.schemas.comparison import ComparisonRead, TrafficRead
from linkwright.schemas.draws import SLICE, UNIFORM
from linkwright.services.attribution import Attribution
from linkwright.services.comparison import Comparisons
from linkwright.services.decisions import Decisions
from tests.support.ledger import EVEN, draws, remember
from tests.support.outreach import Desk

# Three weeks from the first mail, and a day.
CLOSED = timedelta(days=22)


async def past(desk: Desk, rows: Any, values: Any, outcome: str = "human_reply") -> list[int]:
    async with desk.context() as context:
        return await remember(context.session, desk.user_id, rows, outcome=outcome, values=values)


async def compare(desk: Desk, dimension: str = "template", **asked: Any) -> ComparisonRead:
    async with desk.context() as context:
        return await Comparisons(context).compare(desk.user_id, dimension, **asked)


def of(found: ComparisonRead, kind: str) -> TrafficRead:
    return next(traffic for traffic in found.traffic if traffic.kind == kind)


class TestDrawnEvenly:
    async def test_the_better_arm_is_named_with_the_day_it_showed(self, desk: Desk) -> None:
        await past(desk, *draws({"a": 0.05, "b": 0.15}, days=60, a_day=40, until=desk.now - CLOSED))

        found = of(await compare(desk, baseline="a"), "randomised")

        [pair] = found.pairs
        assert (pair.arm, pair.baseline, pair.verdict) == ("b", "a", "better")
        assert pair.low is not None
        assert 0 < pair.low < 0.10 < (pair.high or 0)
        assert pair.e_value >= 20
        assert pair.decided_on is not None
        assert found.mismatch is not None
        assert not found.mismatch.alarming
        assert found.mean_weight == pytest.approx(1)
        assert sum(arm.sent for arm in found.arms) == 2_400

    async def test_two_that_are_alike_get_no_winner(self, desk: Desk) -> None:
        await past(desk, *draws({"a": 0.05, "b": 0.05}, days=40, a_day=30, until=desk.now - CLOSED))

        found = await compare(desk)

        assert of(found, "randomised").pairs[0].verdict == "not_enough_data"
        assert found.planned is not None
        assert found.planned > 1_000

    async def test_three_arms_are_compared_with_one(self, desk: Desk) -> None:
        rates = {"a": 0.05, "b": 0.05, "c": 0.20}
        await past(desk, *draws(rates, days=50, a_day=40, until=desk.now - CLOSED))

        found = of(await compare(desk, baseline="a"), "randomised")

        assert {pair.arm: pair.verdict for pair in found.pairs} == {"b": "not_enough_data", "c": "better"}

    async def test_more_complaints_are_worse(self, desk: Desk) -> None:
        rows, values = draws({"a": 0.01, "b": 0.20}, days=50, a_day=30, until=desk.now - timedelta(days=31))
        await past(desk, rows, values, outcome="complaint")

        found = await compare(desk, metric="complaint", baseline="a")

        assert of(found, "randomised").pairs[0].verdict == "worse"

    async def test_a_mismatch_comes_first_and_stops_every_verdict(self, desk: Desk) -> None:
        rows, values = draws({"a": 0.05, "b": 0.30}, days=60, a_day=40, until=desk.now - CLOSED)
        # Somebody held back half of what b wrote.
        kept = [place for place, row in enumerate(rows) if row["action"] == "a" or place % 2]
        await past(desk, [rows[place] for place in kept], [values[place] for place in kept])

        found = of(await compare(desk), "randomised")

        assert found.mismatch is not None
        assert found.mismatch.alarming
        assert {pair.verdict for pair in found.pairs} == {"cannot_tell"}
        assert "not taken as often as was drawn" in (found.note or "")


class TestWhatCounts:
    async def test_letters_whose_window_is_open_wait_even_when_answered(self, desk: Desk) -> None:
        rows, _ = draws({"a": 0, "b": 0}, days=10, a_day=10, until=desk.now)
        await past(desk, rows, [1.0] * len(rows))

        found = of(await compare(desk), "randomised")

        assert sum(arm.waiting for arm in found.arms) == 100
        assert {arm.sent for arm in found.arms} == {0}
        assert found.pairs[0].verdict == "not_enough_data"

    async def test_a_closed_window_without_a_word_is_a_failure(self, desk: Desk) -> None:
        rows, _ = draws({"a": 0, "b": 0}, days=5, a_day=10, until=desk.now - CLOSED)
        await past(desk, rows, [None] * len(rows))

        arms = of(await compare(desk), "randomised").arms

        assert sum(arm.sent for arm in arms) == 50
        assert {arm.rate for arm in arms} == {0.0}

    @pytest.mark.parametrize(
        "change",
        [
            {"outcome_state": "censored"},
            {"executed_at": None},
            {"executed_action": "another"},
            {"factor": "tone"},
            {"kind": "recommend"},
        ],
    )
    async def test_what_did_not_happen_as_chosen_is_left_out(
        self, desk: Desk, change: dict[str, Any]
    ) -> None:
        rows, values = draws({"a": 0.5, "b": 0.5}, days=5, a_day=10, until=desk.now - CLOSED, **change)
        await past(desk, rows, values)

        assert (await compare(desk)).traffic == []

    async def test_a_campaign_and_a_first_day_narrow_it(self, desk: Desk) -> None:
        early, late = desk.now - timedelta(days=100), desk.now - CLOSED
        await past(desk, *draws({"a": 0.1, "b": 0.1}, days=4, a_day=10, until=early))
        mine = draws({"a": 0.1, "b": 0.1}, days=4, a_day=10, until=late, campaign_id=desk.campaign_id)
        await past(desk, *mine)

        everywhere = of(await compare(desk), "randomised")
        here = of(await compare(desk, campaign_id=desk.campaign_id), "randomised")
        since = of(await compare(desk, since=late - timedelta(days=2)), "randomised")

        sent = [sum(arm.sent for arm in found.arms) for found in (everywhere, here, since)]
        assert sent == [80, 40, 20]

    async def test_costs_are_of_all_that_was_decided_about_a_letter(self, desk: Desk) -> None:
        email = await desk.draft()
        sent_at = desk.now - timedelta(days=90)
        about = {"campaign_id": desk.campaign_id, "email_id": email.id, "decided_at": sent_at}
        rows, _ = draws({"a": 1, "b": 1}, days=1, a_day=1, until=sent_at)
        ids = await past(desk, [rows[0] | about], [1.0])
        generate = about | {"kind": "generate", "decided_by": "model", "request_model": "m"}
        calls = [generate | {"cost": 0.25, "duration_ms": 400}, generate | {"cost": None, "duration_ms": 800}]
        # A model that nobody named has no known price either, and a rule costs nothing.
        calls += [about | {"kind": "score", "decided_by": by} for by in ("model", "rule")]
        await past(desk, calls, [None] * 4)
        async with desk.context() as context:
            statement = select(AIDecision.user_id).where(AIDecision.id == ids[0])
            assert await context.session.scalar(statement) == desk.user_id

        [arm] = of(await compare(desk), "randomised").arms

        assert (arm.cost, arm.unpriced, arm.mean_duration_ms) == (0.25, 2, 600.0)
        assert (arm.replies, arm.links, arm.cost_per_reply, arm.cost_per_link) == (1, 0, 0.25, None)


class TestLettersThatLeft:
    async def test_are_compared_by_what_the_ledger_attributes_to_them(self, desk: Desk) -> None:
        even = [{"arm": "a", "p": 0.5}, {"arm": "b", "p": 0.5}]
        choice = {"kind": "choose", "decided_by": "policy", "factor": "tone", "context": EVEN}
        draw = {"candidates": even, "propensity": 0.5, "propensity_kind": "exact"}
        for arm, answered in (("a", True), ("b", False), ("b", False)):
            prospect = await desk.prospect()
            about = {"campaign_id": desk.campaign_id, "opportunity_id": prospect, "action": arm}
            async with desk.context() as context:
                made = await Decisions(context).record(desk.user_id, choice | draw | about)
            email = await desk.sent(prospect, decision_ids=[made.id])
            if answered:
                await desk.reply(email)
        desk.later(days=22)
        async with desk.context() as context:
            await Attribution(context).attribute_outcomes(desk.user_id)

        found = of(await compare(desk, "tone"), "randomised")

        told = [(arm.arm, arm.sent, arm.succeeded, arm.replies, arm.waiting) for arm in found.arms]
        assert told == [("b", 2, 0, 0, 0), ("a", 1, 1, 1, 0)]


class TestChosenAdaptively:
    async def adaptive(self, desk: Desk, count: int, p: float = 0.9) -> None:
        rows, values = draws({"a": 0.1, "b": 0.1}, days=count // 20, a_day=20, until=desk.now - CLOSED)
        rng = np.random.default_rng(5)
        for place, row in enumerate(rows):
            arm = "a" if rng.random() < p else "b"
            taken = {"action": arm, "executed_action": arm, "context": None}
            rows[place] = row | taken | {"candidates": [{"arm": "a", "p": p}, {"arm": "b", "p": 1 - p}]}
            values[place] = float(rng.random() < (0.05 if arm == "a" else 0.25))
        await past(desk, rows, values)

    async def test_rates_are_weighed_and_said_to_rest_on_so_many(self, desk: Desk) -> None:
        await self.adaptive(desk, 3_000)

        found = of(await compare(desk, baseline="a"), "adaptive")

        [pair] = found.pairs
        assert pair.verdict == "better"
        assert pair.estimate == pytest.approx(0.25, abs=0.06)
        assert pair.baseline_estimate == pytest.approx(0.05, abs=0.02)
        assert 200 < (pair.effective or 0) < 400
        assert "weighed by the logged probabilities" in (found.note or "")

    async def test_more_complaints_are_worse_there_too(self, desk: Desk) -> None:
        rows, values = draws({"a": 0.01, "b": 0.25}, days=60, a_day=40, until=desk.now - timedelta(days=31))
        drawn = [row | {"context": None} for row in rows]
        await past(desk, drawn, values, outcome="complaint")

        [pair] = of(await compare(desk, metric="complaint", baseline="a"), "adaptive").pairs
        [other] = of(await compare(desk, metric="complaint", baseline="b"), "adaptive").pairs

        assert (pair.arm, pair.verdict) == ("b", "worse")
        assert (other.arm, other.verdict) == ("a", "better")

    async def test_little_cannot_tell(self, desk: Desk) -> None:
        await self.adaptive(desk, 800)

        [pair] = of(await compare(desk, baseline="a"), "adaptive").pairs

        assert pair.verdict == "cannot_tell"
        assert (pair.effective or 0) < 100
        assert (pair.estimate is None) or (pair.difference is None)

    async def test_it_is_never_mixed_with_what_was_drawn_evenly(self, desk: Desk) -> None:
        await self.adaptive(desk, 400)
        await past(desk, *draws({"a": 0.1, "b": 0.1}, days=5, a_day=10, until=desk.now - CLOSED))

        found = await compare(desk)

        assert sum(arm.sent for arm in of(found, "randomised").arms) == 50
        assert sum(arm.sent for arm in of(found, "adaptive").arms) == 400


class TestHistory:
    @pytest.mark.parametrize(
        "change", [{"propensity_kind": "deterministic"}, {"propensity_kind": None}, {"candidates": None}]
    )
    async def test_without_true_propensities_is_shown_and_not_compared(
        self, desk: Desk, change: dict[str, Any]
    ) -> None:
        rows, values = draws({"a": 0.01, "b": 0.5}, days=40, a_day=30, until=desk.now - CLOSED)
        await past(desk, [row | change for row in rows], values)

        found = of(await compare(desk), "history")

        assert len(found.arms) == 2
        assert found.pairs == []
        assert (found.note or "").startswith("Not comparable")

    @pytest.mark.parametrize("p", [[0.5, 0.6], [None, 1.0], ["0.5", 0.5], [1.5, -0.5]])
    async def test_nothing_follows_from_probabilities_that_are_none(self, desk: Desk, p: list[Any]) -> None:
        rows, values = draws({"a": 0.01, "b": 0.5}, days=40, a_day=30, until=desk.now - CLOSED)
        bad = {"candidates": [{"arm": arm, "p": one} for arm, one in zip("ab", p, strict=True)]}
        await past(desk, [row | bad for row in rows], values)

        [pair] = of(await compare(desk), "randomised").pairs

        assert (pair.verdict, pair.e_value) == ("not_enough_data", 1.0)

    async def test_prompts_are_told_apart_by_their_version(self, desk: Desk) -> None:
        moment = desk.now - timedelta(days=90)
        letter = {"kind": "generate", "decided_by": "model", "prompt_name": "first", "executed_at": moment}
        rows = [letter | {"prompt_version": str(n), "decided_at": moment} for n in (1, 1, 2)]
        template = rows[0] | {"decided_by": "rule", "prompt_name": "offer"}  # what a template wrote has none
        await past(desk, [*rows, template], [1.0, 0.0, 1.0, 1.0])

        found = of(await compare(desk, "prompt"), "history")

        assert [(arm.arm, arm.sent, arm.rate) for arm in found.arms] == [
            ("first@1", 2, 0.5),
            ("first@2", 1, 1.0),
        ]


class TestRefusals:
    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"dimension": "weather"}, "dimension"),
            ({"metric": "applause"}, "metric"),
            ({"metric": "agreement"}, "metric"),
            ({"baseline": "nobody"}, "baseline"),
            ({"matters": 0.0}, "matters"),
            ({"matters": float("nan")}, "matters"),
        ],
    )
    async def test_name_the_field(self, desk: Desk, asked: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as raised:
            await compare(desk, **asked)

        assert raised.value.field == field

    async def test_a_campaign_that_is_not_there_is_not_found(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            await compare(desk, campaign_id="nowhere")


def test_the_words_of_the_slice_are_those_of_the_choices() -> None:
    assert {SLICE: UNIFORM} == {"slice": "uniform"}
