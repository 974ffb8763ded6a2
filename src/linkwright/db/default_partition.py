"""Rows leave the default partition for partitions of their months, while everybody goes on.

A month cannot be cut off while the default partition holds a row of it, and to delete and attach millions of
rows in one transaction would shut everybody out for minutes. So the default partition is copied beside the
table, month by month, a short transaction at a time; a trigger notes what changes meanwhile. The copies then
take its place in one transaction, which moves no row but those that were noted last: it takes a moment,
whatever the size. Killed before that, nothing has happened to the table, and the next run goes on copying.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from time import monotonic
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from linkwright.db.pace import Pace
from linkwright.db.partitions import MONTHLY, bound, lock_all, month_name, month_of, months, partitions
from linkwright.db.short_locks import with_short_locks

YEARS_BACK: Final = 20
"""Rows that are older, or of months after the next, are somebody's mistake: these stay where they are."""

_FIRST: Final = 2_000
_MOST: Final = 50_000
_NOTED_AT_ONCE: Final = 5_000
_FEW: Final = 100


@dataclass(frozen=True, slots=True)
class Emptied:
    """What left a default partition. `locked` is for how many seconds nobody could use the table."""

    table: str
    rows: int = 0
    months: tuple[str, ...] = ()
    locked: float = 0.0
    finished: bool = True


