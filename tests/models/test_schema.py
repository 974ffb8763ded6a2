"""The migrated database is the schema that was asked for, down to the last default and length."""

import re
import sqlite3
from collections.abc import Iterator

import asyncpg
import pytest

from tests.models import expected_schema as expected
from tests.support.reflection import Found, FoundColumn, reflect


def written_default(default: object, dialect: str) -> str | None:
    """Say how a database writes down a default."""
    match default:
        case None:
            return None
        case expected.NOW:
            return "CURRENT_TIMESTAMP"
        case bool():
            return str(int(default)) if dialect == "sqlite" else str(default).lower()
        case str():
            return f"'{default}'" if dialect == "sqlite" else f"'{default}'::character varying"
        case _:
            return repr(default)


def differences(found: Found, dialect: str) -> Iterator[str]:
    """Name whatever of the seven tables' columns is not as it was asked for."""
    for table, columns in expected.TABLES.items():
        if [each.name for each in found[table].columns] != [each.name for each in columns]:
            yield f"{table}: the columns are {[each.name for each in found[table].columns]}"
        there = {each.name: each for each in found[table].columns}
        for column in columns:
            if (actual := there.get(column.name)) is not None:
                yield from (
                    f"{table}.{column.name}: {word}" for word in column_differences(column, actual, dialect)
                )


def column_differences(column: expected.Column, actual: FoundColumn, dialect: str) -> Iterator[str]:
    kind = "TEXT" if column.kind == "JSON" and dialect == "sqlite" else column.kind
    if actual.kind != kind:
        yield f"the type is {actual.kind}, not {kind}"
    if actual.nullable != column.nullable:
        yield f"nullable is {actual.nullable}"
    if column.default is expected.COUNTED:
        # SQLite's AUTOINCREMENT is asked after below: reflection does not tell.
        if dialect == "postgresql" and not str(actual.default).startswith("nextval("):
            yield f"the database does not count it up ({actual.default})"
    elif actual.default != written_default(column.default, dialect):
        yield f"the default is {actual.default}, not {written_default(column.default, dialect)}"


@pytest.fixture
async def found(migrated_url: str) -> Found:
    return await reflect(migrated_url)


def test_the_expectation_is_whole() -> None:
    assert len(expected.TABLES) == 7
    assert sum(map(len, expected.TABLES.values())) == 194
    assert len(expected.FOREIGN_KEYS) == 13
    assert len(expected.INDEXES) == 9
    assert len(expected.UNIQUES_ASKED_FOR) == 2


class TestColumns:
    async def test_all_are_there_with_their_type_length_default_and_nullability(
        self, found: Found, dialect: str
    ) -> None:
        assert list(differences(found, dialect)) == []

    # The two tests below keep the one above honest: they break one length and one default of
    # a real database, by hand, and it must speak up.

    @pytest.mark.dialects("postgresql")
    async def test_one_changed_length_and_default_are_seen_on_postgresql(
        self, migrated_url: str, dialect: str
    ) -> None:
        connection = await asyncpg.connect(migrated_url)
        await connection.execute("ALTER TABLE backlinking_emails ALTER message_id TYPE varchar(201)")
        await connection.execute("ALTER TABLE backlinking_campaigns ALTER max_follow_ups SET DEFAULT 4")
        await connection.close()

        assert list(differences(await reflect(migrated_url), dialect)) == [
            "backlinking_campaigns.max_follow_ups: the default is 4, not 3",
            "backlinking_emails.message_id: the type is VARCHAR(201), not VARCHAR(200)",
        ]

    @pytest.mark.dialects("sqlite")
    async def test_one_changed_length_and_default_are_seen_on_sqlite(
        self, migrated_url: str, dialect: str
    ) -> None:
        with sqlite3.connect(migrated_url.removeprefix("sqlite:///")) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            for old, new in (
                ("message_id VARCHAR(200)", "message_id VARCHAR(201)"),
                ("max_follow_ups INTEGER DEFAULT 3", "max_follow_ups INTEGER DEFAULT 4"),
            ):
                connection.execute(
                    "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name IN"
                    " ('backlinking_emails', 'backlinking_campaigns')",
                    (old, new),
                )
        connection.close()

        assert list(differences(await reflect(migrated_url), dialect)) == [
            "backlinking_campaigns.max_follow_ups: the default is 4, not 3",
            "backlinking_emails.message_id: the type is VARCHAR(201), not VARCHAR(200)",
        ]

    @pytest.mark.dialects("sqlite")
    async def test_sqlite_never_gives_an_id_twice(self, migrated_url: str) -> None:
        connection = sqlite3.connect(migrated_url.removeprefix("sqlite:///"))
        sql = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        connection.close()

        counted = [
            table for table, columns in expected.TABLES.items() if columns[0].default is expected.COUNTED
        ]
        assert len(counted) == 6
        assert [
            table for table in counted if "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" not in sql[table]
        ] == []


class TestForeignKeys:
    async def test_all_thirteen_do_on_delete_what_was_asked(self, found: Found) -> None:
        simple, composite = set(), set()
        for table in expected.TABLES:
            for key in found[table].foreign_keys:
                if len(key.columns) == 1:
                    assert key.parent_columns == ("id",)
                    simple.add((table, key.columns[0], key.parent, key.on_delete))
                else:
                    assert (key.columns[0], key.parent_columns) == ("campaign_id", ("campaign_id", "id"))
                    composite.add((table, key.columns[1], key.parent, key.on_delete))

        asked = {tuple(key) for key in expected.FOREIGN_KEYS}
        assert simple | composite == asked
        assert {key[:2] for key in composite} == expected.COMPOSITE


class TestIndexes:
    async def test_all_nine_have_their_names_and_columns(self, found: Found) -> None:
        for name, (table, columns) in expected.INDEXES.items():
            index = found[table].indexes[name]
            assert index.columns == columns
            assert not index.unique
            assert index.condition is None


class TestUniques:
    async def test_those_asked_for_and_those_of_ours_are_all_there_are(self, found: Found) -> None:
        there = {(table, columns) for table in expected.TABLES for columns in found[table].uniques.values()}

        assert there == expected.UNIQUES_ASKED_FOR | expected.UNIQUES_OF_OURS


class TestChecks:
    async def test_each_rule_has_its_check_by_name(self, found: Found) -> None:
        for table, rules in expected.CHECKS.items():
            names = {
                f"ck_{table}_{column}_{rule}" for rule, columns in rules.items() for column in columns.split()
            }
            assert set(found[table].checks) == names

    async def test_every_score_and_rate_of_the_seven_tables_is_held(self, found: Found) -> None:
        # Whatever is called a score or a rate is one, unless it is known to be something else.
        held = {
            (table, re.sub(rf"^ck_{table}_|_ratio$", "", str(name)))
            for table in expected.TABLES
            for name in found[table].checks
            if str(name).endswith("_ratio")
        }
        named = {
            (table, column.name)
            for table, columns in expected.TABLES.items()
            for column in columns
            if column.name.endswith(("_score", "_rate"))
        }
        assert named <= held


class TestNames:
    async def test_none_is_longer_than_postgresql_can_keep(self, found: Found) -> None:
        names = list(found)
        for table in found.values():
            names += [str(name) for name in (*table.uniques, *table.checks, *table.indexes)]
            names += [str(key.name) for key in table.foreign_keys]

        assert [name for name in names if len(name) > 63] == []
        assert "None" not in names
