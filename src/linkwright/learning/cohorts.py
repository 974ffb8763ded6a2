"""Rates of cohorts: what became of the letters of the days that have had their time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from linkwright.learning.trends import Rate

REPLY_DAYS: Final = 14
BOUNCE_DAYS: Final = 7
OPEN_DAYS: Final = 7
COMPLAINT_DAYS: Final = 14

Days = Mapping[date, Mapping[str, int]]
"""What days add up from: numbers by name, which `services.roll_up_columns` says the meaning of."""


def with_opened(numbers: Mapping[str, int]) -> Mapping[str, int]:
    """Return the numbers of a day with the emails that anybody opened, a person or a machine."""
    names = ("emails_opened", "emails_opened_by_machine_only")
    return {**numbers, "opened_at_all": sum(numbers.get(name, 0) for name in names)}


@dataclass(frozen=True, slots=True)
class Cohorts:
    """The days of a campaign whose letters have had their time, as of a day that is still open."""

    days: Days
    as_of: date
    _ripe: dict[int, list[date]] = field(default_factory=dict)

    def ripe(self, wait: int) -> list[date]:
        """Return the days that ended so many days ago or more."""
        if wait not in self._ripe:
            last = self.as_of - timedelta(days=wait + 1)
            self._ripe[wait] = sorted(day for day in self.days if day <= last)
        return self._ripe[wait]

    def rate(self, part: str, whole: str, wait: int, *, weekday: int | None = None) -> Rate:
        """Return a rate of all ripe days, or of those of a weekday."""
        days = [day for day in self.ripe(wait) if weekday in {None, day.weekday()}]
        return Rate(*(sum(self.days[day].get(name, 0) for day in days) for name in (part, whole)))


def ends(cohorts: Cohorts, wait: int) -> tuple[date, date]:
    """Return the first and the last day whose letters have had so much time, or of all."""
    days = cohorts.ripe(wait) or sorted(cohorts.days)
    return days[0], days[-1]


def rate_as_json(rate: Rate) -> dict[str, Any]:
    """Return a rate with its interval as it is stored."""
    low, high = rate.interval or (0.0, 1.0)
    value = None if rate.value is None else round(rate.value, 6)
    return {"of": rate.whole, "part": rate.part, "rate": value, "low": round(low, 6), "high": round(high, 6)}


def said(rate: Rate) -> str:
    """Return a rate in words."""
    return f"{percent(rate.value or 0.0)} ({rate.part} of {rate.whole})"


def percent(value: float) -> str:
    """Return a share as a percentage, small ones to two digits.

    >>> percent(0.0123), percent(0.5)
    ('1.2 %', '50 %')
    """
    return f"{100 * value:.2g} %" if value < 0.1 else f"{100 * value:.0f} %"  # noqa: PLR2004
