"""Field types with the rules of the schema, so that a broken one is named before any SQL runs."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
LARGEST_INTEGER: Final = 2**31 - 1
NO_NUL: Final = r"^[^\x00]*$"
LONGEST_JSON: Final = 1_000_000
"""The most bytes of one JSON value: what a model pours out beyond that is no fact about a prospect."""
LONGEST_TEXT: Final = 10_000_000
"""The most characters of one text: a whole mail has room, and a window of two million tokens."""

E = TypeVar("E", bound=StrEnum)


class Shape(BaseModel):
    """The base of all shapes: unknown keys and wrong types are refused, never coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, from_attributes=True, validate_default=False)


class Record(BaseModel):
    """The base of what is read: a whole row, exactly as stored, and back again without loss."""

    model_config = ConfigDict(extra="forbid", strict=True, from_attributes=True, frozen=True)


def _moment(value: object) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("must be an ISO 8601 moment such as 2026-09-15T10:00:00Z") from None
    if not isinstance(value, datetime):
        raise ValueError("must be a moment")  # noqa: TRY004  (pydantic turns ValueError into a problem)
    if value.tzinfo is None:
        raise ValueError("must say its time zone, such as 2026-09-15T10:00:00Z")
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie between 1970 and 2200") from None
    if not EARLIEST <= value < LATEST:
        raise ValueError("must lie between 1970 and 2200")
    return value


def _json(value: Any) -> Any:
    try:
        text = orjson.dumps(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"must be JSON ({error})") from None
    if len(text) > LONGEST_JSON:
        raise ValueError(f"must be at most {LONGEST_JSON} bytes as JSON")
    # orjson writes NaN as null and a moment as text: what comes back must be what went in.
    back = orjson.loads(text)
    if back != value:
        raise ValueError("must be JSON (a number that is not finite, or a value of another type)")
    # Cheap to look for, dear to be sure of: the six characters may also be an escaped backslash and text.
    if rb"\u0000" in text and _holds_nul(back):
        raise ValueError("must not contain NUL characters")
    return value


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_nul(item) for item in value)


Moment = Annotated[datetime, BeforeValidator(_moment)]
"""An aware moment, also as ISO text, kept in UTC."""

Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A score, rate or confidence."""

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""A duration, temperature or sum of money."""

Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
Positive = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
Stars = Annotated[int, Field(ge=1, le=5)]
RowId = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT, pattern=NO_NUL)]
JsonObject = Annotated[dict[str, Any], AfterValidator(_json)]
JsonList = Annotated[list[Any], AfterValidator(_json)]
Words = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500, pattern=NO_NUL)]], Field(max_length=1000)
]
"""A list of keywords, topics or names."""


def text(limit: int, *, least: int = 0) -> Any:
    """Return the type of a text with a greatest length in characters."""
    return Annotated[str, Field(min_length=least, max_length=limit, pattern=NO_NUL)]


def word(vocabulary: type[E]) -> Any:
    """Return the type of a value of a vocabulary, given as the member or as its text; kept as text."""
    known = {member.value for member in vocabulary}
    listed = ", ".join(member.value for member in vocabulary)

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in known:
            raise ValueError(f"must be one of: {listed}")
        return str(value)

    return Annotated[str, BeforeValidator(check)]


def known(vocabulary: type[E]) -> BeforeValidator:
    """Return the rule of a vocabulary, for an `Annotated[str, ...]` that type checkers can read."""
    rule: BeforeValidator = word(vocabulary).__metadata__[0]
    return rule


def upto(limit: int, *, least: int = 0) -> Any:
    """Return the rule of a length, for an `Annotated[str, ...]` that type checkers can read."""
    return Field(min_length=least, max_length=limit, pattern=NO_NUL)
