"""How many emails a comparison takes, said before it begins."""

from __future__ import annotations

from math import asin, ceil, sqrt
from statistics import NormalDist


def planned_size(rate: float, other: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return the emails that each of two arms needs for a single look at the end.

    By the arcsine transformation (Cohen, "Statistical power analysis for the behavioral sciences", 1988,
    chapter 6). Looking every day takes about as many at these sizes of effect on the average,
    and up to half as many again when luck is against it.

    >>> planned_size(0.05, 0.08)
    1047
    >>> planned_size(0.05, 0.06)
    8143
    """
    effect = 2 * (asin(sqrt(other)) - asin(sqrt(rate)))
    normal = NormalDist()
    return ceil(2 * ((normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) / effect) ** 2)
