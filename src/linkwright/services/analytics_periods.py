"""Days added up to weeks and months. Pure: facts in, numbers out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from linkwright.queries.analytics import COST, COUNTS, MEANS
from linkwright.vocabulary import PeriodType

Values = dict[str, float | None]


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


def surroundings(first: date, last: date) -> tuple[date, date]:
    """Return the first day of, and the one behind, the whole weeks and months that a range touches.

    >>> [day.isoformat() for day in surroundings(date(2026, 3, 1), date(2026, 3, 1))]
    ['2026-02-23', '2026-04-01']
    """
    return min(period_start(kind, first) for kind in PeriodType), max(
        period_end(kind, last) for kind in PeriodType
    )


@dataclass
class Days:
    """The days of a campaign: those from `first` to `last` are derived, those around them only added up."""

    first: date
    last: date
    totals: dict[date, dict[str, float]] = field(default_factory=dict)
    means: dict[date, dict[str, tuple[float, int]]] = field(default_factory=lambda: defaultdict(dict))

    def add_stored(self, day: date, values: Mapping[str, float | None]) -> None:
        """Take a stored day. One that is derived starts again at nothing: its facts may be gone."""
        derived = self._is_derived(day)
        self.totals[day] = {name: 0 if derived else values[name] or 0 for name in (*COUNTS, COST)}

    def add_facts(self, facts: Iterable[tuple[str, date, int]]) -> None:
        """Take numbers of facts, of derived days."""
        for name, day, number in facts:
            self._of(day)[name] += number

    def add_sums(self, sums: Iterable[tuple[str, date, float, int]]) -> None:
        """Take sums, of all days."""
        for name, day, total, number in sums:
            if name != COST:
                self.means[day][name] = (total, number)
            if self._is_derived(day):
                values = self._of(day)
                if name == COST:
                    values[COST] = round(total, 8)

    def periods(self) -> Iterator[tuple[PeriodType, date, Values]]:
        """Return every derived day that has a record, and the weeks and months it lies in."""
        derived = sorted(day for day in self.totals if self._is_derived(day))
        for kind in PeriodType:
            members: defaultdict[date, list[date]] = defaultdict(list)
            for day in self.totals.keys() | self.means.keys():
                members[period_start(kind, day)].append(day)
            for start in sorted({period_start(kind, day) for day in derived}):
                yield kind, start, self._added_up(members[start])

    def _added_up(self, days: list[date]) -> Values:
        known = [self.totals[day] for day in days if day in self.totals]
        values: Values = {name: int(sum(day[name] for day in known)) for name in COUNTS}
        values[COST] = round(sum(day[COST] for day in sorted(known, key=lambda day: day[COST])), 8)
        for name in MEANS:
            parts = [self.means[day][name] for day in sorted(days) if name in self.means.get(day, {})]
            number = sum(part[1] for part in parts)
            values[name] = round(sum(part[0] for part in parts) / number, 12) if number else None
        return values

    def _is_derived(self, day: date) -> bool:
        return self.first <= day <= self.last

    def _of(self, day: date) -> dict[str, float]:
        return self.totals.setdefault(day, dict.fromkeys((*COUNTS, COST), 0))
