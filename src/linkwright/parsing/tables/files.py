"""What a file is, before anything in it is believed: its kind, its encoding, its lines.

The whole file is scanned once for its encoding: one broken letter at the end of a 200 MB export must
not be found after the rows before it went in as something else.
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Final

from linkwright.errors import InvalidInput

if TYPE_CHECKING:
    from os import PathLike

_CHUNK: Final = 1 << 20
_BROKEN: Final = "linkwright-broken"
_JUNK: Final = bytes([*range(9), 11, *range(14, 32), 127])
_JUNK_SHARE: Final = 0.02
_FEW: Final = 5

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZIP: Final = b"PK\x03\x04"
_MAGIC: Final = (
    (b"\xd0\xcf\x11\xe0", "is an old or encrypted workbook: save it as .xlsx without a password, or as CSV"),
    (b"\x1f\x8b", "is compressed (gzip): unpack it first"),
    (b"PK\x05\x06", "is an empty archive"),
    (b"BZh", "is compressed (bzip2): unpack it first"),
    (b"\xfd7zXZ", "is compressed (xz): unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed (zstd): unpack it first"),
    (b"7z\xbc\xaf", "is a 7z archive: unpack it first"),
    (b"%PDF", "is a PDF: export the table as CSV or XLSX"),
    (b"SQLite format 3\x00", "is a database, not a table"),
    (b"{\\rtf", "is a text document: export the table as CSV or XLSX"),
)

_MARK: Final = "\udcff"


def _mark_broken(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK, error.end


codecs.register_error(_BROKEN, _mark_broken)


class FileKind(Enum):
    """How a file has to be read."""

    TEXT = auto()
    JSON = auto()
    WORKBOOK = auto()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A readable, regular, non-empty file, with what its bytes say about it."""

    path: Path
    size: int
    kind: FileKind
    encoding: str = "utf-8"
    lines: int = 0
    notes: tuple[str, ...] = ()

    def open_text(self) -> io.TextIOWrapper:
        """Open the file for reading; what does not decode becomes lone surrogates, which no cell may hold.

        So the rows around a broken letter land, and the cell with it is refused by name.
        """
        # newline="" keeps line ends as they are, which the csv module asks for.
        return self.path.open("r", encoding=self.encoding, errors=_BROKEN, newline="")


def inspect(path: str | PathLike[str]) -> SourceFile:
    """Return what a file is.

    Raises:
        InvalidInput: field `file`, with what a person can do about it.
    """
    try:
        location = Path(path)
        if location.is_dir():
            raise InvalidInput("file", "must be a file, not a directory", str(path))
        if not location.exists():
            raise InvalidInput("file", "must exist", str(path))
        # A pipe or a device may never end, and cannot be read twice.
        if not location.is_file():
            raise InvalidInput("file", "must be a regular file", str(path))
        with location.open("rb") as stream:
            return _inspect(location, stream)
    except PermissionError:
        raise InvalidInput("file", "must be readable: permission was denied", str(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or "the name is not one a file can have"
        raise InvalidInput("file", f"must be readable: {reason}", str(path)) from None


def _inspect(path: Path, stream: io.BufferedReader) -> SourceFile:
    size = path.stat().st_size
    start = stream.read(1 << 16)
    if not start.strip() and not stream.read(_CHUNK).strip():
        raise InvalidInput("file", "must not be empty", str(path))
    if start.startswith(_ZIP):
        return SourceFile(path, size, FileKind.WORKBOOK)
    for magic, rule in _MAGIC:
        if start.startswith(magic):
            raise InvalidInput("file", rule, str(path))
    encoding = _marked_encoding(start)
    if encoding is None and _is_binary(start):
        raise InvalidInput("file", "must be text or an .xlsx workbook: this is neither", str(path))
    stream.seek(0)
    encoding, lines, notes = _scan(stream, encoding or "utf-8")
    source = SourceFile(path, size, FileKind.TEXT, encoding, lines, notes)
    with source.open_text() as text:
        first = text.read(1 << 16).lstrip("\ufeff \t\r\n")[:1]
    if not first:
        raise InvalidInput("file", "must not be empty", str(path))
    return SourceFile(path, size, FileKind.JSON if first in "{[" else FileKind.TEXT, encoding, lines, notes)


def _marked_encoding(start: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    # UTF-16 without its mark: Latin letters leave every other byte zero.
    sample = start[:4096]
    half = len(sample) // 2
    if half > 4:  # noqa: PLR2004
        if sample[1::2].count(0) > half * 0.4 and not sample[::2].count(0):
            return "utf-16-le"
        if sample[::2].count(0) > half * 0.4 and not sample[1::2].count(0):
            return "utf-16-be"
    return None


def _is_binary(start: bytes) -> bool:
    """Return whether control characters are too many for text that a few of them got into."""
    junk = len(start) - len(start.translate(None, delete=_JUNK))
    return junk > _FEW and junk > _JUNK_SHARE * len(start)


def _scan(stream: io.BufferedReader, encoding: str) -> tuple[str, int, tuple[str, ...]]:
    """Return the encoding that the whole file bears out, its number of lines, and what to tell about it."""
    decoder = codecs.getincrementaldecoder(encoding)(errors=_BROKEN)
    broken = lines = 0
    ended = True
    while chunk := stream.read(_CHUNK):
        text = decoder.decode(chunk)
        lines += text.count("\n") or text.count("\r")
        if text:
            ended = text[-1] in "\r\n"
            broken += 0 if text.isascii() else text.count(_MARK)
    broken += decoder.decode(b"", final=True).count(_MARK)
    lines += not ended
    return _explain(stream, encoding, broken, lines) if broken else (encoding, lines, ())


def _explain(
    stream: io.BufferedReader, encoding: str, broken: int, lines: int
) -> tuple[str, int, tuple[str, ...]]:
    if encoding == "utf-8" and not _mostly_utf8(stream, broken):
        return "cp1252", lines, ("It is not UTF-8; it was read as Windows-1252 (Western European).",)
    note = (
        f"{broken} places are not valid {encoding.removesuffix('-sig').upper()}; the rows there are refused."
    )
    return encoding, lines, (note,)


def _mostly_utf8(stream: io.BufferedReader, broken: int) -> bool:
    """Return whether a file with broken places is UTF-8 all the same: more of its letters are sound."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
    sound = 0
    while chunk := stream.read(_CHUNK):
        text = decoder.decode(chunk)
        if not text.isascii():
            sound += sum(character > "\x7f" for character in text)
            if sound > broken:
                return True
    return False
