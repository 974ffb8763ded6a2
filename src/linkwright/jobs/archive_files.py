"""A campaign written into an archive, and read back and compared before anybody relies on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.archive.contents import Contents
from linkwright.archive.manifest import Manifest, TableFile
from linkwright.archive.storage import Storage
from linkwright.archive.tables import ROWS_AT_ONCE, Columns, Row, Writer, batches_of
from linkwright.db.portable import kind_of
from linkwright.errors import Damaged
from linkwright.queries import archives as queries

ARCHIVING: Final = "archive"
"""What one process does at a time."""


async def write_campaign(
    session: AsyncSession, storage: Storage, folder: str, *, about: dict[str, Any]
) -> tuple[Manifest, str]:
    """Write all that a campaign is at the instant of `session`; return the manifest and its digest.

    Raises:
        Damaged: what was read back is not what the database has.
        StorageUnavailable: the storage is full, or cannot be written.
    """
    campaign_id = about["campaign_id"]
    files: dict[str, TableFile] = {}
    for table in queries.campaign_tables():
        files[table.name] = await _write(session, storage, folder, table, campaign_id)
    links = {}
    for link in queries.links():
        pointing = await session.execute(queries.pointing(link, campaign_id))
        links[link.name] = {str(row): value for row, value in pointing}
    manifest = Manifest(**about, tables=files, links=links)
    return manifest, manifest.write(storage, folder)


async def _write(
    session: AsyncSession, storage: Storage, folder: str, table: Table, campaign_id: str
) -> TableFile:
    kinds = {column.key: kind_of(column) for column in table.columns}
    columns, file = Columns(kinds), f"{table.name}.parquet"
    given = Contents(columns.names)
    with storage.writing(folder, file) as stream:
        with Writer(stream, columns) as writer:
            async for rows in batches(session, table, campaign_id):
                batch = columns.batch(rows)
                given.add(batch)
                writer.write(batch)
        size = stream.tell()
    digest = storage.digest(folder, file)
    found, number = Contents(columns.names), 0
    for batch in batches_of(storage, folder, table.name):
        found.add(batch)
        number += batch.num_rows
    if number != writer.rows or found.digest() != given.digest():
        raise Damaged(f"The archive {folder}", f"{table.name} is not read back as it was written")
    return TableFile(rows=number, bytes=size, sha256=digest, columns=kinds)


async def batches(session: AsyncSession, table: Table, campaign_id: str) -> AsyncIterator[Sequence[Row]]:
    """Give a campaign's rows of a table, some at once."""
    statement = queries.rows(table, campaign_id).execution_options(yield_per=ROWS_AT_ONCE)
    result = await session.stream(statement)
    try:
        async for rows in result.partitions():
            yield [tuple(row) for row in rows]
    finally:
        await result.close()
