"""The example, run as a person runs it: the record is sound behind it, on both databases."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from tests.faults.commands import ROOT, Commands, picture, with_password

RUN = ("run", "campaign.toml", "--now", "2026-11-16T09:00:00Z")


def test_the_doctor_finds_nothing_behind_the_example(
    linkwright: Commands, migrated_url: str, tmp_path: Path
) -> None:
    example = shutil.copytree(ROOT / "examples" / "northwind-trails", tmp_path / "example")
    url = with_password(migrated_url)

    first = linkwright(*RUN, "--json", url=url, folder=example)
    done = picture(url)

    # It has broken rows on purpose: the status says so, and who expects them may say so.
    assert (first.status, first.err) == (1, "")
    assert first.json["refused"]
    examined = linkwright("doctor", url=url)
    assert (examined.status, examined.err) == (0, "")
    assert "checks passed" in examined.out
    # There are mails of unknown date among what it brought, which is what the doctor must bear.
    assert any(row["sent_at"] is None and row["status"] == "sent" for row in done["backlinking_emails"])

    assert linkwright(*RUN, "--refused-is-fine", url=url, folder=example).status == 0
    assert picture(url) == done
    assert linkwright("doctor", url=url).status == 0


def test_the_doctor_still_finds_a_mail_of_ours_without_a_date(
    linkwright: Commands, migrated_url: str, tmp_path: Path
) -> None:
    """What is borne of imported history is borne of nothing else."""
    example = shutil.copytree(ROOT / "examples" / "northwind-trails", tmp_path / "example")
    assert linkwright(*RUN, url=migrated_url, folder=example).status == 1
    drafted = [row for row in picture(migrated_url)["backlinking_emails"] if row["status"] == "draft"]
    statement = f"UPDATE backlinking_emails SET status = 'sent' WHERE id = {drafted[0]['id']}"
    _execute(migrated_url, statement)

    found = linkwright("doctor", url=migrated_url)

    assert found.status == 1
    assert "emails.sent" in found.out


def _execute(url: str, statement: str) -> None:
    async def on_postgresql() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()

    if url.startswith("postgresql"):
        asyncio.run(on_postgresql())
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        database.execute(statement)
        database.commit()


@pytest.mark.slow
@pytest.mark.dialects("sqlite")
def test_make_run_ends_well(dialect: str, tmp_path: Path) -> None:
    """In a copy, with this environment's Python in the place of its own."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, copy)
    for name in ("examples", "scripts"):
        shutil.copytree(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    settings = {name: value for name, value in os.environ.items() if not name.startswith("LINKWRIGHT_")}

    # `-o`: what is set up here need not be set up again because the copies are newer.
    done = subprocess.run(
        ["make", "run", "-o", ".venv/.ready"],
        cwd=copy,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert "Refused" in done.stdout
    assert (copy / "var" / "example.db").is_file()
