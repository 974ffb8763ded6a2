"""Terminals of every kind: closed early, without colour, forty columns wide, with letters of 1968."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.commands import ROOT, SECRETS, Commands, ended, environment, picture, start

pytestmark = pytest.mark.dialects("sqlite")

RUN = ("run", "campaign.toml", "--now", "2026-11-16T09:00:00Z", "--refused-is-fine")
ESCAPE = "\x1b"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example, which a run may write its rejects beside."""
    return Path(shutil.copytree(ROOT / "examples" / "northwind-trails", tmp_path / "example"))


class TestWhoStopsListening:
    @pytest.mark.parametrize(
        "words", [RUN, (*RUN, "--json"), ("doctor",), ("db", "info", "--json"), ("import", "--help")]
    )
    def test_hears_no_complaint(
        self, migrated_url: str, example: Path, bytecode: Path, words: tuple[str, ...]
    ) -> None:
        process = start(*words, url=migrated_url, folder=example, bytecode=bytecode)
        assert process.stdout is not None
        process.stdout.close()  # What `| head -0` does.
        assert process.stderr is not None
        err = process.stderr.read()
        process.stderr.close()

        assert process.wait(timeout=60) in {0, 1}
        assert err == ""

    def test_nor_who_never_listened(
        self, linkwright: Commands, migrated_url: str, example: Path, bytecode: Path
    ) -> None:
        line = f'"{sys.executable}" -m linkwright {" ".join(RUN)} >&- 2>&-'
        settings = environment(migrated_url, {"PYTHONPYCACHEPREFIX": str(bytecode)})

        done = subprocess.run(["sh", "-c", line], cwd=example, env=settings, check=False, timeout=120)

        assert done.returncode in {0, 1}
        # The work was done, whoever heard of it.
        assert linkwright("doctor", url=migrated_url).status == 0
        again = linkwright(*RUN, "--json", url=migrated_url, folder=example)
        assert again.json["changed"] is False


class TestColumnsAndColours:
    @pytest.mark.parametrize("columns", ["1", "40", "80", "500", "0", "-5", "many"])
    def test_of_any_number(
        self, linkwright: Commands, migrated_url: str, example: Path, columns: str
    ) -> None:
        done = linkwright(*RUN, url=migrated_url, folder=example, COLUMNS=columns)

        assert (done.status, done.err) == (0, "")
        if columns in {"40", "80"}:
            assert max(map(len, done.out.splitlines())) <= int(columns)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "frob"), ("TERM", ""), ("FORCE_COLOR", "")],
    )
    def test_that_are_not_wanted(
        self, linkwright: Commands, migrated_url: str, example: Path, name: str, value: str
    ) -> None:
        variables: dict[str, Any] = {name: value}
        done = linkwright(*RUN, url=migrated_url, folder=example, **variables)

        assert (done.status, done.err) == (0, "")
        assert ESCAPE not in done.out

    @pytest.mark.parametrize("variables", [{"TERM": "xterm-256color"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}])
    def test_on_a_real_terminal(
        self, migrated_url: str, example: Path, bytecode: Path, variables: dict[str, str]
    ) -> None:
        status, shown = on_a_terminal(RUN, migrated_url, example, bytecode, variables)

        assert status == 0
        assert "Traceback" not in shown
        assert not any(secret in shown for secret in SECRETS)
        assert "Done. Nothing was sent." in shown
        coloured = re.search(r"\x1b\[[0-9;]*3[1-7]m", shown) is not None
        assert coloured == (variables == {"TERM": "xterm-256color"})


def on_a_terminal(
    words: tuple[str, ...], url: str, folder: Path, bytecode: Path, variables: dict[str, str]
) -> tuple[int, str]:
    """Run a command whose standard streams are a terminal; return its status and all that was shown."""
    ours, theirs = pty.openpty()
    settings = environment(url, {"PYTHONPYCACHEPREFIX": str(bytecode), **variables})
    process = subprocess.Popen(
        [sys.executable, "-m", "linkwright", *words],
        cwd=folder, env=settings, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        ready, _, _ = select.select([ours], [], [], 0.5)
        if ready:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # how Linux says that the other side is gone
                break
            if not piece:
                break
            shown += piece
        elif process.poll() is not None:
            break
    os.close(ours)
    return process.wait(timeout=30), shown.decode("utf-8", "replace")


class TestLetters:
    @pytest.mark.parametrize(
        "variables",
        [
            {"LC_ALL": "C"},
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
            {"PYTHONIOENCODING": "latin-1"},
            {"LC_ALL": "nowhere.frob"},
        ],
        ids=["C", "C in full", "ASCII", "Latin-1", "unknown"],
    )
    def test_that_the_terminal_does_not_know(
        self, migrated_url: str, tmp_path: Path, bytecode: Path, variables: dict[str, str]
    ) -> None:
        (tmp_path / "großes.csv").write_text(
            "url,title\nhttps://bücher.example/,山小屋\njavascript:ü,Ünlü\n", encoding="utf-8"
        )
        # Where even the words of the command cannot be read, the campaign has to do without them.
        name = "Huts" if "PYTHONUTF8" in variables else "Hütten 山"
        asked = ("import", "prospects", "großes.csv", "-c", name, "--create", "--user", "me@ex.org")
        for more, status in ((asked, 1), ((*asked, "--json"), 1), (("import", "log", "ü.log"), 2)):
            process = start(*more, url=migrated_url, folder=tmp_path, bytecode=bytecode, **variables)
            done = ended(process)

            assert done.status == status, done
            assert done.err.count("\n") == (status == 2)

    @pytest.mark.parametrize("more", [(), ("--json",)])
    def test_in_the_name_of_a_file_that_is_no_text(
        self, linkwright: Commands, record_url: str, tmp_path: Path, more: tuple[str, ...]
    ) -> None:
        old = Path(os.fsdecode(os.fsencode(tmp_path) + b"/gr\xfc\xdfe.csv"))  # as Windows-1252 wrote it
        old.write_text("url\nhttps://good.example/\njavascript:alert(1)\n")

        done = linkwright("import", "prospects", old, "-c", "Spring", *more, url=record_url, folder=tmp_path)

        assert (done.status, done.err) == (1, "")
        assert [job["source"][-9:] for job in picture(record_url)["import_jobs"]] == ["gr\ufffd\ufffde.csv"]
        assert linkwright("doctor", url=record_url).status == 0
