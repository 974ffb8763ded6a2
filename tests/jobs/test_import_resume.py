"""An import that is broken off anywhere and run again ends where an unbroken one does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from linkwright.db.engine import Database
from linkwright.errors import OpportunityLimitReached
from linkwright.jobs import importing
from linkwright.jobs.importers import Summary
from linkwright.jobs.importing import ImportInProgress
from linkwright.jobs.rejects import RejectsFile
from linkwright.models import BacklinkOpportunity, ImportJob
from tests.support import samples
from tests.support.bringing import Bringing, counts
from tests.support.dump import likeness
from tests.support.importers import KINDS, importer_of, unbroken

BATCH = 7


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> Bringing:
    return await Bringing(database, tmp_path).set_up()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class CrashError(Exception):
    """The process ends here."""


@contextmanager
def crash_at(database: Database, moment: int) -> Iterator[None]:
    """Let the process end at its `moment`-th statement or commit."""
    engine, left = database.engine.sync_engine, [moment]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise CrashError

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", count)


class TestBrokenOff:
    @pytest.mark.slow
    async def test_at_every_statement_and_every_commit_it_goes_on(
        self, place: Bringing, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole, made, rejects = await unbroken(place, kind)
        # Who is killed tidies nothing up.
        monkeypatch.setattr(RejectsFile, "undo", lambda _self: None)

        crashes = 0
        while True:
            try:
                with crash_at(place.database, crashes + 1):
                    summary = await place.bring(importer_of(place, kind))
                break
            except CrashError:
                crashes += 1

        assert crashes > 25, "the sample is too small to break"
        assert counts(summary) == counts(whole)
        assert summary.details == whole.details
        assert summary.items == whole.items
        assert summary.resumed_at > 0
        assert place.rejects.read_bytes() == rejects
        assert await likeness(place.database) == made
        assert await place.is_sound()

    async def test_what_a_crash_left_in_the_rejects_file_is_cut_off(
        self, place: Bringing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, _, rejects = await unbroken(place, "prospects")
        monkeypatch.setattr(RejectsFile, "undo", lambda _self: None)
        with crash_at(place.database, 60), pytest.raises(CrashError):
            await place.bring(importer_of(place, "prospects"))
        assert 0 < len(place.rejects.read_bytes()) < len(rejects)
        place.rejects.write_bytes(place.rejects.read_bytes() + b'99,url,"half a li')

        await place.bring(importer_of(place, "prospects"))

        assert place.rejects.read_bytes() == rejects

    async def test_a_batch_that_fails_leaves_nothing_in_the_rejects_file(self, place: Bringing) -> None:
        path = place.file("url\njunk://\n" + "".join(f"https://s{n}.com/\n" for n in range(120)))
        place.campaign_id = await place.desk.campaign("Small", create=True, room=100)

        with pytest.raises(OpportunityLimitReached):
            await place.prospects(path)

        assert not place.rejects.exists()

    async def test_a_rejects_file_that_is_gone_is_said_to_be_gone(self, place: Bringing) -> None:
        path = place.file("url\njunk://\nhttps://a.com/\njunk://\nhttps://b.com/\n")
        with crash_at(place.database, 18), pytest.raises(CrashError):
            await place.prospects(path, batch=1)
        place.rejects.unlink()

        summary = await place.prospects(path, batch=1)

        assert counts(summary) == (2, 0, 0, 2)
        assert any("is gone" in note for note in summary.notes)


class TestTwoAtOnce:
    """Seen to fail with the check of the job's position taken out: then nobody was told."""

    @pytest.mark.parametrize("begun", [False, True], ids=["fresh", "begun"])
    async def test_one_is_told_and_nothing_is_doubled(
        self,
        place: Bringing,
        kind: str,
        begun: bool,  # noqa: FBT001
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        whole, made, rejects = await unbroken(place, kind)
        if begun:
            with crash_at(place.database, 90), pytest.raises(CrashError):
                await place.bring(importer_of(place, kind))
            assert (await place.all(ImportJob))[0].position > 0
        rival = Bringing(Database(place.database.url.render_as_string(hide_password=False)), place.folder)
        rival.desk, rival.campaign_id = place.desk, place.campaign_id
        importers = [importer_of(place, kind), importer_of(rival, kind)]
        # Neither takes its first batch before both know theirs, or the slower may find all done.
        both = asyncio.Barrier(2)
        find_place = importing._Run.find_place

        async def find_place_together(run: importing._Run) -> None:
            await find_place(run)
            await both.wait()

        try:
            with monkeypatch.context() as together:
                together.setattr(importing._Run, "find_place", find_place_together)
                ended = await asyncio.gather(
                    place.bring(importers[0]), rival.bring(importers[1]), return_exceptions=True
                )
        finally:
            await rival.database.close()

        assert {type(end) for end in ended} == {ImportInProgress, Summary} or all(
            isinstance(end, ImportInProgress) for end in ended
        ), ended
        done = [end for end in ended if isinstance(end, Summary)]
        if not done:  # each was overtaken once; the next run finishes
            done = [await place.bring(importer_of(place, kind))]
        assert counts(done[0]) == counts(whole)
        assert await likeness(place.database) == made
        assert place.rejects.read_bytes() == rejects

    async def test_the_message_says_what_to_do(self) -> None:
        assert str(ImportInProgress("a.csv", 5000)) == (
            "Another process is importing a.csv to the same place and has come to 5,000; "
            "let it finish. If it was killed, run this again: it goes on from there."
        )


class TestDoneBefore:
    async def test_nothing_is_written_when_nothing_is_new(self, place: Bringing, kind: str) -> None:
        first = await place.bring(importer_of(place, kind))
        statements: list[str] = []
        event.listen(
            place.database.engine.sync_engine,
            "before_cursor_execute",
            lambda _c, _u, statement, *_: statements.append(statement),
        )
        before = await likeness(place.database)

        again = await place.bring(importer_of(place, kind))

        assert not again.changed
        assert again.new == again.merged == 0
        assert again.same == first.same + first.new + first.merged
        assert again.refused == first.refused
        assert await likeness(place.database) == before
        assert not [statement for statement in statements if "import_jobs SET" in statement]

    async def test_broken_off_in_the_second_run_it_goes_on_too(self, place: Bringing) -> None:
        path = samples.prospects(place.folder, 30)
        await place.prospects(path, batch=BATCH)
        before = await likeness(place.database)
        gone = [(await place.page(f"https://site{n}.com/write")).id for n in (2, 11, 20)]
        for id_ in gone:
            await place.opportunities("delete", id_)

        crashes = 0
        while True:
            try:
                with crash_at(place.database, 10 + 5 * crashes):
                    await place.prospects(path, batch=BATCH)
                break
            except CrashError:
                crashes += 1

        assert crashes
        [job] = await place.all(ImportJob)
        assert job.state == "done"
        assert len(await place.all(BacklinkOpportunity)) == len(before["backlinking_opportunities"])
        assert await place.is_sound()
