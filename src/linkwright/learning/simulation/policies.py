"""The policies that are compared. Each says with which probability it takes each arm.

Counts are of what is known so far, shaped (runs, users, arms). A policy without chance gives 1 to one
arm, or the same to arms between which it does not distinguish.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from linkwright.learning.choosing import HALF_LIFE_DAYS, Policy, chances
from linkwright.learning.eprocess import Reals
from linkwright.learning.pools import Pool, fit_pool, unfitted
from linkwright.learning.priors import Expectation
from linkwright.learning.win_shares import win_shares


class Chooser(Protocol):
    """A policy for one factor."""

    # The share of its evidence that is still there a day later.
    keeps: float

    def learn(self, trials: Reals, replies: Reals, day: int) -> None:
        """See the counts of all users, in the morning of a day."""
        ...

    def probabilities(self, trials: Reals, replies: Reals, users: slice) -> Reals:
        """Return the probability of each arm for these users, whose counts are given."""
        ...


class _ForItself:
    keeps = 1.0

    def learn(self, trials: Reals, replies: Reals, day: int) -> None:
        """Learn nothing from other users."""


class Uniform(_ForItself):
    """Dice."""

    def probabilities(self, trials: Reals, replies: Reals, users: slice) -> Reals:  # noqa: ARG002
        """Return the same for every arm."""
        return np.full(trials.shape, 1 / trials.shape[-1])


class Greedy(_ForItself):
    """`ORDER BY success_rate DESC LIMIT 1`, with 0.0 for what has not been tried."""

    def probabilities(self, trials: Reals, replies: Reals, users: slice) -> Reals:  # noqa: ARG002
        """Return 1 for the first of the arms with the highest rate."""
        return _one(_rates(trials, replies))


@dataclass
class EpsilonGreedy(_ForItself):
    """The best arm so far, and with a probability any."""

    epsilon: float = 0.1

    def probabilities(self, trials: Reals, replies: Reals, users: slice) -> Reals:  # noqa: ARG002
        """Return epsilon, spread, and the rest for the best."""
        greedy: Reals = (1 - self.epsilon) * _best(_rates(trials, replies)) + self.epsilon / trials.shape[-1]
        return greedy


class UCB1(_ForItself):
    """Auer, Cesa-Bianchi and Fischer, Machine Learning 47 (2002)."""

    def probabilities(self, trials: Reals, replies: Reals, users: slice) -> Reals:  # noqa: ARG002
        """Return 1 for the highest upper bound."""
        total = np.log(np.maximum(trials.sum(axis=-1, keepdims=True), 2))
        bound = _rates(trials, replies) + np.sqrt(2 * total / np.maximum(trials, 1))
        return _best(np.where(trials > 0, bound, np.inf))


class KLUCB(_ForItself):
    """Garivier and Cappé, COLT 2011, with their c = 0."""

    def probabilities(self, trials: Reals, replies: Reals, users: slice) -> Reals:  # noqa: ARG002
        """Return 1 for the highest upper bound."""
        rate = _rates(trials, replies)
        total = np.log(np.maximum(trials.sum(axis=-1, keepdims=True), 2))
        room = total / np.maximum(trials, 1)
        low, high = rate, np.minimum(rate + np.sqrt(room / 2), 1 - 1e-9)  # Pinsker
        for _ in range(24):
            middle = (low + high) / 2
            inside = divergence(rate, middle) <= room
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        return _best(np.where(trials > 0, low, np.inf))


@dataclass
class Thompson(_ForItself):
    """Beta Thompson sampling for each user alone."""

    a: float = 1.0
    b: float = 1.0

    def probabilities(self, trials: Reals, replies: Reals, users: slice) -> Reals:  # noqa: ARG002
        """Return each arm's probability to be the best."""
        return win_shares(self.a + replies, self.b + trials - replies)


@dataclass
class Linkwright:
    """What `recommend` does."""

    policy: Policy = field(default_factory=Policy)
    minimum_users: int = 5
    keeps: float = 0.5 ** (1 / HALF_LIFE_DAYS)
    _pool: Pool | None = None

    def learn(self, trials: Reals, replies: Reals, day: int) -> None:
        """Fit the pool; the spread once a week."""
        if trials.shape[-2] < self.minimum_users:
            return
        start = unfitted(trials.shape) if self._pool is None else self._pool
        self._pool = fit_pool(
            trials, replies, start, minimum_users=self.minimum_users, passes=2, fit_spread=day % 7 == 0
        )
        self._seen = (trials.sum(axis=-1) > 0).sum(axis=-1).min() >= self.minimum_users

    def probabilities(self, trials: Reals, replies: Reals, users: slice) -> Reals:  # noqa: ARG002
        """Return what `recommend` would store."""
        expected = None
        if self._pool is not None and self._seen:
            expected = _for_each(self._pool.expectation(), trials.shape)
        return chances(trials, replies, self.policy, expected).probabilities


def _for_each(expected: Expectation, shape: tuple[int, ...]) -> Expectation:
    """Give each user of a run what is expected in that run."""
    users = shape[:-1]
    spread = expected.spread
    return Expectation(
        np.broadcast_to(expected.log_lift[:, None, :], shape),
        np.broadcast_to(expected.lift_variance[:, None, :], shape),
        np.broadcast_to(expected.base[:, None], users),
        np.broadcast_to(expected.base_variance[:, None], users),
        None if spread is None else np.broadcast_to(spread[:, None], users),
    )


POLICIES: Final = {
    "uniform": Uniform,
    "greedy": Greedy,
    "epsilon-greedy": EpsilonGreedy,
    "ucb1": UCB1,
    "kl-ucb": KLUCB,
    "thompson": Thompson,
    "linkwright": Linkwright,
}


def divergence(p: Reals, q: Reals) -> Reals:
    """Return the Kullback-Leibler divergence of two coins."""
    p, q = np.clip(p, 1e-9, 1 - 1e-9), np.clip(q, 1e-9, 1 - 1e-9)
    result: Reals = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    return result


def _rates(trials: Reals, replies: Reals) -> Reals:
    rates: Reals = replies / np.maximum(trials, 1)
    return rates


def _one(values: Reals) -> Reals:
    first = values.argmax(axis=-1)[..., None] == np.arange(values.shape[-1])
    chosen: Reals = first.astype(np.float64)
    return chosen


def _best(values: Reals) -> Reals:
    best: Reals = (values == values.max(axis=-1, keepdims=True)).astype(np.float64)
    best /= best.sum(axis=-1, keepdims=True)
    return best
