"""From evidence to a choice: posteriors, how likely each arm is the best, a floor, and one draw by seed.

Two deviations from Thompson sampling as it is in the books, each measured in docs/learning.md:

- posteriors are taken narrower than they are (`sharpness`): a bandit that learns for ever explores more
  than pays for somebody who sends some thousand emails (Chapelle and Li, "An empirical evaluation of
  Thompson sampling", NeurIPS 2011, section 3). Those that rest on little stay wide, or an arm that
  was unlucky at first is never tried again;
- a share of the emails, the floor, is spread evenly over all arms, so that the log can be evaluated
  later. It is full for a user's first emails, when arms are few in the log, and falls as 1 / n after.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from linkwright.learning.eprocess import Reals
from linkwright.learning.priors import Expectation, Prior, prior_of, without_others
from linkwright.learning.win_shares import win_shares

FLOOR: Final = 0.02
HALF_LIFE_DAYS: Final = 1460.0


@dataclass(frozen=True)
class Policy:
    """The settings of the choice. `version` is recorded with every decision."""

    # The share of emails that is spread evenly over all arms ...
    floor: float = FLOOR
    # ... in full until so many have been counted.
    floor_emails: float = 1000.0
    # Posteriors are as narrow as if evidence counted 1 / sharpness times: with a pool, all of them;
    # without, only as far as they rest on something, half of the way at so many replies.
    sharpness: float = 0.4
    resting_on: float = 15.0
    version: str = "thompson-1"


@dataclass(frozen=True)
class Chances:
    """What an arm may be chosen with, and the posterior Beta(a, b) behind it, as it is."""

    probabilities: Reals
    prior: Prior
    a: Reals
    b: Reals


def chances(trials: Reals, replies: Reals, policy: Policy, expected: Expectation | None = None) -> Chances:
    """Return the probability with which each arm is to be chosen; arms are the last axis.

    `trials` may be fractions: emails whose answer may still come count as far as they have been exposed.
    """
    prior = prior_of(trials, replies, expected or without_others(trials.shape))
    a, b = prior.a + replies, prior.b + trials - replies
    rests = 1.0 if expected is not None else a / (a + policy.resting_on)
    narrow = 1 - (1 - policy.sharpness) * rests
    shares = win_shares(a / narrow, b / narrow)
    sent = np.maximum(trials.sum(axis=-1, keepdims=True), policy.floor_emails)
    floor = policy.floor * policy.floor_emails / sent / trials.shape[-1]
    return Chances(_raised(shares, floor), prior, a, b)


def even(arms: int) -> Reals:
    """Return the probabilities of an even draw.

    >>> even(4)
    array([0.25, 0.25, 0.25, 0.25])
    """
    return np.full(arms, 1 / arms)


def _raised(shares: Reals, floor: Reals) -> Reals:
    """Lift what is below the floor to it, and take that from what is above, in proportion."""
    above = np.maximum(shares - floor, 0)
    raised: Reals = floor + above * (1 - shares.shape[-1] * floor) / above.sum(axis=-1, keepdims=True)
    return raised


def choose(probabilities: Reals, seed: int) -> int:
    """Return the place of the arm that this seed draws from the probabilities.

    >>> choose(np.array([0.5, 0.5]), 7), choose(np.array([0.5, 0.5]), 8)
    (0, 0)
    """
    # Python promises this sequence for ever; NumPy keeps its own only within a version.
    point = Random(seed).random()  # noqa: S311  (repeatable on purpose)
    place = int(np.searchsorted(np.cumsum(probabilities), point, side="right"))
    return min(place, len(probabilities) - 1)
