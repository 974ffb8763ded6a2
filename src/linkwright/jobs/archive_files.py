"""A campaign written into an archive, and read back and compared before anybody relies on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.archive.manifest import Manifest, TableFile
from linkwright.archive.storage import Storage
from linkwright.archive.tables import ROWS_AT_ONCE, Row, Writer, rows_of
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
        await _compare(session, storage, folder, table, campaign_id)
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
    with storage.writing(folder, f"{table.name}.parquet") as stream:
        writer = Writer(stream, kinds)
        async for rows in batches(session, table, campaign_id):
            writer.write(rows)
        writer.close()
        size = stream.tell()
    digest = storage.digest(folder, f"{table.name}.parquet")
    return TableFile(rows=writer.rows, bytes=size, sha256=digest, columns=kinds)


async def batches(session: AsyncSession, table: Table, campaign_id: str) -> AsyncIterator[Sequence[Row]]:
    """Give a campaign's rows of a table, some at once."""
    statement = queries.rows(table, campaign_id).execution_options(yield_per=ROWS_AT_ONCE)
    result = await session.stream(statement)
    try:
        async for rows in result.partitions():
            yield [tuple(row) for row in rows]
    finally:
        await result.close()


async def _compare(
    session: AsyncSession, storage: Storage, folder: str, table: Table, campaign_id: str
) -> None:
    archived: Iterator[Row] = rows_of(storage, folder, table.name)
    wrong = Damaged(f"The archive {folder}", f"{table.name} is not read back as it was written")
    async for rows in batches(session, table, campaign_id):
        for row in rows:
            if next(archived, None) != row:
                raise wrong
    if next(archived, None) is not None:
        raise wrong
