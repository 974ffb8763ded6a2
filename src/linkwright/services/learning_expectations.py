"""From what is kept to numbers: pools as expectations, tallies as arrays, posteriors as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from linkwright.learning.choosing import Chances, Policy, chances
from linkwright.learning.eprocess import Reals
from linkwright.learning.priors import Expectation
from linkwright.services.learning_tallies import Tally
from linkwright.settings import LearningRules


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


def known(
    arms: Sequence[str], tallies: Mapping[str, Tally], pool: Any, now: datetime, rules: LearningRules
) -> Known:
    """Return what is known of arms: `pool` is a row of `learning_pools`, or None."""
    counts = [tallies[arm].at(now, rules.half_life) if arm in tallies else (0.0, 0.0) for arm in arms]
    trials, replies = np.array(counts, dtype=np.float64).T
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
