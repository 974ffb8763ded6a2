"""From what is kept to numbers: pools as expectations, tallies as arrays, posteriors as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from linkwright.learning.choosing import Chances, Policy, chances
from linkwright.learning.eprocess import Reals
from linkwright.learning.priors import Expectation
from linkwright.settings import LearningRules

# Trials and replies as they count now.
Counts: TypeAlias = tuple[float, float]
_NONE: Final[Counts] = (0.0, 0.0)


@dataclass(frozen=True)
class Known:
    """What is known of arms: what counts now, and what follows from it."""

    arms: Sequence[str]
    trials: Reals
    replies: Reals
    chances: Chances

    @property
    def means(self) -> Reals:
        """The expected reply rate of each arm."""
        return self.chances.a / (self.chances.a + self.chances.b)

    def interval(self, place: int) -> tuple[float, float]:
        """Return the 95 % interval of an arm's reply rate."""
        from scipy.special import betaincinv  # noqa: PLC0415  (a tenth of a second to load)

        a, b = self.chances.a[place], self.chances.b[place]
        low, high = betaincinv(a, b, 0.025), betaincinv(a, b, 0.975)
        return float(low), float(high)


def known(arms: Sequence[str], counts: Mapping[str, Counts], pool: Any, rules: LearningRules) -> Known:
    """Return what is known of arms: `pool` has the columns of `learning_pools`, or is None."""
    trials, replies = np.array([counts.get(arm, _NONE) for arm in arms], dtype=np.float64).T
    policy = Policy(floor=rules.floor)
    found = chances(trials, replies, policy, None if pool is None else _expectation(arms, pool))
    return Known(arms, trials, replies, found)


def _expectation(arms: Sequence[str], pool: Any) -> Expectation:
    unknown = (0.0, pool.other_variance)
    lifts = np.array([pool.arms.get(arm, unknown) for arm in arms], dtype=np.float64)
    return Expectation(
        log_lift=lifts[:, 0],
        lift_variance=lifts[:, 1],
        base=np.array(pool.base),
        base_variance=np.array(pool.base_variance),
        spread=np.array(pool.spread),
    )
