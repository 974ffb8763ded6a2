"""Rows out of the files that people bring: delimited text, JSON, JSON Lines, workbooks, lists of URLs.

What a file is, its own bytes say: the name's ending is not asked. Reading streams, so a million rows
cost no more memory than ten, and a table may be read again from its start. A row that cannot be read
comes as a `Refusal` in its place among the good ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkwright.errors import InvalidInput
from linkwright.parsing.tables import delimited, json_rows, workbooks
from linkwright.parsing.tables.files import FileKind, inspect
from linkwright.parsing.tables.rows import Cell, IsHeader, Row, Table, header_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from linkwright.parsing.refusals import Refusal

__all__ = ["Cell", "IsHeader", "Row", "Table", "header_key", "open_table", "read_table"]


def open_table(
    path: str | PathLike[str], *, sheet: str | None = None, is_header: IsHeader | None = None
) -> Table:
    """Find out what the file is and where its header stands; no row is read yet.

    `is_header` tells a header from a preamble by its words; without it, or when no row pleases it, the
    first row as wide as most rows is taken. `sheet` names a workbook's sheet or gives its number from 1.

    Raises:
        InvalidInput: missing, a directory, unreadable, empty, binary, an archive, a zip bomb, or broken
            before its first row; the field is `file`, or `sheet`.
    """
    source = inspect(path)
    if source.kind is FileKind.WORKBOOK:
        return workbooks.open_workbook(source, sheet=sheet, is_header=is_header)
    if sheet is not None:
        raise InvalidInput("sheet", "only workbooks have sheets", sheet)
    if source.kind is FileKind.JSON:
        return json_rows.open_json(source)
    return delimited.open_delimited(source, is_header=is_header)


def read_table(
    path: str | PathLike[str], *, sheet: str | None = None, is_header: IsHeader | None = None
) -> Iterator[Row | Refusal]:
    """Yield the rows of a file; `open_table` tells more about it first.

    Raises:
        InvalidInput: as `open_table`.
    """
    return iter(open_table(path, sheet=sheet, is_header=is_header))
