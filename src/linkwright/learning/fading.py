"""Old evidence counts less: by half after one half-life, by three quarters after two.

What is kept is a sum as of the moment of its latest evidence, so that it stays small and adding is
the same in whatever order: adding something later fades the sum, adding something earlier fades that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self


def faded(age: timedelta, half_life: timedelta | None) -> float:
    """Return how much evidence of this age still counts; all of it without a half-life.

    >>> faded(timedelta(days=20), timedelta(days=10))
    0.25
    """
    if half_life is None or age <= timedelta(0):
        return 1.0
    return float(0.5 ** (age / half_life))


@dataclass(frozen=True)
class Faded:
    """Trials and replies as of a moment, faded."""

    trials: float = 0.0
    replies: float = 0.0
    as_of: datetime | None = None

    def plus(self, trials: float, replies: float, at: datetime, half_life: timedelta | None) -> Self:
        """Return the sums with this evidence; negative numbers take it back."""
        latest = at if self.as_of is None else max(at, self.as_of)
        before, new = self.weight_at(latest, half_life), faded(latest - at, half_life)
        return type(self)(self.trials * before + trials * new, self.replies * before + replies * new, latest)

    def weight_at(self, now: datetime, half_life: timedelta | None) -> float:
        """Return what remains of the sums by now."""
        return 1.0 if self.as_of is None else faded(now - self.as_of, half_life)
