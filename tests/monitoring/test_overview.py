"""What `linkwright monitor` gathers and shows."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from linkwright.db.engine import Database
from linkwright.db.server_statements import server_statements
from tests.cli.command import Said, linkwright

ADD = ("suppress", "add", "planted.person@example.com", "--reason", "manual", "--user", "me@example.com")


def watched(*words: str, url: str, folder: Path) -> Said:
    return linkwright(*words, url=url, LINKWRIGHT_MONITORING_FOLDER=str(folder / "numbers"))


class TestMonitor:
    def test_shows_what_other_processes_did(self, migrated_url: str, tmp_path: Path) -> None:
        watched("doctor", url=migrated_url, folder=tmp_path)
        watched("doctor", url=migrated_url, folder=tmp_path)

        told = watched("monitor", "--json", "--rows", "500", url=migrated_url, folder=tmp_path).json
        found = told["statements"]
        assert (found["processes"], {each["issuer"] for each in found["slowest"]}) == (
            2,
            {"linkwright doctor"},
        )
        assert found["different"] == len(found["slowest"]) > 50
        first, last = found["slowest"][0], found["slowest"][-1]
        assert first["total_ms"] >= last["total_ms"] > 0
        assert first["p50_ms"] <= first["p95_ms"] <= first["p99_ms"] <= first["longest_ms"]

    def test_the_view_says_what_is_not_known_and_why(self, migrated_url: str) -> None:
        said = linkwright("monitor", url=migrated_url)

        assert said.status == 0
        assert "set LINKWRIGHT_MONITORING_FOLDER" in said.out

    def test_who_looks_is_not_seen(self, migrated_url: str, tmp_path: Path) -> None:
        watched("monitor", "--json", url=migrated_url, folder=tmp_path)

        told = watched("monitor", "--json", url=migrated_url, folder=tmp_path).json
        assert told["statements"]["processes"] == 0

    def test_a_folder_that_cannot_be_is_one_line(self, migrated_url: str, tmp_path: Path) -> None:
        (tmp_path / "numbers").write_text("")

        said = watched("doctor", url=migrated_url, folder=tmp_path)
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
        assert "monitoring_folder" in said.err


@pytest.mark.dialects("postgresql")
class TestServerStatements:
    async def test_a_server_that_does_not_count_says_so(self, database: Database) -> None:
        async with database.reading() as session:
            assert await server_statements(await session.connection(), 5) is None

    async def test_one_that_was_made_and_not_loaded_is_the_same(self, migrated_url: str) -> None:
        engine = create_async_engine(migrated_url.replace("postgresql:", "postgresql+asyncpg:"))
        async with engine.connect() as connection:
            await connection.execute(text("CREATE EXTENSION pg_stat_statements"))
            await connection.commit()
            assert await server_statements(connection, 5) is None
        await engine.dispose()
        said = await asyncio.to_thread(linkwright, "monitor", "--once", url=migrated_url)
        assert "shared_preload_libraries" in said.out
