"""How long people take to answer, and so how much silence means.

An email of three days ago without an answer is no failure yet: of those who answer, many take longer.
It counts as F(age) / F(window) of a trial, where F is the share of replies that have come by
that age (Vernade, Cappé and Perchet, "Stochastic bandit models for delayed conversions", UAI 2017).
An answer is a whole trial and a reply as soon as it comes. So the displayed rate neither sags
while a campaign grows nor waits for the window to close.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import erf, log, sqrt
from typing import Final

# What is assumed until replies have been seen: log-normal, half of the replies within 30 hours.
_MEDIAN_DAYS: Final = 30 / 24
_SIGMA: Final = 1.3
_WORTH: Final = 20


@dataclass(frozen=True)
class ReplyTimes:
    """The share of replies that have come by the end of each day after sending."""

    by_day: tuple[float, ...]

    def exposure(self, days: float) -> float:
        """Return how much of a trial an email of this age is, when nobody has answered it."""
        if days <= 0:
            return 0.0
        if days >= len(self.by_day):
            return 1.0
        whole = int(days)
        before = self.by_day[whole - 1] if whole else 0.0
        return before + (self.by_day[whole] - before) * (days - whole)


def reply_times(days: Iterable[float], window: int) -> ReplyTimes:
    """Estimate them from how many days each reply took, up to a window of whole days.

    The assumed curve counts as 20 replies, so that the first few make no steps of it.

    >>> reply_times([], 14).exposure(3) > 0.75
    True
    """
    seen = [0] * window
    for taken in days:
        if 0 <= taken <= window:
            seen[min(int(taken), window - 1)] += 1
    return of_counts(seen)


def of_counts(seen: list[int]) -> ReplyTimes:
    """Estimate them from how many replies came on the first day, the second, up to the last of the window."""
    window, total = len(seen), sum(seen)
    curve, came = [], 0
    for day in range(window):
        came += seen[day]
        curve.append((came + _WORTH * _assumed(day + 1) / _assumed(window)) / (total + _WORTH))
    return ReplyTimes(tuple(curve))


def _assumed(days: float) -> float:
    return 0.5 * (1 + erf(log(days / _MEDIAN_DAYS) / (_SIGMA * sqrt(2))))
