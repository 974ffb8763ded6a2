"""The records of days, weeks and months, and the totals, made from what the days add up to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from linkwright.learning.cohorts import BOUNCE_DAYS, OPEN_DAYS, REPLY_DAYS
from linkwright.learning.insight_questions import insights_of
from linkwright.learning.trends import Change, Rate, count_change, rate_change
from linkwright.services.analytics_periods import Numbers, Period, day_start, periods_of, summed
from linkwright.services.roll_up_columns import COUNTS, values_of
from linkwright.vocabulary import PeriodType

_RATES: Final = (
    ("reply_rate", "cohort_replied", "opportunities_contacted", REPLY_DAYS),
    ("positive_rate", "cohort_positive", "opportunities_contacted", REPLY_DAYS),
    ("open_rate", "cohort_opened", "emails_sent", OPEN_DAYS),
    ("bounce_rate", "cohort_bounced", "emails_sent", BOUNCE_DAYS),
    ("ai_accuracy", "judged_right", "judged", 0),
)
"""Rates of cohorts: what of what, and how long a day's letters are given."""

Asked = Callable[[str, datetime], bool]
"""Says of a kind of period, and of the moment at which one starts, whether its record is asked for."""

_COMPARED: Final = ("emails_sent", "responses_received", "links_acquired")


def records_of(
    days: Mapping[date, Numbers], today: date, asked: Asked | None = None
) -> Iterator[dict[str, Any]]:
    """Return the records of all periods that have facts, or of those asked for, as of a day that is open.

    Those of a period that is over, and whose letters have had their time, do not depend on `today`.
    """
    known = {day: numbers for day, numbers in days.items() if numbers}
    before: dict[tuple[PeriodType, date], Period] = {}
    for period in periods_of(days):
        before[period.kind, period.end] = period
        # The insights of a hundred weeks are most of the work, and who looks at a month asks for none.
        if asked is not None and not asked(period.kind.value, day_start(period.start)):
            continue
        previous = before.get((period.kind, period.start))
        record = {
            "period_type": period.kind.value,
            "date": day_start(period.start),
            **values_of(period.numbers),
            "performance_trends": _trends(period, previous, today),
            "ai_insights": None,
            "optimization_suggestions": None,
        }
        if period.kind is not PeriodType.DAILY:
            found = insights_of(known, min(period.end, today))
            record["ai_insights"] = [one.as_json() for one in found]
            record["optimization_suggestions"] = [one.as_suggestion() for one in found]
        yield record


def totals_of(days: Mapping[date, Numbers]) -> dict[str, Any]:
    """Return what all days add up to, and by the day of the first letter who still may answer."""
    total = summed(days.values())
    waiting = {}
    for day, numbers in sorted(days.items()):
        answered = sum(number for name, number in numbers.items() if name.startswith("reply:"))
        open_ = numbers.get("opportunities_contacted", 0) - answered - numbers.get("cohort_unreachable", 0)
        if open_ > 0:
            waiting[day.isoformat()] = open_
    kept = {name: total[name] for name in sorted(total) if total[name] or name in COUNTS}
    return {"numbers": kept, "waiting": waiting}


def _trends(period: Period, previous: Period | None, today: date) -> dict[str, Any]:
    numbers = period.numbers
    found: dict[str, Any] = {
        "against": None if previous is None else previous.start.isoformat(),
        "complete": period.end <= today,
        "ai_accuracy": {"n": numbers.get("judged", 0)},
        "user_satisfaction": {"n": numbers.get("rated", 0)},
        "emails_opened_by_machine": numbers.get("emails_opened_by_machine", 0),
        "unpriced_decisions": numbers.get("unpriced", 0),
        "rates": {},
        "changes": {},
    }
    for name, part, whole, wait in _RATES:
        rate = _ripe_rate(period, part, whole, wait, today)
        if not rate.whole:
            continue
        found["rates"][name] = _rate_json(rate)
        if previous is not None:
            change = rate_change(_ripe_rate(previous, part, whole, wait, today), rate)
            found["changes"][name] = _change_json(change, "difference")
    if previous is not None and period.kind is not PeriodType.DAILY:
        # Of a period that is still going on, the days that are over.
        whole_days = (min(period.end, today) - period.start).days
        over = summed(numbers for day, numbers in period.days.items() if day < today)
        for name in _COMPARED:
            change = count_change(
                previous.numbers.get(name, 0),
                (previous.end - previous.start).days,
                over.get(name, 0),
                whole_days,
            )
            found["changes"][name] = _change_json(change, "ratio_per_day")
    return found


def _ripe_rate(period: Period, part: str, whole: str, wait: int, today: date) -> Rate:
    last = today - timedelta(days=wait + 1)
    ripe = [numbers for day, numbers in period.days.items() if day <= last]
    return Rate(*(sum(numbers.get(name, 0) for numbers in ripe) for name in (part, whole)))


def _rate_json(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval or (0.0, 1.0)
    return {"n": rate.whole, "rate": _short(rate.value), "low": _short(low), "high": _short(high)}


def _change_json(change: Change, size: str) -> dict[str, Any]:
    said: dict[str, Any] = {"verdict": change.direction.value}
    if change.low is not None or change.high is not None:
        said |= {size: _short(change.size), "low": _short(change.low), "high": _short(change.high)}
    return said


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
