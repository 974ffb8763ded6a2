"""Several processes that change the schema at once, and rows that a change must not lose."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from linkwright.db.alone import alone
from linkwright.errors import DatabaseUnavailable
from linkwright.migrations import SchemaKind, check, upgrade

UPGRADE = """
import asyncio, sys
from linkwright.migrations import upgrade
print("ready", flush=True)
sys.stdin.readline()  # All at the same moment.
print(asyncio.run(upgrade(sys.argv[1])).kind)
"""


def three_upgrades(url: str) -> list[tuple[str, str]]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=60) for process in processes]


class TestThreeProcesses:
    async def test_upgrading_an_empty_database_at_once_all_succeed(self, database_url: str) -> None:
        # Without the lock in `alone` two of three end in "table users already exists" (SQLite,
        # with a plain BEGIN) or "duplicate key in pg_type" (PostgreSQL): seen, by taking it out.
        assert three_upgrades(database_url) == [("head\n", "")] * 3
        assert (await check(database_url)).kind is SchemaKind.HEAD


class TestAlone:
    async def test_whoever_comes_second_gives_up_in_time(self, database_url: str) -> None:
        async with alone(database_url):
            with pytest.raises(DatabaseUnavailable):
                await upgrade(database_url, patience=0.3)

    async def test_whoever_comes_second_goes_on_when_the_first_is_done(self, database_url: str) -> None:
        async with alone(database_url):
            second = asyncio.create_task(upgrade(database_url, patience=30))
            await asyncio.wait([second], timeout=0.3)
            assert not second.done()

        assert (await second).kind is SchemaKind.HEAD

    @pytest.mark.dialects("postgresql")
    async def test_nobody_waits_long_for_a_table_that_is_in_use(self, database_url: str) -> None:
        async with alone(database_url) as connection:
            assert await connection.scalar(text("SHOW lock_timeout")) == "5s"
            assert await connection.scalar(text("SHOW statement_timeout")) == "10min"

    @pytest.mark.dialects("sqlite")
    async def test_a_change_that_breaks_a_foreign_key_is_taken_back(self, migrated_url: str) -> None:
        with pytest.raises(DatabaseUnavailable, match="backlinking_campaigns with rows whose users row"):
            async with alone(migrated_url) as connection:
                await connection.execute(
                    text(
                        "INSERT INTO backlinking_campaigns (id, user_id, name, keywords)"
                        " VALUES ('c', 1, 'orphan', '[]')"
                    )
                )

        async with alone(migrated_url) as connection:
            assert await connection.scalar(text("SELECT count(*) FROM backlinking_campaigns")) == 0

    @pytest.mark.dialects("sqlite")
    async def test_dropping_a_parent_leaves_its_children(self, migrated_url: str) -> None:
        # This is what rebuilding a table does on SQLite; with foreign keys on, the campaigns would go.
        async with alone(migrated_url) as connection:
            for statement in (
                "INSERT INTO users (id, email, address_key) VALUES (1, 'a@b.example', x'00')",
                "INSERT INTO backlinking_campaigns (id, user_id, name, keywords) VALUES ('c', 1, 'x', '[]')",
                "CREATE TABLE new_users AS SELECT * FROM users",
                "DROP TABLE users",
                "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, address_key BLOB)",
                "INSERT INTO users SELECT id, email, address_key FROM new_users",
            ):
                await connection.execute(text(statement))
            assert await connection.scalar(text("SELECT count(*) FROM backlinking_campaigns")) == 1

    @pytest.mark.dialects("sqlite")
    async def test_a_folder_that_is_not_there_is_named_as_the_trouble(self, tmp_path: Path) -> None:
        with pytest.raises(DatabaseUnavailable, match="cannot be opened"):
            await upgrade(f"sqlite:///{tmp_path}/nowhere/file.db")
