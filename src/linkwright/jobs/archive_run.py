"""Campaigns that are over move into archives. Killed at any point and run again, nothing is lost or doubled.

written, on the disk, read back and compared, sealed, deleted, done: each step is in the archive's row before
the next begins, and each can be begun again from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from linkwright import migrations
from linkwright.archive.manifest import read_manifest
from linkwright.archive.storage import Storage
from linkwright.clock import Clock, utc_now
from linkwright.db.engine import Database
from linkwright.db.turns import in_turn
from linkwright.errors import InvalidInput, NotFound
from linkwright.jobs.archive_delete import Deletion, WrittenTo
from linkwright.jobs.archive_files import ARCHIVING, write_campaign
from linkwright.jobs.archive_restore import bring_back
from linkwright.queries import archives as queries
from linkwright.queries.archived_campaigns import left_behind
from linkwright.queries.campaigns import campaign_exists
from linkwright.services.analytics import Analytics
from linkwright.services.archives import Archives
from linkwright.services.context import Context
from linkwright.vocabulary import ArchiveState

Progress = Callable[[str], None]
"""Is told what is being done."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one campaign. `skipped` says why it was left where it is."""

    campaign_id: str
    name: str
    rows: int = 0
    bytes: int = 0
    skipped: str | None = None


class Archiving:
    """Moves campaigns of one owner, or of all, into one place."""

    def __init__(
        self,
        database: Database,
        storage: Storage,
        *,
        owner: int | None = None,
        clock: Clock = utc_now,
        progress: Progress = lambda _: None,
    ) -> None:
        self._database, self._storage, self._owner, self._clock = database, storage, owner, clock
        self._progress = progress

    async def run(
        self, older_than: timedelta, *, campaign_id: str | None = None, dry_run: bool = False
    ) -> list[Moved]:
        """Archive the campaigns that have been over for longer than `older_than`.

        Raises:
            Conflict: another process is archiving.
            InvalidInput: `older_than` is not at least a day.
            NotFound: the caller has no such campaign.
            StorageUnavailable: the storage is full or cannot be written; what was done is kept.
        """
        if older_than < timedelta(days=1):
            raise InvalidInput("older_than", "must be at least 1 day")
        async with in_turn(self._database, ARCHIVING):
            async with self._database.reading() as session:
                if campaign_id is not None:
                    known = await session.execute(campaign_exists(campaign_id, self._owner))
                    if known.first() is None:
                        raise NotFound("campaign", campaign_id)
                found = list(await session.execute(queries.over(self._owner, campaign_id)))
            if not dry_run:
                await self._end_left_behind()
            before = self._clock() - older_than
            due = [one for one in found if one.state is not None or one.ended_at <= before]
            return [await self._one(one, dry_run=dry_run) for one in due]

    async def _end_left_behind(self) -> None:
        """End what was broken off, and can be found by no campaign because that was deleted meanwhile."""
        async with self._database.reading() as session:
            left = (await session.scalars(left_behind(self._owner))).all()
        for one in left:
            if one.state == ArchiveState.WRITING:
                await self._give_up(one.id)
                continue
            async with self._database.transaction() as session:
                await Archives(self._context(session)).finish(one.id)

    async def _one(self, campaign: Any, *, dry_run: bool) -> Moved:
        self._progress(campaign.name)
        if campaign.state == ArchiveState.DELETING and not dry_run:
            return await self._delete(campaign.archive_id, campaign)
        async with self._database.reading() as session:
            why = await Archives(self._context(session)).why_not(campaign.id)
        if why is not None or dry_run:
            return Moved(campaign.id, campaign.name, skipped=why)
        if campaign.state == ArchiveState.WRITING:
            await self._give_up(campaign.archive_id)
        return await self._delete(await self._write(campaign), campaign)

    async def _write(self, campaign: Any) -> int:
        folder = f"{campaign.id}-{uuid4().hex[:8]}"
        revision = migrations.revisions()[0]
        async with self._database.transaction() as session:
            # What is not rolled up yet would be missing from the days in the archive.
            await Analytics(self._context(session)).roll_up(campaign.id)
            archive_id = await Archives(self._context(session)).begin(
                user_id=campaign.user_id,
                campaign_id=campaign.id,
                name=campaign.name,
                folder=folder,
                schema_revision=revision,
            )
        about = {
            "schema_revision": revision,
            "campaign_id": campaign.id,
            "user_id": campaign.user_id,
            "name": campaign.name,
            "archived_at": self._clock().isoformat(),
        }
        try:
            async with self._database.reading() as session:
                manifest, digest = await write_campaign(session, self._storage, folder, about=about)
        except Exception:
            await self._give_up(archive_id)
            raise
        async with self._database.transaction() as session:
            await Archives(self._context(session)).seal(
                archive_id,
                campaign.id,
                digest=digest,
                row_count=sum(table.rows for table in manifest.tables.values()),
                byte_count=sum(table.bytes for table in manifest.tables.values()),
            )
        return archive_id

    async def _delete(self, archive_id: int, campaign: Any) -> Moved:
        async with self._database.reading() as session:
            archive = await Archives(Context(session, self._clock)).get(archive_id)
        manifest = read_manifest(self._storage, archive.folder, archive.digest or "")
        deletion = Deletion(self._database, self._storage, archive.folder, campaign.id)
        try:
            await deletion.run(archive_id, self._context)
        except WrittenTo:
            async with self._database.transaction() as session:
                await bring_back(session, self._storage, archive.folder, manifest, missing_only=True)
                await Archives(self._context(session)).give_up(archive_id)
            self._storage.remove(archive.folder)
            return Moved(campaign.id, campaign.name, skipped="it was written to meanwhile")
        return Moved(campaign.id, campaign.name, archive.row_count, archive.byte_count)

    async def _give_up(self, archive_id: int) -> None:
        async with self._database.transaction() as session:
            archives = Archives(self._context(session))
            folder = (await archives.get(archive_id)).folder
            self._storage.remove(folder)
            await archives.give_up(archive_id)

    def _context(self, session: Any) -> Context:
        return Context(session, self._clock, actor="archive")
