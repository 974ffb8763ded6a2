"""Did the emails go out as the draw said? What follows is worth nothing where they did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Final

import numpy as np

# Strict, because a mismatch is looked for in every comparison, and a false one stops it
# (Fabijan and others, "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019).
ALARM: Final = 0.001
# By how much an arm may be taken too often or too seldom: log odds that are bet on, each the same stake.
_TILTS: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


@dataclass(frozen=True)
class Mismatch:
    """How the counts agree with the draw.

    `p_value` is at least the chance that anybody who looks as often as they like ever finds so much against
    draws that are as they were logged. `arm` is the one that is farthest off.
    """

    p_value: float
    arm: str | None = None

    @property
    def alarming(self) -> bool:
        """Whether something is wrong with how emails were assigned or recorded."""
        return self.p_value < ALARM


def against_propensities(draws: Iterable[tuple[str, Mapping[str, float], int]]) -> Mismatch:
    """Test which arms were taken against the probabilities that were logged for the draws.

    A draw is the arm, the probabilities, and how many draws were so. For an arm and a tilt t the product of
    exp(t taken) / (1 - p + p exp(t)) over the draws is a martingale that starts at 1, however the
    probabilities moved, so by Ville's inequality it is ever 1/a or more with a chance of at most a. The
    mean over the tilts is one too. The worst arm counts, its p-value times the number of arms (Bonferroni).
    A normal approximation cried wolf in a third of sound comparisons that were looked at daily, because an
    arm that is drawn once in fifty times is taken twice in ten often enough.

    >>> even = {"a": 0.5, "b": 0.5}
    >>> against_propensities([("a", even, 60), ("b", even, 40)]).alarming
    False
    >>> against_propensities([("a", even, 90), ("b", even, 10)]).alarming
    True
    """
    # By arm and probability, how often it could have been taken, and was.
    counts: dict[str, dict[float, list[int]]] = {}
    for arm, probabilities, count in draws:
        for name, p in probabilities.items():
            of = counts.setdefault(name, {}).setdefault(p, [0, 0])
            of[0] += count
            of[1] += count * (name == arm)
    against = {name: _log_evidence(of) for name, of in counts.items()}
    if not against:
        return Mismatch(1.0)
    worst = max(against, key=lambda name: against[name])
    return Mismatch(exp(min(log(len(against)) - against[worst], 0.0)), worst)


def _log_evidence(counts: Mapping[float, list[int]]) -> float:
    tilts = np.array([*_TILTS, *(-tilt for tilt in _TILTS)])
    p = np.array(list(counts))[:, None]
    drawn, taken = np.array(list(counts.values()), dtype=np.float64).T[:, :, None]
    bets = (taken * tilts - drawn * np.log1p(p * np.expm1(tilts))).sum(axis=0)
    return float(np.logaddexp.reduce(bets) - np.log(len(tilts)))