class DefaultPartition:
    """The default partition of one table, about to be emptied."""

    def __init__(self, engine: AsyncEngine, table: str, today: date) -> None:
        self._engine, self.table, self._today = engine, table, today
        self._moment = MONTHLY[table]
        self._copy, self._noted = f"{table}_moving", f"{table}_moving_noted"

    async def waiting(self) -> dict[date, int]:
        """Count the rows that wait, by their month; leave out those of somebody's mistake."""
        oldest = self._today.replace(year=self._today.year - YEARS_BACK, day=1)
        newest = self._today + timedelta(days=62)
        month = f"CAST(date_trunc('month', {self._moment} AT TIME ZONE 'UTC') AS date)"
        asked = text(
            f"SELECT {month}, count(*) FROM {self.table}_default"  # noqa: S608  (names of this room)
            f" WHERE {self._moment} >= '{bound(oldest)}' AND {self._moment} < '{bound(newest)}'"
            " GROUP BY 1 ORDER BY 1"
        )
        async with self._engine.begin() as connection:
            return {month: number for month, number in await connection.execute(asked)}  # noqa: C416  (rows)

    async def empty(
        self, *, until: float = float("inf"), progress: Callable[[int], None] = lambda _: None
    ) -> Emptied:
        """Move what waits to its months; what could not be copied until `until` is copied next time.

        Raises:
            DatabaseUnavailable: the locks for the last step were not free for a minute.
        """
        wanted = await self.waiting()
        if not wanted:
            await with_short_locks(self._engine, self._forget)
            return Emptied(self.table)
        if not await self._goes_on():
            await with_short_locks(self._engine, self._forget)
            await with_short_locks(self._engine, lambda connection: self._prepare(connection, list(wanted)))
        if not await self._copied(until, progress):
            return Emptied(self.table, finished=False)
        # Without numbers on them the copies would be read from end to end for each row that was noted.
        await self._do(f"ANALYZE {self._copy}")
        await self._catch_up()
        await self._refer()
        await self._catch_up()
        made, locked = await with_short_locks(self._engine, self._take_its_place)
        return Emptied(self.table, sum(wanted.values()), tuple(made), locked)

    # --- what stands beside the table -----------------------------------------------------------

    async def _goes_on(self) -> bool:
        """Say whether there is a copy to go on with: of the table as it is, with its trigger."""
        names = {"table": self.table, "default": f"{self.table}_default", "copy": self._copy}
        async with self._engine.begin() as connection:
            return bool(await connection.scalar(_GOES_ON, names))

    async def _forget(self, connection: AsyncConnection) -> None:
        if not await connection.scalar(text("SELECT to_regclass(:noted)"), {"noted": self._noted}):
            return
        for statement in (
            f"DROP TRIGGER IF EXISTS {self._copy} ON {self.table}_default",
            f"DROP TABLE IF EXISTS {self._copy}",  # Its partitions go with it.
            f"DROP FUNCTION IF EXISTS {self._noted}()",
            f"DROP TABLE {self._noted}",
        ):
            await connection.execute(text(statement))

    async def _prepare(self, connection: AsyncConnection, wanted: list[date]) -> None:
        moment, copy, noted = self._moment, self._copy, self._noted
        statements = [
            f"CREATE TABLE {copy} (LIKE {self.table} INCLUDING ALL) PARTITION BY RANGE ({moment})",
            f"COMMENT ON TABLE {copy} IS '0'",
            f"CREATE TABLE {copy}_default PARTITION OF {copy} DEFAULT",
        ]
        for start, end in (next(months(day, day)) for day in wanted):
            name, first, after = month_name(copy, start), bound(start), bound(end)
            inside = f"{moment} >= '{first}' AND {moment} < '{after}'"
            statements += [
                f"CREATE TABLE {name} PARTITION OF {copy} FOR VALUES FROM ('{first}') TO ('{after}')",
                # Said once more, so that nobody need read it through when it is attached.
                f"ALTER TABLE {name} ADD CONSTRAINT {copy} CHECK ({inside})",
            ]
        changed = f"AFTER INSERT OR UPDATE OR DELETE ON {self.table}_default"
        statements += [
            f"CREATE TABLE {noted} (id integer NOT NULL)",
            _NOTE.format(noted=noted),
            # Waits for all who are writing: what they write is committed before the first row is copied.
            f"CREATE TRIGGER {copy} {changed} FOR EACH ROW EXECUTE FUNCTION {noted}()",
        ]
        for statement in statements:
            await connection.execute(text(statement))

    # --- copying --------------------------------------------------------------------------------

    async def _copied(self, until: float, progress: Callable[[int], None]) -> bool:
        pace, done = Pace(_FIRST, _MOST, least=100), 0
        while True:
            began = monotonic()
            if began > until:
                return False
            async with self._engine.begin() as connection:
                some = await self._copy_some(connection, pace.number)
            if not some:
                return True
            done += some
            progress(done)
            pace.took(monotonic() - began)

    async def _copy_some(self, connection: AsyncConnection, number: int) -> int:
        at = await connection.scalar(_COMMENT, {"name": self._copy})
        columns = await self._columns(connection)
        statement = text(
            f"WITH batch AS (SELECT {columns} FROM {self.table}_default"  # noqa: S608  (names of this room)
            " WHERE id > :after ORDER BY id LIMIT :number),"
            f" put AS (INSERT INTO {self._copy} ({columns}) SELECT {columns} FROM batch"
            " ON CONFLICT DO NOTHING)"
            " SELECT count(*), max(id) FROM batch"
        )
        # What is there was noted, and copied out of turn before the last run was broken off.
        count, last = (await connection.execute(statement, {"after": int(at), "number": number})).one()
        if count:
            # With the rows, so that a run that goes on knows how far the last one came.
            await connection.execute(text(f"COMMENT ON TABLE {self._copy} IS '{last:d}'"))
        return int(count)

    async def _columns(self, connection: AsyncConnection) -> str:
        asked = text(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped"
        )
        return str(await connection.scalar(asked, {"name": self.table}))

    async def _catch_up(self) -> None:
        for _ in range(_FEW):  # Who writes without a pause is caught up with under the lock.
            if await with_short_locks(self._engine, self._catch_up_some) < _FEW:
                return

    async def _catch_up_some(self, connection: AsyncConnection) -> int:
        taken = text(
            f"DELETE FROM {self._noted} WHERE ctid = ANY (ARRAY("  # noqa: S608  (names of this room)
            f"SELECT ctid FROM {self._noted} LIMIT {_NOTED_AT_ONCE})) RETURNING id"
        )
        ids = list(await connection.scalars(taken))
        if not ids:
            return 0
        columns, those = await self._columns(connection), "WHERE id = ANY (CAST(:ids AS integer[]))"
        for statement in (
            f"DELETE FROM {self._copy} {those}",  # noqa: S608
            f"INSERT INTO {self._copy} ({columns}) SELECT {columns} FROM {self.table}_default {those}",  # noqa: S608
        ):
            await connection.execute(text(statement), {"ids": sorted(set(ids))})
        return len(ids)

    async def _refer(self) -> None:
        """Give the copies the table's foreign keys, in two steps: that they hold is read without a lock."""
        async with self._engine.begin() as connection:
            rules = list(await connection.execute(_RULES, {"table": self.table, "copy": self._copy}))
        for child, name, rule, valid in rules:
            if valid is None:
                await self._do(f"ALTER TABLE {child} ADD CONSTRAINT {name} {rule} NOT VALID")
        # What was deleted before the keys stood is noted; from now on the keys delete it here too.
        await self._catch_up()
        for child, name, _, valid in rules:
            if not valid:
                await self._do(f"ALTER TABLE {child} VALIDATE CONSTRAINT {name}")

    async def _do(self, statement: str) -> None:
        await with_short_locks(self._engine, lambda connection: connection.execute(text(statement)))

    # --- the switch -----------------------------------------------------------------------------

    async def _take_its_place(self, connection: AsyncConnection) -> tuple[list[str], float]:
        table, copy = self.table, self._copy
        await lock_all(connection, table)
        began = monotonic()
        while await self._catch_up_some(connection):
            pass
        made, statements = [], [f"DROP TABLE {table}_default"]
        for old in await partitions(connection, copy):
            month = month_of(copy, old)
            if month is None:
                continue
            start, end = next(months(month, month))
            new, values = month_name(table, start), f"FROM ('{bound(start)}') TO ('{bound(end)}')"
            statements += [
                f"ALTER TABLE {copy} DETACH PARTITION {old}",
                f"ALTER TABLE {old} RENAME TO {new}",
                f"ALTER TABLE {table} ATTACH PARTITION {new} FOR VALUES {values}",
                f"ALTER TABLE {new} DROP CONSTRAINT {copy}",
            ]
            made.append(new)
        statements += [
            f"ALTER TABLE {copy} DETACH PARTITION {copy}_default",
            f"ALTER TABLE {copy}_default RENAME TO {table}_default",
            f"ALTER TABLE {table} ATTACH PARTITION {table}_default DEFAULT",
            f"DROP TABLE {copy}",
            f"DROP FUNCTION {self._noted}()",
            f"DROP TABLE {self._noted}",
        ]
        # In one trip to the server: everybody waits.
        await connection.execute(text(f"DO $$ BEGIN {'; '.join(statements)}; END $$".replace(":", "\\:")))
        return made, monotonic() - began


