"""On whose behalf a command acts: one user, who finds nothing of anybody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from linkwright.cli.support import settings_with
from linkwright.errors import InvalidInput, NotFound
from linkwright.jobs.desks import LISTED_USERS, SEARCHED_CAMPAIGNS, no_campaign, several_users
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.service import BacklinkingDatabaseService

_ID_LENGTH: Final = 36

User = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar="EMAIL",
        help="On whose behalf. Otherwise LINKWRIGHT_USER says, or it is the only user there is.",
    ),
]
InCampaign = Annotated[str, typer.Option("--campaign", "-c", metavar="NAME|ID", help="The campaign.")]
OnlyCampaign = Annotated[
    str | None,
    typer.Option("--campaign", "-c", metavar="NAME|ID", help="Only this campaign; otherwise all."),
]
Limit = Annotated[int, typer.Option("--limit", help="How many to list, from 1 to 1000.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and keep nothing.")]


@dataclass(frozen=True, slots=True)
class Acting:
    """The verbs of one user, whose moves are in the history under their name."""

    service: BacklinkingDatabaseService
    user_id: int

    async def campaign(self, name_or_id: str) -> BacklinkingCampaign:
        """Return the user's campaign of an id or a name.

        Raises:
            Conflict: several campaigns have the name.
            InvalidInput: there is none.
        """
        if len(name_or_id) == _ID_LENGTH:
            with suppress(NotFound):
                return await self.service.get_campaign(name_or_id)
        found = await self.service.get_campaign_named(self.user_id, name_or_id)
        if found is None:
            present = await self.service.get_user_campaigns(self.user_id, limit=SEARCHED_CAMPAIGNS)
            raise no_campaign(name_or_id, [one.name for one in present])
        return found


@asynccontextmanager
async def acting(database_url: str | None, user: str | None) -> AsyncIterator[Acting]:
    """Open the database for a user: the one that is named, or the only one there is.

    Raises:
        InvalidInput: there is no such user, or several and none is named.
        SchemaMismatch: the schema is not this program's.
    """
    settings = settings_with(database_url)
    async with await BacklinkingDatabaseService.open(settings=settings) as service:
        user_id = await _user(service, user or settings.user)
        yield Acting(service.as_user(user_id), user_id)


async def known_user(service: BacklinkingDatabaseService, email: str) -> int:
    """Return the id of the user of an address.

    Raises:
        InvalidInput: there is none.
    """
    try:
        return (await service.get_user_by_email(email)).id
    except NotFound:
        raise InvalidInput("user", "must be known here", email) from None


async def _user(service: BacklinkingDatabaseService, email: str | None) -> int:
    if email is not None:
        return await known_user(service, email)
    found = await service.get_users(limit=LISTED_USERS + 1)
    if len(found) != 1:
        several = several_users([one.email for one in found])
        none = "there is none yet: `linkwright run CAMPAIGN.toml`, or an import with --create, makes one"
        raise InvalidInput("user", several if found else none)
    return found[0].id


def moment_of(option: str, text: str | None) -> datetime | None:
    """Return the moment that an option names, or None where it is not given.

    Raises:
        InvalidInput: it is no moment, or says no zone.
    """
    if text is None:
        return None
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise InvalidInput(option, "must be a moment with its zone, such as 2026-11-16T09:00:00Z", text)
