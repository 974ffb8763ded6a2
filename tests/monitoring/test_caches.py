"""Caches tell what they spared, and the database what it had in memory."""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from linkwright.db.cache_usage import page_cache
from linkwright.db.engine import Database
from linkwright.monitoring.caches import _KEPT, Cache, process_caches, since
from linkwright.monitoring.folders import Folder
from linkwright.monitoring.recorder import Recorder
from linkwright.monitoring.report import process_caches_of
from linkwright.parsing import dates, urls
from linkwright.templating import render, rendering
from tests.monitoring.test_recorder import LONG_AGO


async def test_the_databases_pages(database: Database, dialect: str) -> None:
    async with database.looking() as connection:
        await connection.execute(text("SELECT count(*) FROM users"))
        found = await page_cache(connection)

    assert found.bytes >= 2**20
    if dialect == "sqlite":
        assert (found.hits, found.misses) == (None, None)
    else:
        assert found.hits is not None
        assert found.hits >= 0
        assert found.since is not None


def test_every_cache_that_is_named_is_there() -> None:
    assert {dates, urls, rendering}

    for name, (module, function) in _KEPT.items():
        found: Any = __import__(module, fromlist=[function])
        assert getattr(found, function).cache_info().maxsize, name


async def test_what_a_process_was_spared_is_counted_from_its_opening(tmp_path: Path) -> None:
    template = ("A {{ word }}", None, "<p>{{ word }}</p>")
    render(*template, {"word": "once"})
    recorder = Recorder(Folder(tmp_path), slow_seconds=1)
    for _ in range(3):
        render(*template, {"word": "again"})
    recorder.saw("SELECT 1", 0.001, 1, "hit")
    recorder.saw("SELECT 1", 0.001, 1, "prepared")
    recorder.saw("SELECT 2", 0.001, 1, "miss")
    await recorder.close()

    found = process_caches_of(Folder(tmp_path).read(LONG_AGO))
    assert (found["compiled templates"].hits, found["compiled templates"].misses) == (6, 0)
    assert found["compiled templates"].rate == 1.0
    assert found["compiled statements"] == Cache(2, 1)


def test_before_anything_was_asked_there_is_no_rate() -> None:
    now = process_caches()

    assert {each.rate for each in since(now, now).values()} == {None}
    assert process_caches_of(None) == {}