_COMMENT: Final = text("SELECT obj_description(CAST(:name AS regclass))")

_GOES_ON: Final = text(
    "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(:default) AND tgname = :copy)"
    " AND NOT EXISTS (SELECT FROM pg_attribute"
    "  WHERE attrelid IN (to_regclass(:table), to_regclass(:copy)) AND attnum > 0 AND NOT attisdropped"
    "  GROUP BY attname, atttypid, atttypmod HAVING count(*) <> 2)"
)

_RULES: Final = text(
    "SELECT child.relname, rule.conname, pg_get_constraintdef(rule.oid), mine.convalidated"
    " FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
    " JOIN pg_constraint AS rule"
    " ON rule.conrelid = to_regclass(:table) AND rule.contype = 'f' AND rule.conparentid = 0"
    " LEFT JOIN pg_constraint AS mine ON mine.conrelid = child.oid AND mine.conname = rule.conname"
    " WHERE inhparent = to_regclass(:copy) ORDER BY 1, 2"
)

# Whoever writes a row may not be allowed to write here: hence the rights of who made it.
_NOTE: Final = (
    "CREATE FUNCTION {noted}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
    " SET search_path FROM CURRENT AS $$ BEGIN"
    " IF TG_OP <> 'INSERT' THEN INSERT INTO {noted} VALUES (OLD.id); END IF;"
    " IF TG_OP <> 'DELETE' THEN INSERT INTO {noted} VALUES (NEW.id); END IF;"
    " RETURN NULL; END $$"
)
