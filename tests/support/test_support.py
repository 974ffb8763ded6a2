"""The ground the other tests stand on: the databases they are given, and the server behind them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.migrations import SchemaKind, check
from linkwright.models.users import User
from tests.support.postgres import ROOT, Databases
from tests.support.postgres_server import STATE

ASKER = """
import sys, time
from tests.support.postgres import Run
run = Run.begin()
run.url()
print(run.directory, flush=True)
time.sleep(600)
"""


def until(happened: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)
    return happened()


class TestDatabases:
    async def test_each_is_empty_and_its_own(self, postgres: Databases) -> None:
        first, second = postgres.create(), postgres.create()
        try:
            for url in (first, second):
                connection = await asyncpg.connect(url)
                await connection.execute("CREATE TABLE mark (n integer)")
                await connection.close()
        finally:
            postgres.drop(first)
            postgres.drop(second)

        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await asyncpg.connect(first)

    async def test_one_that_a_test_left_connected_is_dropped_all_the_same(self, postgres: Databases) -> None:
        url = postgres.create()
        connection = await asyncpg.connect(url)

        postgres.drop(url)

        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.fetch("SELECT 1")
        connection.terminate()

    async def test_the_server_is_far_from_utc(self, postgres: Databases) -> None:
        url = postgres.create()
        connection = await asyncpg.connect(url)
        zone = await connection.fetchval("SHOW timezone")
        await connection.close()
        postgres.drop(url)

        assert zone == "Pacific/Auckland"


@pytest.mark.slow
@pytest.mark.skipif(
    "LINKWRIGHT_TEST_DATABASE_URL" in os.environ, reason="no server of ours to stop: one was named"
)
class TestServer:
    @pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_ends_with_the_process_that_asked_for_it(self, order: signal.Signals) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", ASKER], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as asker:
            assert asker.stdout is not None
            directory = Path(asker.stdout.readline().decode().strip())
            data = Path(json.loads((directory / STATE).read_text())["data"])
            pid = int((data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, 0)  # It is there.

            asker.send_signal(order)

        assert until(lambda: not directory.exists())
        assert not data.exists()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    def test_says_what_is_wrong_when_it_cannot_start(self, tmp_path: Path) -> None:
        directory = tmp_path / "run"
        directory.mkdir()
        command = [sys.executable, "-m", "tests.support.postgres_server", str(directory)]
        environment = {**os.environ, "LINKWRIGHT_TEST_PG_BIN": str(tmp_path)}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE) as supervisor:
            assert until((directory / STATE).exists)
            state = json.loads((directory / STATE).read_text())
            assert supervisor.stdin is not None
            supervisor.stdin.close()

        assert state == {"error": f"There is no initdb in {tmp_path}."}
        assert not directory.exists()


class TestFixtures:
    async def test_an_empty_database_has_no_table(self, database_url: str) -> None:
        database = Database(database_url)
        async with database.transaction() as session:
            connection = await session.connection()
            names = await connection.run_sync(lambda connection: inspect(connection).get_table_names())
        await database.close()

        assert names == []

    @pytest.mark.parametrize("turn", [1, 2])
    async def test_a_migrated_one_has_the_schema_and_no_row_of_another_test(
        self, session: AsyncSession, turn: int
    ) -> None:
        assert await session.scalar(select(func.count()).select_from(User)) == 0
        session.add(User(email=f"turn{turn}@example.org", address_key=b"k" * 32))

    async def test_it_is_at_head(self, migrated_url: str) -> None:
        assert (await check(migrated_url)).kind is SchemaKind.HEAD

    @pytest.mark.dialects("postgresql")
    def test_a_mark_chooses_the_database(self, dialect: str) -> None:
        assert dialect == "postgresql"
