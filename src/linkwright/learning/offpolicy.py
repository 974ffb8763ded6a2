"""What an arm is worth, from traffic that was chosen adaptively, by the probabilities it was drawn with.

Emails that a learning policy sent are no sample of anything: an arm that was lucky early was used more.
The logged propensities undo that. Two estimators, each with what they need:

self-normalised inverse propensity (SNIPS; Swaminathan and Joachims, NeurIPS 2015)
    The mean of the outcomes weighed by target probability over logged probability.
doubly robust (Dudík, Langford and Li, ICML 2011)
    A model's guess for the target, corrected by the weighted surprise. The model is each arm's
    rate before the decision, so that it knows nothing of what it is corrected by.

Weights that calm the second where propensities are small (Hadad and others, PNAS 118, 2021) were
tried and left out: where the policy looks at the kind of site, they weigh the sites on which it
likes an arm, and told 92 per mille of an arm that is worth 71.

Both answer None, "cannot tell", below an effective sample size of 100 (Kish, "Survey sampling", 1965).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkwright.learning.eprocess import Reals
from linkwright.learning.intervals import Interval, normal_quantile, wilson

Indices: TypeAlias = NDArray[np.int64]

LEAST_EFFECTIVE: Final = 100.0
# What the rate of an arm is before it was tried, in emails of the rate of all.
_DRAWN_TOGETHER: Final = 10.0


@dataclass(frozen=True)
class Logged:
    """Decisions in the order they were made, with what came of each.

    `chosen` has the index of the arm taken, `outcomes` 0 or 1 for it, and `propensities`, one row a
    decision, the probability with which each arm could have been taken. Decisions with the same number in
    `block`, such as those of a day, were made at once; without it each was made by itself.
    """

    chosen: Indices
    outcomes: Reals
    propensities: Reals
    block: Indices | None = None


@dataclass(frozen=True)
class Value:
    """The rate a policy would have had, with its interval for one look, and how many emails that rests on."""

    estimate: float
    interval: Interval
    effective: float
    standard_error: float


def always(arm: int, logged: Logged) -> Reals:
    """Return the target of a policy that takes one arm every time."""
    target = np.zeros_like(logged.propensities)
    target[:, arm] = 1.0
    return target


def effective_size(logged: Logged, target: Reals) -> float:
    """Return how many emails of the target's own the logged ones are worth: (sum w)^2 / sum w^2."""
    weights = _weights(logged, target)
    total, squares = float(weights.sum()), float((weights**2).sum())
    return total**2 / squares if squares else 0.0


def snips(logged: Logged, target: Reals, coverage: float = 0.95) -> Value | None:
    """Estimate a policy's rate by self-normalised inverse propensities, or answer None.

    The variance is that of a ratio of means (delta method). The interval is Wilson's for as many
    emails as a plain sample of that variance would have (Korn and Graubard, Survey Methodology 24,
    1998): at rates of a few per cent a symmetric one would miss too often on the low side.
    """
    effective = effective_size(logged, target)
    if effective < LEAST_EFFECTIVE:
        return None
    weights = _weights(logged, target)
    estimate = float((weights * logged.outcomes).sum() / weights.sum())
    error = float(np.sqrt((weights**2 * (logged.outcomes - estimate) ** 2).sum()) / weights.sum())
    return Value(estimate, _interval(estimate, error, effective, coverage), effective, error)


def doubly_robust(logged: Logged, target: Reals, coverage: float = 0.95) -> Value | None:
    """Estimate a policy's rate by a model and the surprises it met, or answer None."""
    effective = effective_size(logged, target)
    if effective < LEAST_EFFECTIVE:
        return None
    estimate, error = _mean(_scores(logged, target))
    return Value(estimate, _interval(estimate, error, effective, coverage), effective, error)


def difference(logged: Logged, target: Reals, other: Reals, coverage: float = 0.95) -> Value | None:
    """Estimate how much greater one policy's rate is than another's (doubly robust), or answer None."""
    effective = min(effective_size(logged, target), effective_size(logged, other))
    if effective < LEAST_EFFECTIVE:
        return None
    estimate, error = _mean(_scores(logged, target) - _scores(logged, other))
    half = normal_quantile(coverage) * error
    return Value(estimate, Interval(estimate - half, estimate + half), effective, error)


def mean_weight(logged: Logged) -> float:
    """Return the mean over arms of the mean weight, which is 1 where the logged propensities are true."""
    taken = np.take_along_axis(logged.propensities, logged.chosen[:, None], axis=1)[:, 0]
    arms = (logged.propensities > 0).sum(axis=1)
    return float((1 / (taken * arms)).mean())


def _weights(logged: Logged, target: Reals) -> Reals:
    column = logged.chosen[:, None]
    wanted = np.take_along_axis(target, column, axis=1)[:, 0]
    taken = np.take_along_axis(logged.propensities, column, axis=1)[:, 0]
    weights: Reals = wanted / taken
    return weights


def _scores(logged: Logged, target: Reals) -> Reals:
    model = _rates_before(logged)
    surprise = logged.outcomes - np.take_along_axis(model, logged.chosen[:, None], axis=1)[:, 0]
    scores: Reals = (target * model).sum(axis=1) + _weights(logged, target) * surprise
    return scores


def _rates_before(logged: Logged) -> Reals:
    taken = np.zeros_like(logged.propensities)
    np.put_along_axis(taken, logged.chosen[:, None], 1.0, axis=1)
    succeeded = taken * logged.outcomes[:, None]
    sent = np.cumsum(taken, axis=0) - taken
    good = np.cumsum(succeeded, axis=0) - succeeded
    if logged.block is not None:  # What is known before the first of a block is known before all of it.
        firsts = np.searchsorted(logged.block, logged.block)
        sent, good = sent[firsts], good[firsts]
    common = (good.sum(axis=1) + 1) / (sent.sum(axis=1) + 20)
    rates: Reals = (good + _DRAWN_TOGETHER * common[:, None]) / (sent + _DRAWN_TOGETHER)
    return rates


def _mean(scores: Reals) -> tuple[float, float]:
    return float(scores.mean()), float(scores.std() / np.sqrt(len(scores)))


def _interval(estimate: float, error: float, effective: float, coverage: float) -> Interval:
    inside = min(max(estimate, 0.0), 1.0)
    spread = inside * (1 - inside)
    trials = spread / error**2 if error > 0 and spread > 0 else effective
    return wilson(inside * trials, trials, coverage)
