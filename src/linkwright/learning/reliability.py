"""Did what was said to happen with a probability happen as often? In bins, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from linkwright.learning.eprocess import Reals
from linkwright.learning.intervals import Interval, wilson

MOST_BINS: Final = 10
# Fewer expected happenings than this in a bin, and its interval says nothing.
LEAST_EXPECTED: Final = 5.0
# Below, the error of a perfect score and of a bad one look alike: 0.026 and 0.040 at a hundred outcomes.
ERROR_FROM: Final = 1_000


@dataclass(frozen=True)
class Bin:
    """Neighbouring confidences: what they said on average, and how often it happened."""

    said: float
    happened: float
    count: int
    interval: Interval


def reliability(said: Reals, happened: Reals) -> list[Bin]:
    """Return up to ten bins of equal mass, with at least five happenings expected in each."""
    bins = min(MOST_BINS, int(happened.sum() / LEAST_EXPECTED))
    if bins < 1:
        return []
    order = np.argsort(said, kind="stable")
    return [
        Bin(
            said=float(said[part].mean()),
            happened=float(happened[part].mean()),
            count=len(part),
            interval=wilson(float(happened[part].sum()), len(part)),
        )
        for part in np.array_split(order, bins)
    ]


def expected_error(said: Reals, happened: Reals) -> float | None:
    """Return the mean distance between said and happened over the bins, or None below 1,000 outcomes."""
    if len(said) < ERROR_FROM:
        return None
    bins = reliability(said, happened)
    return sum(one.count * abs(one.said - one.happened) for one in bins) / len(said) if bins else None
