"""Copies of a whole PostgreSQL database, by the server's own tools: `pg_dump`, `pg_restore`, `psql`.

A password goes to them in the environment, because everybody on the machine may read their words.
"""

import asyncio
import os
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, text

from linkwright.db.alone import VERSION_TABLE
from linkwright.db.engine import Database
from linkwright.db.sqlite_copies import Progress
from linkwright.errors import Damaged, StorageUnavailable

_LOOKS_EVERY: Final = 0.5
_CHUNK: Final = 1 << 20
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_SPELLED: Final = {"host": "PGHOST", "port": "PGPORT", "ssl": "PGSSLMODE"}
_KNOWS_TIMEOUT: Final = 17
# Newer tools say it to every server, and an older one refuses what it does not know.
_TIMEOUT: Final = b"SET transaction_timeout = 0;\n"


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the tools are, and what tells them which database."""

    folder: Path | None
    url: URL
    server: int = 0

    async def copy_out(self, target: Path, *, progress: Progress | None = None) -> None:
        """Write one instant of the database into `target`.

        Raises:
            StorageUnavailable: the disk is full, or there is no `pg_dump` for this server.
        """
        words = ("--format=custom", f"--file={target}", "--no-password")
        async with self._started("pg_dump", *words) as dump:
            said = asyncio.ensure_future(_errors_of(dump))
            while dump.returncode is None:
                if progress is not None:
                    progress(_size(target), 0)
                await asyncio.wait([said], timeout=_LOOKS_EVERY)
                if said.done():
                    await dump.wait()
            _require(dump, "pg_dump", await said)

    async def copy_in(
        self, source: Path, without: Sequence[str], *, progress: Progress | None = None
    ) -> None:
        """Put a copy in the place of the tables `without`, in one transaction.

        Raises:
            Damaged: it cannot be read to its end.
            StorageUnavailable: the server did not take it.
        """
        script = ("--no-owner", "--file=-", str(source))
        words = ("--no-psqlrc", "--quiet", "--no-password", "--single-transaction", "--output=/dev/null")
        async with (
            self._started("pg_restore", *script, stdout=PIPE) as reader,
            self._started("psql", *words, "--set=ON_ERROR_STOP=1", "--file=-", stdin=PIPE) as writer,
        ):
            said = [asyncio.ensure_future(_errors_of(one)) for one in (reader, writer)]
            dropped = "".join(f"DROP TABLE IF EXISTS {name} CASCADE;\n" for name in without)
            beginning = f"SET client_min_messages = warning;\n{dropped}"
            if not await self._pumped(beginning, reader, writer, progress):
                reader.kill()  # The writer ended before its input did, and says why.
            elif await reader.wait():
                # Before it hears of the end of its input, at which it would commit.
                writer.kill()
                raise Damaged(f"The backup {source.name}", _first(await said[0]))
            elif writer.stdin is not None:
                writer.stdin.close()
            await writer.wait()
            _require(writer, "psql", await said[1])

    async def checked_copy(self, source: Path) -> str | None:
        """Read all of a copy; return the revision of its schema, or None where it has none.

        Raises:
            Damaged: it is no backup of PostgreSQL, or cannot be read to its end.
        """
        script = ("--data-only", f"--table={VERSION_TABLE}", "--file=-", str(source))
        whole = ("--file=/dev/null", str(source))
        found = ""
        for words in (whole, script):
            async with self._started("pg_restore", *words, stdout=PIPE) as reader:
                out, errors = await reader.communicate()
                if reader.returncode:
                    raise Damaged(f"The backup {source.name}", _first(errors.decode(errors="replace")))
                found = out.decode(errors="replace")
        version = re.search(r"^COPY .*\n(\S+)\n\\\.$", found, re.MULTILINE)
        return None if version is None else version[1]

    async def _pumped(
        self, beginning: str, reader: Process, writer: Process, progress: Progress | None
    ) -> bool:
        """Hand on what one tool writes to the other; say whether that took all of it."""
        if reader.stdout is None or writer.stdin is None:
            raise RuntimeError("the tools were started without pipes")
        done, first = 0, True
        try:
            writer.stdin.write(beginning.encode())
            while chunk := await reader.stdout.read(_CHUNK):
                if first and self.server < _KNOWS_TIMEOUT:
                    chunk = chunk.replace(_TIMEOUT, b"")
                first = False
                writer.stdin.write(chunk)
                await writer.stdin.drain()
                done += len(chunk)
                if progress is not None:
                    progress(done, 0)
            writer.stdin.write(b"ANALYZE;\n")
            await writer.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    @asynccontextmanager
    async def _started(
        self, name: str, *words: str, stdin: int = DEVNULL, stdout: int = DEVNULL
    ) -> AsyncIterator[Process]:
        process = await asyncio.create_subprocess_exec(
            _found(name, self.folder), *words, stdin=stdin, stdout=stdout, stderr=PIPE, env=_told(self.url)
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def tools_for(database: Database, folder: str | None, *, at_least: bool = True) -> Tools:
    """Find the tools for a database's server.

    Raises:
        StorageUnavailable: there are none, or they are older than the server.
        DatabaseUnavailable: the server cannot be reached.
    """
    place = None if folder is None else Path(folder)
    async with database.reading() as session:
        server = int(await session.scalar(text("SHOW server_version_num")) or 0) // 10_000
    tools = Tools(place, database.url, server)
    if at_least:
        found = await _version(_found("pg_dump", place))
        if found < server:
            raise StorageUnavailable(
                f"pg_dump is of PostgreSQL {found}, older than the server's {server}.",
                "Set LINKWRIGHT_POSTGRESQL_TOOLS to the folder of newer ones.",
            )
    return tools


async def _version(tool: str) -> int:
    process = await asyncio.create_subprocess_exec(tool, "--version", stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    out, _ = await process.communicate()
    found = _VERSION.search(out.decode(errors="replace"))
    return 0 if found is None else int(found[1])


def _found(name: str, folder: Path | None) -> str:
    found = shutil.which(name, path=None if folder is None else str(folder))
    if found is None:
        raise StorageUnavailable(
            f"There is no {name} {'on the PATH' if folder is None else f'in {folder}'}.",
            "Install PostgreSQL's client, or set LINKWRIGHT_POSTGRESQL_TOOLS to the folder of its tools.",
        )
    return found


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _told(url: URL) -> Mapping[str, str]:
    told = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    known = {"PGHOST": url.host, "PGUSER": url.username, "PGDATABASE": url.database}
    known |= {"PGPORT": str(url.port) if url.port else None, "PGPASSWORD": url.password}
    told |= {key: str(value) for key, value in known.items() if value is not None}
    told |= {_SPELLED[key]: str(value) for key, value in url.query.items() if key in _SPELLED}
    return told | {"PGAPPNAME": "linkwright backup", "LC_MESSAGES": "C"}


async def _errors_of(process: Process) -> str:
    return "" if process.stderr is None else (await process.stderr.read()).decode(errors="replace")


def _require(process: Process, name: str, said: str) -> None:
    if process.returncode:
        raise StorageUnavailable(
            f"{name} could not do it ({_first(said)}).",
            "Mend that, then run the same command again: nothing was half-written.",
        )


def _first(said: str) -> str:
    """Return the line that says what is wrong, and none of those with rows in them."""
    lines = [line for line in said.splitlines() if "error:" in line.lower()] or said.splitlines() or ["?"]
    return re.sub(r"^.*?error:\s*", "", lines[0], flags=re.IGNORECASE)[:200].rstrip(".")
