"""A verb of a service made into one call that is one transaction.

`create_campaign = write(Campaigns, Campaigns.create)` in a class body makes a method that opens
a transaction, calls, and commits or rolls back. It keeps the signature, the types and the
docstring of the verb, so that each is written once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from functools import wraps
from inspect import iscoroutinefunction, signature
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar

from linkwright.errors import NotFound
from linkwright.schemas.fields import LARGEST_INTEGER
from linkwright.services.context import Context
from linkwright.unit_of_work import UnitOfWork

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")

LONGEST_CAMPAIGN_ID = 36


class Face(Protocol):
    """What opens transactions."""

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction that writes."""
        ...

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction that only reads."""
        ...


def write(
    noun: Callable[[Context], S], verb: Callable[Concatenate[S, P], Awaitable[R]]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
    """Return the verb as a method that is one transaction of its own."""
    checks = list(_identities(verb))

    @wraps(verb)
    async def call(self: Face, /, *args: P.args, **kwargs: P.kwargs) -> R:
        _check(checks, args, kwargs)
        async with self.begin() as work:
            return await verb(noun(work.context), *args, **kwargs)

    return call


def read(
    noun: Callable[[Context], S], verb: Callable[Concatenate[S, P], Awaitable[R]]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
    """Return the verb as a method that sees one instant, and can be sure to write nothing."""
    checks = list(_identities(verb))

    @wraps(verb)
    async def call(self: Face, /, *args: P.args, **kwargs: P.kwargs) -> R:
        _check(checks, args, kwargs)
        async with self.reading() as work:
            return await verb(noun(work.context), *args, **kwargs)

    return call


def verbs_of(face: type) -> dict[str, Callable[..., Coroutine[Any, Any, Any]]]:
    """Return the verbs that were made in a class body, by name."""
    return {
        name: value
        for name, value in vars(face).items()
        if iscoroutinefunction(value) and hasattr(value, "__wrapped__")
    }


def named(face: type[R]) -> type[R]:
    """Give each verb of a class the name it has there, for tracebacks and documentation."""
    for name, verb in verbs_of(face).items():
        verb.__name__, verb.__qualname__ = name, f"{face.__name__}.{name}"
    return face


class _Identity(NamedTuple):
    """A parameter that is an id: of a campaign, which is text, or of a row."""

    place: int
    name: str
    is_text: bool
    may_be_none: bool


def _identities(verb: Callable[..., Any]) -> Iterator[_Identity]:
    """Yield each parameter that is an id."""
    for place, parameter in enumerate(list(signature(verb).parameters.values())[1:]):
        # The annotation is a type, or its text where annotations are postponed.
        is_number = parameter.annotation is int or str(parameter.annotation).startswith("int")
        if parameter.name == "campaign_id" or (parameter.name.endswith("_id") and is_number):
            is_text = parameter.name == "campaign_id"
            yield _Identity(place, parameter.name, is_text, may_be_none=parameter.default is None)


def _check(checks: list[_Identity], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse what cannot be an id before a database sees it: each would complain in its own way."""
    for place, name, is_text, may_be_none in checks:
        if place >= len(args) and name not in kwargs:
            continue  # Python says itself what is missing.
        value = args[place] if place < len(args) else kwargs[name]
        if value is None and may_be_none:
            continue
        if not (_is_campaign_id(value) if is_text else _is_row_id(value)):
            raise NotFound(name.removesuffix("_id"), value)


def _is_campaign_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_CAMPAIGN_ID and value.isprintable()


def _is_row_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_INTEGER
