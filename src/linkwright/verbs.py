"""A verb of a service made into one call that is one transaction.

`create_campaign = write(Campaigns, Campaigns.create)` in a class body makes a method that opens
a transaction, calls, and commits or rolls back. It keeps the signature, the types and the
docstring of the verb, so that each is written once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from linkwright.issuer import issued_by
from linkwright.services.arguments import arguments_of, check_arguments
from linkwright.services.context import Context
from linkwright.unit_of_work import UnitOfWork

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


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
    checked = arguments_of(verb)

    @wraps(verb)
    async def call(self: Face, /, *args: P.args, **kwargs: P.kwargs) -> R:
        check_arguments(checked, args, kwargs)
        with issued_by(call.__name__):
            async with self.begin() as work:
                return await verb(noun(work.context), *args, **kwargs)

    return call


def read(
    noun: Callable[[Context], S], verb: Callable[Concatenate[S, P], Awaitable[R]]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
    """Return the verb as a method that sees one instant, and can be sure to write nothing."""
    checked = arguments_of(verb)

    @wraps(verb)
    async def call(self: Face, /, *args: P.args, **kwargs: P.kwargs) -> R:
        check_arguments(checked, args, kwargs)
        with issued_by(call.__name__):
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
