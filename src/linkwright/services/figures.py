"""Totals of the roll-up made into figures that can be shown. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from linkwright.clock import hours_between
from linkwright.learning.cohorts import REPLY_DAYS
from linkwright.learning.intervals import wilson
from linkwright.learning.survival import FEWEST_EVENTS, Curve, kaplan_meier
from linkwright.schemas.figures import Figures, RateRead, TimeToReply
from linkwright.services.analytics_periods import day_start
from linkwright.services.roll_up_columns import COST_UNIT

HORIZON_DAYS: Final = 30
_NOON: Final = 12
_REPLY: Final = "reply:"
_RATES: Final = {
    "bounce_rate": ("emails_bounced", "emails_sent"),
    "open_rate": ("emails_opened", "emails_sent"),
    "positive_rate": ("positive_responses", "responses_received"),
    "link_rate": ("links_acquired", "opportunities_contacted"),
    "ai_accuracy": ("judged_right", "judged"),
}

Totals = Mapping[str, Any]


def figures_of(totals: Iterable[Totals], now: datetime, counted_at: datetime | None) -> Figures:
    """Return what the totals of some campaigns come to."""
    numbers: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for each in totals:
        numbers.update(each.get("numbers", {}))
        waiting.update(each.get("waiting", {}))
    return Figures(
        rates={name: rate_of(numbers[part], numbers[whole]) for name, (part, whole) in _RATES.items()},
        time_to_reply=_time_to_reply(reply_curve(numbers, waiting, now)),
        cost=numbers["cost_e8"] / COST_UNIT,
        unpriced_decisions=numbers["unpriced"],
        links=numbers["links_acquired"],
        emails_opened_by_machine=numbers["emails_opened_by_machine"],
        counted_at=counted_at,
    )


def rate_of(part: int, whole: int) -> RateRead:
    """Return a rate with Wilson's interval. A link may come unasked, so a part is cut at the whole."""
    if not whole:
        return RateRead(part, whole, None, None, None)
    part = min(part, whole)
    low, high = wilson(part, whole)
    return RateRead(part, whole, part / whole, low, high)


def reply_curve(numbers: Mapping[str, int], waiting: Mapping[str, int], now: datetime) -> Curve:
    """Return the curve of prospects who have not answered yet, by hours since their first letter.

    Who waits is known by the day of the letter, and counted as from its noon.
    """
    events = {
        float(name.removeprefix(_REPLY)): number
        for name, number in numbers.items()
        if name.startswith(_REPLY) and number > 0
    }
    censored: Counter[float] = Counter()
    for day, number in waiting.items():
        age = hours_between(day_start(date.fromisoformat(day)), now.astimezone(UTC)) - _NOON
        censored[max(age, 0.0)] += number
    return kaplan_meier(events, censored)


def _time_to_reply(curve: Curve) -> TimeToReply:
    known: dict[str, Any] = {
        "answered": curve.events,
        "waiting": curve.number - curve.events,
        "horizon_days": HORIZON_DAYS,
    }
    if curve.events < FEWEST_EVENTS:
        words = f"not enough data: {curve.events} of the {FEWEST_EVENTS} answers it takes"
        return TimeToReply(**{**known, **dict.fromkeys(_UNKNOWN)}, words=words)
    median = curve.of_those_by(HORIZON_DAYS * 24)
    low, high = curve.interval(REPLY_DAYS * 24)
    return TimeToReply(
        **known,
        median_hours=median.time,
        low_hours=median.low,
        high_hours=median.high,
        reply_rate=1 - curve.at(REPLY_DAYS * 24),
        reply_low=1 - high,
        reply_high=1 - low,
        words=f"half of those who answer within {HORIZON_DAYS} days do within {median.time:g} hours",
    )


_UNKNOWN: Final = ("median_hours", "low_hours", "high_hours", "reply_rate", "reply_low", "reply_high")
