"""Dates as the tools of others write them, as aware UTC.

A day without a time is its UTC midnight. A time without a zone is refused, unless the caller knows
that its source means UTC (`assume_utc`); only workbook cells, which cannot carry a zone, are always
taken as UTC. Month names are English: exports in other languages use digits.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from linkwright.errors import InvalidInput

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2100
_EXCEL_EPOCH: Final = datetime(1899, 12, 30, tzinfo=UTC)
_EXCEL_DAYS: Final = (25_569, 73_416)  # 1970-01-01 up to 2101-01-01
_LONGEST: Final = 64

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("jan january", "feb february", "mar march", "apr april", "may", "jun june"),
            *("jul july", "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = (
    r"(?:(?:[Tt]|,?\s+(?:at\s+)?)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?\s*(?P<zone>Z|z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
_SHAPES: Final = tuple(
    re.compile(shape + _TIME, re.ASCII)
    for shape in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<name>[A-Za-z]{3,9})\.?,?[\s-]+(?P<year>\d{4})",
        r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
        r"(?P<one>\d{1,2})(?P<mark>[/-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4})",
    )
)
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,12})?", re.ASCII)


def parse_date(
    value: object, *, field: str, assume_utc: bool = False, day_first: bool | None = None
) -> datetime:
    """Return the instant that `value` names, in UTC.

    Takes ISO 8601, `Sep 15, 2026`, `15 Sep 2026`, `15.09.2026`, `2026-09-15 10:00:00 UTC`, dates and
    serial numbers of workbooks. `09/15/2026` is clear; `03/04/2026` is only with `day_first`.

    Raises:
        InvalidInput: not a date, one that could be two, a time without a zone, or outside 1970 to 2100.
    """
    if isinstance(value, str):
        found = _from_text(value.strip(), assume_utc, day_first) if len(value) <= _LONGEST else None
        found = found or "must be a date like 2026-09-15 or 2026-09-15T10:00:00Z"
    elif isinstance(value, datetime):
        found = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _from_serial(float(value))
    else:
        found = "must be a date"
    if isinstance(found, str):
        raise InvalidInput(field, found, value)
    # Asked before the conversion, which may leave the years that datetime can say at all.
    if FIRST_YEAR - 1 <= found.year <= LAST_YEAR + 1:
        found = found.astimezone(UTC)
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
    raise InvalidInput(field, f"must be a date from {FIRST_YEAR} to {LAST_YEAR}", value)


@lru_cache(maxsize=8_192)  # an export repeats its dates
def _from_text(text: str, assume_utc: bool, day_first: bool | None) -> datetime | str | None:  # noqa: FBT001
    """Return the instant, or the rule that the text breaks, or None when it is no date at all."""
    for shape in _SHAPES:
        match = shape.fullmatch(text)
        if match is not None:
            return _assemble(match.groupdict(), assume_utc=assume_utc, day_first=day_first)
    return _from_serial(float(text)) if _SERIAL.fullmatch(text) is not None else None


def _assemble(
    parts: dict[str, str | None], *, assume_utc: bool, day_first: bool | None
) -> datetime | str | None:
    month_and_day = _month_and_day(parts, day_first)
    if not isinstance(month_and_day, tuple):
        return month_and_day
    hour = int(parts["hour"] or 0)
    half = (parts["half"] or "")[:1].lower()
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if parts["zone"] is None and parts["hour"] is not None and not assume_utc:
        return "must say its time zone, like 2026-09-15T10:00:00Z"
    microsecond = int((parts["fraction"] or "")[:6].ljust(6, "0"))
    try:
        return datetime(
            int(parts["year"] or 0),
            *month_and_day,
            hour,
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            microsecond,
            tzinfo=_zone(parts["zone"]),
        )
    except ValueError:  # the 31st of June, 25 o'clock, year 0, an offset of 99 hours
        return None


def _month_and_day(parts: dict[str, str | None], day_first: bool | None) -> tuple[int, int] | str | None:  # noqa: FBT001
    name = parts.get("name")
    if name is not None:
        month = _MONTHS.get(name.lower())
        return None if month is None else (month, int(parts["day"] or 0))
    if parts.get("one") is None:
        return int(parts["month"] or 0), int(parts["day"] or 0)
    one, two = int(parts["one"] or 0), int(parts["two"] or 0)
    if day_first is None and one <= 12 and two <= 12 and one != two:  # noqa: PLR2004
        return "must be a clear date: write it as 2026-09-15"
    day_leads = one > 12 if day_first is None else day_first  # noqa: PLR2004
    return (two, one) if day_leads else (one, two)


def _zone(text: str | None) -> timezone:
    if text is None or text[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _from_serial(number: float) -> datetime | str:
    first, end = _EXCEL_DAYS
    if not first <= number < end:
        return "must be a date; a bare number is only one as a workbook's day count"
    # Workbooks count in days; their fractions are only good to the second.
    return _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
