"""The `linkwright` command as a user meets it: words in, an exit status and two streams out.

Run inside the test's process, because starting Python takes longer than most commands;
`process` starts one all the same, for tests of what only a process has.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from linkwright.cli import main


class Said(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)


def linkwright(*words: str, url: str | None = None, folder: Path | None = None, **variables: str) -> Said:
    """Run `linkwright WORDS` with nothing of this process's settings, and nobody to answer questions."""
    out, err = io.StringIO(), io.StringIO()
    status: Any = 0
    with (
        patch.dict(os.environ, _environment(url, variables), clear=True),
        patch.object(sys, "argv", ["linkwright", *words]),
        patch.object(sys, "stdin", io.StringIO()),
        contextlib.chdir(folder or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
    return Said(status, out.getvalue(), err.getvalue())


def process(*words: str, url: str | None = None, folder: Path | None = None, **variables: str) -> Said:
    """Run `linkwright WORDS` as a process of its own."""
    return python("-m", "linkwright", *words, url=url, folder=folder, **variables)


def python(*words: str, url: str | None = None, folder: Path | None = None, **variables: str) -> Said:
    """Run `python WORDS` with nothing of this process's settings."""
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        check=False,
        cwd=folder,
        env=_environment(url, variables),
        input="",
        text=True,
        timeout=600,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def _environment(url: str | None, variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINKWRIGHT_")}
    return {**kept, **variables, **({} if url is None else {"LINKWRIGHT_DATABASE_URL": url})}
