"""Percentiles of many durations in little room, with a known error, that can be added up.

The sketch of Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with
relative-error guarantees", PVLDB 12 (12), 2019: with g = (1 + a) / (1 - a), a value x is counted in
bucket ceil(log x / log g), and a bucket i answers for 2 g^i / (g + 1), which is off by at most the
share a of the truth. Two sketches of the same a are merged by adding their counts, and lose nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, floor, log
from typing import Final

ERROR: Final = 0.02
"""A percentile is off by at most this share of itself."""

SHORTEST: Final = 1e-6
LONGEST: Final = 1e4
"""Seconds that are told apart: beyond them all count alike. That makes 577 buckets at most."""

_GROWTH: Final = (1 + ERROR) / (1 - ERROR)
_PER_LOG: Final = 1 / log(_GROWTH)
_END: Final = tuple(ceil(log(end) * _PER_LOG) for end in (SHORTEST, LONGEST))


@dataclass(slots=True)
class Sketch:
    """Durations in seconds: how many, how long together, and how they are spread.

    >>> times = Sketch()
    >>> for milliseconds in range(1, 101):
    ...     times.add(milliseconds / 1000)
    >>> times.count, round(times.total, 2), round(times.longest, 3)
    (100, 5.05, 0.1)
    >>> [round(times.quantile(share) * 1000) for share in (0.5, 0.95, 0.99)]
    [51, 96, 100]
    """

    total: float = 0.0
    longest: float = 0.0
    buckets: dict[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.buckets.values())

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.total += seconds
        self.longest = max(self.longest, seconds)
        bucket = ceil(log(seconds) * _PER_LOG) if SHORTEST < seconds < LONGEST else _END[seconds >= LONGEST]
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def merge(self, other: Sketch) -> None:
        """Count all that another sketch has counted."""
        self.total += other.total
        self.longest = max(self.longest, other.longest)
        for bucket, number in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + number

    def quantile(self, share: float) -> float:
        """Return the duration that a share of all did not exceed, to within `ERROR`; of none, 0."""
        rank = floor(share * (self.count - 1))
        passed = 0
        for bucket in sorted(self.buckets):
            passed += self.buckets[bucket]
            if passed > rank:
                # The longest is known exactly, and no percentile lies above it.
                return min(2 * _GROWTH**bucket / (_GROWTH + 1), self.longest)
        return 0.0

    def count_to(self, seconds: float) -> int:
        """Return how many took so long at most; those within `ERROR` of it may be on either side."""
        last = floor(log(seconds) * _PER_LOG)
        return sum(number for bucket, number in self.buckets.items() if bucket <= last)

    def as_json(self) -> dict[str, object]:
        """Return the sketch as JSON takes it."""
        buckets = {str(bucket): self.buckets[bucket] for bucket in sorted(self.buckets)}
        return {"total": self.total, "longest": self.longest, "buckets": buckets}

    @classmethod
    def from_json(cls, told: Mapping[str, object]) -> Sketch:
        """Return the sketch that `as_json` had told of.

        Raises:
            ValueError, TypeError, KeyError: it had not.
        """
        buckets = told["buckets"]
        if not isinstance(buckets, dict):
            raise TypeError(buckets)
        return cls(
            float(str(told["total"])),
            float(str(told["longest"])),
            {int(bucket): int(number) for bucket, number in buckets.items()},
        )
