"""What the arguments of a verb may be, read off its signature and asked before a database sees them.

Each database would complain in its own way of an id that is a dict, a name with half a character
in it, a limit that is text. Shapes of many fields are not looked at here: `schemas` does that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from inspect import Parameter, signature
from typing import Any, Final, NamedTuple

from linkwright.errors import InvalidInput, NotFound
from linkwright.schemas.fields import LARGEST_INTEGER

LONGEST_CAMPAIGN_ID: Final = 36
_BRACKETS: Final = re.compile(r"\[.*\]")

Check = Callable[[str, Any], None]


class Argument(NamedTuple):
    """One argument that can be checked by itself."""

    place: int
    name: str
    check: Check
    may_be_none: bool


def arguments_of(verb: Callable[..., Any]) -> list[Argument]:
    """Return the arguments of a method that can be checked; the first is `self`, and is none of them."""
    return list(_arguments(list(signature(verb).parameters.values())[1:]))


def check_arguments(arguments: list[Argument], given: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    """Make sure that what is given can be what the verb takes.

    Raises:
        NotFound: an id is none.
        InvalidInput: another value is of a wrong type, or text that no database can keep.
    """
    for place, name, check, may_be_none in arguments:
        if place < len(given):
            value = given[place]
        elif name in named:
            value = named[name]
        else:
            continue  # Python says itself what is missing.
        if value is not None or not may_be_none:
            check(name, value)


def check_text(name: str, value: Any) -> None:
    """Make sure that a value is text that every database can keep and look for.

    Raises:
        InvalidInput: it is not.
    """
    if not isinstance(value, str):
        raise InvalidInput(name, "must be text", value)
    if "\0" in value:
        raise InvalidInput(name, "must not contain NUL characters", value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(name, "must be valid Unicode text", value) from None


def _arguments(parameters: list[Parameter]) -> Iterator[Argument]:
    for place, parameter in enumerate(parameters):
        # The annotation is a type, or its text where annotations are postponed.
        written = parameter.annotation
        text = written.__name__ if isinstance(written, type) else str(written)
        # `collections.abc.Mapping[str, Any] | None`: what is in the brackets is for the schemas to ask.
        kinds = {kind.rpartition(".")[2] for kind in _BRACKETS.sub("", text).split(" | ")}
        if check := _check_for(parameter.name, kinds - {"None"}):
            yield Argument(place, parameter.name, check, "None" in kinds)


def _check_for(name: str, kinds: set[str]) -> Check | None:
    if name == "campaign_id":
        return _campaign_id
    if name.endswith("_id") and kinds == {"int"}:
        return check_row_id
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    return _CHECKS.get(kind)


def _campaign_id(name: str, value: Any) -> None:
    if not (isinstance(value, str) and 0 < len(value) <= LONGEST_CAMPAIGN_ID and value.isprintable()):
        raise NotFound(name.removesuffix("_id"), value)


def check_row_id(name: str, value: Any) -> None:
    """Make sure that a value can be the id of a row.

    Raises:
        NotFound: it cannot, so there is no such row.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST_INTEGER:
        raise NotFound(name.removesuffix("_id"), value)


def _whole(name: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(name, "must be a whole number", value)


def _number(name: str, value: Any) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidInput(name, "must be a number", value)


def _several(name: str, value: Any) -> None:
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
        raise InvalidInput(name, "must be several: a list, or whatever can be gone through", value)


def _of(kind: type, words: str) -> Check:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, kind):
            raise InvalidInput(name, f"must be {words}", value)

    return check


_CHECKS: Final[Mapping[str, Check]] = {
    "str": check_text,
    "Literal": check_text,
    "int": _whole,
    "float": _number,
    "bool": _of(bool, "true or false"),
    "timedelta": _of(timedelta, "a duration"),
    "Iterable": _several,
    "Sequence": _several,
    "Mapping": _of(Mapping, "a dict"),
    "dict": _of(dict, "a dict"),
}
