"""On whose behalf statements run, for who reads how long they took: a verb or a command.

Not who acts: that is in the `Context`, and in the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

ISSUER: Final[ContextVar[str]] = ContextVar("linkwright.issuer", default="")
"""A verb, such as `create_email`; in a unit of work of a command the command; otherwise nobody known."""

WATCHERS: Final = "(watchers)"
"""The issuer of what is asked in order to watch. It is not watched."""


@contextmanager
def issued_by(name: str) -> Iterator[None]:
    """Let the statements of the block be on behalf of `name`."""
    token = ISSUER.set(name)
    try:
        yield
    finally:
        ISSUER.reset(token)
