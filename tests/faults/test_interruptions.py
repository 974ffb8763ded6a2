"""Commands that are interrupted: by Ctrl-C, and by a PostgreSQL that is killed and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from linkwright import migrations
from tests.faults.commands import (
    ROOT,
    Commands,
    Ended,
    ended,
    picture,
    picture_of_likeness,
    start,
)
from tests.support.postgres_server import Server, binaries

NUMBER = 30_000
IMPORT = ("import", "prospects", "good.csv", "-c", "Spring")
RUN = ("run", "campaign.toml", "--now", "2026-11-16T09:00:00Z")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of prospects in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    lines = [f"https://site{n}.example/write,Title {n}\n" for n in range(NUMBER)]
    (folder / "good.csv").write_text("url,title\n" + "".join(lines))
    return folder


def rows_of(url: str, statement: str) -> list[int]:
    """Return the numbers that a statement finds, asked with the bare driver so that nothing waits."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)) as database:
            return [int(number) for (number,) in database.execute(statement)]
    return asyncio.run(_rows_of(url, statement))


async def _rows_of(url: str, statement: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        return [int(row[0]) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for a command to come so far."""
    deadline = time.monotonic() + 60
    while not holds():
        assert process.poll() is None, "it was over too soon"
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.005)


class TestCtrlC:
    def test_ends_an_import_in_one_line_and_the_next_goes_on(
        self, linkwright: Commands, record_url: str, folder: Path, bytecode: Path
    ) -> None:
        process = start(*IMPORT, url=record_url, folder=folder, bytecode=bytecode)
        wait_until(lambda: sum(rows_of(record_url, "SELECT position FROM import_jobs")) > 0, process)
        process.send_signal(signal.SIGINT)

        ended(process).failed(130, "interrupted", "goes on from there")
        kept = len(picture(record_url)["backlinking_opportunities"])
        assert kept % 5_000 == 1
        assert 1 < kept < NUMBER
        assert linkwright("doctor", url=record_url).status == 0

        again = linkwright(*IMPORT, "--json", url=record_url, folder=folder)
        assert (again.status, again.json["resumed_at"]) == (0, kept - 1)
        assert len(picture(record_url)["backlinking_opportunities"]) == NUMBER + 1
        assert linkwright("doctor", url=record_url).status == 0

    @pytest.mark.dialects("sqlite")
    @pytest.mark.parametrize("after", [0.05, 0.3, 0.8])
    def test_while_the_command_still_starts(
        self, record_url: str, folder: Path, bytecode: Path, after: float
    ) -> None:
        before = picture(record_url)
        process = start("import", "prospects", "good.csv", "-c", "Spring", "--dry-run", url=record_url,
                        folder=folder, bytecode=bytecode)  # fmt: skip
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

        # Python itself may not have come to the first line of ours yet; then it is Python that ends.
        assert process.returncode in {130, -signal.SIGINT, 1} or "Dry run" in out
        assert "linkwright: a fault" not in err
        assert picture(record_url) == before


class Private:
    """A PostgreSQL of this test's own, that may be killed and comes back on the same port."""

    def __init__(self, directory: Path) -> None:
        self._server = Server(directory, binaries())
        self._server.start()
        self.url = f"postgresql://postgres@127.0.0.1:{self._server.port}/postgres"

    def create(self, name: str) -> str:
        """Make a database with the schema at head."""
        asyncio.run(self._execute(f"CREATE DATABASE {name}"))
        url = f"postgresql://postgres@127.0.0.1:{self._server.port}/{name}"
        asyncio.run(migrations.upgrade(url))
        return url

    def kill(self) -> None:
        """Kill the server as the kernel does when memory runs out: nothing is said to anybody."""
        assert self._server._process is not None
        self._server._process.kill()
        self._server._process.wait()

    def come_back(self) -> None:
        """Start it again, once the last process of the old one has noticed."""
        said = self._server.data / "postmaster.pid"
        said.write_text(said.read_text().replace("ready", "gone "))  # The old one cannot say so any more.
        for _ in range(50):
            if self._server._serves():
                return
            time.sleep(0.2)
        message = "PostgreSQL did not come back"
        raise RuntimeError(message)

    def remove(self) -> None:
        self._server.remove()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Private]:
    directory = tmp_path_factory.mktemp("server")
    for parent in (directory, *directory.parents):
        if parent.owner() == "root" and parent.name.startswith(("pytest", "popen", "server")):
            parent.chmod(0o755)  # The server runs as nobody, who has to get there.
    server = Private(directory)
    yield server
    server.remove()


def beside(work: Callable[[], Ended]) -> tuple[threading.Thread, list[Ended]]:
    """Start work on a thread; what comes of it will be in the list."""
    said: list[Ended] = []
    thread = threading.Thread(target=lambda: said.append(work()))
    thread.start()
    return thread, said


def _gone(said: Ended) -> str:
    """What a command says whose server was killed: under a statement, or between two of them."""
    return "cannot be reached" if "reached" in said.err else "went away in the middle"


@pytest.mark.slow
class TestAServerThatIsKilled:
    """With SIGKILL, in the middle of a command, and started again."""

    def test_an_import_is_finished_by_the_next_and_equals_an_unbroken_one(
        self, linkwright: Commands, private: Private, folder: Path, begin: Callable[[str], None]
    ) -> None:
        broken, unbroken = private.create("broken"), private.create("unbroken")
        begin(broken)
        begin(unbroken)

        thread, said = beside(lambda: linkwright(*IMPORT, url=broken, folder=folder))
        deadline = time.monotonic() + 60
        while not sum(rows_of(broken, "SELECT position FROM import_jobs")):
            assert time.monotonic() < deadline
        private.kill()
        thread.join()
        said[0].failed(1, _gone(said[0]))
        linkwright(*IMPORT, url=broken, folder=folder).failed(1, "cannot be reached")
        private.come_back()

        assert linkwright("doctor", url=broken).status == 0
        assert linkwright(*IMPORT, url=broken, folder=folder).status == 0
        assert linkwright(*IMPORT, url=unbroken, folder=folder).status == 0
        assert picture_of_likeness(broken) == picture_of_likeness(unbroken)

    def test_a_run_is_finished_by_the_next_and_equals_an_unbroken_one(
        self, linkwright: Commands, private: Private, tmp_path: Path
    ) -> None:
        example = shutil.copytree(ROOT / "examples" / "northwind-trails", tmp_path / "example")
        broken, unbroken = private.create("broken"), private.create("unbroken")
        # Each asks whether the run has come to another part of its work.
        stations = (
            "SELECT count(*) FROM import_jobs",
            "SELECT count(*) FROM backlinking_emails",
            "SELECT count(*) FROM backlinking_responses",
            "SELECT count(*) FROM backlinking_emails WHERE status = 'draft'",
        )
        for station in stations:
            thread, said = beside(lambda: linkwright(*RUN, url=broken, folder=example))
            deadline = time.monotonic() + 60
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                while thread.is_alive() and not sum(rows_of(broken, station)):
                    assert time.monotonic() < deadline
            private.kill()
            thread.join()
            private.come_back()
            if said[0].status == 1 and not said[0].out:
                said[0].failed(1, _gone(said[0]))

        assert linkwright(*RUN, "--refused-is-fine", url=broken, folder=example).status == 0
        assert linkwright(*RUN, "--refused-is-fine", url=unbroken, folder=example).status == 0
        assert linkwright("doctor", url=broken).status == 0
        assert picture_of_likeness(broken) == picture_of_likeness(unbroken)
