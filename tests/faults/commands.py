"""Run the `linkwright` command, and say how a command must end that could not do what was asked."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from linkwright.db.engine import Database
from tests.support.dump import Dump, dump, likeness

ROOT = Path(__file__).parents[2]

# A shell that runs the tests in the background lets them ignore Ctrl-C, and their children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SECRETS = ("hunter2-Pa55", "pepper-S3cret")
"""Planted in URLs and settings; no output may have them."""


class Ended(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str
    peak_mb: float = 0.0

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)

    def failed(self, status: int, *words: str) -> str:
        """Make sure that it ended so, with one line that has these words. Returns the line."""
        assert (self.status, self.err.count("\n")) == (status, 1), self
        assert self.err.startswith("linkwright: "), self.err
        return self.said(*words)

    def said(self, *words: str) -> str:
        """Make sure that standard error has these words, and nothing that is not for a person."""
        self.is_clean()
        for word in words:
            assert word in self.err, self.err
        return self.err

    def is_clean(self) -> None:
        """Make sure that nothing is shown that no person should see."""
        for text in (self.out, self.err):
            assert "Traceback" not in text, text
            assert "a fault in Linkwright itself" not in text, text
            assert "Exception ignored" not in text, text
            assert not any(secret in text for secret in SECRETS), text
            assert not {character for character in text if character < " "} - {"\n"}, repr(text)


class Commands:
    """Runs commands, each a process of its own; see `many_processes`."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.many_processes"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __call__(
        self,
        *words: str | Path,
        url: str | None = None,
        folder: Path | None = None,
        like_anybody: bool = False,
        file_size: int | None = None,
        seconds: int = 60,
        **variables: str,
    ) -> Ended:
        """Run `linkwright WORDS`.

        `like_anybody` binds root by the permissions of files, `file_size` is the longest file it may
        write, and after `seconds` it is killed (status -14).
        """
        with tempfile.TemporaryDirectory() as streams:
            out, err = Path(streams, "out"), Path(streams, "err")
            request = {
                "words": [str(word) for word in words],
                "out": str(out),
                "err": str(err),
                "folder": str(folder or streams),
                "environment": environment(url, variables),
                "like_anybody": like_anybody,
                "file_size": file_size,
                "seconds": seconds,
            }
            assert self._server.stdin is not None
            assert self._server.stdout is not None
            self._server.stdin.write(json.dumps(request).encode() + b"\n")
            self._server.stdin.flush()
            answer = json.loads(self._server.stdout.readline())
            said = [stream.read_text("utf-8", "surrogateescape") for stream in (out, err)]
        ended = Ended(answer["status"], said[0], said[1], answer["peak_kb"] / 1024)
        ended.is_clean()
        return ended

    def close(self) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(timeout=30)
        assert self._server.stdout is not None
        self._server.stdout.close()


def start(*words: str, url: str, folder: Path, bytecode: Path, **variables: str) -> subprocess.Popen[str]:
    """Start `linkwright WORDS` in full, Python and all. `bytecode` keeps what is compiled for the next."""
    ready = environment(url, {"PYTHONPYCACHEPREFIX": str(bytecode), **variables})
    ready.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(
        [sys.executable, "-m", "linkwright", *words],
        cwd=folder,
        env=ready,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
    )


def ended(process: subprocess.Popen[str], seconds: float = 120) -> Ended:
    """Wait for a started command."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    done = Ended(process.returncode, out, err)
    done.is_clean()
    return done


def environment(url: str | None, variables: dict[str, str]) -> dict[str, str]:
    """Return this process's environment with other settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINKWRIGHT_")}
    kept |= {"COLUMNS": "200", "LINKWRIGHT_ADDRESS_PEPPER": SECRETS[1]}
    return kept | ({} if url is None else {"LINKWRIGHT_DATABASE_URL": url}) | variables


def picture(url: str) -> Dump:
    """Return everything that is in a database."""

    async def take() -> Dump:
        database = Database(url)
        try:
            return await dump(database)
        finally:
            await database.close()

    return asyncio.run(take())


def picture_of_likeness(url: str) -> Dump:
    """Return everything that two databases have in common when the same was done in both, today."""

    async def take() -> Dump:
        database = Database(url)
        try:
            return await likeness(database)
        finally:
            await database.close()

    return {name: [_timeless(row) for row in rows] for name, rows in asyncio.run(take()).items()}


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row in which every moment of today is the same."""
    return {name: "today" if _is_of_today(value) else value for name, value in row.items()}


def _is_of_today(value: Any) -> bool:
    try:
        age = datetime.now(UTC) - datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return abs(age) < timedelta(days=1)


def with_password(url: str) -> str:
    """Return the URL with a password, which must appear nowhere. (The tests' server asks for none.)"""
    return url.replace("//postgres@", f"//postgres:{SECRETS[0]}@")
