"""One PostgreSQL server for a whole test run, and a fresh database in it for each test.

`Run` belongs to the run: pytest's controller makes it and ends it; a worker of pytest-xdist
joins it by its directory. `Databases` belongs to one process: it makes and drops databases.

LINKWRIGHT_TEST_DATABASE_URL names a server to use instead of starting one (its user must be
allowed to create databases); LINKWRIGHT_TEST_PG_BIN names the binaries of another PostgreSQL.
"""

import asyncio
import contextlib
import fcntl
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.support.postgres_server import LOG, STATE

ROOT = Path(__file__).parents[2]
PATIENCE = 90  # Seconds; a start takes two, on a machine with nothing else to do.


class Run:
    """The server of one test run: started when first asked for, known to all workers."""

    def __init__(self, directory: Path, supervisor: subprocess.Popen[bytes] | None = None) -> None:
        self.directory = directory
        self._supervisor = supervisor

    @classmethod
    def begin(cls) -> Self:
        """Begin to start a server, without waiting for it, or take the one that is named."""
        directory = Path(tempfile.mkdtemp(prefix="linkwright-tests-"))
        if url := os.environ.get("LINKWRIGHT_TEST_DATABASE_URL"):
            (directory / STATE).write_text(json.dumps({"url": url.replace("+asyncpg", "", 1)}))
            return cls(directory)
        # Its standard input is a pipe whose other end only this process holds: when this
        # process ends, however it ends, the supervisor stops the server.
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "tests.support.postgres_server", str(directory)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return cls(directory, supervisor)

    @property
    def name(self) -> str:
        """A word that tells this run's databases from another's on the same server."""
        return self.directory.name.rpartition("-")[2].lower()

    @property
    def template(self) -> str:
        """The database with the schema at head that the others are copied from."""
        return f"lw_{self.name}_template"

    def url(self) -> str:
        """Wait for the server and say where it is.

        Raises:
            RuntimeError: it did not start, with its own words.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):
                state = json.loads((self.directory / STATE).read_text())
                if "error" in state:
                    raise RuntimeError(state["error"])
                return str(state["url"])
            if self._supervisor is not None and self._supervisor.poll() is not None:
                break
            time.sleep(0.02)
        log = self.directory / LOG
        said = log.read_text(errors="replace")[-4000:] if log.exists() else "It left no log."
        message = f"No PostgreSQL for the tests. {said}"
        raise RuntimeError(message)

    @contextlib.contextmanager
    def taking_turns(self) -> Iterator[None]:
        """Only one process of the run is in here at a time."""
        with (self.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def end(self) -> None:
        """Stop the server and remove what the run left."""
        if self._supervisor is None:
            _sweep(self)
            shutil.rmtree(self.directory, ignore_errors=True)
            return
        if self._supervisor.stdin is not None:
            self._supervisor.stdin.close()
        try:
            self._supervisor.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._supervisor.terminate()
            self._supervisor.wait(timeout=30)


class Databases:
    """Makes and drops databases, over one connection kept on a thread of its own.

    A thread, because a fixture must work for a test that is a coroutine, for one that calls
    `asyncio.run`, and for one that starts the command line.
    """

    def __init__(self, run: Run, worker: str = "main") -> None:
        self.run = run
        self._prefix = f"lw_{run.name}_{worker}"
        self._numbers = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-databases", daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection | None = None

    def create(self, *, template: str | None = None) -> str:
        """Make a database, empty or a copy of `template`, and give its URL."""
        name = f"{self._prefix}_{next(self._numbers)}"
        # Copying files is quicker than copying through the log, in a cluster this small.
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}" STRATEGY FILE_COPY')
        return self.url_of(name)

    def create_migrated(self, migrate: Callable[[str], Coroutine[Any, Any, object]]) -> str:
        """Make a database with the schema at head; only the first of the whole run is migrated."""
        done = self.run.directory / "template.done"
        if not done.exists():
            with self.run.taking_turns():
                if not done.exists():
                    # An earlier attempt may have died half-way.
                    self._execute(f'DROP DATABASE IF EXISTS "{self.run.template}" WITH (FORCE)')
                    self._execute(f'CREATE DATABASE "{self.run.template}" TEMPLATE template0')
                    self.wait_for(migrate(self.url_of(self.run.template)))
                    done.touch()
        return self.create(template=self.run.template)

    def drop(self, url: str) -> None:
        """Drop a database, also when a test left connections to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{urlsplit(url).path.lstrip("/")}" WITH (FORCE)')

    def url_of(self, name: str) -> str:
        """The URL of a database by its name."""
        return urlunsplit(urlsplit(self.run.url())._replace(path=f"/{name}"))

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self.wait_for(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait_for(self, work: Coroutine[Any, Any, object]) -> object:
        """Run a coroutine on the thread and give its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _execute(self, statement: str) -> None:
        self.wait_for(self._executed(statement))

    async def _executed(self, statement: str) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.run.url())
        await self._connection.execute(statement)


def _sweep(run: Run) -> None:
    """Drop what this run left on a server that was here before it, in case a worker was killed."""
    databases = Databases(run)
    try:
        databases.wait_for(_swept(run))
    finally:
        databases.close()


async def _swept(run: Run) -> None:
    connection = await asyncpg.connect(run.url())
    try:
        left = await connection.fetch(
            "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", f"lw_{run.name}_"
        )
        for (name,) in left:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@contextlib.contextmanager
def running() -> Iterator[Databases]:
    """A server for as long as the block lasts: for benchmarks and for a look by hand."""
    run = Run.begin()
    try:
        databases = Databases(run)
        try:
            yield databases
        finally:
            databases.close()
    finally:
        run.end()
