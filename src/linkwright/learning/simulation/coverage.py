"""Whether the log of a policy lets its arms be evaluated: intervals from logged probabilities, and the truth.

For each level of each factor: what would have been answered, had everybody been written to with that level
while the other factors were chosen as they were. Factors are drawn independently of each other,
so each is weighted by its own probability alone (SNIPS; Swaminathan and Joachims, NeurIPS 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from linkwright.learning.eprocess import Reals

_TAIL: Final = 0.025


class Weighing:
    """The sums of one factor's levels in every run."""

    def __init__(self, runs: int, levels: int) -> None:
        self._sums = np.zeros((5, runs, levels))
        self._emails = 0

    def add(self, drawn: Reals, level: NDArray[np.int64], replied: NDArray[np.bool_], rates: Reals) -> None:
        """Add a day: probabilities, levels, replies, and each level's true rate in each email's place."""
        weight = 1 / np.take_along_axis(drawn, level, axis=-1)
        here = level[..., None] == np.arange(drawn.shape[-1])
        for place, value in enumerate((weight, weight * replied, weight**2, weight**2 * replied)):
            self._sums[place] += (here * value[..., None]).sum(axis=(1, 2))
        self._sums[4] += rates.sum(axis=(1, 2))
        self._emails += rates.shape[1] * rates.shape[2]

    def inside(self) -> tuple[NDArray[np.bool_], Reals]:
        """Return whether the interval of each level holds the truth, and how far the estimate is from it."""
        weight, replied, square, square_replied, rates = self._sums
        truth = rates / self._emails
        with np.errstate(divide="ignore", invalid="ignore"):
            estimate = np.where(weight > 0, replied / weight, 0.0)
        low, high = _interval(estimate, weight, square, square_replied)
        return (low <= truth) & (truth <= high), estimate - truth


def _interval(estimate: Reals, weight: Reals, square: Reals, square_replied: Reals) -> tuple[Reals, Reals]:
    """Return the exact interval (Clopper and Pearson 1934) of as many emails as the weighted ones are worth.

    Korn and Graubard, "Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data" (Survey Methodology 24, 1998): few replies carry large weights here.
    """
    from scipy.special import betaincinv  # noqa: PLC0415  (a tenth of a second to load)

    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (square_replied * (1 - 2 * estimate) + estimate**2 * square) / weight**2
        worth = np.where(variance > 0, estimate * (1 - estimate) / variance, weight**2 / square)
        worth = np.nan_to_num(np.minimum(worth, weight**2 / square))
    came = estimate * worth
    low = np.where(came > 0, betaincinv(np.maximum(came, 1e-9), worth - came + 1, _TAIL), 0.0)
    high = betaincinv(came + 1, np.maximum(worth - came, 1e-9), 1 - _TAIL)
    return low, high


@dataclass(frozen=True)
class Coverage:
    """The share of 95 % intervals that held the truth, and the root mean square error of the estimates."""

    share: float
    error: float

    @classmethod
    def of(cls, factors: Sequence[Weighing]) -> Self:
        """Take all levels of all factors together."""
        found = [factor.inside() for factor in factors]
        inside = np.concatenate([held.ravel() for held, _ in found])
        apart = np.concatenate([error.ravel() for _, error in found])
        return cls(float(inside.mean()), float(np.sqrt((apart**2).mean())))
