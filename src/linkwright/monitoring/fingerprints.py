"""What makes two statements the same: their text, but for how many values a list has.

Values never stand in a text: they travel beside it. A literal that does is a word of the program's
(a state, an index's condition), and stays, because plans depend on it. One with an @ in it would be an
address that somebody spelled into a statement, against the rules of the house: it goes.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

LONGEST: Final = 20_000
"""Characters of a text that are kept."""

_PARAMETER: Final = r"(?:\?|\$\d+(?:::[A-Z][A-Z ]*(?:\(\d+\))?(?:\[\])?)?)"
_LIST: Final = re.compile(rf"\bIN \(({_PARAMETER})(?:, {_PARAMETER})+\)")
_TUPLE: Final = rf"\({_PARAMETER}(?:, {_PARAMETER})*\)"
_ROWS: Final = re.compile(rf"\bVALUES ({_TUPLE})(?:, {_TUPLE})+")
_NUMBERED: Final = re.compile(r"\$(\d+)")
_SAVEPOINT: Final = re.compile(r"\b(sa_savepoint)_\d+")
_ADDRESS: Final = re.compile(r"'(?:[^']|'')*@(?:[^']|'')*'")
_SPACE: Final = re.compile(r"\s+")


def normalised(text: str) -> str:
    """Return a statement's text with each list cut to one value; it can still be planned.

    >>> normalised("SELECT id FROM emails WHERE id IN (?, ?, ?) AND status = 'sent'")
    "SELECT id FROM emails WHERE id IN (?) AND status = 'sent'"
    >>> normalised("INSERT INTO t (a, b) VALUES ($1::VARCHAR, $2::INTEGER), ($3::VARCHAR, $4::INTEGER)")
    'INSERT INTO t (a, b) VALUES ($1::VARCHAR, $2::INTEGER)'
    >>> normalised("SELECT 1 WHERE a IN ($1::INTEGER, $2::INTEGER) AND b = $3")
    'SELECT 1 WHERE a IN ($1::INTEGER) AND b = $2'
    """
    text = _SPACE.sub(" ", _ADDRESS.sub("'?'", text[:LONGEST])).strip()
    text = _SAVEPOINT.sub(r"\1", _ROWS.sub(r"VALUES \1", _LIST.sub(r"IN (\1)", text)))
    # PostgreSQL refuses to plan a text with a gap in its numbers.
    places: dict[str, str] = {}
    return _NUMBERED.sub(lambda found: "$" + places.setdefault(found[1], str(len(places) + 1)), text)


def fingerprint(sql: str) -> str:
    """Return sixteen letters that stand for a normalised statement, the same in every process."""
    return blake2b(sql.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
