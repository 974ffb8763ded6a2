"""Every test that touches a database runs on SQLite and on a real PostgreSQL.

`--db sqlite` or `--db postgresql` chooses one. A test asks for what it needs:

dialect        the name alone
database_url   an empty database, its own
migrated_url   a database with the schema at head, its own
database       that one, open
session        a session in one transaction of it, committed at the end
"""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.postgres import Databases, Run

# The rest is imported where it is used: the tests of the pure parts then start at once,
# and still run while a change has the database's half in pieces.
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from sqlalchemy.ext.asyncio import AsyncSession

    from linkwright.db.engine import Database

# A database on a busy machine may take its time: slowness is for the benchmarks to find.
settings.register_profile("linkwright", parent=settings(), deadline=None)
settings.load_profile("linkwright")

DIALECTS = ("sqlite", "postgresql")
RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=[*DIALECTS, "both"], default="both", help="which databases to test on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dialect" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        wanted: set[str] = set(DIALECTS)
        for mark in metafunc.definition.iter_markers("dialects"):
            wanted &= set(mark.args)
        names = [name for name in DIALECTS if name in wanted and chosen in {name, "both"}]
        metafunc.parametrize("dialect", names)


# The server belongs to the controller, which outlives its workers. Under pytest-xdist it
# begins to start while the workers collect; otherwise it starts when a test first asks.


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker where the run's server will be. (A hook of pytest-xdist, in the controller.)"""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    if config.getoption("--db") != "sqlite":
        node.workerinput["linkwright_run"] = str(_run(config).directory)  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None and not hasattr(config, "workerinput"):
        run.end()


def _run(config: pytest.Config) -> Run:
    if RUN not in config.stash:
        told = getattr(config, "workerinput", {}).get("linkwright_run")
        config.stash[RUN] = Run(Path(told)) if told else Run.begin()
    return config.stash[RUN]


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """The run's PostgreSQL, for tests that make databases of their own."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    databases = Databases(_run(request.config), worker)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema at head, made once for each worker and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "head.db"
    with ThreadPoolExecutor(max_workers=1) as thread:  # A loop of its own, whatever the test does with loops.
        thread.submit(asyncio.run, _upgrade(f"sqlite:///{path}")).result()
    # What is still in a write-ahead log would be missing from every copy.
    assert not path.with_name("head.db-wal").exists(), "the upgrade left its database open"
    return path


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of this test's own."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    postgres: Databases = request.getfixturevalue("postgres")
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture
def migrated_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own, with the schema at head and no rows."""
    if dialect == "sqlite":
        path = tmp_path / "linkwright.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    postgres: Databases = request.getfixturevalue("postgres")
    url = postgres.create_migrated(_upgrade)
    yield url
    postgres.drop(url)


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """A migrated database, open."""
    from linkwright.db.engine import Database  # noqa: PLC0415

    database = Database(migrated_url)
    yield database
    await database.close()


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A session in one transaction."""
    async with database.transaction() as session:
        yield session


async def _upgrade(url: str) -> None:
    from linkwright.migrations import upgrade  # noqa: PLC0415

    await upgrade(url)
