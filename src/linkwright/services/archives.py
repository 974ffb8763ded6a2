"""Archives: which campaigns were moved out, and the moments at which a move counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from linkwright.db.rows import run
from linkwright.errors import Conflict, NotFound
from linkwright.models.archives import Archive
from linkwright.queries import archived_campaigns, evidence, roll_ups
from linkwright.queries import archives as queries
from linkwright.schemas.campaigns import CampaignStats
from linkwright.services.archived_evidence import as_kept, replies_as_kept
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.services.evidence import REPLIES
from linkwright.services.ownership import require_same_user
from linkwright.vocabulary import ArchiveState

_STATS: Final = TypeAdapter(CampaignStats)
_COUNTING: Final = ("stats", "totals", "counted_at", "evidence", "replies")


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

    async def named(self, user_id: int, name_or_id: str) -> Archive | None:
        """Return the archive that a user's campaign of an id or a name is in, or None.

        Raises:
            Conflict: several archived campaigns have the name.
            NotFound: the caller is bound to another user.
        """
        require_same_user(self._context, user_id)
        rows = (await self._session.scalars(archived_campaigns.named(user_id, name_or_id))).all()
        if len(rows) > 1:
            several = f"Several archived campaigns are called {name_or_id}"
            raise Conflict(f"{several}; name one by its id, such as {rows[0].campaign_id}.")
        return rows[0] if rows else None

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
        campaigns = Campaigns(self._context)
        state = (await run(self._session, roll_ups.state(campaign_id))).first()
        sealed = {
            "state": ArchiveState.DELETING.value,
            "campaign_created_at": (await campaigns.get(campaign_id)).created_at,
            "stats": _STATS.dump_python(await campaigns.stats(campaign_id), mode="json"),
            "totals": None if state is None else state.totals,
            "counted_at": None if state is None else state.counted_at,
            "evidence": as_kept(await run(self._session, evidence.learned_of(campaign_id))),
            "replies": replies_as_kept(await run(self._session, evidence.replies_of(campaign_id, REPLIES))),
        }
        await run(self._session, queries.keep_template_uses(archive_id, campaign_id))
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
        await run(self._session, queries.change(archive_id, **back, **dict.fromkeys(_COUNTING)))
