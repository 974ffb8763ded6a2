"""Numbers as spreadsheets and exporters of many countries write them.

A text that two people could read differently is refused, never guessed: `1.240` is a thousand in
Berlin and one and a quarter in Boston. `1,240` is taken as a thousand, because the exporters we know
write it so.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from linkwright.errors import InvalidInput

_SPACES: Final = "\u00a0\u2007\u2009\u202f"  # the blanks that typesetters put between groups of digits
_CURRENCY = re.compile(rf"\s*(?:[$€£¥]|USD|EUR|GBP)[\s{_SPACES}]*|[\s{_SPACES}]*(?:[$€£¥]|USD|EUR|GBP)\s*$")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d*)?|[+-]?\.\d+", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
_GROUPED = re.compile(rf"[+-]?\d{{1,3}}([, '\u2019{_SPACES}])\d{{3}}(?:\1\d{{3}})*(?:\.\d+)?", re.ASCII)
_DOTTED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|[+-]?\d{1,3}(?:\.\d{3})+,\d+", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_DOT_OR_GROUP = re.compile(r"[+-]?\d{1,3}\.\d{3}", re.ASCII)
_LONGEST: Final = 40
_LARGEST_INT: Final = 2**63 - 1  # what both databases can hold

_NOTHING: Final = frozenset({"", "-", "--", "\u2014", "\u2013", "n/a", "na", "null", "none", "nan", "#n/a"})


def is_blank(value: object) -> bool:
    """Return whether a cell says that there is no value: empty, a dash, `n/a`, `null`."""
    if value is None:
        return True
    return isinstance(value, str) and (not value or (len(value) < 8 and value.strip().lower() in _NOTHING))  # noqa: PLR2004


def parse_int(value: object, *, field: str, low: int = -_LARGEST_INT, high: int = _LARGEST_INT) -> int:
    """Return a whole number: `1,240`, `1 240`, `1.240.000`, `2.0` and `$8` are ones, `1.240` is not.

    Raises:
        InvalidInput: no number, not whole, ambiguous, or outside `low` to `high`.
    """
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 16:  # noqa: PLR2004
        whole = int(value)
    else:
        if isinstance(value, str) and _DOT_OR_GROUP.fullmatch(_unpriced(value)) is not None:
            raise InvalidInput(
                field, "must be a clear whole number: the dot may be a decimal point or not", value
            )
        number = _decimal(value, field)
        if number != number.to_integral_value():
            raise InvalidInput(field, "must be a whole number", value)
        whole = int(number)
    if not low <= whole <= high:
        raise InvalidInput(field, f"must be a whole number from {low} to {high}", value)
    return whole


def parse_float(value: object, *, field: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Return a finite number: `0.7`, `0,7`, `1,240.5` and `1.240,5` are ones; NaN and infinity are not.

    Raises:
        InvalidInput: no number, not finite, or outside `low` to `high`.
    """
    number = float(_decimal(value, field))
    if not low <= number <= high:
        raise InvalidInput(field, f"must be a number from {low:g} to {high:g}", value)
    return number


def parse_score(value: object, *, field: str) -> float:
    """Return a score from 0 to 1; `70%` is 0.7.

    Raises:
        InvalidInput: as `parse_float`.
    """
    if isinstance(value, str) and value.rstrip().endswith("%"):
        return parse_ratio(value.rstrip().removesuffix("%"), field=field)
    return parse_float(value, field=field, low=0, high=1)


def parse_ratio(value: object, *, field: str, of: float = 100) -> float:
    """Return the share that `value` is of `of`: 8 of 100 is 0.08.

    Raises:
        InvalidInput: as `parse_float`, or outside 0 to `of`.
    """
    if isinstance(value, str):
        value = value.rstrip().removesuffix("%")
    return parse_float(value, field=field, low=0, high=of) / of


def parse_money(value: object, *, field: str) -> Decimal:
    """Return an amount, without its currency: `$8`, `1.240,50 €`.

    Raises:
        InvalidInput: no finite number.
    """
    return _decimal(value, field)


def _decimal(value: object, field: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise InvalidInput(field, "must be a number", value)
    if isinstance(value, str):
        plain = _plain(value)
        if plain is None:
            raise InvalidInput(field, "must be a number", value)
        return Decimal(plain)
    if isinstance(value, int) and abs(value) > _LARGEST_INT:
        raise InvalidInput(field, "must be a number of at most 18 digits", value)
    # repr: the shortest text that is this float, so that 0.1 stays 0.1.
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise InvalidInput(field, "must be a finite number", value)
    return number


def _unpriced(text: str) -> str:
    """Return the text without a currency sign: spreadsheets turn a count of 8 into `$8`."""
    return _CURRENCY.sub("", text.strip(), count=1).strip() if len(text) <= _LONGEST else text


def _plain(text: str) -> str | None:
    """Return the number in `text` as digits and a point, or None."""
    if len(text) > _LONGEST:
        return None
    text = _unpriced(text)
    if _PLAIN.fullmatch(text) is not None or _EXPONENT.fullmatch(text) is not None:
        return text
    if (match := _GROUPED.fullmatch(text)) is not None:
        return text.replace(match[1], "")
    if _DOTTED.fullmatch(text) is not None:
        return text.replace(".", "").replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(text) is not None:
        return text.replace(",", ".")
    return None
