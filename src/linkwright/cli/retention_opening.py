"""On whose behalf retention is asked for: one user, or everybody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

import typer

from linkwright.archive.storage import Storage
from linkwright.cli.acting import known_user
from linkwright.cli.support import settings_with
from linkwright.errors import InvalidInput, StorageUnavailable
from linkwright.service import BacklinkingDatabaseService

Everybody = Annotated[
    bool, typer.Option("--everybody", help="For all users, also where LINKWRIGHT_USER names one.")
]
_AGE: Final = re.compile(r"(-?\d{1,9})d?")


def days_of(age: str | None) -> int | None:
    """Return the days that are meant.

    Raises:
        InvalidInput: it is no number of days.
    """
    if age is None:
        return None
    found = _AGE.fullmatch(age)
    if found is None:
        raise InvalidInput("days", "must be a number of days such as 365d", age)
    return int(found[1])


def storage_of(database_url: str | None) -> Storage | None:
    """Return the place where archives lie, or None where nothing is installed for it."""
    try:
        return Storage.of(settings_with(database_url))
    except StorageUnavailable:
        return None  # The extra is not installed: archives are left, and that is said.


@asynccontextmanager
async def opened(
    user: str | None, database_url: str | None, *, everybody: bool = False
) -> AsyncIterator[BacklinkingDatabaseService]:
    """Open the service for a user. Without one it is the operator who asks, for everybody.

    Raises:
        InvalidInput: there is no such user.
    """
    settings = settings_with(database_url)
    email = None if everybody else user or settings.user
    async with await BacklinkingDatabaseService.open(settings=settings) as service:
        if email is None:
            yield service.acting_as("operator")
            return
        yield service.as_user(await known_user(service, email))
