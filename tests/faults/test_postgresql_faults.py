"""PostgreSQL that is not there, does not let us in, or goes away in the middle. One line, status 1."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from tests.faults.commands import SECRETS, Commands, picture, picture_of_likeness, with_password
from tests.support.postgres import Databases

pytestmark = pytest.mark.dialects("postgresql")

NUMBER = 12_000
COPYING = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'linkwright'"
    " AND datname = current_database() AND query LIKE 'COPY%')"
)
IMPORT = ("import", "prospects", "good.csv", "-c", "Spring")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of prospects in it."""
    lines = [f"https://site{n}.example/write,Title {n}\n" for n in range(NUMBER)]
    (tmp_path / "good.csv").write_text("url,title\n" + "".join(lines))
    return tmp_path


def part(url: str, **changes: str) -> str:
    """Return the URL with another user, host or database, and a password that nobody may see."""
    pieces = urlsplit(url)
    user = changes.get("user", "postgres")
    host = changes.get("host", f"{pieces.hostname}:{pieces.port}")
    path = changes.get("path", pieces.path)
    return urlunsplit(pieces._replace(netloc=f"{user}:{SECRETS[0]}@{host}", path=path))


class TestNotLetIn:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"path": "/nowhere"}, "does not exist, or this user may not enter it"),
            ({"user": "stranger"}, "does not exist, or this user may not enter it"),
            ({"host": "127.0.0.1:1"}, "cannot be reached"),
            ({"host": "nowhere.invalid"}, "cannot be reached"),
        ],
    )
    def test_says_where_to_look_and_not_the_password(
        self, linkwright: Commands, record_url: str, folder: Path, changes: dict[str, str], words: str
    ) -> None:
        url = part(record_url, **changes)

        for command in (IMPORT, ("doctor",), ("db", "info"), ("db", "upgrade")):
            linkwright(*command, url=url, folder=folder).failed(1, words, "LINKWRIGHT_DATABASE_URL")
            said = linkwright(*command, "--database-url", url, folder=folder, LINKWRIGHT_LOG_LEVEL="debug")
            said.failed(1, words)

    def test_what_is_shown_of_a_sound_one_has_no_password_either(
        self, linkwright: Commands, record_url: str
    ) -> None:
        for words in (("db", "info"), ("db", "info", "--json"), ("db", "check"), ("doctor", "--json")):
            done = linkwright(*words, url=record_url, LINKWRIGHT_LOG_LEVEL="debug")
            assert done.status == 0  # `linkwright` itself looks for the secrets in all that was said.


class TestOtherSchemas:
    @pytest.mark.parametrize(
        ("statement", "words"),
        [
            ("UPDATE linkwright_version SET version_num = '0099'", "of a newer Linkwright"),
            ("DROP TABLE linkwright_version", "that Linkwright did not make"),
            ("UPDATE linkwright_version SET version_num = 'frob'", "which no Linkwright has made"),
        ],
    )
    def test_are_refused_and_left_alone(
        self, linkwright: Commands, record_url: str, folder: Path, statement: str, words: str
    ) -> None:
        before = picture(record_url)
        asyncio.run(execute(record_url, statement))

        for command in (IMPORT, ("doctor", "--repair"), ("db", "upgrade")):
            linkwright(*command, url=record_url, folder=folder).failed(1, words)
        assert picture(record_url) == before

    def test_an_empty_database_names_the_command(
        self, linkwright: Commands, database_url: str, folder: Path
    ) -> None:
        done = linkwright(*IMPORT, url=with_password(database_url), folder=folder)

        done.failed(1, "has no schema yet", "linkwright db upgrade")


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


class Terminator:
    """Ends every connection to a database once a condition holds, as an administrator or a failover does."""

    def __init__(self, url: str, server: str, holds: str) -> None:
        self._url, self._server, self._holds = url, server, holds
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()))
        self._over = threading.Event()
        self.ended = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    async def _watch(self) -> None:
        """Look from another database, so that the watcher is not among those that are ended."""
        name = urlsplit(self._url).path.removeprefix("/")
        watcher = await asyncpg.connect(self._url, server_settings={"application_name": "watcher"})
        killer = await asyncpg.connect(self._server)
        try:
            while not self._over.is_set():
                if await watcher.fetchval(self._holds):
                    rows = await killer.fetch(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = $1 AND application_name = 'linkwright'",
                        name,
                    )
                    self.ended = len(rows)
                    if rows:
                        return
                await asyncio.sleep(0.005)
        finally:
            await watcher.close()
            await killer.close()


class TestGoingAway:
    @pytest.mark.parametrize(
        "holds",
        [COPYING, "SELECT position > 0 FROM import_jobs"],
        ids=["in the first batch", "behind the first batch"],
    )
    def test_an_import_is_finished_by_the_next(
        self,
        linkwright: Commands,
        record_url: str,
        folder: Path,
        postgres: Databases,
        begin_record: Callable[[], str],
        holds: str,
    ) -> None:
        with Terminator(record_url, postgres.run.url(), holds) as terminator:
            done = linkwright(*IMPORT, url=record_url, folder=folder)

        assert terminator.ended
        done.failed(1, "PostgreSQL went away in the middle", "Try again when it is back")
        kept = picture(record_url)["backlinking_opportunities"]
        assert len(kept) % 5_000 == 1  # whole batches, behind the prospect that was there
        assert len(kept) < NUMBER
        assert linkwright("doctor", url=record_url).status == 0
        assert linkwright(*IMPORT, url=record_url, folder=folder).status == 0

        unbroken = begin_record()
        assert linkwright(*IMPORT, url=unbroken, folder=folder).status == 0
        assert picture_of_likeness(record_url) == picture_of_likeness(unbroken)


@pytest.fixture
def begin_record(postgres: Databases, begin: Callable[[str], None]) -> Iterator[Callable[[], str]]:
    """Makes further records like `record_url`."""
    made: list[str] = []

    def make() -> str:
        url = postgres.create(template=postgres.run.template)
        made.append(url)
        begin(url)
        return with_password(url)

    yield make
    for url in made:
        postgres.drop(url)
