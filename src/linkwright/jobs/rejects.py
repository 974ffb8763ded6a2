"""The rejects file: every row that was not taken, with its field, value and broken rule.

It is written beside the database, so the two must agree after a crash: the job keeps the length
that belongs to its position, and what a crash left beyond it is cut off before anything is added.
"""

import csv
import io
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.refusals import Refusal

COLUMNS: Final = ("row", "field", "value", "rule")
_HEADER: Final = (",".join(COLUMNS) + "\r\n").encode()
# A spreadsheet runs a cell that begins with one of these; the apostrophe makes it text.
_FORMULA: Final = frozenset("=+-@\t\r\n")
_LONGEST_VALUE: Final = 2_000


class RejectsFile:
    """A CSV file that grows batch by batch; it comes into being with its first row.

    Nothing is done to it before the job's row is held, for until then it may be another process's.
    """

    def __init__(self, path: Path, *, source: Path | None = None) -> None:
        self.path = path
        self._source = source
        self._begun = False
        self.size = 0
        self.lost = False

    def begin_at(self, size: int) -> None:
        """Go on from the length that belongs to the job's position; 0 begins anew.

        Raises:
            InvalidInput: the place is taken by something that is no rejects file.
        """
        self.size, self._begun = size, False
        try:
            self._check_place()
        except (OSError, ValueError) as error:
            raise _unwritable(self.path, error) from None

    def add(self, refusals: Iterable[Refusal]) -> int:
        """Write refusals behind `size` and return the new length, which `keep` makes the file's.

        `lost` says from then on whether what was written before is gone.

        Raises:
            InvalidInput: the file cannot be written.
        """
        lines = _lines(refusals)
        try:
            if not self._begun:
                self._begin()
            if not lines:
                return self.size
            text = lines if self.size else _HEADER + lines
            with self.path.open("r+b" if self.size else "wb") as stream:
                stream.seek(self.size)
                stream.write(text)
                stream.truncate()
                stream.flush()
                os.fsync(stream.fileno())
        except (OSError, ValueError) as error:
            raise _unwritable(self.path, error) from None
        return self.size + len(text)

    def keep(self, size: int) -> None:
        """Agree that the file has this length: the transaction of its last rows is in."""
        self.size = size

    def undo(self) -> None:
        """Cut off what was added last: its transaction will not be."""
        with suppress(OSError):
            self._cut()

    def _begin(self) -> None:
        self._begun = True
        if self.size and (not self.path.exists() or self.path.stat().st_size < self.size):
            self.lost, self.size = True, 0
        self._cut()

    def _cut(self) -> None:
        if self.size == 0:
            self.path.unlink(missing_ok=True)
        elif self.path.stat().st_size > self.size:
            os.truncate(self.path, self.size)

    def _check_place(self) -> None:
        if not self.path.exists():
            if not self.path.parent.is_dir():
                raise InvalidInput("rejects", "must be in a folder that is there", str(self.path))
            return
        if not self.path.is_file():
            raise InvalidInput("rejects", "must be a file", str(self.path))
        if self._source is not None and self._source.exists() and self.path.samefile(self._source):
            raise InvalidInput("rejects", "must not be the file that is imported", str(self.path))
        if not _is_ours(self.path):
            rule = "is an existing file of another kind, which is not overwritten; name another place"
            raise InvalidInput("rejects", rule, str(self.path))


def _is_ours(path: Path) -> bool:
    with path.open("rb") as stream:
        start = stream.read(len(_HEADER))
    return start in {b"", _HEADER}


def _lines(refusals: Iterable[Refusal]) -> bytes:
    text = io.StringIO()
    # lineterminator: what RFC 4180 says, and what spreadsheets write themselves.
    writer = csv.writer(text, lineterminator="\r\n")
    for refusal in refusals:
        writer.writerow([refusal.row, *map(_cell, (refusal.field, refusal.value, refusal.rule))])
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else repr(value)
    text = text.replace("\x00", "\\x00")
    if len(text) > _LONGEST_VALUE:
        text = f"{text[:_LONGEST_VALUE]}… ({len(text)} characters)"
    return f"'{text}" if text[:1] in _FORMULA else text


def _unwritable(path: Path, error: OSError | ValueError) -> InvalidInput:
    reason = getattr(error, "strerror", None) or "the name is not one a file can have"
    return InvalidInput("rejects", f"cannot be written: {reason}", str(path))
