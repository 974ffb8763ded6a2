"""Verdicts: what may be said of an arm, and when nothing may."""

from __future__ import annotations

import numpy as np
import pytest

from linkwright.learning.comparing import Comparison, Verdict, chance_greater, compare
from linkwright.learning.eprocess import Blocks
from linkwright.learning.planning import planned_size


def months(sent: int, first: int, second: int, days: int, **options: float) -> Comparison:
    """Compare two arms after so many days of the same."""
    counts = np.full((days, 2), float(sent))
    replied = np.tile(np.array([first, second], dtype=float), (days, 1))
    return compare("new", "old", Blocks(counts, replied, np.full(days, 0.5)), **options)  # type: ignore[arg-type]


class TestVerdicts:
    def test_a_difference_that_shows_is_named_with_its_direction(self) -> None:
        assert months(25, 4, 1, 30).verdict is Verdict.BETTER
        assert months(25, 1, 4, 30).verdict is Verdict.WORSE

    def test_fewer_complaints_are_better(self) -> None:
        assert months(25, 1, 4, 30, fewer_is_better=True).verdict is Verdict.BETTER

    def test_a_week_of_luck_is_not_enough(self) -> None:
        week = months(5, 1, 0, 7)

        assert week.verdict is Verdict.NOT_ENOUGH_DATA
        assert week.chance_better > 0.95  # Which is why it decides nothing.

    def test_two_that_are_alike_are_said_to_be(self) -> None:
        alike = months(250, 12, 12, 100)

        assert alike.verdict is Verdict.NO_DIFFERENCE_THAT_MATTERS
        assert -0.01 < alike.interval.low < 0 < alike.interval.high < 0.01

    def test_a_difference_that_is_real_and_too_small_does_not_matter(self) -> None:
        tiny = months(2_500, 50, 40, 150)

        assert tiny.interval.low > 0
        assert tiny.verdict is Verdict.NO_DIFFERENCE_THAT_MATTERS
        assert months(2_500, 50, 40, 150, matters=0.001).verdict is Verdict.BETTER

    def test_many_comparisons_share_the_chance_of_being_wrong(self) -> None:
        one, of_many = months(25, 4, 2, 20), months(25, 4, 2, 20, comparisons=11)

        assert of_many.interval.low < one.interval.low
        assert of_many.evidence.e_value == one.evidence.e_value

    def test_nothing_sent_is_not_enough(self) -> None:
        nothing = compare("new", "old", Blocks(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0)))

        assert nothing.verdict is Verdict.NOT_ENOUGH_DATA
        assert nothing.difference is None


def test_the_chance_to_be_better_is_the_posteriors() -> None:
    rng = np.random.default_rng(1)
    draws = rng.beta([5.5, 9.5], [95.5, 91.5], (400_000, 2))

    found = chance_greater(np.array([100.0, 100.0]), np.array([5.0, 9.0]))

    assert found == pytest.approx((draws[:, 0] > draws[:, 1]).mean(), abs=0.003)


@pytest.mark.parametrize(
    ("rate", "other", "size"), [(0.05, 0.08, 1_047), (0.05, 0.1, 424), (0.02, 0.04, 1_110)]
)
def test_a_plan_says_what_textbooks_say(rate: float, other: float, size: int) -> None:
    assert planned_size(rate, other) == pytest.approx(size, abs=1)
