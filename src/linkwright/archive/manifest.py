"""The manifest: what is in an archive, of which schema, and the digests that prove it."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from linkwright.archive.storage import Storage
from linkwright.errors import Damaged, InvalidInput

NAME: Final = "manifest.json"
FORMAT: Final = "linkwright-archive"
VERSION: Final = 1


class TableFile(BaseModel):
    """One Parquet file: its rows, its SHA-256, and the kind of each column."""

    model_config = ConfigDict(frozen=True)

    rows: int
    bytes: int
    sha256: str
    columns: dict[str, str]


class Manifest(BaseModel):
    """What one archive holds. `tables` stand in an order in which parents come before children."""

    model_config = ConfigDict(frozen=True)

    format: str = FORMAT
    version: int = VERSION
    schema_revision: str
    campaign_id: str
    user_id: int
    name: str
    archived_at: str
    tables: dict[str, TableFile]
    # What pointed at the campaign and stays: by "table.column", by the row's id.
    links: dict[str, dict[str, str | int]] = {}

    def write(self, storage: Storage, folder: str) -> str:
        """Write it, as the last file of its archive; return its SHA-256."""
        text = orjson.dumps(self.model_dump(), option=orjson.OPT_INDENT_2)
        with storage.writing(folder, NAME) as stream:
            stream.write(text)
        return sha256(text).hexdigest()


def read_manifest(storage: Storage, folder: str, digest: str) -> Manifest:
    """Read the manifest of an archive whose digest is known.

    Raises:
        Damaged: it is not the one that was written.
        InvalidInput: it is of a version that this program does not know.
    """
    text = storage.read(folder, NAME)
    if sha256(text).hexdigest() != digest:
        raise Damaged(f"The archive {folder}", f"{NAME} is another than was written")
    found: Any = orjson.loads(text)
    if found.get("format") != FORMAT or found.get("version") != VERSION:
        raise InvalidInput("archive", f"must be {FORMAT} of version {VERSION}", found.get("version"))
    try:
        return Manifest.model_validate(found)
    except ValidationError as error:
        raise Damaged(f"The archive {folder}", f"{NAME} lacks {error.errors()[0]['loc']}") from error


def verify(storage: Storage, folder: str, digest: str, only: Collection[str] | None = None) -> Manifest:
    """Read every byte of an archive, or of those tables that are named, and compare digests.

    Raises:
        Damaged: a file is missing, or a bit of one is another than was written.
        InvalidInput: it is of a version that this program does not know.
    """
    manifest = read_manifest(storage, folder, digest)
    for name, table in manifest.tables.items():
        if (only is None or name in only) and storage.digest(folder, f"{name}.parquet") != table.sha256:
            raise Damaged(f"The archive {folder}", f"{name}.parquet is another than was written")
    return manifest
