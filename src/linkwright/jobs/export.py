"""Everything of one campaign as JSON Lines: to move it, to keep it, to hand it over.

The first line says what the file is and has the digest of the lines behind it; every other line is
one record with all its columns. Secrets stay: the key and the hashes of suppressed addresses.
One transaction that sees one instant, and never more than a few hundred rows in memory.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, BinaryIO, Final

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright import migrations
from linkwright.clock import Clock, utc_now
from linkwright.db.engine import Database
from linkwright.jobs.campaign_records import KINDS, Kind
from linkwright.jobs.record_values import to_json
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.users import User
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context

FORMAT: Final = "linkwright-campaign"
VERSION: Final = 1
HEADER_ROOM: Final = 4096
"""Bytes of the first line. It is written last, over its own place: only then is the digest known."""

ROWS_AT_ONCE: Final = 500

Progress = Callable[[int], None]
"""Is told how many records are written."""


@dataclass(slots=True)
class Exported:
    """What an export wrote."""

    campaign_id: str
    rows: dict[str, int] = field(default_factory=dict)
    digest: str = ""


async def export_campaign(
    database: Database,
    campaign_id: str,
    target: BinaryIO,
    *,
    owner: int | None = None,
    clock: Clock = utc_now,
    progress: Progress | None = None,
) -> Exported:
    """Write a campaign as JSON Lines to `target`, which need not be a file on a disk.

    Raises:
        NotFound: the caller has no such campaign.
    """
    with tempfile.TemporaryFile() as draft:
        exported = await _write(database, campaign_id, draft, owner=owner, clock=clock, progress=progress)
        draft.seek(0)
        shutil.copyfileobj(draft, target)
    return exported


async def rows_of(session: AsyncSession, kind: Kind, campaign_id: str) -> AsyncIterator[dict[str, Any]]:
    """Give a campaign's records of one kind, one after the other, as JSON values."""
    statement = kind.rows(campaign_id).execution_options(yield_per=ROWS_AT_ONCE)
    columns = kind.columns
    result = await session.stream(statement)
    try:
        async for row in result:
            yield {name: to_json(value) for name, value in zip(columns, row, strict=True)}
    finally:
        await result.close()


async def _write(
    database: Database,
    campaign_id: str,
    target: BinaryIO,
    *,
    owner: int | None,
    clock: Clock,
    progress: Progress | None,
) -> Exported:
    exported = Exported(campaign_id)
    digest = sha256()
    ids: dict[str, list[int]] = {}
    target.write(b" " * (HEADER_ROOM - 1) + b"\n")
    async with database.reading() as session:
        campaign = await Campaigns(Context(session, clock, owner)).get(campaign_id)
        user = await session.get_one(User, campaign.user_id)
        for kind in KINDS:
            number = 0
            async for row in rows_of(session, kind, campaign_id):
                line = orjson.dumps({"record": kind.name, "row": row}, option=orjson.OPT_APPEND_NEWLINE)
                digest.update(line)
                target.write(line)
                number += 1
                if kind.numbered:
                    low_high = ids.setdefault(kind.name, [row["id"], row["id"]])
                    low_high[:] = [min(low_high[0], row["id"]), max(low_high[1], row["id"])]
                if progress is not None and number % ROWS_AT_ONCE == 0:
                    progress(sum(exported.rows.values()) + number)
            exported.rows[kind.name] = number
    exported.digest = digest.hexdigest()
    target.seek(0)
    target.write(_header(campaign, user, exported, ids, clock))
    return exported


def _header(
    campaign: BacklinkingCampaign, user: User, exported: Exported, ids: dict[str, list[int]], clock: Clock
) -> bytes:
    header = {
        "record": "header",
        "format": FORMAT,
        "version": VERSION,
        "schema": migrations.revisions()[0],
        "exported_at": to_json(clock()),
        "campaign": {"id": campaign.id, "name": campaign.name},
        "owner": {"email": user.email, "name": user.name},
        "rows": exported.rows,
        "ids": ids,
        "digest": exported.digest,
    }
    line = orjson.dumps(header)
    return line.ljust(HEADER_ROOM - 1) + b"\n"
