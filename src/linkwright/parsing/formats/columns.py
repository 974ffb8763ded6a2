"""How one cell becomes one value: the parsers that formats are declared with."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from linkwright.errors import InvalidInput
from linkwright.parsing import values
from linkwright.parsing.addresses import parse_address
from linkwright.parsing.formats.words import parse_word
from linkwright.parsing.urls import canonical_url

if TYPE_CHECKING:
    from enum import StrEnum

Parse: TypeAlias = Callable[[Any, str], Any]
"""Takes a cell that is not empty, and the name that errors call it by."""

_DEEPEST: Final = 32
_LONGEST_EXTRA: Final = 32_768
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column's values go, and how they are read.

    `target` is a field of the record, `link.NAME` for a fact of the link, `extra.NAME` for what only
    the source speaks of, or empty for what is known to be of no use here. What a `lenient` column says
    is not worth losing the row for: when it cannot be read, its text is kept in `extra` as it is.
    """

    target: str
    parse: Parse
    lenient: bool = False


def text(target: str, limit: int | None = None, *, lines: bool = False) -> Column:
    """Return a column of text."""
    return Column(target, lambda value, name: values.clean_text(value, field=name, limit=limit, lines=lines))


def address(target: str) -> Column:
    """Return a column of mail addresses."""
    return Column(target, lambda value, name: parse_address(value, field=name))


def page(target: str, *, lenient: bool = False) -> Column:
    """Return a column of URLs."""
    return Column(target, lambda value, name: canonical_url(value, field=name), lenient)


def whole(target: str, low: int = 0, high: int = 2**31 - 1, *, lenient: bool = False) -> Column:
    """Return a column of whole numbers."""
    return Column(
        target, lambda value, name: values.parse_int(value, field=name, low=low, high=high), lenient
    )


def score(target: str) -> Column:
    """Return a column of scores from 0 to 1."""
    return Column(target, lambda value, name: values.parse_score(value, field=name))


def flag(target: str, *, lenient: bool = False) -> Column:
    """Return a column of yes and no."""
    return Column(target, lambda value, name: values.parse_bool(value, field=name), lenient)


def moment(target: str, *, assume_utc: bool = False, lenient: bool = False) -> Column:
    """Return a column of instants; `assume_utc` where the source's times are UTC without saying so."""

    def parse(value: object, name: str) -> datetime:
        return values.parse_date(value, field=name, assume_utc=assume_utc)

    return Column(target, parse, lenient)


def word(target: str, vocabulary: type[StrEnum]) -> Column:
    """Return a column of controlled words."""
    return Column(target, lambda value, name: parse_word(value, vocabulary, field=name))


def ignored() -> Column:
    """Return a column that is known and of no use here."""
    return Column("", lambda _value, _name: None)


def metric(target: str) -> Column:
    """Return a column of the source's own numbers: never a reason to refuse a row."""

    def parse(value: object, name: str) -> int | float:
        found = values.parse_float(value, field=name)
        return int(found) if found.is_integer() else found

    return Column(target, parse, lenient=True)


def topics(target: str) -> Column:
    """Return a column of lists of words: a JSON array, or words between commas, semicolons or bars."""
    return Column(target, _topics)


def analysis(target: str) -> Column:
    """Return a column of JSON objects."""
    return Column(target, _object)


def extra_name(header: str) -> str:
    """Return the name of a column inside `extra`.

    >>> extra_name("SourceTrustFlow"), extra_name("Only rel=nofollow")
    ('source_trust_flow', 'only_rel_nofollow')
    """
    return _NOT_WORD.sub("_", _CAMEL.sub("_", header)).strip("_").lower() or "column"


def plain(value: Any, name: str) -> Any:
    """Return a cell as a JSON value that both databases can hold.

    Raises:
        InvalidInput: text or numbers that cannot be stored, or nesting without end.
    """
    return _storable(value, name, _DEEPEST)


def _storable(value: Any, name: str, depth: int) -> Any:
    if isinstance(value, str):
        return values.clean_text(value, field=name, limit=_LONGEST_EXTRA, lines=True)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise InvalidInput(name, "must be a finite number", value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if depth == 0:
        raise InvalidInput(name, f"must be nested at most {_DEEPEST} levels deep")
    if isinstance(value, list):
        return [_storable(item, name, depth - 1) for item in value]
    if isinstance(value, dict):
        return {
            _storable(str(key), name, 0) or "": _storable(item, name, depth - 1)
            for key, item in value.items()
        }
    raise InvalidInput(name, "must be text, a number, a date or JSON", value)


def _topics(value: Any, name: str) -> list[str]:
    if isinstance(value, str):
        value = _json(value, name) if value.lstrip().startswith("[") else re.split(r"[,;|]", value)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidInput(name, "must be a list of words", value)
    cleaned = [values.clean_text(item, field=name, limit=200) for item in value]
    return list(dict.fromkeys(item for item in cleaned if item))


def _object(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, str):
        value = _json(value, name)
    if not isinstance(value, dict):
        raise InvalidInput(name, "must be a JSON object", value)
    found: dict[str, Any] = plain(value, name)
    return found


def _json(value: str, name: str) -> Any:
    try:
        return orjson.loads(value.encode())
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise InvalidInput(name, "must be valid JSON", value) from None
