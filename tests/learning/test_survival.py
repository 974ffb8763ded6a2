"""Time to an answer, where most have not answered."""

from math import sqrt

import numpy as np
import pytest

from linkwright.learning.survival import Curve, kaplan_meier

# Remission of leukaemia under 6-MP (Freireich et al., 1963), the textbooks' example.
EVENTS = {6.0: 3, 7.0: 1, 10.0: 1, 13.0: 1, 16.0: 1, 22.0: 1, 23.0: 1}
CENSORED = {6.0: 1, 9.0: 1, 10.0: 1, 11.0: 1, 17.0: 1, 19.0: 1, 20.0: 1, 25.0: 1, 32.0: 2, 34.0: 1, 35.0: 1}


class TestCurve:
    def test_is_the_textbooks(self) -> None:
        curve = kaplan_meier(EVENTS, CENSORED)

        assert [round(step.survival, 4) for step in curve.steps] == [
            0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
        ]  # fmt: skip
        errors = [step.survival * sqrt(step.greenwood) for step in curve.steps]
        assert [round(error, 3) for error in errors] == [0.076, 0.087, 0.096, 0.107, 0.114, 0.128, 0.135]
        low, high = curve.interval(10)
        assert (round(low, 3), round(high, 3)) == (0.503, 0.889)
        assert curve.quantile(0.5).time == 23
        assert curve.quantile(0.5).high is None
        assert curve.quantile(0.9).time is None

    def test_without_censoring_is_the_share_that_is_left(self) -> None:
        curve = kaplan_meier({1: 1, 2: 1, 3: 2}, {})
        assert [step.survival for step in curve.steps] == [0.75, 0.5, 0.0]
        assert curve.at(0.5) == 1.0
        assert curve.of_those_by(3).time == 2

    def test_of_nobody_says_nothing(self) -> None:
        curve = kaplan_meier({}, {5: 10})
        assert (curve.quantile(0.5).time, curve.of_those_by(100).time) == (None, None)
        assert kaplan_meier({}, {}).interval(1).high == 1.0


def ramping_campaign(chance: np.random.Generator, days: int, a_day: int) -> Curve:
    """8 % answer, half of them within 30 hours; the letters leave day by day until now."""
    age = np.repeat(np.arange(days) * 24.0, a_day) + 12
    answers = chance.random(age.size) < 0.08
    time = np.ceil(np.exp(np.log(30) + 1.1 * chance.standard_normal(age.size)))
    seen = answers & (time <= age)
    events, number = np.unique(time[seen], return_counts=True)
    waiting, those = np.unique(age[~seen], return_counts=True)
    return kaplan_meier(dict(zip(events, number, strict=True)), dict(zip(waiting, those, strict=True)))


class TestMedianOfAnswers:
    @pytest.mark.slow
    def test_is_right_early_in_a_campaign_and_its_interval_covers(self) -> None:
        """The median of the answers that are in is below 28 hours here; the truth is 30."""
        chance = np.random.default_rng(7)
        truth = 30.0
        medians, inside = [], 0
        for _ in range(400):
            found = ramping_campaign(chance, days=21, a_day=40).of_those_by(14 * 24)
            assert found.time is not None
            medians.append(found.time)
            inside += (found.low or 0) <= truth <= (found.high or np.inf)

        assert abs(np.mean(medians) - truth) < 3
        assert inside / 400 >= 0.93
