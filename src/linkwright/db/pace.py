"""How much a short transaction takes on, so that nobody waits for long behind it."""

from typing import Final

SECONDS: Final = 0.25
"""How long one transaction should take. Nobody waits longer than a second for a lock."""


class Pace:
    """The number of rows for the next transaction: half as many after a slow one, twice after a quick one."""

    def __init__(self, first: int, most: int, *, least: int = 10) -> None:
        self.number, self._most, self._least = first, most, least

    def took(self, seconds: float) -> None:
        """Learn how long the last one took."""
        if seconds > SECONDS:
            self.number = max(self.number // 2, self._least)
        elif seconds < SECONDS / 2:
            self.number = min(self.number * 2, self._most)
