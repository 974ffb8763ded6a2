"""A person goes from the database, the archives and the files beside them, down to the last byte."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from linkwright import Conflict, InvalidInput, migrations
from linkwright.archive.manifest import Manifest, verify
from linkwright.archive.storage import Storage
from linkwright.db.engine import Database
from linkwright.db.turns import in_turn
from linkwright.jobs import erase_person
from linkwright.jobs.archive_files import ARCHIVING
from linkwright.jobs.archive_restore import restore_archive
from linkwright.jobs.archive_run import Archiving
from linkwright.jobs.erase_archives import ErasedArchive
from linkwright.jobs.erase_person import Asked, PersonErasure
from linkwright.models import AIDecision, Archive
from linkwright.monitoring.doctor import examine
from linkwright.service import BacklinkingDatabaseService
from tests.jobs.test_archive import AGE, LATER
from tests.monitoring.sound_record import Ids, make_sound_record
from tests.services.test_erasure import hits
from tests.support.dump import dump
from tests.support.erasing import ADDRESS, ALIASES, PLANTED, TELEPHONE, plant
from tests.support.postgres_server import Server, binaries

ROW = "row,field,value,rule\r\n2,contact_email,{},must be a valid address\r\n3,url,x,must be one\r\n"


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "archives"))


@pytest.fixture
async def ids(database: Database) -> Ids:
    ids = await make_sound_record(database)
    await plant(database, ids)
    return ids


def asked(ids: Ids, address: str = ADDRESS, **known: Any) -> Asked:
    return Asked(ids.user, address, **({"also": [TELEPHONE]} | known))


async def archive(database: Database, storage: Storage, ids: Ids) -> None:
    """Move the campaign with the person in it into an archive."""
    service = BacklinkingDatabaseService(database)
    await service.learn(ids.user)
    await service.cancel_campaign(ids.campaign)
    async with database.transaction() as session:
        await session.execute(update(AIDecision).values(outcome_due_at=None))
    (moved,) = await Archiving(database, storage, clock=lambda: LATER).run(AGE)
    assert moved.skipped is None


def folders(storage: Storage) -> list[str]:
    return [path.name for path in Path(storage.root).iterdir()]


async def archive_row(database: Database) -> Archive:
    async with database.reading() as session:
        return (await session.scalars(select(Archive))).one()


class TestArchives:
    async def test_lose_the_person_and_nothing_else(
        self, database: Database, storage: Storage, ids: Ids
    ) -> None:
        await archive(database, storage, ids)
        before = await archive_row(database)
        numbers = await BacklinkingDatabaseService(database).get_campaign_stats(ids.campaign)
        erasure = PersonErasure(database, storage.root)
        would = await erasure.look(asked(ids))

        done = await erasure.run(asked(ids))

        assert done == would
        after = await archive_row(database)
        assert (after.state, after.row_count) == ("done", before.row_count)
        verify(storage, after.folder, after.digest or "")
        assert folders(storage) == [after.folder]
        assert done.removed["archive 1"]["backlinking_emails"] == 4
        assert await erasure.run(asked(ids, ALIASES[5])) == done
        found = await examine(database)
        assert found.sound, found.faults
        await restore_archive(database, storage, after.id)
        assert hits(await dump(database)) == []
        found = await examine(database)
        assert found.sound, found.faults
        back = await BacklinkingDatabaseService(database).get_campaign_stats(ids.campaign)
        assert back.counts == numbers.counts

    async def test_killed_anywhere_it_ends_with_the_same_answer(
        self, database: Database, storage: Storage, ids: Ids, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await archive(database, storage, ids)
        killed = 0
        for at in range(1, 12):
            left = at

            def kill(_stage: str = "") -> None:
                nonlocal left
                left -= 1
                if left == 0:
                    raise KeyboardInterrupt

            with monkeypatch.context() as patch:
                for owner, name in KILLED_BEFORE:
                    _kill_around(patch, owner, name, kill)
                try:
                    done = await PersonErasure(database, storage.root).run(asked(ids))
                except KeyboardInterrupt:
                    killed += 1
                    continue
            break
        assert killed >= 5
        assert done.removed["archive 1"]["backlinking_emails"] == 4
        assert folders(storage) == [(await archive_row(database)).folder]
        await restore_archive(database, storage, 1)
        assert hits(await dump(database)) == []

    async def test_waits_for_who_archives(self, database: Database, storage: Storage, ids: Ids) -> None:
        async with in_turn(database, ARCHIVING):
            with pytest.raises(Conflict, match="same work"):
                await PersonErasure(database, storage.root).run(asked(ids))
        assert hits(await dump(database))


KILLED_BEFORE: tuple[tuple[Any, str], ...] = (
    (erase_person, "erase_knowing"),
    (erase_person, "note"),
    (ErasedArchive, "rewrite"),
    (Manifest, "write"),
    (Storage, "remove"),
)


def _kill_around(patch: pytest.MonkeyPatch, owner: Any, name: str, kill: Any) -> None:
    real = getattr(owner, name)

    def around(*arguments: Any, **named: Any) -> Any:
        kill()
        return real(*arguments, **named)

    patch.setattr(owner, name, around)


def write(text: str, *paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())


def read(*paths: Path) -> list[str]:
    return [path.read_bytes().decode() for path in paths]


class TestFiles:
    async def test_lists_of_refused_rows_and_exports_are_gone_through(
        self, database: Database, storage: Storage, ids: Ids, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        rejects, export, whole = (
            tmp_path / "zoe-q-hartvig.csv.rejects.csv",
            tmp_path / "sent" / "emails.csv",
            tmp_path / "sent" / "campaign.jsonl",
        )
        write(ROW.format(ALIASES[3]), rejects, export)
        write('{"format":"linkwright-campaign"}\n' + ADDRESS, whole)

        done = await PersonErasure(database, storage.root).run(asked(ids, files=[tmp_path / "sent"]))

        assert read(rejects, export) == [ROW.format("[erased]")] * 2
        assert done.left == [whole]
        with pytest.raises(InvalidInput, match="must be a file"):
            await PersonErasure(database, storage.root).run(asked(ids, files=[tmp_path / "none"]))


def found_in(folder: Path) -> list[str]:
    """What of the person is in the bytes of the files of a folder."""
    needles = [one.lower().encode() for one in PLANTED]
    return [
        f"{path}: {needle.decode()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for content in [path.read_bytes().lower()]
        for needle in needles
        if needle in content
    ]


class TestBytes:
    async def test_sqlite_keeps_none(self, tmp_path: Path, sqlite_template: Path) -> None:
        path = tmp_path / "record.db"
        shutil.copy(sqlite_template, path)
        database = Database(f"sqlite:///{path}")
        try:
            ids = await make_sound_record(database)
            await plant(database, ids)
            storage = Storage(str(tmp_path / "archives"))
            assert found_in(tmp_path)
            erasure = PersonErasure(database, storage.root)
            await erasure.run(asked(ids))
            assert found_in(tmp_path)  # Until it is scrubbed.
            scrubbed = await erasure.scrub()
            assert scrubbed.left == []
            assert len(scrubbed.done) == 2
            assert found_in(tmp_path) == []
            with sqlite3.connect(path) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        finally:
            await database.close()
        assert found_in(tmp_path) == []

    async def test_postgresql_keeps_none(self, own_server: tuple[str, Path], tmp_path: Path) -> None:
        url, data = own_server
        database = Database(url)
        try:
            await migrations.upgrade(url)
            ids = await make_sound_record(database)
            await plant(database, ids)
            async with database.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("ANALYZE"))
                await connection.execute(text("CHECKPOINT"))
            assert found_in(data)
            erasure = PersonErasure(database, str(tmp_path / "archives"))
            await erasure.run(asked(ids))
            assert found_in(data)  # Until it is scrubbed.
            scrubbed = await erasure.scrub()
            assert [line for line in scrubbed.left if "text log" not in line] == []
            assert found_in(data) == []
            found = await examine(database)
            assert found.sound, found.faults
        finally:
            await database.close()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server of the test's own, whose files nobody else writes."""
    folder = tmp_path / "server"
    folder.mkdir(mode=0o755)
    server = Server(folder, binaries())
    try:
        server.start()
        yield f"postgresql://postgres@127.0.0.1:{server.port}/postgres", server.data
    finally:
        server.remove()
