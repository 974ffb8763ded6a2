"""What the tests of several commands stand on."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from linkwright.migrations import upgrade
from tests.cli.office import Office
from tests.support.postgres import Databases


@pytest.fixture(scope="session")
def first_office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Office]:
    """An office for each database: opened once by each worker, because it takes two runs, and then copied."""
    built: dict[str, Office] = {}

    def first(dialect: str) -> Office:
        if dialect not in built:
            folder = tmp_path_factory.mktemp("office")
            if dialect == "sqlite":
                path = tmp_path_factory.mktemp("record") / "office.db"
                shutil.copy(request.getfixturevalue("sqlite_template"), path)
                url = f"sqlite:///{path}"
            else:
                url = request.getfixturevalue("postgres").create_migrated(upgrade)
            built[dialect] = Office(url, folder).open()
        return built[dialect]

    return first


@pytest.fixture
def office(
    dialect: str, first_office: Callable[[str], Office], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Office]:
    """An office of this test's own."""
    first = first_office(dialect)
    folder = tmp_path / "office"
    shutil.copytree(first.folder, folder)
    if dialect == "sqlite":
        path = tmp_path / "office.db"
        # Not the file: what is still in its write-ahead log would be missing.
        with (
            closing(sqlite3.connect(first.url.removeprefix("sqlite:///"))) as there,
            closing(sqlite3.connect(path)) as here,
        ):
            there.backup(here)
        yield Office(f"sqlite:///{path}", folder)
        return
    postgres: Databases = request.getfixturevalue("postgres")
    url = postgres.create(template=urlsplit(first.url).path[1:])
    yield Office(url, folder)
    postgres.drop(url)
