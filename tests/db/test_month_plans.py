"""What asks for one month reads one partition: seen in the plans, of every kind that PostgreSQL makes."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from linkwright.db.engine import Database
from linkwright.db.partitions import MONTHLY, ensure_months
from linkwright.queries.email_moves import TAKEN, day_of
from linkwright.service import BacklinkingDatabaseService

pytestmark = pytest.mark.dialects("postgresql")

MAY = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
async def year(database: Database) -> Database:
    """A database with the partitions of a year."""
    async with database.engine.begin() as connection:
        for table in MONTHLY:
            await ensure_months(connection, table, date(2026, 1, 1), date(2026, 12, 1))
    return database


def read(plan: list[str], table: str) -> set[str]:
    """Name the partitions of a table that a plan would read."""
    return set(re.findall(rf"\b{table}_(\d{{4}}_\d\d|default)\b", " ".join(plan)))


async def explained(connection: AsyncConnection, sql: str, *parameters: Any) -> list[str]:
    found = await connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {sql}", tuple(parameters))
    return list(found.scalars())


@pytest.mark.parametrize("table", MONTHLY)
@pytest.mark.parametrize("kind", ["force_custom_plan", "force_generic_plan"])
async def test_a_month_is_one_partition(year: Database, table: str, kind: str) -> None:
    moment = MONTHLY[table]
    async with year.engine.begin() as connection:
        await connection.execute(text(f"SET LOCAL plan_cache_mode = '{kind}'"))
        await connection.execute(
            text(
                f"PREPARE month (timestamptz, timestamptz) AS SELECT count(*) FROM {table}"
                f" WHERE {moment} >= $1 AND {moment} < $2"
            )
        )
        asked = f"EXECUTE month ('{MAY[0]}', '{MAY[1]}')"
        assert read(await explained(connection, asked), table) == {"2026_05"}
        await connection.execute(text("DEALLOCATE month"))


async def test_the_service_asks_one_partition_for_a_month_of_analytics(year: Database) -> None:
    issued: list[tuple[str, Any]] = []

    @event.listens_for(year.engine.sync_engine, "before_cursor_execute")
    def note(_c: object, _u: object, sql: str, parameters: Any, *_: object) -> None:
        if "FROM backlinking_analytics" in sql:
            issued.append((sql, parameters))

    service = BacklinkingDatabaseService(year)
    user = await service.create_user("ana@ours.example")
    campaign = await service.create_campaign(user.id, {"name": "Spring", "keywords": ["gardening"]})
    await service.get_campaign_analytics(campaign.id, MAY[0], MAY[1] - timedelta(seconds=1))

    (sql, parameters), *others = issued
    assert not others
    async with year.engine.begin() as connection:
        plan = await explained(connection, sql, *parameters)
    assert read(plan, "backlinking_analytics") == {"2026_05"}


async def test_the_places_of_a_day_are_counted_in_one_partition(year: Database) -> None:
    bound = {"campaign_id": "c"} | day_of(datetime(2026, 5, 12, 9, tzinfo=UTC))
    async with year.engine.begin() as connection:
        compiled = TAKEN.compile(dialect=year.engine.dialect)
        assert compiled.positiontup is not None
        names = compiled.positiontup
        values = [bound[name] if name in bound else compiled.params[name] for name in names]
        plan = await explained(connection, str(compiled), *values)

    assert read(plan, "email_events") == {"2026_05"}


async def test_postgresql_detaches_nothing_concurrently_beside_a_default_partition(year: Database) -> None:
    """Why empty months are dropped under a lock. Should this fail one day, there is a better way."""
    async with year.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        with pytest.raises(DBAPIError) as refused:
            await outside.execute(
                text("ALTER TABLE email_events DETACH PARTITION email_events_2026_05 CONCURRENTLY")
            )
    cause = refused.value.orig.__cause__ if refused.value.orig else None
    assert isinstance(cause, asyncpg.ObjectNotInPrerequisiteStateError)
    assert "default partition exists" in str(cause)
