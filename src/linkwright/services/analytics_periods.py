"""Days added up to weeks and months. Pure: numbers of days in, numbers of periods out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from linkwright.vocabulary import PeriodType

Numbers = Mapping[str, int]


def day_start(day: date) -> datetime:
    """Return the UTC instant at which a day starts."""
    return datetime.combine(day, time(), UTC)


def period_start(period_type: PeriodType, day: date) -> date:
    """Return the first day of the period that a day lies in.

    >>> period_start(PeriodType.WEEKLY, date(2026, 3, 1)).isoformat()
    '2026-02-23'
    """
    if period_type is PeriodType.WEEKLY:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period_type is PeriodType.MONTHLY else day


def period_end(period_type: PeriodType, day: date) -> date:
    """Return the first day behind the period that a day lies in."""
    start = period_start(period_type, day)
    if period_type is PeriodType.WEEKLY:
        return start + timedelta(days=7)
    if period_type is PeriodType.MONTHLY:
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=1)


@dataclass(slots=True)
class Period:
    """One period that has facts, and the days that do."""

    kind: PeriodType
    start: date
    end: date
    numbers: Counter[str] = field(default_factory=Counter)
    days: dict[date, Numbers] = field(default_factory=dict)


def periods_of(days: Mapping[date, Numbers]) -> list[Period]:
    """Return the days that have facts, and the weeks and months they lie in, each kind in order."""
    found: list[Period] = []
    for kind in PeriodType:
        of_kind: dict[date, Period] = {}
        for day in sorted(days):
            start = period_start(kind, day)
            period = of_kind.setdefault(start, Period(kind, start, period_end(kind, day)))
            period.numbers.update(days[day])
            period.days[day] = days[day]
        found += of_kind.values()
    return found


def summed(days: Iterable[Numbers]) -> Counter[str]:
    """Return what days add up to."""
    total: Counter[str] = Counter()
    for numbers in days:
        total.update(numbers)
    return total
