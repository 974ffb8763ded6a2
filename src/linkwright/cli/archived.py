"""A campaign's analytics wherever it is: in the database, or in an archive that a command may read."""

from __future__ import annotations

from typing import Annotated

import typer

from linkwright.archive.storage import Storage
from linkwright.cli.acting import Acting
from linkwright.errors import Conflict, InvalidInput
from linkwright.jobs.archive_analytics import archived_records
from linkwright.models.archives import Archive
from linkwright.schemas.analytics import AnalyticsQuery, AnalyticsRead
from linkwright.schemas.campaigns import CampaignStats
from linkwright.services.archives import Archives

IncludeArchived = Annotated[
    bool, typer.Option("--include-archived", help="Campaigns in archives too, read where those lie.")
]
Shown = tuple[str, list[AnalyticsRead], CampaignStats]
"""A campaign's name, its periods, its numbers."""


async def archive_to_read(me: Acting, campaign: str, *, include_archived: bool) -> Archive | None:
    """Return the archive of the campaign that is meant, or None where it is to be looked for in the database.

    Raises:
        Conflict: a campaign in the database has the name of one that is archived, and either may be meant.
        InvalidInput: it is archived, and archives were not asked for.
    """
    async with me.service.reading() as reading:
        away = await Archives(reading.context).named(me.user_id, campaign)
        if away is None:
            return None
        twin = await reading.campaigns.named(me.user_id, campaign)
    if twin is None or twin.id == away.campaign_id:
        if not include_archived:
            rule = f"is in archive {away.id}: --include-archived reads it there"
            raise InvalidInput("campaign", rule, campaign)
        return away
    if include_archived:
        both = f"{twin.id}, and {away.campaign_id}, which is archived"
        raise Conflict(f"Several campaigns are called {campaign}; name one by its id: {both}.")
    return None


async def here(me: Acting, campaign_id: str, asked: AnalyticsQuery) -> Shown:
    """Read a campaign that is in the database."""
    async with me.service.reading() as reading:
        campaign = await reading.campaigns.get(campaign_id)
        rows = await reading.analytics.page(campaign_id, asked.date_from, asked.date_to, asked.period_type)
        stats = await reading.campaigns.stats(campaign_id)
        return campaign.name, [AnalyticsRead.model_validate(row) for row in rows], stats


async def there(me: Acting, storage: Storage, archive: Archive, asked: AnalyticsQuery) -> Shown:
    """Read a campaign that is in an archive.

    Raises:
        Damaged: the archive is not what was written.
    """
    async with me.service.reading() as reading:
        now = reading.context.now()
        stats = await reading.campaigns.stats(archive.campaign_id)
    rows = archived_records(storage, archive, asked, now)
    return archive.name, [AnalyticsRead.model_validate(row) for row in rows], stats
