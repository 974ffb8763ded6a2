"""Comma, tab and semicolon separated text, and plain lists of URLs.

Some exporters write invalid CSV: a quote inside a quoted field, a quote that never closes. Such a row
is refused alone. A quote that swallowed the lines after it is found by its consequences (a wrong
number of cells, too many lines, the end of the file), and those lines are then read again for themselves.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables.rows import HEADER_SEARCH, Row, Table, clean_headers, find_header
from linkwright.parsing.urls import canonical_url

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Sequence

    from linkwright.parsing.tables.files import SourceFile
    from linkwright.parsing.tables.rows import IsHeader

_DELIMITERS: Final = ",\t;|"
_LONGEST_LINE: Final = 1 << 20
_MOST_LINES: Final = 1_000
"""A row of more lines than this is a quote that was never closed."""
_ROW: Final = "row"


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the rows are separated, what their cells are called, and how many lines stand before them."""

    delimiter: str
    lines_before: int
    headers: tuple[str, ...]


def open_delimited(source: SourceFile, *, is_header: IsHeader | None) -> Table:
    """Return the table in a text file.

    Raises:
        InvalidInput: there is no line in it that could be a header or a URL.
    """
    with source.open_text() as stream:
        start = list(_first_lines(stream))
    layout, recognised = _layout(start, is_header)
    if not recognised and _is_list(start):
        return Table(
            "list", ("url",), lambda: _read_list(source), source.encoding, source.lines, source.notes
        )
    if layout is None:
        raise InvalidInput("file", "must have a header row with at least one column name", str(source.path))
    found = layout
    return Table(
        "csv", found.headers, lambda: _read(source, found), source.encoding, source.lines, source.notes
    )


def _first_lines(stream: io.TextIOWrapper) -> Iterator[str]:
    read = 0
    for _ in range(2 * HEADER_SEARCH):
        line = stream.readline(_LONGEST_LINE)
        read += len(line)
        if not line or read > 2 * _LONGEST_LINE:
            return
        yield line


def _layout(start: Sequence[str], is_header: IsHeader | None) -> tuple[_Layout | None, bool]:
    """Return the layout in which a header is recognised, or else the one with the most columns."""
    widest: _Layout | None = None
    for delimiter in _DELIMITERS:
        reader = csv.reader(iter(start), delimiter=delimiter)
        rows: list[list[str]] = []
        ends: list[int] = []
        try:
            for cells in reader:
                rows.append(cells)
                ends.append(reader.line_num)
                if len(rows) == HEADER_SEARCH:
                    break
        except csv.Error:  # a field too large; the rows before it may still show the header
            pass
        found = find_header(rows, is_header)
        if found is None:
            continue
        position, recognised = found
        layout = _Layout(delimiter, ends[position], clean_headers(rows[position]))
        if recognised:
            return layout, True
        if widest is None or len(layout.headers) > len(widest.headers):
            widest = layout
    return widest, False


def _is_list(start: Sequence[str]) -> bool:
    """Return whether the lines are URLs: the first and most others, and none of them cells of a table."""
    lines = [line for line in map(str.strip, start) if line and not line.startswith("#")]
    if not lines or not _is_url(lines[0]):
        return False
    if len(lines) > 1:
        for mark in _DELIMITERS:
            counts = {line.count(mark) for line in lines}
            if len(counts) == 1 and counts != {0}:
                return False
    return 2 * sum(map(_is_url, lines)) > len(lines)


def _is_url(line: str) -> bool:
    if '"' in line or " " in line:
        return False
    try:
        canonical_url(line)
    except InvalidInput:
        return False
    return True


def _read_list(source: SourceFile) -> Iterator[Row | Refusal]:
    with source.open_text() as stream:
        lines = _Lines(stream)
        while True:
            lines.taken.clear()
            try:
                line = next(lines).strip()
            except StopIteration:
                return
            except _TooLongError as error:
                yield error.refusal
                continue
            if line and not line.startswith("#"):
                yield Row(lines.start, {"url": line})


def _read(source: SourceFile, layout: _Layout) -> Iterator[Row | Refusal]:
    headers, width = layout.headers, len(layout.headers)
    with source.open_text() as stream:
        for _ in range(layout.lines_before):
            stream.readline()
        lines = _Lines(stream, before=layout.lines_before)
        taken = lines.taken
        reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
        while True:
            taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _RunawayError, _TooLongError) as error:
                yield from lines.blame(error)
                continue
            if len(cells) != width:
                if not cells:
                    continue
                problem = _fit(cells, width, in_one_line=len(taken) == 1)
                if problem is not None:
                    yield lines.refuse(problem)
                    continue
            yield Row(lines.start, dict(zip(headers, cells, strict=True)))


def _fit(cells: list[str], width: int, *, in_one_line: bool) -> str | None:
    """Make a row as wide as the header, or return why it cannot be.

    Spreadsheets leave out the empty cells at the end of a row, and add some. Over several lines the
    wrong number is the work of a stray quote.
    """
    problem = f"must have {width} cells like the header, not {len(cells)}"
    if len(cells) < width:
        if not in_one_line:
            return problem
        cells.extend([""] * (width - len(cells)))
        return None
    if any(cell.strip() for cell in cells[width:]):
        return problem
    del cells[width:]
    return None


class _RunawayError(Exception):
    """A row goes on for more lines than a row has."""


class _TooLongError(Exception):
    """A line is too long to be read; it was skipped."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.rule)
        self.refusal = refusal


class _Lines:
    """The lines of a file, with those of the row at hand kept, so that they can be read again.

    An iterator by hand and not a generator: it must go on after it has raised.
    """

    def __init__(self, stream: io.TextIOWrapper, *, before: int = 0) -> None:
        self.taken: list[str] = []
        self._readline = stream.readline
        self._again: list[str] = []
        self._number = before  # of the line that was handed out last

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.pop()
        else:
            line = self._readline(_LONGEST_LINE)
            if not line:
                raise StopIteration
            if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
                self._skip(line)
        self._number += 1
        self.taken.append(line)
        if len(self.taken) > _MOST_LINES:
            raise _RunawayError(f"a quote is not closed within {_MOST_LINES} lines")
        return line

    @property
    def start(self) -> int:
        """The number of the line on which the row at hand begins."""
        return self._number - len(self.taken) + 1

    def blame(self, error: csv.Error | _RunawayError | _TooLongError) -> Iterator[Refusal]:
        """Refuse what could not be read."""
        if not isinstance(error, _TooLongError):
            yield self.refuse(f"must be valid CSV: {error}")
            return
        if self.taken:
            yield self.refuse("must be valid CSV: a quote is not closed")
        yield error.refusal

    def refuse(self, rule: str) -> Refusal:
        """Refuse the first line of the row at hand and give the others back."""
        refusal = Refusal(self.start, _ROW, self.taken[0].rstrip("\r\n"), rule)
        self._again.extend(reversed(self.taken[1:]))
        self._number = self.start
        self.taken.clear()
        return refusal

    def _skip(self, line: str) -> None:
        start = line[:_LONGEST_LINE]
        while line and line[-1] not in "\r\n":
            line = self._readline(_LONGEST_LINE)
        number = self._number + 1
        # The long line is gone: those before it, if they are read again, keep their numbers, those
        # after it count from here. It is put behind them as an empty line, which no row is made of.
        self._again.insert(0, "\n")
        raise _TooLongError(
            Refusal(number, _ROW, start, f"must be a line of at most {_LONGEST_LINE} characters")
        )
