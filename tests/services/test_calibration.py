"""Calibration of stored confidences: measured, learned in versions, and applied to the next decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from benchmarks.trials.confidence import BOASTING, World
from linkwright import InvalidInput
from linkwright.schemas.calibration import CalibrationRead
from linkwright.services.calibration import Calibrations
from linkwright.services.decisions import Decisions
from linkwright.services.users import Users
from tests.support.ledger import READING, readings, remember
from tests.support.outreach import Desk


async def told(
    desk: Desk, count: int, *, model: str = "m", world: World = BOASTING, seed: int = 1, **columns: Any
) -> None:
    """Remember readings of a model, and whether a person agreed."""
    rows, happened = readings(world, count, until=desk.now, model=model, seed=seed, **columns)
    async with desk.context() as context:
        await remember(context.session, desk.user_id, rows, outcome="agreement", values=happened)


async def report(desk: Desk, kind: str | None = None) -> dict[str, CalibrationRead]:
    async with desk.context() as context:
        return named(await Calibrations(context).report(desk.user_id, kind))


async def learn(desk: Desk) -> dict[str, CalibrationRead]:
    async with desk.context() as context:
        return named(await Calibrations(context).learn(desk.user_id))


async def decide(desk: Desk, **columns: Any) -> Any:
    async with desk.context() as context:
        decision = READING | {"request_model": "m", "confidence_raw": 0.8} | columns
        return await Decisions(context).record(desk.user_id, decision)


def named(found: list[CalibrationRead]) -> dict[str, CalibrationRead]:
    return {"/".join(filter(None, (one.kind, one.model, one.prompt))): one for one in found}


class TestTheReport:
    async def test_is_per_kind_model_and_prompt(self, desk: Desk) -> None:
        await told(desk, 150)
        await told(desk, 120, model="n", seed=2)

        found = await report(desk)

        assert {name: one.raw.count for name, one in found.items()} == {
            "classify": 270,
            "classify/m": 150,
            "classify/m/reply@1": 150,
            "classify/n": 120,
            "classify/n/reply@1": 120,
        }
        assert {one.outcome for one in found.values()} == {"agreement"}

    async def test_measures_what_the_outcomes_allow_and_tells_the_latest_third(self, desk: Desk) -> None:
        await told(desk, 1_200)

        one = (await report(desk))["classify/m"]

        assert one.raw.enough
        assert one.raw.p_value is not None
        assert one.raw.p_value < 0.001
        assert one.raw.slope is not None
        assert len(one.raw.bins) == 10
        assert one.later is not None
        assert one.later.count == 400
        assert one.later.log_loss < 0.3
        assert one.later.raw_log_loss > 1.2
        assert one.later.gain > 5 * one.later.gain_error
        assert one.mended

    async def test_says_how_many_more_are_needed(self, desk: Desk) -> None:
        await told(desk, 40)

        one = (await report(desk))["classify"]

        assert not one.raw.enough
        assert one.raw.bins == []
        assert one.later is None
        assert one.still_needed >= 60

    async def test_knows_the_kind_that_was_asked_for_only(self, desk: Desk) -> None:
        await told(desk, 120)

        assert await report(desk, "score") == {}
        assert set(await report(desk, "classify")) == {"classify", "classify/m", "classify/m/reply@1"}
        assert await report(desk, "insight") == {}
        with pytest.raises(InvalidInput) as raised:
            await report(desk, "guess")
        assert raised.value.field == "kind"

    async def test_leaves_out_what_will_never_be_known(self, desk: Desk) -> None:
        await told(desk, 120, outcome_state="censored")

        assert await report(desk) == {}

    async def test_waits_for_windows_because_answers_are_heard_of_before_silence(self, desk: Desk) -> None:
        letter = {"kind": "generate", "decided_by": "model", "request_model": "m", "confidence_raw": 0.5}
        moments = [desk.now - timedelta(days=age) for age in (3, 30)]
        rows = [letter | {"decided_at": moment, "executed_at": moment} for moment in moments]
        async with desk.context() as context:
            await remember(context.session, desk.user_id, rows, outcome="human_reply", values=[1.0, 0.0])

        assert (await report(desk))["generate"].raw.count == 1

    async def test_a_score_s_window_begins_with_the_first_mail(self, desk: Desk) -> None:
        """Scored 110 days ago, written to 50 days ago: of the one who answered we know sooner."""
        scored = desk.later(days=-110)
        score = {"kind": "score", "decided_by": "model", "request_model": "m", "confidence_raw": 0.5}
        desk.later(days=60)
        prospects = [(await desk.sent()).opportunity_id for _ in range(2)]
        about = {"campaign_id": desk.campaign_id, "decided_at": scored, "executed_at": scored}
        rows = [score | about | {"opportunity_id": prospect} for prospect in prospects]
        async with desk.context() as context:
            told = {"outcome": "contacted_and_answered", "values": [1.0, 0.0]}
            await remember(context.session, desk.user_id, rows, **told)  # type: ignore[arg-type]

        desk.later(days=50)
        assert await report(desk, "score") == {}
        desk.later(days=10)
        assert (await report(desk, "score"))["score"].raw.count == 2


class TestLearning:
    async def test_the_next_decision_has_both_confidences(self, desk: Desk) -> None:
        await told(desk, 400)
        learned = (await learn(desk))["classify/m/reply@1"]

        decision = await decide(desk)

        assert decision.confidence_raw == 0.8
        assert 0.01 < decision.confidence < 0.15
        assert decision.calibrator == learned.calibrator
        assert (learned.method, learned.version) == ("platt", 1)

    async def test_before_it_there_is_only_the_raw_one(self, desk: Desk) -> None:
        await told(desk, 400)

        decision = await decide(desk)

        assert (decision.confidence_raw, decision.confidence, decision.calibrator) == (0.8, None, None)

    async def test_a_confidence_that_was_given_stands(self, desk: Desk) -> None:
        await told(desk, 400)
        await learn(desk)

        decision = await decide(desk, confidence=0.5, calibrator="mine")

        assert (decision.confidence, decision.calibrator) == (0.5, "mine")

    @pytest.mark.parametrize(
        ("columns", "group"),
        [({"prompt_version": "2"}, "classify/m"), ({"request_model": "new"}, "classify")],
    )
    async def test_what_is_new_is_mended_as_the_group_above_it(
        self, desk: Desk, columns: dict[str, Any], group: str
    ) -> None:
        await told(desk, 400)
        learned = await learn(desk)

        assert (await decide(desk, **columns)).calibrator == learned[group].calibrator

    @pytest.mark.parametrize("columns", [{"kind": "insight"}, {"confidence_raw": None}, {"kind": "generate"}])
    async def test_what_has_no_calibrator_has_no_calibrated_confidence(
        self, desk: Desk, columns: dict[str, Any]
    ) -> None:
        await told(desk, 400)
        await learn(desk)

        assert (await decide(desk, **columns)).confidence is None

    async def test_a_small_group_learns_from_the_one_above(self, desk: Desk) -> None:
        await told(desk, 600)
        await told(desk, 20, model="rare", seed=3)

        learned = await learn(desk)

        assert learned["classify/rare"].calibrator is not None
        assert not learned["classify/rare"].raw.enough

    async def test_again_changes_nothing_and_much_more_makes_a_version(self, desk: Desk) -> None:
        await told(desk, 400)
        first = await learn(desk)
        desk.later(days=1)

        assert (await learn(desk))["classify/m"] == first["classify/m"]

        await told(desk, 20, seed=8)
        assert (await learn(desk))["classify/m"].version == 1  # It knows nearly all there is.

        await told(desk, 100, seed=9)
        second = (await learn(desk))["classify/m"]

        assert second.version == 2
        assert second.calibrator != first["classify/m"].calibrator

    async def test_too_little_stores_nothing(self, desk: Desk) -> None:
        await told(desk, 60)

        assert {one.calibrator for one in (await learn(desk)).values()} == {None}

    async def test_is_of_one_user_and_no_other(self, desk: Desk) -> None:
        await told(desk, 400)
        await learn(desk)
        desk.owner = None

        async with desk.context() as context:
            other = await Users(context).create("other@example.org")
            decision = READING | {"request_model": "m", "confidence_raw": 0.8}
            assert (await Decisions(context).record(other.id, decision)).confidence is None
