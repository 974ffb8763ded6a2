"""The steps of upkeep that are about how the database stores things: statistics, dead rows, indexes, logs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.db import upkeep_sqlite
from linkwright.db.engine import Database
from linkwright.db.integrity import translated_errors
from linkwright.db.upkeep_postgresql import (
    TableState,
    at_once,
    index_states,
    leftovers,
    quoted,
    sizes,
    table_states,
)
from linkwright.jobs.upkeep_steps import Did, Upkeep, number_of
from linkwright.models import Base

TABLES: Final = tuple(sorted(Base.metadata.tables))


async def vacuum(upkeep: Upkeep, until: float) -> Did:
    """Clear away dead rows; on SQLite, give free pages back."""
    if upkeep.database.dialect == "sqlite":
        return await _vacuum_file(upkeep, until)
    async with _outside(upkeep.database) as connection:
        before = await table_states(connection, TABLES)
        due = [table for table in before if table.littered]
        if upkeep.dry_run:
            return Did(f"{number_of(len(due), 'table')} to vacuum: {_names(due)}.", _littered(due))
        done = 0
        for table in sorted(due, key=lambda each: -each.dead):
            if monotonic() > until:
                break
            upkeep.progress(table.name)
            done += await at_once(connection, f"VACUUM {quoted(table.name)}", until)
        after = [table for table in await table_states(connection, TABLES) if table.name in _keys(due)]
    said = f"{done} of {number_of(len(due), 'table')} vacuumed."
    if any(table.littered for table in after[:done]):
        said += " Dead rows are left that an old transaction can still see: look into pg_stat_activity."
    return Did(said, _littered(due), _littered(after), finished=done == len(due))


async def analyze(upkeep: Upkeep, until: float) -> Did:
    """Gather statistics of the tables that have changed much since the last ones."""
    if upkeep.database.dialect == "sqlite":
        if upkeep.dry_run:
            return Did("SQLite decides itself which tables need it.")
        await upkeep_sqlite.optimize(_file(upkeep.database), until=until)
        return Did("SQLite gathered statistics where it found them stale.")
    async with _outside(upkeep.database) as connection:
        due = [table for table in await table_states(connection, TABLES) if table.stale]
        # A table that is cut by month has numbers of its own, which nobody else ever gathers.
        names = sorted({table.parent or table.name for table in due})
        changed = {table.name: table.changed for table in due}
        if upkeep.dry_run:
            return Did(f"{len(names)} tables to analyze: {', '.join(names) or 'none'}.", changed)
        done = 0
        for name in names:
            if monotonic() > until:
                break
            upkeep.progress(name)
            done += await at_once(connection, f"ANALYZE {quoted(name)}", until)
        left = {t.name: t.changed for t in await table_states(connection, TABLES) if t.name in changed}
    return Did(f"{done} of {len(names)} tables analyzed.", changed, left, finished=done == len(names))


async def reindex(upkeep: Upkeep, until: float) -> Did:
    """Build indexes anew that are mostly air, while everybody goes on using them."""
    if upkeep.database.dialect == "sqlite":
        return Did("SQLite's indexes get their free pages back with the file's: there is nothing to do.")
    async with _outside(upkeep.database) as connection:
        dead = await leftovers(connection, TABLES)
        due = [index for index in await index_states(connection, TABLES) if index.airy]
        indexes = number_of(len(due), "index", "indexes")
        before: dict[str, Any] = {index.name: index.bytes for index in due}
        if upkeep.dry_run:
            return Did(f"{indexes} to build anew, {len(dead)} left over to drop.", before)
        for name in dead:
            await at_once(connection, f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}", until)
        done = 0
        for index in sorted(due, key=lambda each: each.expected - each.bytes):
            if monotonic() > until:
                break
            upkeep.progress(index.name)
            try:
                built = f"REINDEX INDEX CONCURRENTLY {quoted(index.name)}"
                done += await at_once(connection, built, until)
            except Exception:
                # It leaves what it had begun; whoever wrote to the table would keep that up to date.
                for name in await leftovers(connection, TABLES):
                    await at_once(connection, f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}", until + 5)
                raise
        after = await sizes(connection, before)
    return Did(
        f"{done} of {indexes} built anew, {len(dead)} left over by a killed run dropped.",
        before | {"left_over": len(dead)},
        after,
        finished=done == len(due),
    )


async def checkpoint(upkeep: Upkeep, until: float) -> Did:  # noqa: ARG001  (it waits for nobody)
    """Write SQLite's log into the file."""
    if upkeep.database.dialect == "postgresql":
        return Did("PostgreSQL does so itself: there is nothing to do.")
    path = _file(upkeep.database)
    before = await upkeep_sqlite.file_state(path)
    if upkeep.dry_run:
        return Did(f"{before.log:,} bytes of log to write into the file.", {"log": before.log})
    whole = await upkeep_sqlite.write_home(path)
    after = await upkeep_sqlite.file_state(path)
    said = (
        "The log is written into the file." if whole else "Somebody reads or writes: the log stays for now."
    )
    return Did(said, {"log": before.log}, {"log": after.log}, finished=whole)


async def _vacuum_file(upkeep: Upkeep, until: float) -> Did:
    path = _file(upkeep.database)
    state = await upkeep_sqlite.file_state(path)
    before = {"bytes": state.bytes, "free": state.free}
    rewrite = not state.gives_back and (upkeep.rewrite or state.bytes <= upkeep_sqlite.REWRITTEN)
    if not state.airy:
        return Did("There are too few free pages to give back.", before)
    if not state.gives_back and not rewrite:
        return Did(
            f"{state.free:,} bytes are free. To give them back the file must be rewritten, and writers wait:"
            " run `linkwright maintain --only vacuum --rewrite` when nobody works.",
            before,
        )
    if upkeep.dry_run:
        return Did(f"{state.free:,} bytes to give back{' by rewriting the file' if rewrite else ''}.", before)
    whole = True
    if rewrite:
        await upkeep_sqlite.rewrite(path, until=until)
    else:
        whole = await upkeep_sqlite.give_back(path, until=until)
    state = await upkeep_sqlite.file_state(path)
    after = {"bytes": state.bytes, "free": state.free}
    return Did(f"{before['bytes'] - after['bytes']:,} bytes given back.", before, after, finished=whole)


@asynccontextmanager
async def _outside(database: Database) -> AsyncIterator[AsyncConnection]:
    """Open a connection outside of any transaction, where VACUUM and CONCURRENTLY may run."""
    with translated_errors():
        async with database.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")


def _file(database: Database) -> Path:
    return Path(database.url.database or "").absolute()


def _keys(tables: list[TableState]) -> set[str]:
    return {table.name for table in tables}


def _littered(tables: list[TableState]) -> dict[str, Any]:
    return {table.name: {"dead": table.dead, "bytes": table.bytes} for table in tables}


def _names(tables: list[TableState]) -> str:
    return ", ".join(table.name for table in tables) or "none"
