"""Confidence as probability: measured, and mended, on scores whose truth is known.

The full tables are printed by `python -m benchmarks.trials confidence`.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.trials.confidence import BOASTING, CALIBRATED, OVERCONFIDENT, World, losses, plain_platt
from linkwright.learning.calibration import cox, measure, spiegelhalter
from linkwright.learning.eprocess import Reals
from linkwright.learning.recalibration import (
    AS_IT_IS,
    STEPS_FROM,
    Line,
    Steps,
    calibrator_of,
    chance,
    enough,
    line,
    recalibrate,
    steps,
)
from linkwright.learning.reliability import expected_error, reliability

RUNS = 60


def outcomes(count: int, seed: int = 1) -> tuple[Reals, Reals]:
    return OVERCONFIDENT.outcomes(count, np.random.default_rng(seed))


class TestMeasuring:
    def test_needs_a_hundred_outcomes_and_ten_of_each_kind(self) -> None:
        said = np.full(1_000, 0.1)

        assert not measure(said[:99], (np.arange(99) % 2).astype(float)).enough
        assert not measure(said, (np.arange(1_000) < 9).astype(float)).enough
        assert not measure(said, (np.arange(1_000) >= 9).astype(float)).enough
        assert measure(said, (np.arange(1_000) < 10).astype(float)).enough

    def test_counts_even_when_it_says_no_more(self) -> None:
        few = measure(np.array([0.2, 0.9]), np.array([0.0, 1.0]))

        assert (few.count, few.positives, few.brier, few.bins) == (2, 1, None, ())

    def test_of_a_constant_is_arithmetic(self) -> None:
        found = measure(np.full(200, 0.25), (np.arange(200) < 50).astype(float))

        assert found.brier == pytest.approx(0.25 * 0.75)
        assert found.skill == pytest.approx(0.0)
        assert found.log_loss == pytest.approx(-0.25 * np.log(0.25) - 0.75 * np.log(0.75))
        assert found.spiegelhalter == pytest.approx(0.0)
        assert found.p_value == pytest.approx(1.0)
        assert found.cox is None  # One confidence has no slope.

    def test_finds_the_line_that_a_score_was_made_with(self) -> None:
        rng = np.random.default_rng(4)
        odds = rng.normal(-2, 1.5, 60_000)
        happened = (rng.random(60_000) < chance(0.5 * odds - 1)).astype(float)

        found = cox(chance(odds), happened)

        assert found is not None
        assert found.slope_interval.low < 0.5 < found.slope_interval.high
        assert found.intercept_interval.low < -1 < found.intercept_interval.high
        assert found.slope == pytest.approx(0.5, abs=0.03)

    def test_has_no_line_for_a_score_that_tells_all_apart(self) -> None:
        assert cox(np.array([0.1] * 50 + [0.9] * 50), np.array([0.0] * 50 + [1.0] * 50)) is None

    @pytest.mark.parametrize(
        ("world", "least", "most"),
        [(BOASTING, 1.0, 1.0), (OVERCONFIDENT, 0.45, 0.85), (CALIBRATED, 0.0, 0.13)],
    )
    def test_rejects_a_bad_score_and_seldom_a_good_one(self, world: World, least: float, most: float) -> None:
        rng = np.random.default_rng(6)
        rejected = []
        for _ in range(100):
            z = spiegelhalter(*world.outcomes(5_000, rng))
            rejected.append(z is not None and abs(z) > 1.96)

        assert least <= np.mean(rejected) <= most

    def test_of_a_score_that_is_always_sure_has_no_spread(self) -> None:
        assert spiegelhalter(np.array([0.0, 1.0]), np.array([0.0, 1.0])) is None

    def test_a_sure_mistake_costs_much_but_not_without_end(self) -> None:
        said, happened = np.tile([0.0, 1.0], 60), np.tile([1.0, 0.0], 60)

        found = measure(said, happened)

        assert found.log_loss == pytest.approx(-np.log(1e-4))


class TestBins:
    def test_have_equal_mass_and_hold_what_they_say(self) -> None:
        raw, happened = outcomes(2_000)

        bins = reliability(raw, happened)

        assert len(bins) == 10
        assert sum(one.count for one in bins) == 2_000
        assert max(one.count for one in bins) - min(one.count for one in bins) <= 1
        assert [one.said for one in bins] == sorted(one.said for one in bins)
        assert all(one.interval.low <= one.happened <= one.interval.high for one in bins)

    def test_are_as_many_as_the_happenings_feed(self) -> None:
        said = np.linspace(0.01, 0.2, 300)

        assert len(reliability(said, (np.arange(300) % 30 == 0).astype(float))) == 2
        assert reliability(said, np.zeros(300)) == []

    def test_the_expected_error_is_not_told_below_a_thousand(self) -> None:
        raw, happened = outcomes(1_000)

        assert expected_error(raw[:999], happened[:999]) is None
        assert expected_error(raw, happened) == pytest.approx(0.035, abs=0.02)


class TestMending:
    def test_helps_an_overconfident_score_from_two_hundred_outcomes_on(self) -> None:
        raw = OVERCONFIDENT.loss(AS_IT_IS)
        ours = {count: losses(OVERCONFIDENT, recalibrate, count, RUNS).mean() for count in (200, 500, 1_000)}

        assert raw == pytest.approx(0.2013, abs=0.0002)
        assert ours[200] < 0.1875
        assert ours[500] < 0.1853
        assert ours[1_000] < 0.1848

    def test_costs_a_calibrated_score_next_to_nothing(self) -> None:
        raw = CALIBRATED.loss(AS_IT_IS)

        for count in (100, 200, 500, 1_000):
            assert losses(CALIBRATED, recalibrate, count, RUNS).mean() - raw < 0.002

    def test_is_not_held_back_by_a_score_that_is_far_off(self) -> None:
        assert BOASTING.loss(AS_IT_IS) > 1.6
        assert losses(BOASTING, recalibrate, 200, RUNS).mean() < 0.19

    def test_beats_what_is_usually_done_when_there_is_little(self) -> None:
        ours = losses(OVERCONFIDENT, recalibrate, 500, RUNS).mean()

        assert ours < losses(OVERCONFIDENT, plain_platt, 500, RUNS).mean()
        assert ours < losses(OVERCONFIDENT, steps, 500, RUNS).mean() - 0.003

    def test_is_left_when_there_is_not_enough(self) -> None:
        raw, happened = outcomes(5_000)
        silent = np.zeros(5_000)

        assert recalibrate(raw[:99], happened[:99]) is None
        assert recalibrate(raw, silent) is None
        assert not enough(np.r_[silent[2:], 1.0, 1.0])
        assert enough(np.r_[silent[3:], 1.0, 1.0, 1.0])

    def test_with_little_of_its_own_starts_from_the_parent(self) -> None:
        parent = Line(-1.4, 0.5)
        raw, happened = outcomes(40)

        child = recalibrate(raw, happened, parent)

        assert isinstance(child, Line)
        assert child.slope == pytest.approx(parent.slope, abs=0.3)
        assert recalibrate(raw[:0], happened[:0], parent) == parent

    def test_with_much_of_its_own_leaves_the_parent(self) -> None:
        raw, happened = outcomes(4_000)

        misled, own = line(raw, happened, Line(3.0, 2.0)), line(raw, happened)

        assert misled.slope == pytest.approx(own.slope, abs=0.1)

    def test_takes_steps_only_from_thousands_and_only_when_they_told_better(self) -> None:
        rng = np.random.default_rng(2)
        raw = rng.random(9_000)
        stepped = (rng.random(9_000) < np.where(raw < 0.5, 0.05, 0.6)).astype(float)
        straight = (rng.random(9_000) < raw).astype(float)

        assert isinstance(recalibrate(raw, stepped), Steps)
        assert isinstance(recalibrate(raw[: STEPS_FROM - 1], stepped[: STEPS_FROM - 1]), Line)
        assert isinstance(recalibrate(raw, straight), Line)


class TestShapes:
    @given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
    def test_steps_never_fall_and_never_reach_the_ends(self, pairs: list[tuple[float, bool]]) -> None:
        raw = np.array([said for said, _ in pairs])
        found = steps(raw, np.array([float(happened) for _, happened in pairs]))

        levels = found(np.sort(raw))

        assert (np.diff(levels) >= -0.5).all()
        assert (levels > 0).all()
        assert (levels < 1).all()

    @given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
    def test_a_line_is_found_for_anything(self, pairs: list[tuple[float, bool]]) -> None:
        raw = np.array([said for said, _ in pairs])
        found = line(raw, np.array([float(happened) for _, happened in pairs]))

        assert np.isfinite([found.intercept, found.slope]).all()

    @pytest.mark.parametrize("one", [Line(-1.0, 0.5), Steps((0.0, 0.4), (0.1, 0.7))])
    def test_are_the_same_after_being_stored(self, one: Line | Steps) -> None:
        assert calibrator_of(one.as_values()) == one
        assert one(np.array([0.0, 0.39, 0.4, 1.0])).shape == (4,)
