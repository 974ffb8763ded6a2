"""`linkwright backup` and `linkwright restore`: all of the database or nothing, on both databases."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import Said, linkwright
from tests.monitoring.sound_record import make_sound_record
from tests.support.dump import dump
from tests.support.opened import with_database
from tests.support.postgres_server import binaries

Command = Callable[..., Said]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    folder = tmp_path / "work"
    folder.mkdir()

    def say(*words: str, url: str, **variables: str) -> Said:
        return linkwright(
            *words, url=url, folder=folder, **{"LINKWRIGHT_POSTGRESQL_TOOLS": str(binaries()), **variables}
        )

    return say


@pytest.fixture
def record(migrated_url: str) -> str:
    asyncio.run(with_database(migrated_url, make_sound_record))
    return migrated_url


def rows_of(url: str) -> object:
    return asyncio.run(with_database(url, dump))


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "work").iterdir())


class TestThereAndBack:
    def test_every_row_comes_back_and_the_doctor_has_looked(
        self, record: str, database_url: str, command: Command, tmp_path: Path
    ) -> None:
        made = command("backup", "a.backup", "--json", url=record)
        assert (made.status, files(tmp_path)) == (0, ["a.backup"]), made.err
        assert made.json["bytes"] > 1000
        assert (tmp_path / "work" / "a.backup").stat().st_mode & 0o077 == 0

        back = command("restore", "a.backup", "--json", url=database_url)

        assert (back.status, back.json["doctor"]["sound"]) == (0, True), back.err
        assert rows_of(database_url) == rows_of(record)

    def test_rows_that_are_there_are_kept_until_it_is_said(self, record: str, command: Command) -> None:
        assert command("backup", "a.backup", url=record).status == 0
        before = rows_of(record)
        more = ("suppress", "add", "ann@one.example", "--reason", "manual")
        command(*more, url=record)
        assert command("restore", "a.backup", url=record).status == 1

        back = command("restore", "a.backup", "--replace", url=record)

        assert (back.status, "checks passed" in back.out) == (0, True), back.err
        assert rows_of(record) == before

    @pytest.mark.dialects("sqlite")
    def test_it_is_of_one_instant_while_another_writes(
        self, record: str, database_url: str, command: Command
    ) -> None:
        before = rows_of(record)
        with closing(sqlite3.connect(record.removeprefix("sqlite:///"))) as other:
            other.execute("UPDATE users SET name = 'half'")
            assert command("backup", "a.backup", url=record).status == 0
        assert command("restore", "a.backup", url=database_url).status == 0
        assert rows_of(database_url) == before


class TestRefused:
    def test_a_file_that_is_there(self, record: str, command: Command, tmp_path: Path) -> None:
        (tmp_path / "work" / "a.backup").write_text("mine")
        assert "There already is a file" in command("backup", "a.backup", url=record).err
        assert (tmp_path / "work" / "a.backup").read_text() == "mine"
        assert command("backup", "a.backup", "--replace", url=record).status == 0

    @pytest.mark.dialects("sqlite")
    def test_the_database_itself(self, record: str, command: Command) -> None:
        path = record.removeprefix("sqlite:///")
        for name in (path, f"{path}-wal"):
            done = command("backup", name, "--replace", url=record)
            assert (done.status, "must be another one" in done.err) == (2, True)

    def test_a_file_that_is_damaged_and_nothing_is_touched(
        self, record: str, command: Command, tmp_path: Path
    ) -> None:
        assert command("backup", "a.backup", url=record).status == 0
        before, path = rows_of(record), tmp_path / "work" / "a.backup"
        whole = path.read_bytes()
        for broken in (whole[: len(whole) // 2], whole[:20], b"", whole[:4096] + bytes(4096) + whole[8192:]):
            path.write_bytes(broken)
            done = command("restore", "a.backup", "--replace", url=record)
            assert done.status in {1, 2}
            assert "Traceback" not in done.err + done.out
            assert "fault in Linkwright" not in done.err
            assert rows_of(record) == before

    @pytest.mark.dialects("sqlite")
    def test_a_backup_of_another_kind_or_a_newer_schema(
        self, record: str, database_url: str, command: Command, tmp_path: Path
    ) -> None:
        (tmp_path / "work" / "p.backup").write_bytes(b"PGDMP" + bytes(100))
        assert "is a backup of postgresql" in command("restore", "p.backup", url=database_url).err
        assert command("restore", "none.backup", url=database_url).status == 1
        assert command("backup", "a.backup", url=record).status == 0
        with closing(sqlite3.connect(tmp_path / "work" / "a.backup")) as newer:
            newer.execute("UPDATE linkwright_version SET version_num = '9999'")
            newer.commit()
        assert "of a newer Linkwright" in command("restore", "a.backup", url=database_url).err
        assert not Path(database_url.removeprefix("sqlite:///")).exists()

    def test_a_folder_that_is_not_there_or_a_disk_that_is_full(
        self, record: str, command: Command, tmp_path: Path
    ) -> None:
        assert "cannot be written" in command("backup", "no/such.backup", url=record).err
        disk = tmp_path / "work" / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=20k", "tmpfs", str(disk)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("only root may mount a disk, and not everywhere")
        try:
            done = command("backup", "disk/a.backup", url=record)
            assert (done.status, list(disk.iterdir())) == (1, []), done.err
            assert "Free space" in done.err or "again" in done.err
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    @pytest.mark.dialects("postgresql")
    def test_tools_that_are_missing_or_too_old(self, record: str, command: Command, tmp_path: Path) -> None:
        none = command("backup", "a.backup", url=record, LINKWRIGHT_POSTGRESQL_TOOLS=str(tmp_path))
        assert (none.status, "There is no pg_dump in" in none.err) == (1, True)
        old = tmp_path / "pg_dump"
        old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
        old.chmod(0o755)
        done = command("backup", "a.backup", url=record, LINKWRIGHT_POSTGRESQL_TOOLS=str(tmp_path))
        assert (done.status, "older than the server's" in done.err) == (1, True)
        assert files(tmp_path) == []
