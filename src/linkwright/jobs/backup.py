"""The whole database into one file, and out of it again; looked through both ways before it counts."""

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import exists, literal, select, union_all

from linkwright import migrations
from linkwright.db import sqlite_copies
from linkwright.db.alone import VERSION_TABLE
from linkwright.db.engine import Database
from linkwright.db.postgresql_copies import tools_for
from linkwright.db.sqlite_copies import Progress
from linkwright.errors import Conflict, Damaged, InvalidInput, StorageUnavailable
from linkwright.jobs.whole_files import whole_file
from linkwright.migrations import SchemaKind
from linkwright.models import Base
from linkwright.monitoring.doctor import Examination, examine

_SQLITE = b"SQLite format 3\0"
_POSTGRESQL = b"PGDMP"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made and read through. `digest` is the SHA-256 of the file."""

    path: Path
    bytes: int
    revision: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back. `found` is None where its schema is older: nobody can recount it yet."""

    revision: str
    found: Examination | None


async def back_up(
    url: str,
    target: Path,
    *,
    tools: str | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> BackedUp:
    """Write one instant of the database into `target`, while others go on reading and writing.

    Raises:
        Conflict: there is a file of this name.
        InvalidInput: `target` is the database itself.
        StorageUnavailable: the disk is full, the folder not writable, a tool missing.
        DatabaseUnavailable: the database cannot be read.
    """
    database = Database(url)
    try:
        if database.dialect == "sqlite":
            source = Path(database.url.database or "")
            _refuse_itself(source, target)
            with whole_file(target, replace=replace) as draft:
                await sqlite_copies.copy_out(source, draft, progress=progress)
                revision = sqlite_copies.checked_copy(draft)
        else:
            found = await tools_for(database, tools)
            with whole_file(target, replace=replace) as draft:
                await found.copy_out(draft, progress=progress)
                revision = await found.checked_copy(draft)
    finally:
        await database.close()
    return _backed_up(target, revision)


async def restore(
    url: str,
    source: Path,
    *,
    tools: str | None = None,
    replace: bool = False,
    pepper: bytes = b"",
    progress: Progress | None = None,
) -> Restored:
    """Put a backup in the place of the database at `url`: all of it, in one transaction, or nothing.

    The backup is read to its end before the database is touched, and afterwards the doctor looks at the
    database. Nothing else should be at work on it meanwhile.

    Raises:
        Conflict: the database has rows, and `replace` was not said.
        Damaged: the backup is not what was written.
        InvalidInput: the file is a backup of another kind of database, or none.
        SchemaMismatch: the database is not Linkwright's, or of a newer one; so is the backup.
        StorageUnavailable: the file cannot be read, a tool is missing, or a disk is full.
    """
    database = Database(url)
    try:
        _require_kind(source, database.dialect)
        state = await migrations.schema_state(database)
        if state.kind in {SchemaKind.AHEAD, SchemaKind.UNKNOWN}:
            raise state.mismatch()
        if not replace and state.kind is not SchemaKind.EMPTY and await _has_rows(database):
            raise Conflict(
                "The database has rows; what is restored takes their place. Say --replace, or name another."
            )
        if database.dialect == "sqlite":
            revision = _known(sqlite_copies.checked_copy(source), source)
            place = Path(database.url.database or "")
            await database.close()
            await sqlite_copies.copy_in(source, place, progress=progress)
        else:
            found = await tools_for(database, tools)
            revision = _known(await found.checked_copy(source), source)
            await found.copy_in(source, [VERSION_TABLE, *Base.metadata.tables], progress=progress)
    finally:
        await database.close()
    return Restored(revision, await _looked_at(url, pepper))


def _backed_up(target: Path, revision: str | None) -> BackedUp:
    with target.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    return BackedUp(target, target.stat().st_size, revision, digest)


async def _looked_at(url: str, pepper: bytes) -> Examination | None:
    database = Database(url)
    try:
        state = await migrations.schema_state(database)
        return await examine(database, pepper=pepper) if state.kind is SchemaKind.HEAD else None
    finally:
        await database.close()


async def _has_rows(database: Database) -> bool:
    async with database.reading() as session:
        connection = await session.connection()
        there = await connection.run_sync(lambda sync: set(sync.dialect.get_table_names(sync)))
        tables = [table for table in Base.metadata.sorted_tables if table.name in there]
        asked = union_all(*(select(literal(1)).where(exists().select_from(table)) for table in tables))
        return (await session.execute(asked.limit(1))).first() is not None


def _require_kind(source: Path, dialect: str) -> None:
    try:
        with source.open("rb") as stream:
            begins = stream.read(len(_SQLITE))
    except OSError as error:
        problem = f"{source} cannot be read ({error.strerror or type(error).__name__})."
        raise StorageUnavailable(problem, "Check the path and its permissions.") from error
    kind = "sqlite" if begins == _SQLITE else "postgresql" if begins.startswith(_POSTGRESQL) else None
    if kind is None:
        raise InvalidInput("file", "must be one that `linkwright backup` wrote", source.name)
    if kind != dialect:
        raise InvalidInput("file", f"is a backup of {kind}, and the database is {dialect}", source.name)


def _known(revision: str | None, source: Path) -> str:
    script = ScriptDirectory.from_config(migrations.alembic_config())
    if revision is None:
        raise Damaged(f"The backup {source.name}", "it has no schema of Linkwright's")
    if revision not in migrations.revisions():
        raise migrations.SchemaState(
            SchemaKind.AHEAD if revision.isdecimal() else SchemaKind.UNKNOWN,
            revision,
            script.get_current_head() or "",
        ).mismatch()
    return revision


def _refuse_itself(source: Path, target: Path) -> None:
    beside = {
        source.with_name(source.name + suffix).absolute() for suffix in ("", "-wal", "-shm", "-journal")
    }
    if target.absolute() in beside or (target.exists() and source.exists() and target.samefile(source)):
        raise InvalidInput("file", "must be another one than the database itself", str(target))
