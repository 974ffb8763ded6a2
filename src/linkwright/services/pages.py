"""Pages of a long list: where one ends is where the next begins, whatever was added meanwhile."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, Generic, TypeVar

import orjson

from linkwright.errors import InvalidInput
from linkwright.schemas.fields import LARGEST_INTEGER

T = TypeVar("T")

MOST_ROWS: Final = 1_000
_LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursor of the page that follows; None when nothing does."""

    rows: Sequence[T]
    after: str | None

    def __iter__(self) -> Iterator[T]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: int) -> T:
        return self.rows[place]


def page_size(limit: object) -> int:
    """Return how many rows a page may have.

    Raises:
        InvalidInput: not a whole number from 1 to 1,000.
    """
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST_ROWS:
        raise InvalidInput("limit", f"must be a whole number from 1 to {MOST_ROWS}", limit)
    return limit


def cursor(scope: Sequence[str | None], key: Sequence[float]) -> str:
    """Return an opaque text for the place `key` in the list that `scope` names.

    It is no secret and opens nothing: the list it is used on is narrowed to its owner all the same.
    """
    return urlsafe_b64encode(orjson.dumps([*scope, *key])).rstrip(b"=").decode()


def place(text: object, scope: Sequence[str | None], shape: Sequence[type]) -> list[Any]:
    """Return the key in a cursor of the same list: numbers of the types in `shape`, of which int is an id.

    Raises:
        InvalidInput: it was not made by `cursor` for this list.
    """
    wrong = InvalidInput("after", "must be the cursor that came with the page before, of the same list", text)
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise wrong
    try:
        values = orjson.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise wrong from None
    if not isinstance(values, list) or len(values) != len(scope) + len(shape):
        raise wrong
    if values[: len(scope)] != list(scope):
        raise wrong
    key = values[len(scope) :]
    if not all(_fits(value, kind) for value, kind in zip(key, shape, strict=True)):
        raise wrong
    return key


def _fits(value: object, kind: type) -> bool:
    if kind is int:
        return type(value) is int and 1 <= value <= LARGEST_INTEGER
    return type(value) in {int, float} and isfinite(value)  # type: ignore[arg-type]
