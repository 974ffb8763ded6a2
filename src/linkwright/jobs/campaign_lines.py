"""A campaign's file, read and checked: the header, the digest, and one record per line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from linkwright import migrations
from linkwright.errors import InvalidInput, SchemaMismatch
from linkwright.jobs.campaign_records import BY_NAME, KINDS, Kind
from linkwright.jobs.export import FORMAT, VERSION
from linkwright.jobs.record_values import from_json, holds_nul

NOT_OURS: Final = "is not a campaign that `linkwright export campaign` wrote"
_LONGEST_LINE: Final = 64 * 1024 * 1024
_PLACE: Final = {kind.name: place for place, kind in enumerate(KINDS)}

Progress = Callable[[int, int], None]
"""Is told how many bytes are read, and of how many."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says about the others."""

    campaign_id: str
    name: str
    owner_email: str
    owner_name: str | None
    digest: str
    rows: dict[str, int]
    ids: dict[str, tuple[int, int]]


class CampaignFile:
    """A file that `linkwright export campaign` wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def header(self) -> Header:
        """Read the first line.

        Raises:
            InvalidInput: the file cannot be read, or is no campaign's.
            SchemaMismatch: it was written by a program that knows more.
        """
        with self._open() as file:
            return _header(_parsed(self._line(file, 1), 1))

    def verify(self, header: Header) -> None:
        """Read everything once: a file that was cut off or changed is refused before anything is written.

        Raises:
            InvalidInput: the digest is another.
        """
        digest = sha256()
        with self._open() as file:
            self._line(file, 1)
            while block := file.read(1 << 20):
                digest.update(block)
        if digest.hexdigest() != header.digest:
            raise InvalidInput("file", "is not as it was written: cut off or changed (its digest is another)")

    def records(self, progress: Progress | None = None) -> Iterator[tuple[int, Kind, dict[str, Any]]]:
        """Give each record with its line and kind, its values as the columns take them.

        Raises:
            InvalidInput: a line is none, a column is unknown or missing, or a value breaks its rule.
        """
        total = self.path.stat().st_size
        last = 0
        with self._open() as file:
            self._line(file, 1)
            number = 1
            while raw := self._line(file, number + 1):
                number += 1
                if progress is not None and number % 1000 == 0:
                    progress(file.tell(), total)
                record = _parsed(raw, number)
                kind = BY_NAME.get(str(record.get("record")))
                row = record.get("row")
                if kind is None or not isinstance(row, dict) or _PLACE[kind.name] < last:
                    raise InvalidInput(
                        "record", "must be of a known kind, parents before children", row=number
                    )
                last = _PLACE[kind.name]
                if rb"\u0000" in raw and holds_nul(row):
                    raise InvalidInput("record", "must not contain NUL characters", row=number)
                yield number, kind, _values(kind, row, number)

    def _open(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise InvalidInput(
                "file", f"cannot be read ({error.strerror or error})", str(self.path)
            ) from None

    def _line(self, file: BinaryIO, number: int) -> bytes:
        line = file.readline(_LONGEST_LINE)
        if len(line) == _LONGEST_LINE:
            raise InvalidInput("file", f"has a line of more than {_LONGEST_LINE:,} bytes", row=number)
        return line


def _parsed(line: bytes, number: int) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        if number == 1:
            raise InvalidInput("file", NOT_OURS)
        raise InvalidInput("file", "must have one JSON object in each line", row=number)
    return value


def _header(value: dict[str, Any]) -> Header:
    if value.get("record") != "header" or value.get("format") != FORMAT:
        raise InvalidInput("file", NOT_OURS)
    if value.get("version") != VERSION or value.get("schema") not in migrations.revisions():
        raise SchemaMismatch(
            "The file was written by another version of Linkwright.", "Upgrade Linkwright, then import it."
        )
    try:
        campaign, owner = value["campaign"], value["owner"]
        rows = {str(name): int(number) for name, number in value["rows"].items()}
        ids = {str(name): (int(low), int(high)) for name, (low, high) in value["ids"].items()}
        return Header(
            str(campaign["id"]),
            str(campaign["name"]),
            str(owner["email"]),
            None if owner["name"] is None else str(owner["name"]),
            str(value["digest"]),
            rows,
            ids,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput("file", "has a first line that is not whole") from None


def _values(kind: Kind, row: dict[str, Any], number: int) -> dict[str, Any]:
    columns = kind.columns
    if unknown := sorted(set(row) - set(columns)):
        raise InvalidInput(f"{kind.name}.{unknown[0]}", "is not a known column", row=number)
    if missing := [name for name in columns if name not in row]:
        raise InvalidInput(f"{kind.name}.{missing[0]}", "is missing", row=number)
    return {name: from_json(kind.table.c[name], row[name], line=number) for name in columns}
