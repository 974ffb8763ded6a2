"""What a database leaves of deleted and changed rows in its files, written over as far as a connection can.

A row that was changed is a new row, and the old one's bytes stay: in its page, in the index, in the log.
SQLite writes them over in one command. PostgreSQL writes tables anew, and then walks through the files of
its log, which it uses again as they are. What neither reaches is said, never passed over.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.db.engine import Database

_PATIENCE: Final = 10.0
_BETWEEN_TRIES: Final = 0.2
_MOST_SEGMENTS: Final = 256
_AGAIN: Final = "; run `linkwright erase-person` again for it"


@dataclass(slots=True)
class Scrubbed:
    """What was written over, and what is left where a connection does not reach. Sentences for a person."""

    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


async def scrub(database: Database, tables: Sequence[str]) -> Scrubbed:
    """Write over what `tables` have left in the files of the database. Others wait for each of them."""
    if database.dialect == "sqlite":
        return await asyncio.to_thread(_scrub_file, str(database.url.database))
    scrubbed = Scrubbed()
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await _rewrite(connection, tables, scrubbed)
        await _walk_the_log(connection, scrubbed)
        await _tell_of_copies(connection, scrubbed)
    return scrubbed


def _scrub_file(path: str) -> Scrubbed:
    scrubbed = Scrubbed()
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        try:
            connection.execute("VACUUM")
        except sqlite3.OperationalError as error:
            scrubbed.left.append(f"free pages of the file ({error}): it needs as much room again{_AGAIN}")
        else:
            scrubbed.done.append("The file was written anew, without its free pages.")
        deadline = monotonic() + _PATIENCE
        # The first number is whether somebody was in the way, such as a reader of an older state.
        while (busy := connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]) and (
            monotonic() < deadline
        ):
            sleep(_BETWEEN_TRIES)
        if busy:
            scrubbed.left.append(f"the log (-wal): somebody reads an older state{_AGAIN}")
        else:
            scrubbed.done.append("The log (-wal) was emptied.")
    return scrubbed


async def _rewrite(connection: AsyncConnection, tables: Sequence[str], scrubbed: Scrubbed) -> None:
    others = await connection.scalar(text(_OLDER))
    whole = [name for table in tables for name in (await connection.scalars(text(_PARTS), {"name": table}))]
    # The planner's statistics have values of columns, the commonest and some between.
    for name in dict.fromkeys([*tables, *whole]):  # A partitioned table has some of its own.
        await _tried(connection, f"ANALYZE {name}", f"statistics of {name}", scrubbed)
        # ANALYZE leaves those of a table that has become empty.
        if not await connection.scalar(text(f"SELECT EXISTS (SELECT FROM {name})")):  # noqa: S608
            await _tried(connection, _FORGET.format(name=name), f"statistics of {name}", scrubbed)
    for name in [*whole, *_CATALOGUES]:
        await _tried(connection, f"VACUUM (FULL) {name}", f"the old rows of {name}", scrubbed)
    scrubbed.done.append(f"{len(whole)} tables were written anew, with their indexes and statistics.")
    if others:
        scrubbed.left.append(
            f"rows that {others} open transactions may still see{_AGAIN} when they have ended"
        )


async def _walk_the_log(connection: AsyncConnection, scrubbed: Scrubbed) -> None:
    """Go on to the next file of the log until those that were there have been written over or removed.

    A file that is used again keeps its old bytes until the log comes to it; leaving it fills the rest
    with zeros.
    """
    what = "the log (pg_wal), written over in time; at once for who may CHECKPOINT and pg_switch_wal"
    try:
        # The file in use becomes an old one first: until then no checkpoint can let go of it.
        await _next_segment(connection)
        await connection.execute(text("CHECKPOINT"))
        segments = int(await connection.scalar(text("SELECT count(*) FROM pg_ls_waldir()")) or 0)
        for _ in range(min(segments + 2, _MOST_SEGMENTS)):
            await _next_segment(connection)
        await connection.execute(text("CHECKPOINT"))
    except DBAPIError as error:
        scrubbed.left.append(f"{what} ({_said(error)})")
    else:
        scrubbed.done.append(f"The log was led through its {segments} files.")


async def _next_segment(connection: AsyncConnection) -> None:
    # Where nothing was written since the last switch, there is none.
    await connection.execute(text("SELECT pg_logical_emit_message(false, 'linkwright', '')"))
    await connection.execute(text("SELECT pg_switch_wal()"))


async def _tell_of_copies(connection: AsyncConnection, scrubbed: Scrubbed) -> None:
    if await connection.scalar(text("SELECT current_setting('archive_mode') <> 'off'")):
        scrubbed.left.append("the archive of the log, which the server writes elsewhere")
    if await connection.scalar(text("SELECT EXISTS (SELECT FROM pg_replication_slots)")):
        scrubbed.left.append("the log that a replication slot keeps, and its replica's own files")
    scrubbed.left.append(
        "the server's text log where it logs statements with their parameters; base backups; replicas"
    )


async def _tried(connection: AsyncConnection, statement: str, what: str, scrubbed: Scrubbed) -> None:
    """Run a statement that wants a table for itself, in short tries: who waits for it holds up all behind."""
    deadline = monotonic() + _PATIENCE
    await connection.execute(text("SET lock_timeout = '300ms'"))
    while True:
        try:
            await connection.execute(text(statement))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE or monotonic() > deadline:
                scrubbed.left.append(f"{what} ({_said(error)}){_AGAIN}")
                return
            await asyncio.sleep(_BETWEEN_TRIES)
        else:
            return


def _said(error: DBAPIError) -> str:
    cause: Any = error.orig
    return str(cause).partition(": ")[2] or str(cause)


_LOCK_NOT_AVAILABLE: Final = "55P03"
_FORGET: Final = "DELETE FROM pg_catalog.pg_statistic WHERE starelid = '{name}'::regclass"
_CATALOGUES: Final = ("pg_catalog.pg_statistic",)
_PARTS: Final = (
    "SELECT relid::regclass::text FROM pg_partition_tree(to_regclass(:name)) WHERE isleaf"
    " UNION SELECT to_regclass(:name)::text WHERE to_regclass(:name) IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM pg_partition_tree(to_regclass(:name)))"
)
_OLDER: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()"
    " AND datname = current_database()"
)
