"""SQLite on a broken machine: locked, read-only, full, foreign, newer, damaged. One line, status 1."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.commands import Commands, picture, picture_of_likeness

pytestmark = pytest.mark.dialects("sqlite")

NUMBER = 12_000  # rows: three batches, and more than a megabyte of database
IMPORT = ("import", "prospects", "good.csv", "-c", "Spring")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of prospects in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    lines = [f"https://site{n}.example/write,Title {n}\n" for n in range(NUMBER)]
    (folder / "good.csv").write_text("url,title\n" + "".join(lines))
    return folder


@pytest.fixture
def path(record_url: str) -> Path:
    """The file of the record."""
    return Path(record_url.removeprefix("sqlite:///"))


@pytest.fixture
def whole(linkwright: Commands, record_url: str, path: Path, folder: Path, tmp_path: Path) -> object:
    """What the record is after an import that nothing went wrong with."""
    url = f"sqlite:///{shutil.copy(path, tmp_path / 'whole.db')}"
    assert linkwright(*IMPORT, url=url, folder=folder).status == 0
    return picture_of_likeness(url)


class TestLocked:
    @pytest.mark.slow
    def test_by_another_process_that_does_not_let_go(
        self, linkwright: Commands, record_url: str, path: Path, folder: Path
    ) -> None:
        before = picture(record_url)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

            done = linkwright(*IMPORT, url=record_url, folder=folder)

            done.failed(1, "Another process is writing", "Try again")
            assert linkwright("doctor", url=record_url).status == 0  # Who reads need not wait.
        assert picture(record_url) == before
        assert linkwright(*IMPORT, url=record_url, folder=folder).status == 0


class TestReadOnly:
    @pytest.mark.parametrize("also_the_folder", [False, True])
    def test_says_what_is_missing(
        self, linkwright: Commands, record_url: str, path: Path, folder: Path, *, also_the_folder: bool
    ) -> None:
        before = picture(record_url)
        home = path.parent / "home"
        home.mkdir()
        moved = Path(shutil.move(path, home / "a.db"))
        moved.chmod(0o444)
        if also_the_folder:
            home.chmod(0o555)
        url = f"sqlite:///{moved}"

        done = linkwright(*IMPORT, url=url, folder=folder, like_anybody=True)

        done.failed(1, "cannot be written", "write access to the file and its folder")
        home.chmod(0o755)
        for file in home.iterdir():
            file.chmod(0o644)
        assert picture(url) == before
        assert linkwright(*IMPORT, url=url, folder=folder).status == 0

    def test_not_to_be_read_at_all(self, linkwright: Commands, record_url: str, path: Path) -> None:
        path.chmod(0)

        for words in (("doctor",), ("db", "info"), ("db", "upgrade")):
            linkwright(*words, url=record_url, like_anybody=True).failed(1, "cannot be opened", "permissions")

    def test_in_a_folder_that_may_not_be_entered(
        self, linkwright: Commands, record_url: str, path: Path
    ) -> None:
        path.parent.chmod(0)

        done = linkwright("db", "info", url=record_url, like_anybody=True)

        path.parent.chmod(0o755)
        done.failed(1, "cannot be opened")

    def test_a_new_one_in_a_folder_that_is_not_ours(self, linkwright: Commands, tmp_path: Path) -> None:
        tmp_path.chmod(0o555)

        done = linkwright("db", "upgrade", url=f"sqlite:///{tmp_path}/new.db", like_anybody=True)

        tmp_path.chmod(0o755)
        done.failed(1, "cannot be opened")
        assert not list(tmp_path.iterdir())


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk of two megabytes, where we may mount one."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a disk, and not everywhere")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


class TestFull:
    def test_disk(
        self, linkwright: Commands, path: Path, folder: Path, tmp_path: Path, whole: object
    ) -> None:
        with small_disk(tmp_path / "disk") as disk:
            url = f"sqlite:///{shutil.copy(path, disk / 'a.db')}"
            before = picture(url)

            done = linkwright(*IMPORT, url=url, folder=folder)

            done.failed(1, "The disk is full", "run the same command again")
            # What is there is what was there, or whole batches; and the record is sound.
            after = picture(url)
            assert len(after["backlinking_opportunities"]) % 5_000 == 1
            assert after["users"] == before["users"]
            assert linkwright("doctor", url=url).status == 0
            roomy = shutil.copytree(disk, tmp_path / "roomy")
        url = f"sqlite:///{roomy / 'a.db'}"
        assert linkwright(*IMPORT, url=url, folder=folder).status == 0
        assert picture_of_likeness(url) == whole

    @pytest.mark.parametrize("size", [300_000, 1_000_000, 3_000_000])
    def test_size_of_files_that_is_limited(
        self, linkwright: Commands, record_url: str, folder: Path, whole: object, size: int
    ) -> None:
        done = linkwright(*IMPORT, url=record_url, folder=folder, file_size=size)

        done.failed(1, "The disk", "run the same command again")
        assert len(picture(record_url)["backlinking_opportunities"]) % 5_000 == 1
        assert linkwright("doctor", url=record_url).status == 0
        assert linkwright(*IMPORT, url=record_url, folder=folder).status == 0
        assert picture_of_likeness(record_url) == whole

    def test_while_the_schema_is_made(self, linkwright: Commands, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/new.db"

        linkwright("db", "upgrade", url=url, file_size=50_000).failed(1, "The disk")

        assert linkwright("db", "check", url=url).status == 1
        assert linkwright("db", "upgrade", url=url).status == 0
        assert linkwright("doctor", url=url).status == 0

    def test_disk_for_the_rejects_alone(
        self, linkwright: Commands, record_url: str, folder: Path, tmp_path: Path
    ) -> None:
        (folder / "bad.csv").write_text("url\nhttps://a.example/\n" + f"{'x' * 2_000}\n" * 3_000)
        before = picture(record_url)
        asked = ("import", "prospects", "bad.csv", "-c", "Spring", "--rejects")
        with small_disk(tmp_path / "disk") as disk:
            done = linkwright(*asked, disk / "r.csv", url=record_url, folder=folder)

            done.failed(2, "rejects: cannot be written: No space left on device")
        assert picture(record_url) == before
        again = linkwright(*asked, tmp_path / "r.csv", "--json", url=record_url, folder=folder)
        assert (again.status, again.json["new"], again.json["refused"]) == (1, 1, 3_000)


def newer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE linkwright_version SET version_num = '0099'")
        database.commit()


def unknown(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE linkwright_version SET version_num = 'frob'")
        database.commit()


def of_somebody_else(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE users (name)")
        database.execute("CREATE TABLE invoices (total)")


def without_a_table(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE backlinking_opportunities")


def cut_short(path: Path) -> None:
    os.truncate(path, 20_000)


def overwritten(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(os.urandom(100 * 4096))


def a_letter(path: Path) -> None:
    path.write_text("Dear editor, " * 5_000)


STRANGE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "of a newer program": (newer, "of a newer Linkwright", "Update the program"),
    "of an unknown version": (unknown, "which no Linkwright has made", "another database"),
    "of another program": (of_somebody_else, "that Linkwright did not make", "another database"),
    "cut short": (cut_short, "not a sound SQLite database", "restore a backup"),
    "overwritten": (overwritten, "not a sound SQLite database", "restore a backup"),
    "a letter": (a_letter, "not a sound SQLite database", "restore a backup"),
    "no database yet": (Path.unlink, "has no schema yet", "linkwright db upgrade"),
    "empty": (lambda path: os.truncate(path, 0), "has no schema yet", "linkwright db upgrade"),
}


class TestADatabaseThatIs:
    @pytest.mark.parametrize("what", STRANGE)
    def test_strange(
        self, linkwright: Commands, record_url: str, path: Path, folder: Path, what: str
    ) -> None:
        make, problem, advice = STRANGE[what]
        make(path)
        before = path.read_bytes() if path.exists() else None

        for words in (IMPORT, ("doctor",), ("doctor", "--repair")):
            linkwright(*words, url=record_url, folder=folder).failed(1, problem, advice)
        if "linkwright db upgrade" not in advice:
            linkwright("db", "upgrade", url=record_url).failed(1, problem, advice)
        assert (path.read_bytes() if path.exists() else None) == before

    def test_without_one_of_its_tables(
        self, linkwright: Commands, record_url: str, path: Path, folder: Path
    ) -> None:
        without_a_table(path)

        linkwright(*IMPORT, url=record_url, folder=folder).failed(1, "The schema is not the expected one")
