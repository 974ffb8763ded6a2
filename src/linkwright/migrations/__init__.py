"""The schema's history: one lineage for SQLite and PostgreSQL, and the verbs that walk it.

Needs no alembic.ini. Several processes may call `upgrade` at once: one does it, the others
wait and find it done.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.clock import utc_now
from linkwright.db.alone import PATIENCE, VERSION_TABLE, alone
from linkwright.db.engine import Database
from linkwright.db.partitions import MONTHLY, ensure_months, months_ahead
from linkwright.errors import InvalidInput
from linkwright.migrations.state import SchemaKind, SchemaState, read_state

__all__ = [
    "VERSION_TABLE",
    "SchemaKind",
    "SchemaState",
    "alembic_config",
    "check",
    "current",
    "downgrade",
    "ensure_current",
    "make_months",
    "revisions",
    "schema_state",
    "upgrade",
]

_FOLDER: Final = Path(__file__).parent


def alembic_config() -> Config:
    """Return what Alembic wants to know, without a file."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def revisions() -> list[str]:
    """Return the revisions that this program knows, the newest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return [step.revision for step in script.walk_revisions()]


async def upgrade(url: str, revision: str = "head", *, patience: float = PATIENCE) -> SchemaState:
    """Bring a database's schema up to `revision`, making the SQLite file where there is none.

    Raises:
        SchemaMismatch: the schema is of a newer Linkwright, or not Linkwright's at all.
        InvalidInput: there is no such revision.
        DatabaseUnavailable: the database cannot be reached or written, or another process
            was still at it after `patience` seconds.
    """
    async with alone(url, patience=patience) as connection:
        state = await connection.run_sync(_walk, command.upgrade, revision)
        if state.kind is SchemaKind.HEAD:
            await make_months(connection, utc_now().date())
        return state


async def make_months(connection: AsyncConnection, today: date) -> list[str]:
    """Make the partitions of last month, this one and the next three; name the new ones."""
    made = [
        name for table in MONTHLY for name in await ensure_months(connection, table, *months_ahead(today))
    ]
    if connection.dialect.name == "postgresql":
        await connection.commit()
    return made


async def downgrade(url: str, revision: str, *, patience: float = PATIENCE) -> SchemaState:
    """Take a database's schema back to `revision`; `base` is before the first one, and empty.

    Raises:
        SchemaMismatch: the schema is of a newer Linkwright, or not Linkwright's at all.
        InvalidInput: there is no such revision below the present one.
        DatabaseUnavailable: as for `upgrade`.
    """
    async with alone(url, patience=patience) as connection:
        return await connection.run_sync(_walk, command.downgrade, revision)


async def check(url: str) -> SchemaState:
    """Say how the schema of the database at `url` stands to this program's; changes nothing."""
    database = Database(url)
    try:
        return await schema_state(database)
    finally:
        await database.close()


async def current(url: str) -> str | None:
    """Return the revision of the database at `url`, or None where it has none."""
    return (await check(url)).current


async def schema_state(database: Database) -> SchemaState:
    """Say how the schema of an open database stands to this program's."""
    script = ScriptDirectory.from_config(alembic_config())
    if database.dialect == "sqlite" and _is_missing(Path(database.url.database or "")):
        return SchemaState(SchemaKind.EMPTY, None, script.get_current_head() or "")
    async with database.reading() as session:
        connection = await session.connection()
        return await connection.run_sync(read_state, script)


def _is_missing(path: Path) -> bool:
    try:
        return not path.exists()
    except OSError:  # a name of 5,000 characters, a folder that may not be entered
        return False  # Opening it says what is wrong.


async def ensure_current(database: Database) -> None:
    """Refuse to work on a schema that this program does not know.

    Raises:
        SchemaMismatch: it is not at head; the message names the command that mends it.
    """
    state = await schema_state(database)
    if state.kind is not SchemaKind.HEAD:
        raise state.mismatch()


def _walk(connection: Connection, step: Callable[[Config, str], None], revision: str) -> SchemaState:
    config = alembic_config()
    script = ScriptDirectory.from_config(config)
    state = read_state(connection, script)
    if state.kind in {SchemaKind.AHEAD, SchemaKind.UNKNOWN}:
        raise state.mismatch()
    if connection.dialect.name == "postgresql":
        connection.commit()  # Alembic opens its own transaction for each step.
    config.attributes["connection"] = connection
    try:
        step(config, revision)
    except CommandError as error:
        if "locate revision" not in str(error):
            raise InvalidInput("revision", str(error), revision) from error
        known = ", ".join(["head", *revisions(), "base"])
        raise InvalidInput("revision", f"must be one of {known}", revision) from error
    return read_state(connection, script)
