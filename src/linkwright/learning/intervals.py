"""Intervals for one rate."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """From low to high, both included."""

    low: float
    high: float


def normal_quantile(coverage: float) -> float:
    """Return how many standard errors to either side hold so much of a normal distribution.

    >>> round(normal_quantile(0.95), 2)
    1.96
    """
    return NormalDist().inv_cdf((1 + coverage) / 2)


def wilson(successes: float, trials: float, coverage: float = 0.95) -> Interval:
    """Return Wilson's score interval (Journal of the American Statistical Association 22, 1927).

    It stays within 0 and 1, says something where nothing was seen, and takes numbers
    that are not whole, such as an effective sample size.

    >>> low, high = wilson(1, 20)
    >>> round(low, 4), round(high, 4)
    (0.0089, 0.2361)
    >>> wilson(0, 0)
    Interval(low=0.0, high=1.0)
    """
    if trials <= 0:
        return Interval(0.0, 1.0)
    z = normal_quantile(coverage)
    rate = successes / trials
    middle = rate + z**2 / (2 * trials)
    half = z * sqrt(max(rate * (1 - rate), 0) / trials + (z / (2 * trials)) ** 2)
    whole = 1 + z**2 / trials
    # It holds the rate itself, which rounding may forget at 0 and 1.
    return Interval(
        max(min((middle - half) / whole, rate), 0.0), min(max((middle + half) / whole, rate), 1.0)
    )


def jeffreys(successes: float, trials: float, coverage: float = 0.95) -> Interval:
    """Return the middle of the posterior of a rate under Jeffreys' prior, Beta(1/2, 1/2).

    Brown, Cai and DasGupta, "Interval estimation for a binomial proportion" (Statistical Science 16,
    2001), who let it reach 0 or 1 where nothing else was seen.

    >>> low, high = jeffreys(5, 100)
    >>> round(low, 3), round(high, 3)
    (0.019, 0.106)
    """
    from scipy.special import betaincinv  # noqa: PLC0415  (SciPy takes a moment to load)

    a, b, tail = successes + 0.5, trials - successes + 0.5, (1 - coverage) / 2
    low = 0.0 if successes <= 0 else float(betaincinv(a, b, tail))
    high = 1.0 if successes >= trials else float(betaincinv(a, b, 1 - tail))
    return Interval(low, high)
