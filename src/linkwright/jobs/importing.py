"""The one way in which files become rows: in batches, each a transaction that also moves the job.

A file is a stream of items that comes in the same order every time. What was committed says how
many items are done with, so a run that was killed goes on behind them and cuts the same batches
as an unbroken run: it ends in the same database. A file that is done with may be brought again:
then nothing is written, the job's row neither, unless the database has changed in the meantime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.upsert import insert_or_skip
from linkwright.errors import Conflict, InvalidInput
from linkwright.jobs.desks import Desk
from linkwright.jobs.importers import Importer, Summary
from linkwright.jobs.rejects import RejectsFile
from linkwright.models.imports import ImportJob
from linkwright.queries import imports as queries
from linkwright.services.erased_people import untold
from linkwright.vocabulary import ImportState

_REJECTS_LOST: Final = (
    "The rejects file of the run that was broken off is gone: what was refused then is counted, "
    "but only what came after it is listed."
)

T = TypeVar("T")
Progress = Callable[[int, int | None], None]
"""Told after each batch how far it is, and where the end is when that is known."""


class ImportInProgress(Conflict):
    """Another process is bringing the same file to the same place."""

    def __init__(self, source: str, position: int) -> None:
        self.source, self.position = source, position
        super().__init__(
            f"Another process is importing {source} to the same place and has come to {position:,}; "
            "let it finish. If it was killed, run this again: it goes on from there."
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling."""
        return (type(self), (self.source, self.position))


async def bring_in(
    desk: Desk,
    importer: Importer,
    *,
    rejects: RejectsFile,
    progress: Progress | None = None,
) -> Summary:
    """Bring a file into the record, going on where an earlier run was killed.

    At a desk that is only a trial, the summary and the rejects file are those of the real run.

    Raises:
        ImportInProgress: another process is at it.
        InvalidInput: the file changed while it was read, or the rejects file cannot be written.
        LinkwrightError: whatever stops the import as a whole; the batches before stay.
    """
    run = _Run(desk, importer, rejects)
    await run.find_place()
    for batch, last in _batches(islice(importer.items(), run.position, None), importer):
        await run.take(batch, last=last)
        if progress is not None:
            progress(*importer.progress())
    return run.summary


class _Run:
    """One run over one file."""

    def __init__(self, desk: Desk, importer: Importer, rejects: RejectsFile) -> None:
        self._desk, self._importer, self._rejects = desk, importer, rejects
        if desk.user_id is None:
            raise InvalidInput("user", "is required")
        self._key = (desk.user_id, importer.kind.value, importer.target, importer.digest)
        # What this run believes of the job's row: who finds it otherwise is not alone.
        self._state: str | None = None
        self._moved_to = 0
        self.position = 0
        self.summary = Summary(
            importer.source,
            importer.kind.value,
            importer.target,
            dry_run=desk.is_trial,
            notes=list(importer.notes),
        )

    async def find_place(self) -> None:
        """Find out where to begin: at the start, or behind what a killed run has left."""
        size = 0
        async with self._desk.reading() as session:
            job = await session.scalar(queries.job(*self._key))
            if job is not None:
                self._state = job.state
                if job.state == ImportState.RUNNING:
                    self.position = self._moved_to = job.position
                    self.summary.go_on_from(job.counts, job.position)
                    size = job.rejects_size
        self._rejects.begin_at(size)

    async def take(self, batch: Sequence[Any], *, last: bool) -> None:
        """Bring one batch in, and move the job with it."""
        if last:
            self._importer.check_unchanged()
        async with self._desk.transaction() as session:
            size = await self._take(session, batch, last=last)
        self._rejects.keep(size)
        if self._rejects.lost and _REJECTS_LOST not in self.summary.notes:
            self.summary.notes.append(_REJECTS_LOST)
        self.summary.rejects = self._rejects.path if size else None

    async def _take(self, session: AsyncSession, batch: Sequence[Any], *, last: bool) -> int:
        job_id = await self._hold_job(session)
        done_before = self._state == ImportState.DONE
        context = self._desk.context(session)
        taken = await self._importer.take(context, batch, last=last)
        taken.refused = await untold(context, self._key[0], taken.refused)
        self.summary.add(taken, len(batch))
        self.position += len(batch)
        try:
            # The file first: what a crash leaves there is cut off, what it left in the row would be believed.
            size = self._rejects.add(taken.refused)
            # Done once: its row stays as it is until something new turns up.
            if not done_before or taken.changed:
                await self._move_job(session, job_id, size, last=last)
        except BaseException:
            self._rejects.undo()
            raise
        return size

    async def _hold_job(self, session: AsyncSession) -> int:
        """Hold the job's row, so that whoever else wants it waits and then sees that it moved; return its id.

        Raises:
            ImportInProgress: it is not where this run left it.
        """
        if self._state is None:
            return await self._begin_job(session)
        job = await session.scalar(queries.held_job(*self._key))
        if job is None:
            raise ImportInProgress(self._importer.source, 0)
        at = job.position if job.state == ImportState.RUNNING else 0
        if job.state != self._state or at != self._moved_to:
            raise ImportInProgress(self._importer.source, job.position)
        return job.id

    async def _begin_job(self, session: AsyncSession) -> int:
        """Make the job's row before anything else: a second process waits for it and is then told."""
        user_id, kind, target, digest = self._key
        added: int | None = await session.scalar(
            insert_or_skip(ImportJob, key=queries.KEY)
            .values(
                user_id=user_id,
                kind=kind,
                target=target,
                digest=digest,
                source=self._importer.source,
                state=ImportState.RUNNING.value,
                counts=self.summary.as_kept(),
                started_at=self._desk.clock(),
            )
            .returning(ImportJob.id)
        )
        if added is None:
            raise ImportInProgress(self._importer.source, 0)
        return added

    async def _move_job(self, session: AsyncSession, job_id: int, size: int, *, last: bool) -> None:
        now = self._desk.clock()
        values: dict[str, Any] = {
            "state": (ImportState.DONE if last else ImportState.RUNNING).value,
            "position": self.position,
            "rejects_size": size,
            "counts": self.summary.as_kept(),
            "finished_at": now if last else None,
        }
        if self._state == ImportState.DONE:
            values["started_at"] = now
        await session.execute(queries.move_job(job_id, **values))
        self._state = values["state"]
        self._moved_to = 0 if last else self.position


def _batches(items: Iterator[Any], importer: Importer) -> Iterator[tuple[list[Any], bool]]:
    """Yield batches of items, each with whether it is the last; an empty file has one empty batch.

    Where a batch ends depends on its own items alone: a run that goes on behind one cuts the same.
    """
    batch: list[Any] = []
    weight = 0
    for item in items:
        if weight >= importer.batch_size:
            yield batch, False
            batch, weight = [], 0
        batch.append(item)
        weight += importer.weight(item)
    yield batch, True
