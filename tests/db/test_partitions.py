"""Months of the tables that PostgreSQL cuts by month."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.clock import utc_now
from linkwright.db.engine import Database
from linkwright.db.partitions import default_rows, ensure_months
from linkwright.errors import InvalidInput

INSERT = text(
    "INSERT INTO backlinking_analytics (campaign_id, period_type, date)"
    " VALUES ('c', 'daily', :date) RETURNING id"
)


async def a_campaign(connection: AsyncConnection) -> None:
    await connection.execute(
        text("INSERT INTO users (id, email, address_key) VALUES (1, 'a@b.example', :key)"), {"key": b"0"}
    )
    await connection.execute(
        text("INSERT INTO backlinking_campaigns (id, user_id, name, keywords) VALUES ('c', 1, 'x', '[]')")
    )


async def place_of(connection: AsyncConnection, number: int) -> str:
    """Name the partition that holds a record."""
    return str(
        await connection.scalar(
            text("SELECT CAST(CAST(tableoid AS regclass) AS text) FROM backlinking_analytics WHERE id = :id"),
            {"id": number},
        )
    )


@pytest.mark.dialects("postgresql")
class TestOnPostgresql:
    async def test_the_present_month_and_the_next_are_there_from_the_start(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            await a_campaign(connection)
            now = utc_now()
            number = await connection.scalar(INSERT, {"date": now})

            assert await place_of(connection, number) == f"backlinking_analytics_{now:%Y_%m}"
            assert await default_rows(connection, "backlinking_analytics") == 0

    async def test_rows_of_a_month_without_a_partition_wait_and_then_move(self, database: Database) -> None:
        last_of_may = datetime(2019, 5, 31, 23, 59, 59, 999999, tzinfo=UTC)
        first_of_june = datetime(2019, 6, 1, tzinfo=UTC)
        async with database.engine.begin() as connection:
            await a_campaign(connection)
            may = await connection.scalar(INSERT, {"date": last_of_may})
            june = await connection.scalar(INSERT, {"date": first_of_june})
            assert await place_of(connection, may) == "backlinking_analytics_default"
            assert await default_rows(connection, "backlinking_analytics") == 2

            made = await ensure_months(
                connection, "backlinking_analytics", date(2019, 5, 17), date(2019, 5, 20)
            )

            assert made == ["backlinking_analytics_2019_05"]
            assert await place_of(connection, may) == "backlinking_analytics_2019_05"
            assert await place_of(connection, june) == "backlinking_analytics_default"

    async def test_a_month_that_is_there_is_left_alone(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            first = await ensure_months(connection, "email_events", date(2030, 11, 30), date(2031, 2, 1))
            second = await ensure_months(connection, "email_events", date(2030, 11, 1), date(2031, 2, 28))

        assert first == [f"email_events_{month}" for month in ("2030_11", "2030_12", "2031_01", "2031_02")]
        assert second == []

    async def test_two_makers_of_one_month_take_turns(self, database: Database) -> None:
        # Without the lock on the table the second ends in "duplicate key in pg_type" (seen).
        async def make() -> list[str]:
            async with database.engine.begin() as connection:
                return await ensure_months(connection, "email_events", date(2031, 1, 1), date(2031, 1, 1))

        async with database.engine.begin() as connection:
            first = await ensure_months(connection, "email_events", date(2031, 1, 1), date(2031, 1, 1))
            rival = asyncio.create_task(make())
            await asyncio.wait([rival], timeout=0.5)

        assert (first, await rival) == (["email_events_2031_01"], [])

    async def test_rules_of_the_whole_hold_in_a_new_month(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            await a_campaign(connection)
            await ensure_months(connection, "backlinking_analytics", date(2019, 5, 1), date(2019, 5, 1))
            await connection.scalar(INSERT, {"date": datetime(2019, 5, 2, tzinfo=UTC)})
            await connection.execute(text("DELETE FROM backlinking_campaigns"))

            assert await connection.scalar(text("SELECT count(*) FROM backlinking_analytics_2019_05")) == 0

    async def test_years_at_the_ends_of_time_are_no_trouble(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            made = await ensure_months(connection, "email_events", date(1, 1, 1), date(1, 1, 31))
            assert made == ["email_events_0001_01"]
            assert await ensure_months(connection, "email_events", date(9999, 12, 1), date.max) == []


class TestOnBoth:
    async def test_a_table_that_is_not_cut_is_refused(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            with pytest.raises(InvalidInput, match="must be one of"):
                await default_rows(connection, "users; DROP TABLE users")
            with pytest.raises(InvalidInput, match="must be one of"):
                await ensure_months(connection, "users", date(2030, 1, 1), date(2030, 1, 1))

    @pytest.mark.dialects("sqlite")
    async def test_on_sqlite_there_is_nothing_to_do(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            assert await ensure_months(connection, "email_events", date(2030, 1, 1), date(2031, 1, 1)) == []
            assert await default_rows(connection, "email_events") == 0
