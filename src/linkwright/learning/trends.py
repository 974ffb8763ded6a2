"""Is this period different from the one before? A difference, with what it may also be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from linkwright.learning.intervals import Interval, wilson

FEWEST_TRIALS = 20
"""Of fewer things on either side, a difference of rates is not worth a sentence."""

FEWEST_COUNTED = 10
"""Of fewer things on both sides together, a ratio of counts is not worth a sentence."""


class Direction(StrEnum):
    """What a change comes to."""

    UP = "up"
    DOWN = "down"
    UNCLEAR = "no clear change"
    TOO_FEW = "not enough data"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's interval of 95 %, None of nothing."""
        return wilson(self.part, self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class Change:
    """How one number differs from another: by a difference (of rates) or a ratio (of counts)."""

    direction: Direction
    size: float | None = None
    low: float | None = None
    high: float | None = None


def rate_change(before: Rate, after: Rate, coverage: float = 0.95) -> Change:
    """Return the difference of two independent rates with Newcombe's hybrid score interval.

    Newcombe, "Interval estimation for the difference between independent proportions" (Statistics in
    Medicine 17, 1998), method 10: it does not fail near 0, where rates of reply live.

    >>> change = rate_change(Rate(48, 80), Rate(56, 70))
    >>> round(change.size, 4), round(change.low, 4), round(change.high, 4), change.direction.value
    (0.2, 0.0524, 0.3339, 'up')
    >>> rate_change(Rate(0, 0), Rate(5, 100)).direction.value
    'not enough data'
    """
    if min(before.whole, after.whole) < FEWEST_TRIALS:
        return Change(Direction.TOO_FEW)
    old, new = before.part / before.whole, after.part / after.whole
    old_low, old_high = wilson(before.part, before.whole, coverage)
    new_low, new_high = wilson(after.part, after.whole, coverage)
    size = new - old
    low = size - sqrt((new - new_low) ** 2 + (old_high - old) ** 2)
    high = size + sqrt((new_high - new) ** 2 + (old - old_low) ** 2)
    return Change(_direction(low, high, 0.0), size, low, high)


def count_change(
    before: int, days_before: float, after: int, days_after: float, coverage: float = 0.95
) -> Change:
    """Return the ratio of two counts per day, as of Poisson's, with the exact conditional interval.

    Given their sum, the second count is binomial (Przyborowski and Wilenski, Biometrika 31, 1940), and
    its share has the interval of Clopper and Pearson (Biometrika 26, 1934).

    >>> change = count_change(30, 31, 60, 30)
    >>> round(change.size, 2), round(change.low, 2), round(change.high, 2), change.direction.value
    (2.07, 1.31, 3.32, 'up')
    """
    total = before + after
    if total < FEWEST_COUNTED or days_before <= 0 or days_after <= 0:
        return Change(Direction.TOO_FEW)
    from scipy.special import betaincinv  # noqa: PLC0415  (SciPy takes a moment to load)

    tail = (1 - coverage) / 2
    low = float(betaincinv(after, before + 1, tail)) if after else 0.0
    high = float(betaincinv(after + 1, before, 1 - tail)) if before else 1.0
    scale = days_before / days_after
    low = low / (1 - low) * scale
    top = high / (1 - high) * scale if before else None
    return Change(
        _direction(low, top if top is not None else low + 1, 1.0),
        after / before * scale if before else None,
        low,
        top,
    )


def _direction(low: float, high: float, same: float) -> Direction:
    if low > same:
        return Direction.UP
    return Direction.DOWN if high < same else Direction.UNCLEAR
