"""How far a confidence can be taken as a probability.

Every number is of pairs: a confidence, and whether what it was about happened (0 or 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Final

import numpy as np

from linkwright.learning.eprocess import Reals
from linkwright.learning.intervals import Interval, normal_quantile
from linkwright.learning.recalibration import chance, log_odds, surprises
from linkwright.learning.reliability import Bin, expected_error, reliability

LEAST_OUTCOMES: Final = 100
LEAST_OF_EACH: Final = 10
_ROUNDS: Final = 50
_SETTLED: Final = 1e-8
_FARTHEST: Final = 50.0


@dataclass(frozen=True)
class Cox:
    """log odds of happening = intercept + slope * log odds said; a calibrated score has 0 and 1.

    A slope below 1 is an overconfident score. Cox, "Two further applications of a model for binary
    regression" (Biometrika 45, 1958). Intervals are Wald's, 95 %.
    """

    intercept: float
    slope: float
    intercept_interval: Interval
    slope_interval: Interval


@dataclass(frozen=True)
class Calibration:
    """How a confidence did. What the number of outcomes does not allow to say is None.

    brier           mean squared distance between said and happened (Brier 1950): less is better.
    skill           the share of the Brier score of always saying the base rate that is saved; below 0
                    the base rate would have been the better forecast.
    log_loss        mean surprise, in nats: less is better.
    spiegelhalter   z, standard normal for a calibrated score (Statistics in Medicine 5, 1986).
    p_value         how likely a calibrated score would look as bad.
    expected_error  ECE, from 1,000 outcomes on.
    """

    count: int
    positives: int
    brier: float | None = None
    skill: float | None = None
    log_loss: float | None = None
    cox: Cox | None = None
    spiegelhalter: float | None = None
    p_value: float | None = None
    expected_error: float | None = None
    bins: tuple[Bin, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether there was enough to say anything."""
        return self.brier is not None


def measure(said: Reals, happened: Reals) -> Calibration:
    """Measure a confidence against what happened; below 100 outcomes or 10 of either kind only count."""
    count, positives = len(said), int(happened.sum())
    if count < LEAST_OUTCOMES or not LEAST_OF_EACH <= positives <= count - LEAST_OF_EACH:
        return Calibration(count, positives)
    base = positives / count
    brier = float(((said - happened) ** 2).mean())
    z = spiegelhalter(said, happened)
    return Calibration(
        count=count,
        positives=positives,
        brier=brier,
        skill=1 - brier / (base * (1 - base)),
        log_loss=float(surprises(said, happened).mean()),
        cox=cox(said, happened),
        spiegelhalter=z,
        p_value=None if z is None else erfc(abs(z) / sqrt(2)),
        expected_error=expected_error(said, happened),
        bins=tuple(reliability(said, happened)),
    )


def spiegelhalter(said: Reals, happened: Reals) -> float | None:
    """Return Spiegelhalter's z, or None where every confidence is 0, 1 or one half."""
    spread = float(((1 - 2 * said) ** 2 * said * (1 - said)).sum())
    if spread <= 0:
        return None
    return float(((happened - said) * (1 - 2 * said)).sum()) / sqrt(spread)


def cox(said: Reals, happened: Reals, coverage: float = 0.95) -> Cox | None:
    """Return Cox's intercept and slope by maximum likelihood, or None where there is no maximum."""
    odds = log_odds(said)
    if float(np.ptp(odds)) == 0.0:
        return None
    features = np.stack([np.ones_like(odds), odds], axis=1)
    at = np.array([0.0, 0.0])
    for _ in range(_ROUNDS):
        probabilities = chance(features @ at)
        curved = features * (probabilities * (1 - probabilities))[:, None]
        information = features.T @ curved
        try:
            step = np.linalg.solve(information, features.T @ (happened - probabilities))
        except np.linalg.LinAlgError:
            return None
        at = at + step
        if not np.isfinite(at).all() or np.abs(at).max() > _FARTHEST:  # The score tells all apart.
            return None
        if np.abs(step).max() < _SETTLED:
            errors = np.sqrt(np.diag(np.linalg.inv(information))) * normal_quantile(coverage)
            ends = np.stack([at - errors, at + errors], axis=1)
            return Cox(float(at[0]), float(at[1]), Interval(*ends[0].tolist()), Interval(*ends[1].tolist()))
    return None
