"""One person out of everything that is kept: the database, the archives, the lists of refused rows.

Killed anywhere and asked again, it ends with the same answer: what the rest of the work has to know is in
the erasure's row until all of it is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import RowMapping

from linkwright.archive.storage import Storage
from linkwright.clock import Clock, utc_now
from linkwright.db.engine import Database
from linkwright.db.rows import run
from linkwright.db.scrubbing import Scrubbed, scrub
from linkwright.db.turns import in_turn
from linkwright.jobs.archive_files import ARCHIVING
from linkwright.jobs.erase_archives import ErasedArchive
from linkwright.jobs.erase_files import clean_file, is_ours
from linkwright.models.erasures import Erasure
from linkwright.parsing.traces import Traces
from linkwright.queries import archives as archive_queries
from linkwright.queries import erasure as queries
from linkwright.schemas.erasures import PersonData
from linkwright.services.context import Context
from linkwright.services.erasure import Erasures
from linkwright.services.erasure_finding import find
from linkwright.services.erasure_rows import Own
from linkwright.services.erasure_work import LIVE, as_plain, erase_knowing, note, person_of, together
from linkwright.vocabulary import ArchiveState

Progress = Callable[[str], None]
"""Is told what is being done."""

_FILES: Final = "files"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to erase: one user's records, an address, and what else names the person."""

    user_id: int
    address: str
    names: Sequence[str] = ()
    also: Sequence[str] = ()
    files: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Erased:
    """What was removed where, over all times it was asked. `left` are files that hold the person still."""

    removed: Mapping[str, Mapping[str, int]]
    left: Sequence[Path] = field(default_factory=list)


