"""Archives read where they lie, with DuckDB: each table of all archives is one view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from linkwright.archive.manifest import read_manifest
from linkwright.archive.storage import Storage, missing
from linkwright.errors import InvalidInput
from linkwright.models.archives import Archive
from linkwright.vocabulary import ArchiveState


def query_archives(
    storage: Storage, archives: Sequence[Archive], sql: str
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Answer a question to the archives that are done; return the names of the columns, and the rows.

    The question sees these archives and nothing else of the machine.

    Raises:
        Damaged: the manifest of an archive is not the one that was written.
        InvalidInput: DuckDB does not understand the question, or there is no archive.
    """
    try:
        import duckdb  # noqa: PLC0415  (only a question needs it)
    except ImportError:
        raise missing("duckdb") from None
    done = [one for one in archives if one.state == ArchiveState.DONE.value and one.removed_at is None]
    if not done:
        raise InvalidInput("archive", "must be there: none is done")
    files: dict[str, list[str]] = {}
    for one in done:
        for name in read_manifest(storage, one.folder, one.digest or "").tables:
            files.setdefault(name, []).append(f"{one.folder}/{name}.parquet")
    with duckdb.connect() as connection:
        _locked_in(connection, storage, [one.folder for one in done])
        try:
            for name, paths in files.items():
                places = [storage.path(path) if storage.local else f"linkwright://{path}" for path in paths]
                listed = ", ".join("'" + place.replace("'", "''") + "'" for place in places)
                # Columns by their names: archives of several schemas stand side by side.
                connection.execute(
                    f'CREATE VIEW "{name}" AS FROM read_parquet([{listed}], union_by_name = true)'
                )
            answer = connection.execute(sql)
            names = [str(column[0]) for column in answer.description or ()]
            return names, answer.fetchall()
        except duckdb.Error as error:
            raise InvalidInput("sql", str(error).splitlines()[0]) from None


def _locked_in(connection: Any, storage: Storage, folders: Sequence[str]) -> None:
    """Let the question reach the archives alone."""
    connection.execute("SET TimeZone = 'UTC'")
    if not storage.local:
        from fsspec.implementations.dirfs import DirFileSystem  # noqa: PLC0415

        inside = DirFileSystem(path=storage.root, fs=storage.filesystem)
        inside.protocol = "linkwright"
        connection.register_filesystem(inside)
        connection.execute("SET disabled_filesystems = 'LocalFileSystem'")
    else:
        listed = ", ".join("'" + storage.path(one).replace("'", "''") + "/'" for one in folders)
        connection.execute(f"SET allowed_directories = [{listed}]")
        connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
