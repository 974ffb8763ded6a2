"""One arm beside the others of its user, where each is known only within an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Known:
    """The rate expected of an arm, its 95 % interval, and the emails that it rests on."""

    rate: float
    low: float
    high: float
    emails: int


@dataclass(frozen=True, slots=True)
class Contrast:
    """The rate of the others together, and by how much the arm is above it, with the 95 % interval."""

    others: float
    size: float
    low: float
    high: float


def contrast(arm: Known, others: Sequence[Known]) -> Contrast | None:
    """Return an arm beside the mean of the others, weighed by their emails; None where they have none.

    The distances to the limits are added in squares (Zou and Donner, Statistics in Medicine 27, 2008):
    what is not known of the others counts as much as what is not known of the arm. All of them lean on one
    prior, so the interval is rather too wide.

    >>> contrast(Known(0.12, 0.04, 0.24, 1), [Known(0.12, 0.04, 0.24, 1)])
    Contrast(others=0.12, size=0.0, low=-0.14422205101855956, high=0.14422205101855956)
    """
    emails = sum(one.emails for one in others)
    if not emails:
        return None
    shares = [one.emails / emails for one in others]
    rate = sum(share * one.rate for share, one in zip(shares, others, strict=True))
    below, above = (
        sum((share * away) ** 2 for share, away in zip(shares, distances, strict=True))
        for distances in ([one.rate - one.low for one in others], [one.high - one.rate for one in others])
    )
    size = arm.rate - rate
    low = size - sqrt((arm.rate - arm.low) ** 2 + above)
    return Contrast(rate, size, low, size + sqrt((arm.high - arm.rate) ** 2 + below))
