"""What an operator runs: archive and restore, a person's erasure, the nightly upkeep; what is on the disk."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from benchmarks.harness import Stopwatch
from linkwright.archive.storage import Storage
from linkwright.db.base import Base
from linkwright.db.sizes import database_bytes, table_sizes
from linkwright.jobs.archive_restore import restore_archive
from linkwright.jobs.archive_run import Archiving
from linkwright.models import Archive, BacklinkingCampaign, BacklinkOpportunity, RollUpState, User
from linkwright.service import BacklinkingDatabaseService
from linkwright.vocabulary import CampaignStatus

_ROOM: Final = 300
_TRIES: Final = 20
_PATIENCE: Final = 900


async def sizes(service: BacklinkingDatabaseService) -> dict[str, Any]:
    """Return the bytes of the whole, and rows and bytes of each table that has any."""
    async with service.database.looking() as connection:
        found = await table_sizes(connection, [table.name for table in Base.metadata.sorted_tables])
        whole = await database_bytes(connection)
    return {"bytes": whole, "tables": {one.name: [one.rows, one.bytes] for one in found if one.rows}}


async def archive(service: BacklinkingDatabaseService) -> dict[str, Any]:
    """Move a campaign that is over into an archive and back; rows per second of each."""
    async with service.reading() as work:
        rows = await work.context.session.execute(
            select(BacklinkingCampaign.id, BacklinkingCampaign.total_opportunities)
            .join(RollUpState, RollUpState.campaign_id == BacklinkingCampaign.id)
            .where(BacklinkingCampaign.status == CampaignStatus.COMPLETED.value)
        )
        found = sorted(rows, key=lambda row: abs((row.total_opportunities or 0) - _ROOM))
    with tempfile.TemporaryDirectory(prefix="linkwright-scale-") as folder:
        storage = Storage(folder)
        for campaign in found[:_TRIES]:
            with Stopwatch() as out:
                (moved,) = await Archiving(service.database, storage).run(
                    timedelta(days=1), campaign_id=campaign.id
                ) or (None,)
            if moved is None or moved.skipped is not None:
                continue
            async with service.reading() as work:
                key = await work.context.session.scalar(
                    select(func.max(Archive.id)).where(Archive.campaign_id == campaign.id)
                )
            with Stopwatch() as back:
                await restore_archive(service.database, storage, key or 0)
            return {
                "rows": moved.rows,
                "archived_per_second": round(moved.rows / out.seconds, 1),
                "restored_per_second": round(moved.rows / back.seconds, 1),
            }
    return {}


async def commands(service: BacklinkingDatabaseService) -> dict[str, Any]:
    """Run the commands of upkeep as a person does; seconds, or nothing where there is no such command."""
    prospect, campaign = BacklinkOpportunity, BacklinkingCampaign
    async with service.reading() as work:
        found = await work.context.session.execute(
            select(prospect.contact_email, User.email)
            .join(campaign, campaign.id == prospect.campaign_id)
            .join(User, User.id == campaign.user_id)
            .where(prospect.responded_at.is_not(None))
            .order_by(prospect.id.desc())
            .limit(1)
        )
        address, owner = found.one()
    url = service.database.url.set(drivername=service.database.dialect).render_as_string(hide_password=False)
    taken = {}
    # Scrubbing writes the whole database anew: that is known to cost what the database has.
    erase = ["erase-person", str(address), "--user", str(owner), "--yes", "--no-scrub"]
    for name, words in (("erase-person --no-scrub", erase), ("maintain", ["maintain"])):
        if (seconds := await asyncio.to_thread(_seconds, url, words)) is not None:
            taken[name] = round(seconds, 2)
    return taken


def _seconds(url: str, words: Sequence[str]) -> float | None:
    environment = {**os.environ, "LINKWRIGHT_DATABASE_URL": url}
    program = [sys.executable, "-m", "linkwright"]
    with tempfile.TemporaryDirectory() as folder:
        known = subprocess.run(  # noqa: S603  (our own command)
            [*program, words[0], "--help"], cwd=folder, env=environment, capture_output=True, check=False
        )
        if known.returncode:
            return None
        with Stopwatch() as taken:
            done = subprocess.run(  # noqa: S603
                [*program, *words],
                cwd=Path(folder),
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=_PATIENCE,
            )
    if done.returncode:
        print(f"{words[0]} ended with {done.returncode}: {done.stderr[-300:]}", file=sys.stderr)
        return None
    return taken.seconds
