"""Cells as values: text that is safe to store, flags, and the mark that guards a formula.

Numbers and dates have files of their own and are offered here too, so a format imports one module.
"""

from __future__ import annotations

import re
from typing import Final

from linkwright.errors import InvalidInput
from linkwright.parsing.dates import parse_date
from linkwright.parsing.numbers import is_blank, parse_float, parse_int, parse_money, parse_ratio, parse_score

__all__ = [
    "clean_text",
    "is_blank",
    "parse_bool",
    "parse_date",
    "parse_float",
    "parse_int",
    "parse_money",
    "parse_ratio",
    "parse_score",
    "unguard",
]

_TRUE: Final = frozenset({"true", "t", "1", "yes", "y", "on", "+", "x", "✓"})
_FALSE: Final = frozenset({"false", "f", "0", "no", "n", "off", "-"})
_GUARDED: Final = frozenset("=+-@\t\r")
# Neither database stores NUL in text, and no reader expects the others; tab and line ends may stay.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def parse_bool(value: object, *, field: str) -> bool:
    """Return a flag: true, 1, yes, y, on, + and their opposites, in any letter case.

    Raises:
        InvalidInput: any other word; nothing is guessed from it.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in {0, 1}:
        return bool(value)
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    raise InvalidInput(field, "must be true or false", value)


def clean_text(value: object, *, field: str, limit: int | None = None, lines: bool = False) -> str | None:
    """Return text that both databases can hold, trimmed; None when nothing is left.

    Blanks and line ends inside become one blank each, unless `lines` says that they matter. Numbers
    become their digits: a workbook makes a number of the title "2024".

    Raises:
        InvalidInput: control characters or lone surrogates, more than `limit` characters, or no text.
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value).removesuffix(".0")
    else:
        raise InvalidInput(field, "must be text", value)
    if text.isprintable() and "  " not in text:  # most text; a tab or a line end is not printable
        text = text.strip()
    elif _UNFIT.search(text) is not None:
        raise InvalidInput(field, "must not contain control characters or lone surrogates", value)
    else:
        text = text.strip() if lines else " ".join(text.split())
    if limit is not None and len(text) > limit:
        raise InvalidInput(field, f"must be at most {limit} characters", value)
    return text or None


def unguard(text: str) -> str:
    """Return the cell without the apostrophe that a careful exporter put before a formula sign.

    >>> unguard("'=1+1"), unguard("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text[:1] == "'" and text[1:2] in _GUARDED else text
