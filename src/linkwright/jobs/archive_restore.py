"""An archived campaign back in the database: every row of it, in one transaction, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright import migrations
from linkwright.archive.manifest import Manifest, verify
from linkwright.archive.storage import Storage
from linkwright.archive.tables import Row, rows_of
from linkwright.clock import Clock, utc_now
from linkwright.db.bulk import put_back_many, takes_moments_in_words
from linkwright.db.engine import Database
from linkwright.db.rows import run
from linkwright.db.turns import in_turn
from linkwright.errors import Conflict, InvalidInput
from linkwright.jobs.archive_files import ARCHIVING
from linkwright.queries import archives as queries
from linkwright.services.archives import Archives
from linkwright.services.context import Context
from linkwright.services.retention_records import require_files
from linkwright.vocabulary import ArchiveState

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Back:
    """A campaign that is back. `dropped` are columns that the schema no longer has."""

    campaign_id: str
    name: str
    rows: dict[str, int] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


async def restore_archive(
    database: Database, storage: Storage, archive_id: int, *, owner: int | None = None, clock: Clock = utc_now
) -> Back:
    """Read an archive to its last bit, then insert all of it in one transaction.

    Raises:
        Conflict: it was restored already, is being written, or rows of it are in the database.
        Damaged: a file is not what was written; nothing was restored.
        InvalidInput: it is of a version or a schema that this program does not know.
        NotFound: the caller has no such archive.
    """
    async with in_turn(database, ARCHIVING):
        async with database.reading() as session:
            archive = await Archives(Context(session, clock, owner)).get(archive_id)
        if archive.state != ArchiveState.DONE or archive.digest is None:
            raise Conflict(f"Archive {archive_id} is {archive.state}; only one that is done can be restored.")
        require_files(archive)
        manifest = verify(storage, archive.folder, archive.digest)
        if manifest.schema_revision not in migrations.revisions():
            rule = "is of a schema that this program does not know; update the program"
            raise InvalidInput("archive", rule, manifest.schema_revision)
        async with database.transaction() as session:
            dropped = await bring_back(session, storage, archive.folder, manifest)
            await Archives(Context(session, clock, owner)).restored(archive_id)
    rows = {name: table.rows for name, table in manifest.tables.items()}
    return Back(manifest.campaign_id, manifest.name, rows, dropped)


async def bring_back(
    session: AsyncSession, storage: Storage, folder: str, manifest: Manifest, *, missing_only: bool = False
) -> list[str]:
    """Insert an archive's rows, with `missing_only` those that are gone; return columns there are no more."""
    here = {table.name: table for table in queries.campaign_tables()}
    dropped: list[str] = [name for name in manifest.tables if name not in here]
    for table in queries.campaign_tables():
        if table.name in manifest.tables:
            names = list(manifest.tables[table.name].columns)
            dropped += [f"{table.name}.{name}" for name in names if name not in table.c]
            there: set[Row] = set()
            if missing_only:
                rows = await session.execute(queries.keys(table, manifest.campaign_id))
                there = {tuple(row) for row in rows}
            await _insert(session, storage, folder, table, names, there)
            if there:
                await _point_again(session, storage, folder, table, names)
    for link in queries.links():
        for row, value in manifest.links.get(link.name, {}).items():
            await session.execute(queries.point_again(link, int(row), value))
    return dropped


async def _insert(
    session: AsyncSession, storage: Storage, folder: str, table: Table, names: list[str], there: set[Row]
) -> None:
    known = [place for place, name in enumerate(names) if name in table.c]
    rows = rows_of(storage, folder, table.name, in_words=takes_moments_in_words(session))
    if there:
        keys = [names.index(column.key) for column in table.primary_key.columns]
        both = zip(rows, rows_of(storage, folder, table.name), strict=True)
        rows = (row for row, same in both if tuple(same[place] for place in keys) not in there)
    columns = [names[place] for place in known]
    await put_back_many(session, table, columns, ([row[place] for place in known] for row in rows))


async def _point_again(
    session: AsyncSession, storage: Storage, folder: str, table: Table, names: list[str]
) -> None:
    """Let rows that stayed point again at rows of their own table that had gone."""
    for loose in queries.loose(table):
        if loose in names:
            row_id, place = names.index("id"), names.index(loose)
            pointing = (row for row in rows_of(storage, folder, table.name) if row[place] is not None)
            while some := list(islice(pointing, _AT_ONCE)):
                values = [{"row": row[row_id], "to": row[place]} for row in some]
                await run(session, queries.point_within(table, loose), values)
