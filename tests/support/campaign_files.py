"""Campaigns in and out of files, and what a database then holds."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from linkwright.db.engine import Database
from linkwright.jobs.campaign_records import Kind
from linkwright.jobs.desks import desk_for
from linkwright.jobs.export import export_campaign
from linkwright.jobs.import_campaign import Imported, import_campaign

if TYPE_CHECKING:
    pass


def read(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


async def export(database: Database, path: Path, campaign_id: str) -> str:
    buffer = io.BytesIO()
    exported = await export_campaign(database, campaign_id, buffer)
    write(path, buffer.getvalue())
    return exported.digest


async def bring(database: Database, path: Path, **words: Any) -> Imported:
    async with desk_for(database) as desk:
        return await import_campaign(desk, path, **words)


async def contents(database: Database, kind: Kind, *, numbers: bool = True) -> list[dict[str, Any]]:
    """Everything that a table has, but for who owns it."""
    left_out = {kind.owner, "address_hash"} | (set() if numbers else {"id", *kind.refers})
    async with database.reading() as session:
        found = await session.execute(select(kind.table).order_by(*kind.table.primary_key.columns))
        return [
            {name: value for name, value in row.items() if name not in left_out} for row in found.mappings()
        ]
