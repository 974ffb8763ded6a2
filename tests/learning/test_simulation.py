"""The simulated worlds: that regret is what it says, and that what we do there loses little."""

import numpy as np
import pytest

from linkwright.learning.simulation.policies import POLICIES
from linkwright.learning.simulation.running import Regret, lai_robbins, simulate
from linkwright.learning.simulation.worlds import WORLDS


def lost(world: str, policy: str, *, emails: int, runs: int) -> Regret:
    return simulate(WORLDS[world].shortened(emails), policy, POLICIES[policy], runs=runs, seed=4)


def test_dice_lose_the_mean_distance_to_the_best() -> None:
    rates = np.array(WORLDS["one-user"].rates)
    regret = lost("one-user", "uniform", emails=1_000, runs=40)
    assert regret.mean(1_000) == pytest.approx(1_000 * (rates.max() - rates.mean()), rel=0.03)


def test_the_highest_success_rate_is_hardly_better_than_dice_and_we_are() -> None:
    regrets = {
        name: lost("one-user", name, emails=5_000, runs=40).mean(5_000)
        for name in ("uniform", "greedy", "thompson", "linkwright")
    }
    assert regrets["greedy"] > 0.7 * regrets["uniform"]
    assert regrets["linkwright"] < 0.3 * regrets["uniform"]
    assert regrets["linkwright"] < regrets["thompson"]


def test_users_profit_from_each_other() -> None:
    pooled, alone = (
        lost("shared", name, emails=200, runs=6).mean(200) for name in ("linkwright", "thompson")
    )
    assert pooled < 0.4 * alone


def test_replies_that_come_late_are_learned_from() -> None:
    ours, dice = (
        lost("late-replies", name, emails=1_500, runs=30).mean(1_500) for name in ("linkwright", "uniform")
    )
    assert ours < 0.45 * dice


def test_the_log_tells_what_arms_are_worth() -> None:
    regret = lost("four-factors", "linkwright", emails=300, runs=4)
    assert regret.coverage is not None
    assert regret.coverage.share > 0.85


def test_the_same_seed_loses_the_same() -> None:
    first, again = (lost("combinations", "linkwright", emails=400, runs=3) for _ in range(2))
    assert (first.lost[400] == again.lost[400]).all()


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_gives_probabilities(policy: str) -> None:
    chooser = POLICIES[policy]()
    trials = np.random.default_rng(1).integers(0, 50, (3, 8, 4)).astype(float)
    chooser.learn(trials, np.floor(trials / 9), 0)
    given = chooser.probabilities(trials, np.floor(trials / 9), slice(0, 8))
    assert given.sum(axis=-1) == pytest.approx(np.ones((3, 8)))
    assert given.min() >= 0


def test_the_bound_is_that_of_lai_and_robbins() -> None:
    assert lai_robbins(WORLDS["one-user"], 50_000) == pytest.approx(295, abs=1)
    assert lai_robbins(WORLDS["alike"], 100) is None
