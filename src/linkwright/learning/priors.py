"""What is expected of a user's arms before their own evidence: a Beta for each arm.

The model. The rate of arm k for one user is

    base rate of the user  *  lift of the arm  *  something of the user's own with this arm

each a factor, so they add up as logarithms. The lift and its uncertainty come from other users
(`pools.py`); without them every lift is 1. The last part is spread around 1 with the standard deviation
`spread`: the smaller it is, the more the arms of this user are like everybody's, and the more evidence it
takes to say otherwise. With variance V = spread² + variance of the lift, and expected rate m, the prior
is Beta(1 / (V (1 - m)), 1 / (V m)), whose log odds have about the variance V. It is worth 1 / V replies.

Base rate and spread are not plugged in at their most likely values, which makes priors twice too
strong: they are averaged over a grid, weighted by the likelihood of the user's own counts, arm by arm
negative binomial (a Poisson whose rate is Gamma: what remains when the own part is integrated out).
This is empirical Bayes (Efron and Morris, "Data analysis using Stein's estimator and its
generalizations", JASA 70, 1975) within one user and across users at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from linkwright.learning.eprocess import Reals

# Reply rates from .4 % to 40 %, as logarithms.
BASES: Final = np.linspace(np.log(0.004), np.log(0.4), 28)
BASE: Final = float(np.log(0.05))
BASE_VARIANCE: Final = 1.0
# Spreads that are thought possible, and how far from the middle they are thought likely.
SPREADS: Final = np.array([0.04, 0.07, 0.1, 0.15, 0.22, 0.32, 0.45, 0.6, 0.8, 1.05, 1.4])
_USUAL_SPREAD: Final = 0.4
_SPREAD_DEVIATION: Final = 0.6
_HIGHEST: Final = 0.9


def weights_of_spreads(usual: float = _USUAL_SPREAD, deviation: float = _SPREAD_DEVIATION) -> Reals:
    """Return the logarithm of how likely each of `SPREADS` is before any evidence: a log-normal."""
    weights: Reals = -0.5 * ((np.log(SPREADS) - np.log(usual)) / deviation) ** 2
    return weights


_WEIGHTS: Final = weights_of_spreads()


@dataclass(frozen=True)
class Expectation:
    """What is known of users before their own evidence. Arms are the last axis; others stand for users.

    `log_lift` and `lift_variance` have arms; `base`, a logarithm, `base_variance` and `spread` have none.
    Without a spread it is fitted to the user's own arms.
    """

    log_lift: Reals
    lift_variance: Reals
    base: Reals
    base_variance: Reals
    spread: Reals | None = None


@dataclass(frozen=True)
class Prior:
    """Beta(a, b) of each arm, the user's base rate, and the spread of the user's own part."""

    a: Reals
    b: Reals
    base_rate: Reals
    spread: Reals


def without_others(shape: tuple[int, ...]) -> Expectation:
    """Return what is expected where there are no other users, for counts of this shape."""
    users = shape[:-1]
    return Expectation(np.zeros(shape), np.zeros(shape), np.full(users, BASE), np.full(users, BASE_VARIANCE))


def prior_of(trials: Reals, replies: Reals, expected: Expectation) -> Prior:
    """Return the prior of every arm, its base rate and spread fitted to the user's own counts."""
    if expected.spread is None:
        variances = np.broadcast_to(SPREADS**2, (*trials.shape[:-1], len(SPREADS)))
        weights = _WEIGHTS
    else:
        variances, weights = expected.spread[..., None] ** 2, np.zeros(1)
    # Of an arm that has not been tried every base rate and spread says the same.
    some = trials > 0 if trials.ndim == 1 else ...
    fit = log_likelihood(
        trials[some], replies[some], expected.log_lift[some], variances, expected.lift_variance[some]
    )
    fit = fit - (0.5 * (BASES - expected.base[..., None]) ** 2 / expected.base_variance[..., None])[..., None]
    fit = fit + weights
    chances = np.exp(fit - fit.max(axis=(-2, -1), keepdims=True))
    chances /= chances.sum(axis=(-2, -1), keepdims=True)
    base = np.exp((chances.sum(axis=-1) * BASES).sum(axis=-1))
    variance = (chances.sum(axis=-2) * variances).sum(axis=-1)
    mean = np.minimum(base[..., None] * np.exp(expected.log_lift), _HIGHEST)
    total = variance[..., None] + expected.lift_variance
    return Prior(1 / (total * (1 - mean)), 1 / (total * mean), base, np.sqrt(variance))


def log_likelihood(
    trials: Reals, replies: Reals, log_lift: Reals, variances: Reals, lift_variance: Reals
) -> Reals:
    """Return the log likelihood of counts: `BASES` and `variances` are its last two axes; arms are summed.

    What depends on neither is left out.
    """
    from scipy.special import gammaln  # noqa: PLC0415  (a tenth of a second to load)

    # By spread, base rate and arm, in this order: a sum over what is last in memory is a product of matrices.
    worth = 1 / (variances[..., None] + lift_variance[..., None, :])  # replies
    expected = trials[..., None, :] * np.exp(log_lift[..., None, :] + BASES[:, None])
    own = gammaln(worth + replies[..., None, :]) - gammaln(worth) + worth * np.log(worth)
    logs = np.log(worth[..., None, :] + expected[..., None, :, :])
    rest = (logs @ (replies[..., None, :] + worth)[..., None])[..., 0]
    by_base = replies.sum(axis=-1)[..., None, None] * BASES
    fit: Reals = np.swapaxes(by_base + own.sum(axis=-1)[..., None] - rest, -1, -2)
    return fit
