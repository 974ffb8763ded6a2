"""Changes of rates and counts, against published numbers and against simulated worlds."""

import numpy as np
import pytest

from linkwright.learning.trends import Direction, Rate, count_change, rate_change


class TestRateChange:
    def test_is_newcombes_own_example(self) -> None:
        """The first comparison in his paper: 56 of 70 against 48 of 80."""
        change = rate_change(Rate(48, 80), Rate(56, 70))
        assert change.low == pytest.approx(0.0524, abs=5e-5)
        assert change.high == pytest.approx(0.3339, abs=5e-5)

    @pytest.mark.parametrize("rates", [(0.05, 0.05), (0.05, 0.09), (0.4, 0.3)])
    def test_covers(self, rates: tuple[float, float]) -> None:
        chance = np.random.default_rng(3)
        inside = 0
        for _ in range(2000):
            old, new = (Rate(int(chance.binomial(150, rate)), 150) for rate in rates)
            change = rate_change(old, new)
            assert change.low is not None
            assert change.high is not None
            inside += change.low <= rates[1] - rates[0] <= change.high
        assert inside / 2000 >= 0.94

    def test_of_few_is_not_enough(self) -> None:
        assert rate_change(Rate(1, 19), Rate(30, 100)).direction is Direction.TOO_FEW


class TestCountChange:
    def test_covers_and_knows_which_way(self) -> None:
        chance = np.random.default_rng(4)
        inside = 0
        for _ in range(2000):
            old, new = int(chance.poisson(20)), int(chance.poisson(30))
            change = count_change(old, 7, new, 7)
            assert change.low is not None
            inside += change.low <= 1.5 <= (change.high or np.inf)
        assert inside / 2000 >= 0.95

    @pytest.mark.parametrize(
        ("before", "after", "verdict"),
        [(0, 12, "up"), (12, 0, "down"), (3, 4, "not enough data"), (20, 22, "no clear change")],
    )
    def test_says(self, before: int, after: int, verdict: str) -> None:
        assert count_change(before, 7, after, 7).direction.value == verdict
