"""What may go wrong around an archive: full disks, odd folders, unknown versions, clocks that jump."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from linkwright import Conflict, Damaged, InvalidInput, StorageUnavailable
from linkwright.archive.manifest import NAME, verify
from linkwright.archive.storage import Storage
from linkwright.db.engine import Database
from linkwright.errors import DatabaseUnavailable
from linkwright.jobs.archive_restore import restore_archive
from linkwright.jobs.archive_run import Archiving
from linkwright.models import Archive, BacklinkOpportunity
from linkwright.monitoring.doctor import examine, repair
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.archives import Archives
from tests.jobs.test_archive import AGE, LATER, archived, files, make_over, rows
from tests.monitoring.sound_record import Ids
from tests.support.dump import dump
from tests.support.prospects import make_campaign


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "archives"))


@pytest.fixture
async def ids(database: Database) -> Ids:
    return await make_over(database)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A small disk of its own in the place of a folder."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a disk, and not everywhere")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class TestStorage:
    async def test_a_full_disk_leaves_the_campaign_where_it_is(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        before = await dump(database)
        with mounted(Path(storage.root), "size=40k"):
            with pytest.raises(StorageUnavailable, match="No space left"):
                await archived(database, storage)
            left = files(storage, "*")
        after = await dump(database)
        assert {name: one for name, one in after.items() if not name.startswith("analytics")} == {
            name: one for name, one in before.items() if not name.startswith("analytics")
        }
        assert left == []
        (moved,) = await archived(database, storage)
        assert moved.skipped is None

    async def test_a_file_in_the_place_of_the_folder(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        root = Path(storage.root)
        root.write_text("not a folder")  # noqa: ASYNC240
        before = await rows(database)
        with pytest.raises(StorageUnavailable, match="storage of archives"):
            await archived(database, storage)
        assert await rows(database) == before
        root.unlink()  # noqa: ASYNC240
        assert [one.skipped for one in await archived(database, storage)] == [None]

    async def test_a_disk_that_is_only_to_be_read(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        before = await rows(database)
        with mounted(Path(storage.root), "ro"), pytest.raises(StorageUnavailable, match="Read-only"):
            await archived(database, storage)
        assert await rows(database) == before

    async def test_files_that_went_away_are_named(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        await archived(database, storage)
        shutil.rmtree(storage.root)
        with pytest.raises(Damaged, match=r"manifest\.json is not there"):
            await restore_archive(database, storage, 1)


class TestRestoring:
    @pytest.mark.dialects("sqlite")
    async def test_a_full_disk_restores_nothing_and_says_so(
        self, migrated_url: str, storage: Storage, tmp_path: Path
    ) -> None:
        disk = tmp_path / "disk"
        with mounted(disk, "size=8m"):
            source = Path(migrated_url.removeprefix("sqlite:///"))
            shutil.copy(source, disk / "record.db")
            small = Database(f"sqlite:///{disk / 'record.db'}")
            try:
                made = await make_over(small)
                before = await rows(small)
                await archived(small, storage)
                gone = await rows(small)
                filler = disk / "filler"
                with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as stream:
                    while True:
                        stream.write(b"x" * 4096)
                with pytest.raises(DatabaseUnavailable, match="disk is full"):
                    await restore_archive(small, storage, 1)
                filler.unlink()
                assert await rows(small) == gone
                back = await restore_archive(small, storage, 1)
                assert back.campaign_id == made.campaign
                assert await rows(small) == before
            finally:
                await small.close()

    async def test_a_version_that_is_not_known_is_refused(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        await archived(database, storage)
        (manifest,) = files(storage, NAME)
        manifest.write_bytes(manifest.read_bytes().replace(b'"version": 1', b'"version": 99'))
        digest = sha256(manifest.read_bytes()).hexdigest()
        async with database.transaction() as session:
            await session.execute(update(Archive).values(digest=digest))
        before = await dump(database)
        with pytest.raises(InvalidInput, match="version 1"):
            await restore_archive(database, storage, 1)
        assert await dump(database) == before

    async def test_rows_of_another_campaign_in_the_way_are_kept_and_nothing_is_restored(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        await archived(database, storage)
        async with database.transaction() as session:
            other = await make_campaign(session)
            in_the_way: dict[str, Any] = {"id": ids.answered, "campaign_id": other, "domain": "mine.example"}
            session.add(BacklinkOpportunity(**in_the_way, url="https://mine.example/"))
        before = await dump(database)
        with pytest.raises(Conflict):
            await restore_archive(database, storage, 1)
        assert await dump(database) == before

    async def test_what_came_since_does_not_stop_it(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        await archived(database, storage)
        async with database.transaction() as session:
            other = await make_campaign(session)
        service = BacklinkingDatabaseService(database)
        await service.add_opportunities(other, [{"url": "https://new.example/"}])
        await restore_archive(database, storage, 1)
        assert (await examine(database)).sound


async def test_nothing_is_repaired_while_a_campaign_moves_and_the_next_run_ends_it(
    database: Database, storage: Storage, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(Exception):
        pass

    async def dies(*_: Any) -> None:
        raise Died

    before = await rows(database)
    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(Archives, "finish", dies)
        await archived(database, storage)
    half = await dump(database)
    assert "archives.moving" in [fault.check for fault in (await examine(database)).faults]
    with pytest.raises(Conflict, match="`linkwright archive run` goes on with it"):
        await repair(database)
    assert await dump(database) == half
    (moved,) = await archived(database, storage)
    assert moved.skipped is None
    assert (await examine(database)).sound
    await restore_archive(database, storage, 1)
    assert await rows(database) == before


@pytest.mark.parametrize("state", ["writing", "deleting"])
async def test_a_campaign_that_is_deleted_while_it_moves_leaves_no_archive_half_done(
    database: Database, storage: Storage, ids: Ids, state: str
) -> None:
    await archived(database, storage)
    async with database.transaction() as session:
        await session.execute(update(Archive).values(state=state))
    assert await archived(database, storage) == []
    left = [row["state"] for row in (await dump(database))["archives"]]
    assert (left, bool(files(storage))) == (([], False) if state == "writing" else (["done"], True))


async def test_a_clock_that_jumps_changes_no_row(database: Database, storage: Storage, ids: Ids) -> None:
    before = await rows(database)
    past = datetime(1999, 1, 1, tzinfo=UTC)
    assert await Archiving(database, storage, clock=lambda: past).run(AGE) == []
    jumping = cycle([LATER, past, LATER + timedelta(days=9999), past])
    first = next(jumping)
    moments = iter([first])

    def clock() -> datetime:
        return next(moments, None) or next(jumping)

    (moved,) = await Archiving(database, storage, clock=clock).run(AGE)
    assert moved.skipped is None
    archive_files = files(storage, NAME)
    assert len(archive_files) == 1
    await restore_archive(database, storage, 1, clock=clock)
    after = await rows(database)
    assert {
        name: one for name, one in after.items() if not name.startswith(("analytics", "backlinking_an"))
    } == {name: one for name, one in before.items() if not name.startswith(("analytics", "backlinking_an"))}


async def test_an_object_store_by_url(database: Database, ids: Ids) -> None:
    for url, words in (("no-such-kind://x", "must be a folder, or a URL"), ("s3://bucket/x", "s3fs")):
        with pytest.raises((InvalidInput, StorageUnavailable), match=words):
            Storage(url)
    store = Storage(f"memory://{ids.campaign}/deep")
    (moved,) = await archived(database, store)
    folder = store.filesystem.ls(store.root)[0]["name"].rpartition("/")[2]
    async with database.reading() as session:
        archive = await session.get_one(Archive, 1)
    assert (archive.folder, archive.row_count) == (folder, moved.rows)
    assert verify(store, folder, archive.digest or "").campaign_id == ids.campaign
    path = store.path(folder, "backlinking_emails.parquet")
    store.filesystem.pipe_file(path, store.filesystem.cat_file(path)[:-1])
    with pytest.raises(Damaged, match="another than was written"):
        await restore_archive(database, store, 1)
