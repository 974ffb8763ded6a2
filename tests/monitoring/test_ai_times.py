"""How long AI took is told by kind, model and version, with what failed and what it cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from linkwright import BacklinkingDatabaseService
from linkwright.db.engine import Database
from linkwright.monitoring.ai_times import Calls, ai_times

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CALL = {
    "kind": "classify",
    "decided_by": "model",
    "action": "positive",
    "provider_name": "openai",
    "request_model": "small",
    "model_version": "7",
}


async def told(database: Database, *calls: dict[str, Any], since: datetime = NOON) -> list[dict[str, object]]:
    service = BacklinkingDatabaseService(database, clock=lambda: NOON)
    user = await service.create_user("me@example.com", name="Me")
    for each in calls:
        await service.record_decision(user.id, {**CALL, **each})
    async with database.looking() as connection:
        return [each.as_json() for each in await ai_times(connection, since)]


async def test_percentiles_errors_and_cost(database: Database) -> None:
    timed = [{"duration_ms": ms, "cost": 0.001, "currency": "USD"} for ms in range(1, 101)]
    failed = [{"error_type": "timeout", "duration_ms": 30_000}]

    [found] = await told(database, *timed, *failed)

    assert found == {
        "kind": "classify",
        "provider": "openai",
        "model": "small",
        "version": "7",
        "calls": 101,
        "timed": 101,
        "errors": 1,
        "error_rate": 0.0099,
        "p50_ms": 51,
        "p95_ms": 96,
        "cost": {"USD": 0.1},
    }


async def test_each_version_and_each_kind_is_told_by_itself(database: Database) -> None:
    found = await told(
        database,
        {"duration_ms": 10},
        {"duration_ms": 10},
        {"duration_ms": 20, "model_version": "8"},
        {"kind": "score", "action": None, "output": {"relevance": 0.5}},
    )

    assert [(each["kind"], each["version"], each["calls"], each["p50_ms"]) for each in found] == [
        ("classify", "7", 2, 10),
        ("classify", "8", 1, 20),
        ("score", "7", 1, None),
    ]


async def test_what_no_model_decided_and_what_is_older_are_left_out(database: Database) -> None:
    rule = {"decided_by": "rule", "provider_name": None, "request_model": None, "model_version": None}

    assert await told(database, rule) == []
    async with database.looking() as connection:
        assert await ai_times(connection, NOON + timedelta(seconds=1)) == []


@pytest.mark.parametrize(("share", "milliseconds"), [(0.0, 5), (0.5, 5), (1.0, 9)])
def test_a_percentile_is_one_of_the_durations(share: float, milliseconds: int) -> None:
    assert Calls("k", None, None, None, durations=[(5, 3), (9, 1)]).quantile(share) == milliseconds
