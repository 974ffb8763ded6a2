"""The only reader of the time.

Whoever needs the present takes a `Clock`, so a test, an import of old mail or a rerun
can say what "now" is.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present, aware and in UTC."""
    return datetime.now(UTC)


def hours_between(start: datetime, end: datetime) -> float:
    """Return the hours from `start` to `end`, and nothing less than none: clocks differ."""
    return max((end - start).total_seconds() / 3600, 0.0)


def start_of_day(moment: datetime) -> datetime:
    """Return the midnight that began `moment`'s UTC day."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
