"""Did the emails go out as the draw said? What follows is worth nothing where they did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import erfc, sqrt
from typing import Final

# Strict, because a mismatch is looked for in every comparison, and a false one stops it
# (Fabijan and others, "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019).
ALARM: Final = 0.001


@dataclass(frozen=True)
class Mismatch:
    """How the counts agree with the draw; `p_value` is the chance of worse agreement if all is well."""

    p_value: float
    statistic: float
    arm: str | None = None

    @property
    def alarming(self) -> bool:
        """Whether something is wrong with how emails were assigned or recorded."""
        return self.p_value < ALARM


def against_shares(counts: Mapping[str, int], shares: Mapping[str, float]) -> Mismatch:
    """Test counts against the shares that were planned, by Pearson's chi-square.

    >>> against_shares({"a": 500, "b": 500}, {"a": 0.5, "b": 0.5}).p_value
    1.0
    >>> against_shares({"a": 600, "b": 400}, {"a": 0.5, "b": 0.5}).alarming
    True
    """
    from scipy.special import chdtrc  # noqa: PLC0415  (SciPy takes a moment to load)

    total, whole = sum(counts.values()), sum(shares.values())
    if total == 0 or len(shares) <= 1:
        return Mismatch(1.0, 0.0)
    expected = {arm: total * share / whole for arm, share in shares.items()}
    statistic = sum((counts.get(arm, 0) - mean) ** 2 / mean for arm, mean in expected.items())
    return Mismatch(float(chdtrc(len(shares) - 1, statistic)), statistic)


def against_propensities(draws: Iterable[tuple[str, Mapping[str, float], int]]) -> Mismatch:
    """Test which arms were taken against the probabilities that were logged for the draws.

    A draw is the arm, the probabilities, and how many draws were so. For each arm z = sum(taken - p) /
    sqrt(sum(p (1 - p))), which is standard normal if the logged probabilities are those that were drawn
    from, however they moved: it is a martingale. The worst arm counts, its p-value times the number
    of arms (Bonferroni).

    >>> even = {"a": 0.5, "b": 0.5}
    >>> against_propensities([("a", even, 60), ("b", even, 40)]).alarming
    False
    >>> against_propensities([("a", even, 90), ("b", even, 10)]).alarming
    True
    """
    surplus: dict[str, float] = {}
    variance: dict[str, float] = {}
    for arm, probabilities, count in draws:
        for name, p in probabilities.items():
            surplus[name] = surplus.get(name, 0.0) + count * ((name == arm) - p)
            variance[name] = variance.get(name, 0.0) + count * p * (1 - p)
    scores = {name: surplus[name] / sqrt(variance[name]) for name in surplus if variance[name] > 0}
    if not scores:
        return Mismatch(1.0, 0.0)
    worst = max(scores, key=lambda name: abs(scores[name]))
    p_value = min(erfc(abs(scores[worst]) / sqrt(2)) * len(scores), 1.0)
    return Mismatch(p_value, scores[worst], worst)
