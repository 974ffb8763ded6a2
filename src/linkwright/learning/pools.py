"""What other users' evidence says of the arms they have in common.

A pool holds no counts of anybody: it is the lift of each arm, its variance, how far users are from
each other in their base rate, and how far from everybody in one arm (the spread). An arm that fewer
than a minimum of users have tried keeps the lift 1, and with fewer users than that there is no pool.

Fitting alternates between Newton steps for the lifts and for the users' base rates, under the model in
`priors.py`. Each count is weighted by 1 / (1 + spread² * expected replies): a thousand emails
of one user say much of that user and little of others. The spread is the mean of its posterior on a
grid, for which each user's base rate is integrated out; most emails of a user are in one arm, whose
own part a plugged-in base rate would take for the user's and hide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from linkwright.learning.eprocess import Reals
from linkwright.learning.priors import (
    BASE,
    BASES,
    SPREADS,
    Expectation,
    log_likelihood,
    weights_of_spreads,
)

MINIMUM_USERS: Final = 5
_LIFT_VARIANCE: Final = 0.3**2
_PER_USER_VARIANCE: Final = 0.6**2
# How many arms and users the expectations beforehand are worth.
_ARMS_BEFORE, _USERS_BEFORE = 3, 4
_LONGEST_STEP: Final = 0.7
_HIGHEST: Final = 0.75
_AT_ONCE: Final = 25


@dataclass(frozen=True)
class Pool:
    """Arms are the last axis of `log_lift` and `lift_variance`, users of `log_base`; others are runs."""

    log_lift: Reals
    lift_variance: Reals
    between_arms: Reals
    log_base: Reals
    base: Reals
    base_variance: Reals
    spread: Reals

    def expectation(self) -> Expectation:
        """Return what is expected of one more user."""
        return Expectation(self.log_lift, self.lift_variance, self.base, self.base_variance, self.spread)


def unfitted(shape: tuple[int, ...]) -> Pool:
    """Return the pool before any evidence, for counts whose last two axes are users and arms."""
    runs, (users, arms) = shape[:-2], shape[-2:]
    return Pool(
        log_lift=np.zeros((*runs, arms)),
        lift_variance=np.full((*runs, arms), _LIFT_VARIANCE),
        between_arms=np.full(runs, _LIFT_VARIANCE),
        log_base=np.full((*runs, users), BASE),
        base=np.full(runs, BASE),
        base_variance=np.full(runs, _PER_USER_VARIANCE),
        spread=np.full(runs, 0.25),
    )


def fit_pool(
    trials: Reals,
    replies: Reals,
    start: Pool | None = None,
    *,
    minimum_users: int = MINIMUM_USERS,
    passes: int = 30,
    fit_spread: bool = True,
) -> Pool:
    """Fit a pool to counts whose last two axes are users and arms, from `start` on.

    A pool that is kept and fitted again every day needs no more than two passes.
    """
    pool = unfitted(trials.shape) if start is None else start
    for _ in range(passes):
        pool = _pass(trials, replies, pool, minimum_users)
    if fit_spread:
        pool = replace(pool, spread=_spread(trials, replies, pool))
    return pool


def _pass(trials: Reals, replies: Reals, pool: Pool, minimum_users: int) -> Pool:
    surprise, weight = _surprise(trials, replies, pool, pool.log_base)
    of_arms = 1 / pool.between_arms[..., None]
    information = weight.sum(axis=-2) + of_arms
    log_lift = pool.log_lift + _step(surprise.sum(axis=-2) - pool.log_lift * of_arms, information)
    known = (trials > 0).sum(axis=-2) >= minimum_users
    log_lift = np.where(known, log_lift, 0.0)
    lift_variance = np.where(known, 1 / information, pool.between_arms[..., None])
    pool = replace(pool, log_lift=log_lift, lift_variance=lift_variance)

    surprise, weight = _surprise(trials, replies, pool, pool.log_base)
    of_users = 1 / pool.base_variance[..., None]
    information = weight.sum(axis=-1) + of_users
    apart = pool.log_base - pool.base[..., None]
    log_base = pool.log_base + _step(surprise.sum(axis=-1) - apart * of_users, information)

    there = trials.sum(axis=-1) > 0
    users = there.sum(axis=-1) + _USERS_BEFORE
    base = ((log_base * there).sum(axis=-1) + _USERS_BEFORE * BASE) / users
    apart = (log_base - base[..., None]) ** 2 + 1 / information
    base_variance = ((apart * there).sum(axis=-1) + _USERS_BEFORE * _PER_USER_VARIANCE) / users
    arms = known.sum(axis=-1) + _ARMS_BEFORE
    between = ((log_lift**2 + lift_variance) * known).sum(axis=-1) + _ARMS_BEFORE * _LIFT_VARIANCE
    return replace(
        pool,
        log_base=np.where(there, log_base, base[..., None]),
        base=base,
        base_variance=base_variance,
        between_arms=between / arms,
    )


def _surprise(trials: Reals, replies: Reals, pool: Pool, log_base: Reals) -> tuple[Reals, Reals]:
    """Return replies above the expected ones, and expected ones, each weighted."""
    rate = np.exp(np.minimum(log_base[..., None] + pool.log_lift[..., None, :], np.log(_HIGHEST)))
    expected = trials * rate
    weight = 1 / (1 + pool.spread[..., None, None] ** 2 * expected)
    return weight * (replies - expected), weight * expected


def _step(score: Reals, information: Reals) -> Reals:
    return np.clip(score / information, -_LONGEST_STEP, _LONGEST_STEP)


def _spread(trials: Reals, replies: Reals, pool: Pool) -> Reals:
    apart = (BASES - pool.base[..., None]) ** 2 / pool.base_variance[..., None]
    total = np.broadcast_to(weights_of_spreads(0.25, 0.8), (*trials.shape[:-2], len(SPREADS)))
    there = (trials.sum(axis=-1) > 0).reshape(-1, trials.shape[-2]).any(axis=0).nonzero()[0]
    # In portions, since base rates and spreads make each count into 300 numbers.
    for first in range(0, len(there), _AT_ONCE):
        some = there[first : first + _AT_ONCE]
        counts = trials[..., some, :]
        fit = log_likelihood(
            counts,
            replies[..., some, :],
            np.broadcast_to(pool.log_lift[..., None, :], counts.shape),
            np.broadcast_to(SPREADS**2, (*counts.shape[:-1], len(SPREADS))),
            np.zeros(counts.shape),
        )
        fit = fit - 0.5 * apart[..., None, :, None]
        highest = fit.max(axis=-2, keepdims=True)
        integrated = np.log(np.exp(fit - highest).sum(axis=-2)) + highest[..., 0, :]
        total = total + integrated.sum(axis=-2)
    chances = np.exp(total - total.max(axis=-1, keepdims=True))
    chances /= chances.sum(axis=-1, keepdims=True)
    spread: Reals = np.sqrt((chances * SPREADS**2).sum(axis=-1))
    return spread
