"""What has been kept for long enough goes, as the policies say: planned, and then applied.

Killed at any batch, a run is finished by the next: what is due is asked of the rows themselves. One process
applies at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.archive.storage import Storage
from linkwright.clock import Clock, utc_now
from linkwright.db.engine import Database
from linkwright.db.turns import in_turn
from linkwright.jobs.retention_batches import Batches
from linkwright.jobs.retention_files import (
    archive_campaigns,
    archives_amount,
    campaigns_amount,
    remove_archives,
)
from linkwright.queries import retention as records
from linkwright.queries import retention_due as queries
from linkwright.queries.retention_parts import PARTS
from linkwright.services.retention_rules import Due, in_force
from linkwright.vocabulary import DataClass

RETENTION: Final = "retention"
"""The job of which one runs at a time."""

IN_FILES: Final = (DataClass.CAMPAIGNS, DataClass.ARCHIVES)
"""Classes that need the place where archives lie."""

Progress = Callable[[str], None]
"""Is told what is being done."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What is due under one policy, or what went; `what` says of which rows."""

    due: Due
    what: str
    rows: int
    bytes: int


@dataclass(slots=True)
class Applied:
    """What one run removed; `left` are the policies that it did not come to the end of, and why."""

    removed: list[Amount] = field(default_factory=list)
    left: list[tuple[Due, str]] = field(default_factory=list)
    longest_seconds: float = 0.0
    """The longest that a lock was held."""

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return not self.left


async def plan_retention(
    database: Database, *, owner: int | None = None, clock: Clock = utc_now
) -> list[Amount]:
    """Return what would go now, with rows and bytes; what a hold keeps is left out. Writes nothing."""
    found: list[Amount] = []
    async with database.reading() as session:
        for due in await _in_force(session, owner, clock):
            if due.data_class is DataClass.CAMPAIGNS:
                found.append(Amount(due, "campaigns that are over", *await campaigns_amount(session, due)))
            elif due.data_class is DataClass.ARCHIVES:
                found.append(Amount(due, "rows of archives", *await archives_amount(session, due)))
            for part in PARTS:
                if part.data_class is due.data_class:
                    row = (await session.execute(queries.amount(part, due.user_id, due.before))).one()
                    found.append(Amount(due, part.what, row.rows, int(row.bytes)))
    return found


async def apply_retention(
    database: Database,
    *,
    storage: Storage | None = None,
    owner: int | None = None,
    clock: Clock = utc_now,
    seconds: float | None = None,
    progress: Progress = lambda _: None,
) -> Applied:
    """Remove what is due, in short transactions; after `seconds` stop, and say what is left.

    Without `storage`, campaigns and archives are left.

    Raises:
        Conflict: another process is at it.
    """
    until = inf if seconds is None else monotonic() + seconds
    applied = Applied()
    async with in_turn(database, RETENTION):
        async with database.reading() as session:
            dues = await _in_force(session, owner, clock)
        for due in dues:
            progress(due.data_class)
            if monotonic() >= until:
                applied.left.append((due, "there was no time"))
            elif due.data_class not in IN_FILES:
                await _from_tables(database, due, clock, until, applied)
            elif storage is None:
                applied.left.append((due, "it is not said where archives lie"))
            else:
                work = archive_campaigns if due.data_class is DataClass.CAMPAIGNS else remove_archives
                amount, left = await work(database, storage, due, clock=clock, until=until)
                if amount.rows:
                    applied.removed.append(Amount(due, amount.what, amount.rows, amount.bytes))
                applied.left += [(due, why) for why in left]
    return applied


async def _from_tables(database: Database, due: Due, clock: Clock, until: float, applied: Applied) -> None:
    batches = Batches(database, due, clock=clock, until=until)
    for part in PARTS:
        if part.data_class is due.data_class:
            rows, size = batches.rows, batches.bytes
            done = await batches.run(part)
            if batches.rows > rows:
                applied.removed.append(Amount(due, part.what, batches.rows - rows, batches.bytes - size))
            if not done:
                applied.left.append((due, "there was no time"))
                break
    applied.longest_seconds = max(applied.longest_seconds, batches.longest)


async def _in_force(session: AsyncSession, owner: int | None, clock: Clock) -> list[Due]:
    policies = (await session.scalars(records.policies(owner))).all()
    users = (await session.scalars(records.owners(owner))).all() if policies else []
    return in_force(policies, users, clock())
