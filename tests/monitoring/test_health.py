"""Alive is who answers; ready is who can work, and whoever is not says what mends it."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from linkwright.db.engine import Database
from linkwright.monitoring.health import Health, alive, ready


async def test_a_database_at_head_is_ready(database: Database) -> None:
    assert await ready(database) == Health(well=True) == alive()


async def test_one_without_a_schema_names_the_command(database_url: str) -> None:
    database = Database(database_url)
    found = await ready(database)
    await database.close()

    assert (found.well, found.command) == (False, "linkwright db upgrade")
    assert found.problem == "The database has no schema yet."


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/nowhere", "sqlite:///{folder}/text.db"])
async def test_one_that_cannot_be_asked_is_not_ready(url: str, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("This is no database. " * 100)
    database = Database(url.format(folder=tmp_path))
    found = await ready(database)
    await database.close()

    assert not found.well
    assert found.problem
    assert alive().well


async def test_one_that_does_not_answer_is_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def silent() -> Any:
        await asyncio.sleep(60)
        yield

    monkeypatch.setattr(database, "reading", silent)

    assert await ready(database, patience=0.05) == Health(
        well=False, problem="The database did not answer within 0.05 seconds."
    )
