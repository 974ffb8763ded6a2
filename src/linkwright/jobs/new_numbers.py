"""What became of the numbers of records that were brought from elsewhere."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence


class Numbers:
    """The new number of each record of a kind. Two numbers a record, or none where they stay."""

    def __init__(self, *, stay: bool) -> None:
        self.stay = stay
        self._old, self._new = array("q"), array("q")

    def add(self, old: Sequence[int], new: Sequence[int]) -> None:
        """Note what became of numbers, which come in order."""
        self._old.extend(old)
        self._new.extend(new)

    def of(self, old: int) -> int | None:
        """Return the new number, or None where the file has no such record."""
        place = bisect_left(self._old, old)
        known = place < len(self._old) and self._old[place] == old
        return self._new[place] if known else None
