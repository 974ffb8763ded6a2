"""A person out of the archives: files are written anew beside the old ones, then take their place.

The archive's row names the new folder in the transaction that notes what was removed. Killed before it, the
new folder is rubbish; after it, the old one is. Both are in the erasure's row until they are gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import uuid4

import orjson
from sqlalchemy import RowMapping

from linkwright.archive.manifest import Manifest, TableFile, verify
from linkwright.archive.storage import Storage
from linkwright.archive.tables import ROWS_AT_ONCE, Columns, Writer, rows_of
from linkwright.db.types import dump_json
from linkwright.errors import Damaged
from linkwright.parsing.traces import Traces
from linkwright.queries import archives as queries
from linkwright.services.erasure_rows import Own, changes

_TABLES: Final = {f"{table.name}": table for table in queries.campaign_tables()}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An archive without the person: where it is now, and what went from it."""

    folder: str
    digest: str
    manifest: Manifest
    removed: Counter[str]


class ErasedArchive:
    """One archive, looked through for a person.

    Raises:
        Damaged: a file is not what was written.
    """

    def __init__(self, storage: Storage, archive: RowMapping) -> None:
        self._storage, self._folder = storage, archive["folder"]
        self._digest, self._campaign_id = archive["digest"] or "", archive["campaign_id"]
        self._manifest = verify(storage, self._folder, self._digest)

    def meet(self, traces: Traces, own: Own) -> None:
        """Learn which of its rows are the person's own, and by which names they know them."""
        for name, row in self._all():
            own.meet(name, row, traces)

    def data(self, traces: Traces, own: Own) -> tuple[dict[str, list[Row]], Counter[str]]:
        """Return the person's own rows, by table, and how many others name them."""
        theirs, others = dict[str, list[Row]](), Counter[str]()
        for name, row in self._all():
            if own.has(name, row, traces):
                theirs.setdefault(name, []).append(row)
            elif self._changes(name, row, traces, own):
                others[name] += 1
        return theirs, others

    def touched(self, traces: Traces, own: Own) -> Counter[str]:
        """Count the rows that tell of the person, by table."""
        return Counter(name for name, row in self._all() if self._changes(name, row, traces, own))

    def new_folder(self) -> str:
        """Return a name that no archive has."""
        return f"{self._campaign_id}-{uuid4().hex[:8]}"

    def rewrite(self, folder: str, traces: Traces, own: Own) -> Rewritten:
        """Write the whole archive into another folder, without the person, and read it back."""
        removed: Counter[str] = Counter()
        files = {name: self._rewrite(folder, name, traces, own, removed) for name in self._manifest.tables}
        told = {"tables": files, "name": traces.cleaned(self._manifest.name)}
        manifest = self._manifest.model_copy(update=told)
        digest = manifest.write(self._storage, folder)
        verify(self._storage, folder, digest)
        return Rewritten(folder, digest, manifest, removed)

    def _rewrite(self, folder: str, name: str, traces: Traces, own: Own, removed: Counter[str]) -> TableFile:
        kinds = self._manifest.tables[name].columns
        columns = Columns(kinds)
        with self._storage.writing(folder, f"{name}.parquet") as stream:
            with Writer(stream, columns) as writer:
                rows = rows_of(self._storage, self._folder, name)
                while some := list(islice(rows, ROWS_AT_ONCE)):
                    cleaned = [
                        self._cleaned(name, dict(zip(kinds, row, strict=True)), traces, own) for row in some
                    ]
                    removed[name] += sum(
                        was != tuple(now.values()) for was, now in zip(some, cleaned, strict=True)
                    )
                    writer.write(columns.batch([tuple(row.values()) for row in cleaned]))
            size = stream.tell()
        if writer.rows != self._manifest.tables[name].rows:
            raise Damaged(f"The archive {self._folder}", f"{name} has other rows than its manifest says")
        digest = self._storage.digest(folder, f"{name}.parquet")
        return TableFile(rows=writer.rows, bytes=size, sha256=digest, columns=kinds)

    def _cleaned(self, name: str, row: Row, traces: Traces, own: Own) -> Row:
        kinds = self._manifest.tables[name].columns
        new = self._changes(name, self._read(name, row), traces, own)
        for column, value in new.items():
            if column in row:
                row[column] = dump_json(value) if kinds[column] == "json" and value is not None else value
        return row

    def _changes(self, name: str, row: Row, traces: Traces, own: Own) -> Row:
        """Return what has to change, also in columns and tables that the schema no longer has."""
        table = _TABLES.get(name)
        new = {} if table is None else changes(table, row, traces, own)
        for column, kind in self._manifest.tables[name].columns.items():
            if kind in {"text", "json"} and (table is None or column not in table.c):
                cleaned = traces.cleaned_value(row[column])
                if cleaned != row[column]:
                    new[column] = cleaned
        return new

    def _all(self) -> Iterator[tuple[str, Row]]:
        for name, table in self._manifest.tables.items():
            for row in rows_of(self._storage, self._folder, name):
                yield name, self._read(name, dict(zip(table.columns, row, strict=True)))

    def _read(self, name: str, row: Mapping[str, Any]) -> Row:
        """Return a row with its JSON read; columns that are newer than the archive are empty."""
        table, kinds = _TABLES.get(name), self._manifest.tables[name].columns
        missing = {} if table is None else dict.fromkeys(column.key for column in table.columns)
        json = {
            column: orjson.loads(row[column])
            for column, kind in kinds.items()
            if kind == "json" and row[column] is not None
        }
        return missing | dict(row) | json
