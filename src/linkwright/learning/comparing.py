"""Which of several arms is better, answered only where the numbers allow it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from linkwright.learning.eprocess import Blocks, Evidence, Reals, difference_interval, evidence
from linkwright.learning.intervals import Interval

ALPHA: Final = 0.05
# One point in a hundred: ten replies in a thousand emails.
MATTERS: Final = 0.01
_QUANTILES: Final = 2_000


class Verdict(StrEnum):
    """What may be said of an arm beside another."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE_THAT_MATTERS = "no_difference_that_matters"
    NOT_ENOUGH_DATA = "not_enough_data"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Comparison:
    """One arm beside the baseline.

    `difference` is the arm's rate minus the baseline's. The interval holds at every look at once, and for
    all arms of the comparison together. `chance_better` is the posterior's: it is shown, and never
    decides, because looked at daily it calls half of all equal arms winners.
    """

    arm: str
    baseline: str
    difference: float | None
    interval: Interval
    evidence: Evidence
    chance_better: float
    steady: bool
    verdict: Verdict


def compare(
    arm: str,
    baseline: str,
    blocks: Blocks,
    *,
    comparisons: int = 1,
    alpha: float = ALPHA,
    matters: float = MATTERS,
    fewer_is_better: bool = False,
) -> Comparison:
    """Compare the first arm of `blocks` with the second, the baseline.

    With several arms against one baseline, `comparisons` is how many: each is allowed alpha / comparisons
    (Bonferroni), so that the chance of any false winner stays at alpha. A difference whose whole
    interval is smaller than `matters` does not matter, be it real or not.
    """
    allowed = alpha / comparisons
    found = difference_interval(blocks, allowed)
    sent, succeeded = blocks.sent.sum(axis=0), blocks.replied.sum(axis=0)
    rates = [float(y / n) if n else None for y, n in zip(succeeded, sent, strict=True)]
    difference = None if rates[0] is None or rates[1] is None else rates[0] - rates[1]
    chance = chance_greater(sent, succeeded)
    interval = Interval(found.low, found.high)
    return Comparison(
        arm=arm,
        baseline=baseline,
        difference=difference,
        interval=interval,
        evidence=evidence(blocks, allowed),
        chance_better=1 - chance if fewer_is_better else chance,
        steady=found.steady,
        verdict=verdict(interval, matters=matters, fewer_is_better=fewer_is_better),
    )


def verdict(interval: Interval, *, matters: float = MATTERS, fewer_is_better: bool = False) -> Verdict:
    """Say what an interval of a difference allows to be said.

    >>> verdict(Interval(0.002, 0.03)).value
    'better'
    >>> verdict(Interval(0.002, 0.03), fewer_is_better=True).value
    'worse'
    >>> verdict(Interval(-0.004, 0.003)).value
    'no_difference_that_matters'
    >>> verdict(Interval(-0.004, 0.03)).value
    'not_enough_data'
    """
    if -matters < interval.low and interval.high < matters:
        return Verdict.NO_DIFFERENCE_THAT_MATTERS
    if interval.low <= 0 <= interval.high:
        return Verdict.NOT_ENOUGH_DATA
    return Verdict.BETTER if (interval.low > 0) != fewer_is_better else Verdict.WORSE


def chance_greater(sent: Reals, succeeded: Reals) -> float:
    """Return the posterior chance that the first rate is the greater, each under Jeffreys' prior.

    The mean of the second's distribution function over the quantiles of the first.
    """
    from scipy.special import betainc, betaincinv  # noqa: PLC0415  (SciPy takes a moment to load)

    a, b = succeeded + 0.5, sent - succeeded + 0.5
    middles = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    return float(betainc(a[1], b[1], betaincinv(a[0], b[0], middles)).mean())
