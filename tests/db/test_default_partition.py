"""Rows leave the default partition for their months: none is lost, doubled or changed, whatever goes on."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.db import default_partition
from linkwright.db.default_partition import DefaultPartition
from linkwright.db.engine import Database
from linkwright.db.partitions import default_rows, drop_empty_months, ensure_months, partitions
from linkwright.db.short_locks import with_short_locks
from linkwright.errors import DatabaseUnavailable
from linkwright.jobs.keep_months import keep_months
from tests.db.test_partitions import a_campaign

pytestmark = pytest.mark.dialects("postgresql")

TODAY = date(2026, 11, 24)
TABLE = "backlinking_analytics"
ADD = text(
    f"INSERT INTO {TABLE} (campaign_id, period_type, date, emails_sent)"
    " SELECT 'c', 'daily', CAST(:first AS timestamptz) + n * interval '1 day', n"
    " FROM generate_series(1, :number) n"
)
BEGIN = datetime(2024, 1, 31, tzinfo=UTC)


async def add(connection: AsyncConnection, number: int, first: datetime = BEGIN) -> None:
    await connection.execute(ADD, {"first": first, "number": number})


async def everything(database: Database) -> list[Any]:
    async with database.engine.begin() as connection:
        return list(await connection.execute(text(f"SELECT * FROM {TABLE} ORDER BY id")))


@pytest.fixture
async def filled(database: Database) -> Database:
    """A database with a hundred days in the default partition, in four months."""
    async with database.engine.begin() as connection:
        await a_campaign(connection)
        await add(connection, 100)
    return database


async def waiting(database: Database) -> int:
    async with database.engine.begin() as connection:
        return await default_rows(connection, TABLE)


async def leftovers(database: Database) -> list[str]:
    asked = text("SELECT relname FROM pg_class WHERE relname LIKE '%moving%' AND relkind <> 'i' ORDER BY 1")
    async with database.engine.begin() as connection:
        return list(await connection.scalars(asked))


class TestMoving:
    async def test_each_row_is_in_its_month_and_as_it_was(self, filled: Database) -> None:
        before = await everything(filled)

        moved = await DefaultPartition(filled.engine, TABLE, TODAY).empty()

        assert (moved.rows, moved.finished) == (100, True)
        assert moved.months == tuple(f"{TABLE}_2024_{month:02}" for month in (2, 3, 4, 5))
        assert await everything(filled) == before
        assert (await waiting(filled), await leftovers(filled)) == (0, [])
        async with filled.engine.begin() as connection:
            may = text(f"SELECT count(*), min(date), max(date) FROM {TABLE}_2024_05")
            assert tuple((await connection.execute(may)).one()) == (
                10, datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 10, tzinfo=UTC),
            )  # fmt: skip

    async def test_nobody_is_shut_out_for_a_second(self, filled: Database) -> None:
        moved = await DefaultPartition(filled.engine, TABLE, TODAY).empty()

        assert 0 < moved.locked < 1

    async def test_again_there_is_nothing_to_do(self, filled: Database) -> None:
        default = DefaultPartition(filled.engine, TABLE, TODAY)
        await default.empty()

        assert (await default.empty()).rows == 0

    async def test_what_comes_later_moves_later(self, filled: Database) -> None:
        default = DefaultPartition(filled.engine, TABLE, TODAY)
        await default.empty()
        async with filled.engine.begin() as connection:
            await add(connection, 3, datetime(2025, 7, 1, tzinfo=UTC))

        assert (await default.empty()).months == (f"{TABLE}_2025_07",)

    async def test_years_that_nobody_meant_stay(self, filled: Database) -> None:
        async with filled.engine.begin() as connection:
            await add(connection, 2, datetime(1970, 1, 1, tzinfo=UTC))
            await add(connection, 2, datetime(2199, 1, 1, tzinfo=UTC))
        before = await everything(filled)

        moved = await DefaultPartition(filled.engine, TABLE, TODAY).empty()

        assert (moved.rows, await waiting(filled)) == (100, 4)
        assert await everything(filled) == before

    async def test_rules_of_the_whole_hold_in_what_was_moved(self, filled: Database) -> None:
        await DefaultPartition(filled.engine, TABLE, TODAY).empty()
        async with filled.engine.begin() as connection:
            same = text(
                "SELECT count(*), count(DISTINCT rules) FROM (SELECT"
                " array_agg((contype, pg_get_constraintdef(oid), convalidated)"
                " ORDER BY pg_get_constraintdef(oid)) AS rules FROM pg_constraint"
                " WHERE conrelid IN (SELECT inhrelid FROM pg_inherits"
                f" WHERE inhparent = CAST('{TABLE}' AS regclass)) GROUP BY conrelid) AS each"
            )
            assert tuple((await connection.execute(same)).one()) == (10, 1)
            await connection.execute(text("DELETE FROM backlinking_campaigns"))

        assert await everything(filled) == []


class TestMeanwhile:
    async def test_what_is_written_while_it_is_copied_is_there(self, filled: Database) -> None:
        default = DefaultPartition(filled.engine, TABLE, TODAY)
        assert not (await default.empty(until=0)).finished  # Ready to copy, and broken off.
        await change(filled)
        before = await everything(filled)

        assert (await default.empty()).finished
        assert await everything(filled) == before
        assert await waiting(filled) == 2  # Of months that nobody had thought of when it began.
        assert (await default.empty()).rows == 2

    async def test_what_is_written_after_it_is_copied_is_there(
        self, filled: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refer = DefaultPartition._refer

        async def late(default: DefaultPartition) -> None:
            await refer(default)
            await change(filled)

        monkeypatch.setattr(DefaultPartition, "_refer", late)

        await DefaultPartition(filled.engine, TABLE, TODAY).empty()

        rows = await everything(filled)
        assert sorted(row.emails_sent for row in rows if row.emails_sent in {1, 1_005}) == [1, 1, 1, 1_005]
        assert len(rows) == 100 - 10 + 2

    async def test_a_copy_goes_on_where_the_last_one_was_broken_off(
        self, filled: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = await everything(filled)
        monkeypatch.setattr(default_partition, "_FIRST", 30)
        copied: list[int] = []

        def stop(done: int) -> None:
            copied.append(done)
            raise KeyboardInterrupt

        default = DefaultPartition(filled.engine, TABLE, TODAY)
        with pytest.raises(KeyboardInterrupt):
            await default.empty(progress=stop)
        await default.empty(progress=copied.append)

        assert (copied[0], copied[-1]) == (30, 70)
        assert await everything(filled) == before

    async def test_writers_who_do_not_stop_lose_nothing(self, filled: Database) -> None:
        over = asyncio.Event()
        written = 0

        async def write() -> None:
            nonlocal written
            while not over.is_set():
                moment = BEGIN + timedelta(days=200 + written)
                async with filled.engine.begin() as connection:
                    await add(connection, 1, moment)
                written += 1

        writer = asyncio.create_task(write())
        for _ in range(3):
            await DefaultPartition(filled.engine, TABLE, TODAY).empty()
        over.set()
        await writer

        assert written
        assert len(await everything(filled)) == 100 + written

    async def test_a_copy_of_a_table_that_has_changed_begins_anew(self, filled: Database) -> None:
        default = DefaultPartition(filled.engine, TABLE, TODAY)
        await default.empty(until=0)
        async with filled.engine.begin() as connection:
            await connection.execute(text(f"ALTER TABLE {TABLE} ADD COLUMN mood text DEFAULT 'calm'"))
        before = await everything(filled)

        await default.empty()

        assert await everything(filled) == before
        assert before[0].mood == "calm"

    async def test_somebody_who_does_not_let_go_is_not_waited_for_for_long(self, filled: Database) -> None:
        before = await everything(filled)
        async with filled.engine.connect() as reader:
            await reader.execute(text(f"SELECT count(*) FROM {TABLE}"))

            async def lock(connection: AsyncConnection) -> None:
                await connection.execute(text(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE"))

            with pytest.raises(DatabaseUnavailable, match="pg_stat_activity"):
                await with_short_locks(filled.engine, lock, patience=0.1)

        assert await everything(filled) == before


class TestEmptyMonths:
    async def test_go_unless_a_row_is_in_them_or_they_are_of_late(self, filled: Database) -> None:
        await DefaultPartition(filled.engine, TABLE, TODAY).empty()
        async with filled.engine.begin() as connection:
            await connection.execute(text(f"DELETE FROM {TABLE} WHERE date < '2024-04-01 00:00+00'"))
            await ensure_months(connection, TABLE, date(2026, 9, 1), date(2026, 10, 1))

        dropped = await drop_empty_months(filled.engine, TABLE, date(2026, 10, 1))

        assert dropped == [f"{TABLE}_2024_02", f"{TABLE}_2024_03", f"{TABLE}_2026_09"]
        async with filled.engine.begin() as connection:
            left = await partitions(connection, TABLE)
        assert f"{TABLE}_2024_04" in left
        assert f"{TABLE}_2026_10" in left

    async def test_all_in_one_go_twice(self, filled: Database) -> None:
        before = await everything(filled)
        would = await keep_months(filled, TODAY, dry_run=True)
        first = await keep_months(filled, TODAY)
        second = await keep_months(filled, TODAY)

        assert [one.moved.rows for one in would] == [one.moved.rows for one in first] == [100, 0]
        assert all(not (one.moved.rows or one.made or one.dropped) for one in second)
        assert await everything(filled) == before


async def change(database: Database) -> None:
    """Insert two rows, change one and delete ten, where others are being moved."""
    async with database.engine.begin() as connection:
        await connection.execute(text(f"UPDATE {TABLE} SET emails_sent = 1005 WHERE emails_sent = 5"))
        await connection.execute(text(f"DELETE FROM {TABLE} WHERE emails_sent BETWEEN 11 AND 20"))
        await add(connection, 1, BEGIN - timedelta(days=20))
        await add(connection, 1, BEGIN + timedelta(days=300))
