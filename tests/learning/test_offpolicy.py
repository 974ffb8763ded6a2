"""What arms are worth, told from the log of a policy that learned meanwhile. The truth is known here.

The full tables are printed by `python -m benchmarks.trials logs`.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.trials.logs import Score, history, trial
from linkwright.learning.offpolicy import (
    Logged,
    always,
    difference,
    doubly_robust,
    effective_size,
    mean_weight,
    snips,
)

RUNS = 80


@pytest.fixture(scope="module")
def scores() -> dict[tuple[str, str], Score]:
    return trial(5_000, 0.02, RUNS)


def uniform(count: int, rate: float = 0.1) -> Logged:
    rng = np.random.default_rng(3)
    chosen = rng.integers(0, 2, count)
    return Logged(chosen, (rng.random(count) < rate).astype(float), np.full((count, 2), 0.5))


class TestOnWhatAPolicyChose:
    @pytest.mark.parametrize("name", ["SNIPS", "doubly robust"])
    def test_the_estimate_is_right_on_average_and_its_interval_holds(
        self, scores: dict[tuple[str, str], Score], name: str
    ) -> None:
        for (policy, estimator), score in scores.items():
            if estimator == name:
                assert abs(score.bias) < 0.003 + 2 * score.error, policy
                assert score.coverage > 0.9 - 2 * np.sqrt(0.1 * 0.9 / RUNS), policy

    def test_propensities_guessed_afterwards_do_not_do(self, scores: dict[tuple[str, str], Score]) -> None:
        guessed = {policy: score for (policy, name), score in scores.items() if name == "SNIPS, guessed"}

        for policy in ("always 0", "always 2", "uniform"):
            assert guessed[policy].bias > 0.003 + 10 * guessed[policy].error
            assert guessed[policy].coverage < 0.5

    def test_the_policy_itself_is_worth_what_it_got(self) -> None:
        past = history(2_000, 0.05, seed=5).logged

        value = snips(past, past.propensities)

        assert value is not None
        assert value.estimate == pytest.approx(past.outcomes.mean())
        assert value.effective == pytest.approx(2_000)

    def test_true_propensities_have_a_mean_weight_of_one(self) -> None:
        past = history(5_000, 0.05, seed=5).logged
        halved = Logged(past.chosen, past.outcomes, past.propensities / 2)

        assert mean_weight(past) == pytest.approx(1, abs=0.1)
        assert mean_weight(halved) == pytest.approx(2, abs=0.2)


class TestWhenItRestsOnLittle:
    @pytest.mark.parametrize("estimate", [snips, doubly_robust])
    def test_it_cannot_tell(self, estimate: type) -> None:
        few, many = uniform(150), uniform(400)

        assert estimate(few, always(0, few)) is None
        assert estimate(many, always(0, many)) is not None

    def test_a_difference_cannot_be_told_when_one_side_cannot(self) -> None:
        chosen = np.array([0] * 980 + [1] * 20)
        past = Logged(chosen, np.zeros(1_000), np.tile([0.98, 0.02], (1_000, 1)))

        assert effective_size(past, always(0, past)) == pytest.approx(980)
        assert difference(past, always(0, past), always(1, past)) is None

    def test_an_arm_that_was_never_taken_is_worth_no_emails(self) -> None:
        past = Logged(np.zeros(500, dtype=int), np.zeros(500), np.tile([0.98, 0.02], (500, 1)))

        assert effective_size(past, always(1, past)) == 0.0

    def test_no_reply_at_all_still_has_an_interval(self) -> None:
        silent = Logged(uniform(400).chosen, np.zeros(400), np.full((400, 2), 0.5))

        value = snips(silent, always(0, silent))

        assert value is not None
        assert value.interval.low == pytest.approx(0.0, abs=1e-12)
        assert 0.01 < value.interval.high < 0.03


def test_a_difference_is_the_one_between_the_estimates() -> None:
    past = history(5_000, 0.05, seed=11).logged
    first, second = always(0, past), always(1, past)
    one, other, apart = (
        doubly_robust(past, first),
        doubly_robust(past, second),
        difference(past, first, second),
    )

    assert one is not None
    assert other is not None
    assert apart is not None
    assert apart.estimate == pytest.approx(one.estimate - other.estimate)
    assert apart.interval.low < apart.estimate < apart.interval.high


def test_what_was_decided_at_once_has_no_order() -> None:
    """The model of a day's letters knows nothing of that day, so who came first in it does not matter."""
    day = uniform(400)
    days = np.repeat(np.arange(4), 100)
    order = np.concatenate([np.random.default_rng(n).permutation(100) + 100 * n for n in range(4)])
    told = Logged(day.chosen, day.outcomes, day.propensities, days)
    shuffled = Logged(day.chosen[order], day.outcomes[order], day.propensities[order], days)

    one, other = (doubly_robust(logged, always(0, logged)) for logged in (told, shuffled))

    assert one is not None
    assert other is not None
    assert one.estimate == pytest.approx(other.estimate, abs=1e-12)
