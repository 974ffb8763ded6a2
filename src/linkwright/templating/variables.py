"""What a template may be filled with, and how a hole is noticed.

Two kinds of hole are told apart. A name that nobody supplied is a mistake wherever it
stands, even in an `if`: otherwise a typing error would quietly choose the `else`. A
variable that was supplied but is empty may be asked about (`{% if contact_name %}`) and
may have a default; only printing it leaves a hole.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import date
from typing import Any, TypeAlias

from jinja2 import Undefined

from linkwright.errors import InvalidInput

Value: TypeAlias = "str | int | float | bool | date | Sequence[Value] | Mapping[str, Value] | None"

MAX_TEXT = 20_000
MAX_ITEMS = 1_000
MAX_DEPTH = 4

holes: ContextVar[set[str]] = ContextVar("holes")
"""The names found missing while one letter is rendered."""


class Empty(Undefined):
    """A variable that was supplied without a value. Asking is allowed, printing is noted."""

    @property
    def _undefined_message(self) -> str:
        return str(self._undefined_name or self._undefined_hint or "a value")

    def __str__(self) -> str:
        """Note the hole; the letter will not be used."""
        holes.get().add(self._undefined_message)
        return ""

    def __iter__(self) -> Iterator[Any]:
        """Note the hole: a loop over nothing prints nothing where something was promised."""
        str(self)
        return iter(())


class Absent(Empty):
    """A name that nobody supplied. Even asking is noted; only a default may stand in for it."""

    def __bool__(self) -> bool:
        """Note the hole."""
        str(self)
        return False

    def __eq__(self, other: object) -> bool:
        """Note the hole."""
        str(self)
        return False

    def __ne__(self, other: object) -> bool:
        """Note the hole."""
        str(self)
        return False

    def __len__(self) -> int:
        """Note the hole."""
        str(self)
        return 0

    __hash__ = Undefined.__hash__


class Group(dict[str, Any]):
    """Variables under one name, as in `sender.name`. Remembers that name for messages."""

    def __init__(self, path: str, members: Mapping[str, Any]) -> None:
        self.path = path
        super().__init__(members)


def prepare(variables: Mapping[str, Value]) -> dict[str, Any]:
    """Return `variables` as a template may see them: plain, bounded, the empty ones marked.

    Raises:
        InvalidInput: a value is of a kind that cannot stand in a letter, or is too large.
    """
    return {name: _prepared(name, value, depth=0) for name, value in variables.items()}


def _prepared(path: str, value: object, *, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise InvalidInput(path, "variables are nested too deeply")
    match value:
        case None:
            return Empty(name=path)
        case bool() | int() | date():
            return value
        case float():
            return value if math.isfinite(value) else Empty(name=path)
        case str():
            if len(value) > MAX_TEXT:
                raise InvalidInput(path, f"a variable has at most {MAX_TEXT:,} characters", value)
            # Formatting also drops a Markup's claim to be HTML already.
            return f"{value}" if value.strip() else Empty(name=path)
        case Mapping():
            _bounded(path, value)
            members = {str(k): _prepared(f"{path}.{k}", v, depth=depth + 1) for k, v in value.items()}
            return Group(path, members)
        case list() | tuple() | set() | frozenset():
            _bounded(path, value)
            items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
            kept = [_prepared(f"{path}[{n}]", item, depth=depth + 1) for n, item in enumerate(items)]
            return kept or Empty(name=path)
        case _:
            raise InvalidInput(path, f"a {type(value).__name__} cannot stand in a letter")


def _bounded(path: str, value: Mapping[Any, Any] | Sequence[Any] | set[Any] | frozenset[Any]) -> None:
    if len(value) > MAX_ITEMS:
        raise InvalidInput(path, f"a variable has at most {MAX_ITEMS:,} items")
