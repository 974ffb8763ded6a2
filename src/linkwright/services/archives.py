"""Archives: which campaigns were moved out, and the moments at which a move counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from linkwright.db.rows import run
from linkwright.errors import NotFound
from linkwright.models.archives import Archive
from linkwright.queries import archives as queries
from linkwright.queries import evidence
from linkwright.schemas.campaigns import CampaignStats
from linkwright.services.archived_evidence import as_kept
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.vocabulary import ArchiveState

_STATS: Final = TypeAdapter(CampaignStats)


class Archives:
    """Archives, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def get(self, archive_id: int) -> Archive:
        """Return an archive.

        Raises:
            NotFound: the caller has no such archive.
        """
        row: Archive | None = await self._session.scalar(queries.archive(archive_id, self._context.owner))
        if row is None:
            raise NotFound("archive", archive_id)
        return row

    async def page(self) -> Sequence[Archive]:
        """Return the caller's archives, the older first; those that were restored too."""
        return (await self._session.scalars(queries.archives_of(self._context.owner))).all()

    async def why_not(self, campaign_id: str) -> str | None:
        """Say what a campaign waits for before it can be archived, or None."""
        if why := await self._session.scalar(queries.awaited(campaign_id)):
            return str(why)
        if (await run(self._session, evidence.unlearned_of(campaign_id))).first():
            return "learning has not counted all of it: `linkwright learn`"
        return None

    async def begin(self, **values: Any) -> int:
        """Write down that an archive is begun; return its id."""
        moment = {"started_at": self._context.now(), "state": ArchiveState.WRITING.value}
        statement = queries.begin({**values, **moment}).returning(Archive.id)
        return int((await run(self._session, statement)).scalar_one())

    async def seal(self, archive_id: int, campaign_id: str, **values: Any) -> None:
        """Let the archive be what counts: from here on, what is left in the database is to be deleted."""
        await run(self._session, queries.held_campaign(campaign_id))
        stats = _STATS.dump_python(await Campaigns(self._context).stats(campaign_id), mode="json")
        facts = as_kept(await run(self._session, evidence.learned_of(campaign_id)))
        await run(self._session, queries.keep_template_uses(archive_id, campaign_id))
        sealed = {"state": ArchiveState.DELETING.value, "stats": stats, "evidence": facts}
        await run(self._session, queries.change(archive_id, **sealed, **values))

    async def finish(self, archive_id: int) -> None:
        """Say that nothing of the campaign is left in the database."""
        done = {"state": ArchiveState.DONE.value, "archived_at": self._context.now()}
        await run(self._session, queries.change(archive_id, **done))

    async def give_up(self, archive_id: int) -> None:
        """Forget an archive that came to nothing."""
        await run(self._session, queries.forget(archive_id))

    async def restored(self, archive_id: int) -> None:
        """Say that the campaign is in the database again, and counts there."""
        await run(self._session, queries.drop_template_uses(archive_id))
        back = {"state": ArchiveState.RESTORED.value, "restored_at": self._context.now()}
        await run(self._session, queries.change(archive_id, **back, stats=None, evidence=None))