class PersonErasure:
    """Erases people from one database and the place of its archives, which is opened where there are any."""

    def __init__(
        self,
        database: Database,
        archive_url: str,
        *,
        pepper: bytes = b"",
        clock: Clock = utc_now,
        actor: str = "erasure",
        progress: Progress = lambda _: None,
    ) -> None:
        self._database, self._archive_url, self._pepper = database, archive_url, pepper
        self._clock, self._actor, self._progress = clock, actor, progress

    async def run(self, asked: Asked) -> Erased:
        """Erase a person.

        Raises:
            Conflict: a campaign is being archived or restored.
            Damaged: an archive is not what was written; what comes before it is done.
            InvalidInput: as `Erasures.erase` says.
            StorageUnavailable: the storage of archives fails, or a file cannot be written.
        """
        async with in_turn(self._database, ARCHIVING):
            own = await self._clues(asked)
            self._progress("the database")
            known: dict[str, Any] = {
                "names": sorted(own.names),
                "also": asked.also,
                "digests": sorted(own.digests),
                # Found now: an imported file may have been called after the person.
                "files": [str(path) for path in await self._files(asked)],
            }
            async with self._database.transaction() as session:
                context = self._context(session)
                row = await erase_knowing(context, asked.user_id, asked.address, known, goes_on=True)
            known = together(known, row.pending or {})
            own.gone.update(known["digests"])
            traces = Traces(asked.address, known["names"], known["also"])
            for archive in await self._archives(asked.user_id):
                row = await self._rewrite(row, archive, traces, own)
            row, left = await self._clean_files(row, map(Path, known["files"]), traces)
            await self._remove_folders(row)
            async with self._database.transaction() as session:
                row = await note(self._context(session), row.id, LIVE, {}, pending=None)
        return Erased(row.removed, left)

    async def scrub(self) -> Scrubbed:
        """Write over what changed and deleted rows leave in the files of the database."""
        names = [
            f"{table.name}" for table in (*queries.tables_with_texts(), queries.CONTENT, queries.ERASURE)
        ]
        return await scrub(self._database, names)

    async def look(self, asked: Asked) -> Erased:
        """Say what would go, and write nothing."""
        own = await self._clues(asked)
        known = together({"names": sorted(own.names), "also": asked.also})
        removed: dict[str, dict[str, int]] = {}
        async with self._database.reading() as session:
            address, _ = await person_of(self._context(session), asked.user_id, asked.address)
            found = await find(session, asked.user_id, address, known)
        rows = {f"{table.name}": len(keys) for table, keys in found.rows.items()}
        removed[LIVE] = {name: number for name, number in sorted(rows.items()) if number}
        if found.contents:
            removed[LIVE]["ai_contents"] = len(found.contents)
        for archive in await self._archives(asked.user_id):
            touched = ErasedArchive(self._storage(), archive).touched(found.traces, own)
            removed[_place(archive)] = dict(sorted(touched.items()))
        return Erased({place: counts for place, counts in removed.items() if counts})

    async def export(self, asked: Asked) -> PersonData:
        """Return the data on a person, of the database and of the archives."""
        own = await self._clues(asked)
        names = sorted(own.names)
        async with self._database.reading() as session:
            erasures = Erasures(self._context(session))
            data = await erasures.export(asked.user_id, asked.address, names=names, also=asked.also)
        records, named_in = dict(data.records), Counter(data.named_in)
        traces = Traces(asked.address, names, asked.also)
        for archive in await self._archives(asked.user_id):
            theirs, others = ErasedArchive(self._storage(), archive).data(traces, own)
            for name, rows in theirs.items():
                records[name] = [*records.get(name, []), *map(as_plain, rows)]
            named_in += others
        return PersonData(records, dict(named_in))

    async def _clues(self, asked: Asked) -> Own:
        """Learn from the archives what the database may not know: names, and digests of prompts."""
        own = Own(names=set(together({"names": asked.names})["names"]))
        async with self._database.reading() as session:
            address, _ = await person_of(self._context(session), asked.user_id, asked.address)
        traces = Traces(address)
        for archive in await self._archives(asked.user_id):
            self._progress(f"archive {archive['id']}")
            ErasedArchive(self._storage(), archive).meet(traces, own)
        return own

    async def _archives(self, user_id: int) -> Sequence[RowMapping]:
        # A restored campaign is in the database, and its files are there still.
        states = (ArchiveState.DONE, ArchiveState.RESTORED)
        async with self._database.reading() as session:
            rows = (await run(session, queries.archives_in(user_id, *states))).mappings().all()
        return [row for row in rows if row["digest"] and self._storage().has(row["folder"])]

    async def _rewrite(self, row: Erasure, archive: RowMapping, traces: Traces, own: Own) -> Erasure:
        self._progress(f"archive {archive['id']}")
        erased = ErasedArchive(self._storage(), archive)
        if not erased.touched(traces, own):
            return row
        new = erased.new_folder()
        pending = {**(row.pending or {})}
        pending["folders"] = sorted({*pending.get("folders", []), archive["folder"], new})
        async with self._database.transaction() as session:
            row = await note(self._context(session), row.id, LIVE, {}, pending=pending)
        done = erased.rewrite(new, traces, own)
        values = {
            "folder": new,
            "digest": done.digest,
            "byte_count": sum(table.bytes for table in done.manifest.tables.values()),
        }
        async with self._database.transaction() as session:
            await run(session, archive_queries.change(archive["id"], **values))
            context = self._context(session)
            row = await note(context, row.id, _place(archive), +done.removed, pending=pending)
        await self._remove_folders(row)
        return row

    async def _remove_folders(self, row: Erasure) -> None:
        """Remove what no archive is in any more."""
        folders = (row.pending or {}).get("folders", [])
        if not folders:
            return
        async with self._database.reading() as session:
            used = {one.folder for one in await session.scalars(archive_queries.archives_of(None))}
        for folder in folders:
            if folder not in used:
                self._storage().remove(folder)

    async def _clean_files(
        self, row: Erasure, files: Iterable[Path], traces: Traces
    ) -> tuple[Erasure, list[Path]]:
        left: list[Path] = []
        removed: Counter[str] = Counter()
        for path in files:
            self._progress(str(path))
            lines = clean_file(path, traces)
            if lines is None:
                left.append(path)
            elif lines:
                removed[path.name] += lines
        if removed:
            async with self._database.transaction() as session:
                row = await note(self._context(session), row.id, _FILES, removed, pending=row.pending)
        return row, left

    async def _files(self, asked: Asked) -> list[Path]:
        async with self._database.reading() as session:
            sources = list(await session.scalars(queries.sources(asked.user_id)))
        return sorted({*(path.resolve() for path in _named(asked.files)), *is_ours(sources)})

    def _storage(self) -> Storage:
        return Storage(self._archive_url)

    def _context(self, session: Any) -> Context:
        return Context(session, self._clock, actor=self._actor, pepper=self._pepper)


def _named(files: Sequence[Path]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            yield from (one for one in path.rglob("*") if one.is_file())
        else:
            yield path


def _place(archive: RowMapping) -> str:
    return f"archive {archive['id']}"
