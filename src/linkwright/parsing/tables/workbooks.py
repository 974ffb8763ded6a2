"""Excel workbooks (.xlsx), streamed.

An .xlsx is an archive of XML, so a small file can unpack to a huge one. The archive's table of contents
is read first and what is out of all proportion is refused before anything is unpacked; the archive
reader never hands out more bytes than the contents declared.
"""

from __future__ import annotations

import warnings
import zipfile
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables.rows import HEADER_SEARCH, Cell, Row, Table, clean_headers, find_header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linkwright.parsing.tables.files import SourceFile
    from linkwright.parsing.tables.rows import IsHeader

_MEGABYTE: Final = 1 << 20
_LARGEST_SHEET: Final = 2_048 * _MEGABYTE  # streamed
_LARGEST_PART: Final = 64 * _MEGABYTE  # held in memory whole: shared texts, styles
_MOST_PARTS: Final = 10_000
_DENSEST: Final = 500  # real sheets shrink to a tenth or a thirtieth
_LAST_ROW: Final = 1_048_576  # a sheet that names a later one would have us pad empty rows for ever
_SMALL: Final = 4 * _MEGABYTE  # below this no proportion is suspicious


def open_workbook(source: SourceFile, *, sheet: str | None, is_header: IsHeader | None) -> Table:
    """Return the table on one sheet: the one asked for, or the first with a header that is recognised.

    Raises:
        InvalidInput: not a workbook, broken, a zip bomb, no such sheet, or no header on it.
    """
    path = source.path
    _guard(path)
    fallback: Table | None = None
    with _opened(path) as book:
        names = [worksheet.title for worksheet in book.worksheets]
        for name in [_chosen(names, sheet)] if sheet is not None else names:
            start = [[_text(cell) for cell in cells] for _, cells in _cells(book, name, stop=HEADER_SEARCH)]
            found = find_header(start, is_header)
            if found is None:
                continue
            position, recognised = found
            table = _table(path, name, position, clean_headers(start[position]))
            if recognised:
                return table
            fallback = fallback or table
    if fallback is None:
        raise InvalidInput("file", "must have a header row with at least one column name", str(path))
    return fallback


def _table(path: Path, sheet: str, position: int, headers: tuple[str, ...]) -> Table:
    return Table("xlsx", headers, lambda: _read(path, sheet, position, headers), notes=(f"Sheet {sheet!r}.",))


def _read(path: Path, sheet: str, position: int, headers: tuple[str, ...]) -> Iterator[Row | Refusal]:
    width = len(headers)
    number = 0
    try:
        with _opened(path) as book:
            for number, cells in _cells(book, sheet):
                if number <= position + 1:
                    continue
                values = [_value(cell) for cell in cells]
                if any(map(_is_filled, values[width:])):
                    yield Refusal(number, "row", values, f"must have {width} cells like the header")
                elif any(map(_is_filled, values)):
                    values.extend([None] * (width - len(values)))
                    yield Row(number, dict(zip(headers, values, strict=False)))
    except InvalidInput as error:
        yield Refusal(number + 1, "row", None, f"{error.rule}; nothing behind this row could be read")


def _cells(book: Any, sheet: str, stop: int | None = None) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield row numbers and raw cells.

    Raises:
        InvalidInput: the sheet is broken here.
    """
    worksheet = book[sheet]
    # What a sheet says of its own size is often wrong, and may be a million times too large.
    worksheet.reset_dimensions()
    rows = worksheet.iter_rows(values_only=True, max_row=stop)
    number = 0
    while number < _LAST_ROW:
        number += 1
        try:
            with _quiet():
                cells = next(rows)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001  (it lets through whatever its XML, zip and date parsers raise)
            raise _broken(error) from None
        yield number, cells


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook  # noqa: PLC0415  (slow to load, and most files are no workbooks)

    # Opened here, for openpyxl does not close what it opened when it then stumbles.
    with path.open("rb") as stream:
        try:
            with _quiet():
                book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # noqa: BLE001  (it lets through whatever its XML, zip and date parsers raise)
            raise _broken(error) from None
        yield book


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence openpyxl, which warns of styles, extensions and odd dates that do not matter here.

    Never around a `yield` of rows: the filter would then rule over the caller's code too.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _broken(error: Exception) -> InvalidInput:
    return InvalidInput("file", f"must be a sound .xlsx workbook ({type(error).__name__} while reading it)")


def _guard(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InvalidInput("file", f"must be a sound .xlsx workbook: {error}", str(path)) from None
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise InvalidInput("file", "must be an .xlsx workbook: this is another kind of archive", str(path))
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_SHEET + _LARGEST_PART:
        raise InvalidInput("file", "must not unpack to more than 2 GB", str(path))
    for part in parts:
        sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
        if part.file_size > (_LARGEST_SHEET if sheet else _LARGEST_PART) and part.filename.endswith(
            (".xml", ".rels")
        ):
            limit = f"{part.filename} may have at most {_LARGEST_PART // _MEGABYTE} MB"
            raise InvalidInput("file", f"is too large to be read safely: {limit}; save it as CSV", str(path))
        if part.file_size > _SMALL and part.file_size > _DENSEST * max(part.compress_size, 1):
            raise InvalidInput(
                "file", f"must not be a zip bomb: {part.filename} unpacks out of all proportion", str(path)
            )


def _chosen(names: list[str], sheet: str) -> str:
    for name in names:
        if name.casefold() == sheet.casefold():
            return name
    if sheet.isdecimal() and 0 < int(sheet) <= len(names):
        return names[int(sheet) - 1]
    raise InvalidInput("sheet", f"must be one of: {', '.join(names)}", sheet)


def _value(cell: Any) -> Cell:
    if cell is None or isinstance(cell, str | int | float | datetime | date):
        return cell
    return str(cell)  # times of day, durations


def _is_filled(value: Cell) -> bool:
    return value is not None and value != ""


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)
