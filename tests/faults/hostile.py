"""A caller that gives every verb what no verb wants: each argument in turn is replaced by nonsense."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from linkwright import BacklinkingDatabaseService, LinkwrightError
from linkwright.unit_of_work import UnitOfWork


class Odd:
    """A value of a type that nobody has heard of."""

    def __repr__(self) -> str:
        return "<odd>"


def _deep() -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(100_000):
        value = {"in": value}
    return value


NONSENSE: Final[dict[str, Any]] = {
    "None": None,
    "a float": 1.5,
    "not a number": float("nan"),
    "a truth": True,
    "a negative number": -1,
    "zero": 0,
    "a number of 64 bits": 2**63,
    "a number of 5,000 digits": 10**5_000,
    "SQL": "1'; DROP TABLE users; --",
    "a NUL": "a\x00b",
    "a lone surrogate": "a\ud800b",
    "an empty text": "",
    "a long text": "x" * 100_000,
    "bytes": b"1",
    "an empty list": [],
    "a list of nonsense": [None, 1.5, "x"],
    "an empty dict": {},
    "a dict of nonsense": {"frob": 1, 2: 3},
    "a deep dict": _deep(),
    "an unknown type": Odd(),
}


class Trial(BacklinkingDatabaseService):
    """A service whose transactions leave nothing."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        async with super().begin() as work:
            yield work
            raise _UndoError


class _UndoError(Exception):
    pass


class Hostile:
    """Calls verbs as it is told, and before that once with nonsense in each argument's place.

    `surprises` has what came of it that is neither an answer nor an error of ours.
    """

    def __init__(self, service: BacklinkingDatabaseService) -> None:
        self._service = service
        self._trial = Trial(service.database, clock=service.clock, pepper=service.pepper)
        self._tried: set[tuple[str, str]] = set()
        self.tried = 0
        self.surprises: list[str] = []

    async def __call__(self, verb: str, *arguments: Any, **named: Any) -> Any:
        call = getattr(self._service, verb)
        bound = inspect.signature(call).bind(*arguments, **named)
        for name, parameter in inspect.signature(call).parameters.items():
            if parameter.kind is not parameter.VAR_KEYWORD and (verb, name) not in self._tried:
                self._tried.add((verb, name))
                await self._try(verb, bound.arguments, name)
        return await call(*arguments, **named)

    async def _try(self, verb: str, arguments: dict[str, Any], name: str) -> None:
        signature = inspect.signature(getattr(self._trial, verb))
        for what, value in NONSENSE.items():
            bound = signature.bind_partial()
            bound.arguments.update({**arguments, name: value})
            ordered = {key: bound.arguments[key] for key in signature.parameters if key in bound.arguments}
            bound.arguments = ordered
            self.tried += 1
            try:
                await getattr(self._trial, verb)(*bound.args, **bound.kwargs)
            except (LinkwrightError, _UndoError):
                continue
            except Exception as error:  # noqa: BLE001  (it is what is looked for)
                self.surprises.append(f"{verb}({name}={what}): {type(error).__name__}: {str(error)[:120]}")
