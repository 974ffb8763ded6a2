"""Retention where it meets files: campaigns move into archives, and archives are removed for good."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.archive.storage import Storage
from linkwright.clock import Clock
from linkwright.db.engine import Database
from linkwright.db.rows import run
from linkwright.db.turns import in_turn
from linkwright.errors import Conflict
from linkwright.jobs.archive_files import ARCHIVING
from linkwright.jobs.archive_run import Archiving
from linkwright.queries import archives, retention_due
from linkwright.queries import retention as records
from linkwright.services.retention_rules import Due


class Went(NamedTuple):
    """How much went."""

    what: str
    rows: int
    bytes: int


async def campaigns_amount(session: AsyncSession, due: Due) -> tuple[int, int]:
    """Return how many campaigns are due. How large their archives will be, nobody knows before."""
    return len(await _campaigns(session, due)), 0


async def archives_amount(session: AsyncSession, due: Due) -> tuple[int, int]:
    """Return the rows and bytes of the archives that are due."""
    found = (await session.execute(retention_due.archives_due(due.user_id, due.before))).all()
    return sum(one.row_count for one in found), sum(one.byte_count for one in found)


async def archive_campaigns(
    database: Database, storage: Storage, due: Due, *, clock: Clock, until: float
) -> tuple[Went, list[str]]:
    """Archive what has been over for long enough; return how much, and what was left and why."""
    left: list[str] = []
    rows = size = 0
    archiving = Archiving(database, storage, owner=due.user_id, clock=clock)
    async with database.reading() as session:
        campaigns = await _campaigns(session, due)
    for campaign_id in campaigns:
        if monotonic() >= until:
            return Went("campaigns", rows, size), [*left, "there was no time"]
        if not await _free(database, due, campaign_id):
            continue
        try:
            moved = await archiving.run(timedelta(days=due.days), campaign_id=campaign_id)
        except Conflict as error:
            return Went("campaigns", rows, size), [*left, str(error)]
        for one in moved:
            if one.skipped:
                left.append(f"{one.name}: {one.skipped}")
                continue
            rows, size = rows + one.rows, size + one.bytes
            async with database.transaction() as session:
                await _write_down(session, due, campaign_id, one.rows, one.bytes, clock)
    return Went("campaigns", rows, size), left


async def remove_archives(
    database: Database, storage: Storage, due: Due, *, clock: Clock, until: float
) -> tuple[Went, list[str]]:
    """Remove the files of archives that are due; return how much, and what was left and why.

    The files go first: killed in between, the next run finds the archive still due, and nothing in its place.
    """
    rows = size = 0
    try:
        async with in_turn(database, ARCHIVING):
            async with database.reading() as session:
                statement = retention_due.archives_due(due.user_id, due.before)
                found = (await session.execute(statement)).all()
            for one in found:
                if monotonic() >= until:
                    return Went("rows of archives", rows, size), ["there was no time"]
                if not await _free(database, due, one.campaign_id):
                    continue
                storage.remove(one.folder)
                async with database.transaction() as session:
                    await run(session, retention_due.archive_removed(one.id, clock()))
                    await _write_down(session, due, one.campaign_id, one.row_count, one.byte_count, clock)
                rows, size = rows + one.row_count, size + one.byte_count
    except Conflict as error:
        return Went("rows of archives", rows, size), [str(error)]
    return Went("rows of archives", rows, size), []


async def _campaigns(session: AsyncSession, due: Due) -> list[str]:
    found: list[Any] = list(await session.execute(archives.over(due.user_id, None)))
    old = [one.id for one in found if one.state is not None or one.ended_at <= due.before]
    return [
        one for one in old if await session.scalar(retention_due.free_campaign(due.user_id, one)) is not None
    ]


async def _free(database: Database, due: Due, campaign_id: str) -> bool:
    async with database.reading() as session:
        return bool(await session.scalar(retention_due.free_campaign(due.user_id, campaign_id)))


async def _write_down(
    session: AsyncSession, due: Due, campaign_id: str, rows: int, size: int, clock: Clock
) -> None:
    values = {**due.written(), "campaign_id": campaign_id, "row_count": rows, "byte_count": size}
    await run(session, records.note({**values, "removed_at": clock()}))
