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


def start_of_day(moment: datetime) -> datetime:
    """Return the midnight that began `moment`'s UTC day."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
