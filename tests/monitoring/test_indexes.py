"""What is said of indexes: only where enough was seen, and what is missing is tried first."""

from typing import Any

import pytest
from sqlalchemy import text

from linkwright.db.engine import Database
from linkwright.db.index_usage import Index, indexes
from linkwright.monitoring.indexes import (
    ENOUGH,
    FREQUENT,
    LARGE,
    IndexReport,
    columns_for,
    duplicates,
    examine_indexes,
    unused,
)
from linkwright.monitoring.statements import Asked, Numbers, Statement

PLACE = {"sqlite": "?", "postgresql": "$1::VARCHAR"}


def index(name: str, *columns: str, **more: Any) -> Index:
    known: dict[str, Any] = {
        "table": "t",
        "unique": False,
        "condition": None,
        "reads": 0,
        "bytes": None,
    } | more
    return Index(name=name, columns=columns, **known)


def asked_often(sql: str, times: int = FREQUENT) -> Numbers:
    statement = Statement()
    for _ in range(times):
        statement.times.add(0.01)
    return Numbers({Asked(sql, "get_everything"): statement})


async def report(database: Database, numbers: Numbers) -> IndexReport:
    async with database.looking() as connection:
        return await examine_indexes(connection, numbers)


class TestUnused:
    def test_an_index_that_nobody_read_while_others_were_is_unused(self) -> None:
        found = [index("a", "x", reads=ENOUGH), index("b", "y"), index("u", "z", unique=True)]

        assert [each.name for each in unused(found)] == ["b"]

    def test_nothing_is_unused_before_enough_was_seen(self) -> None:
        assert list(unused([index("a", "x", reads=ENOUGH - 1), index("b", "y")])) == []


class TestDuplicates:
    @pytest.mark.parametrize(
        ("found", "duplicate"),
        [
            ([index("a", "x"), index("b", "x", "y")], ["a"]),
            ([index("a", "x"), index("b", "x")], ["b"]),
            ([index("a", "x"), index("b", "y", "x")], []),
            ([index("a", "x", condition="z"), index("b", "x", "y")], []),
            ([index("a", "x", unique=True), index("b", "x", "y")], []),
            ([index("a", "x", table="s"), index("b", "x", "y")], []),
        ],
    )
    def test_an_index_that_another_begins_with_is_one(self, found: list[Index], duplicate: list[str]) -> None:
        assert [each.index.name for each in duplicates(found)] == duplicate


class TestTheDatabase:
    async def test_tells_the_same_indexes_on_both(self, database: Database) -> None:
        async with database.looking() as connection:
            found = {each.name: each for each in await indexes(connection)}

        due = found["ix_ai_decisions_due"]
        assert (due.table, due.columns, due.unique) == ("ai_decisions", ("outcome_due_at", "id"), False)
        assert "pending" in (due.condition or "")
        assert not any(each.name.endswith("_default_idx") for each in found.values())

    async def test_a_large_table_that_is_read_from_end_to_end_misses_an_index(
        self, database: Database, dialect: str
    ) -> None:
        sql = f"SELECT id FROM users WHERE users.name = {PLACE[dialect]}"
        many = text(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :rows)"
            " INSERT INTO users (email, name, address_key, created_at, updated_at)"
            " SELECT 'u' || x || '@example.com', 'n' || x, :key, :now, :now FROM n"
        )
        assert (await report(database, asked_often(sql))).missing == [], "a small table may be read"
        async with database.engine.begin() as connection:
            now: Any = "2026-11-24 00:00:00" if dialect == "sqlite" else None
            if dialect == "postgresql":
                many = text(str(many).replace(":now", "now()").replace(":rows", str(LARGE)))
                await connection.execute(many, {"key": b"k" * 32})
                await connection.execute(text("ANALYZE users"))
            else:
                await connection.execute(many, {"rows": LARGE, "key": b"k" * 32, "now": now})

        [found] = (await report(database, asked_often(sql))).missing
        assert (found.table, found.rows, found.issuer) == ("users", LARGE, "get_everything")
        assert found.making == "CREATE INDEX ix_users_name ON users (name)"
        assert found.tried is (True if dialect == "sqlite" else None)
        assert (await report(database, asked_often(sql, FREQUENT - 1))).missing == [], "it is not frequent"

        if dialect == "postgresql":
            await stand_in_for_hypopg(database)
            [found] = (await report(database, asked_often(sql))).missing
            assert found.tried is True
        async with database.engine.begin() as connection:
            await connection.execute(text(found.making or ""))
        assert (await report(database, asked_often(sql))).missing == []

    @pytest.mark.dialects("sqlite")
    async def test_on_sqlite_what_was_read_is_known_from_plans(self, database: Database) -> None:
        sql = "SELECT id FROM backlinking_campaigns WHERE user_id = ? AND status = ?"

        found = await report(database, asked_often(sql, ENOUGH))

        assert "idx_campaign_user_status" not in {each.name for each in found.unused}
        assert {each.table for each in found.unused} == {"backlinking_campaigns"}


async def stand_in_for_hypopg(database: Database) -> None:
    """What HypoPG answers, from indexes that are really made: it is not among what the tests may install."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION hypopg_create_index(making text)"
                " RETURNS TABLE (indexrelid oid, indexname text) LANGUAGE plpgsql AS $$ BEGIN EXECUTE making;"
                " RETURN QUERY SELECT 'ix_users_name'::regclass::oid, 'ix_users_name'::text; END $$"
            )
        )
        await connection.execute(
            text("CREATE FUNCTION hypopg_reset() RETURNS void LANGUAGE sql AS 'DROP INDEX ix_users_name'")
        )


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT a FROM t WHERE t.x = ? AND t.y IN (?)", ["x", "y"]),
        ("SELECT a FROM t WHERE t.x > ? AND t.y = ? ORDER BY t.z", ["y", "z"]),
        ("SELECT a FROM t", []),
        ("SELECT a FROM s JOIN t ON t.id = s.t_id WHERE s.x = ?", ["id"]),
    ],
)
def test_the_columns_that_would_help_are_those_compared(sql: str, columns: list[str]) -> None:
    assert columns_for(sql, "t") == columns
