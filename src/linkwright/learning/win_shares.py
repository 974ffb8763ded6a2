"""How likely each arm is the best one, given a Beta posterior of each arm's rate.

Thompson sampling ("On the likelihood that one unknown probability exceeds another", Biometrika 25,
1933) uses an arm with the probability that it is the best. It is usually carried out by drawing one
value from each posterior and taking the arm with the largest, which leaves that probability unknown.
Here it is computed, as the sum over a grid of rates t of

    P(arm k is in the step up to t) * product over the others of P(arm j is below t)

so that the number which is stored is the number with which the arm was drawn, to the last digit.
The distribution function of a Beta is Paulson's cube-root approximation (Annals of Mathematical Statistics
13, 1942), which is within .003 wherever an arm has the weight of one reply or more, and costs a
tenth of the incomplete beta function: 100 arms take .2 ms.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from linkwright.learning.eprocess import Reals

# Where the grid has its points: at these many standard deviations of each leading arm's log odds.
# Leading arms are close to each other when they matter, and each brings its own points.
_POINTS: Final = np.array([-3.5, -2.6, -1.9, -1.3, -0.8, -0.35, 0.1, 0.55, 1.0, 1.5, 2.1, 2.8, 3.7])
_LEADING: Final = 8
# Below the best arm's mean less so many standard deviations lies nothing that counts.
_LOWEST: Final = 4.0
_TINY: Final = 1e-12


def win_shares(a: Reals, b: Reals) -> Reals:
    """Return the probability of each arm to be the best; arms are the last axis of Beta(a, b).

    >>> win_shares(np.array([4.0, 4.0]), np.array([60.0, 60.0])).round(3)
    array([0.5, 0.5])
    >>> win_shares(np.array([1.0, 5.0, 20.0]), np.array([15.0, 60.0, 200.0])).round(2)
    array([0.22, 0.27, 0.52])
    """
    below = _below(_grid(a, b), a, b)
    below = np.concatenate([below, np.ones((*below.shape[:-1], 1))], axis=-1)
    logs = np.log(below)
    # Where several arms may be in the same step, it is divided between them as their logs grow.
    growth = np.diff(logs, axis=-1)
    total = growth.sum(axis=-2, keepdims=True)
    step = np.diff(np.exp(logs.sum(axis=-2)), axis=-1)[..., None, :]
    shares: Reals = (growth * (step / np.maximum(total, 1e-300))).sum(axis=-1)
    shares /= shares.sum(axis=-1, keepdims=True)
    return shares


def _grid(a: Reals, b: Reals) -> Reals:
    means, deviations = np.log(a / b), np.sqrt(1 / a + 1 / b)
    lowest = (means - _LOWEST * deviations).max(axis=-1, keepdims=True)
    if a.shape[-1] > _LEADING:
        leading = np.argpartition(-(means + 2 * deviations), _LEADING - 1, axis=-1)[..., :_LEADING]
        means = np.take_along_axis(means, leading, axis=-1)
        deviations = np.take_along_axis(deviations, leading, axis=-1)
    points = (means[..., None] + deviations[..., None] * _POINTS).reshape(*a.shape[:-1], -1)
    grid: Reals = np.maximum(np.sort(points, axis=-1), lowest)
    # Where many arms lead, their points lie close: every second costs half, and the largest error is .006.
    return grid if a.shape[-1] <= _LEADING else np.concatenate([grid[..., ::2], grid[..., -1:]], axis=-1)


def _below(log_odds: Reals, a: Reals, b: Reals) -> Reals:
    """Return P(rate of each arm is below each point): arms before points in the last two axes."""
    from scipy.special import ndtr  # noqa: PLC0415  (a tenth of a second to load)

    cube_root = np.exp(log_odds / 3)[..., None, :] * np.cbrt(b / a)[..., None]
    of_a, of_b = (1 / (9 * a))[..., None], (1 / (9 * b))[..., None]
    deviates = ((1 - of_b) * cube_root - (1 - of_a)) / np.sqrt(of_b * cube_root**2 + of_a)
    chances: Reals = np.maximum(ndtr(deviates), _TINY)
    return chances
