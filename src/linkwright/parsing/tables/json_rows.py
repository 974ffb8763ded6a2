"""JSON and JSON Lines.

An array is read element by element, so its length does not matter. What cannot be streamed, an object
laid out over many lines, has a limit. Where an array breaks, what stands behind the break is lost, and
a last refusal says so; JSON Lines lose one line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

import orjson

from linkwright.errors import InvalidInput
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables.rows import HEADER_SEARCH, Row, Table

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator

    from linkwright.parsing.tables.files import SourceFile

_CHUNK: Final = 1 << 18
_LARGEST_ITEM: Final = 1 << 22
_LARGEST_DOCUMENT: Final = 1 << 24
_BLANK: Final = " \t\r\n"
_MEGABYTE: Final = 1 << 20


def open_json(source: SourceFile) -> Table:
    """Return the table in a JSON file: an array of objects or of URLs, an object that holds one, or lines.

    Raises:
        InvalidInput: not JSON from its start, no object in it, or an object too large to read at once.
    """
    kind, read = _reader(source)
    headers: dict[str, None] = {}
    first: Refusal | None = None
    for count, row in enumerate(read()):
        if isinstance(row, Row):
            headers.update(dict.fromkeys(row.cells))
        else:
            first = first or row
        if count == 2 * HEADER_SEARCH:
            break
    if not headers:
        rule = "must hold at least one JSON object" if first is None else f"row {first.row} {first.rule}"
        raise InvalidInput("file", rule, str(source.path))
    lines = source.lines if kind == "jsonl" else None
    return Table(kind, tuple(headers), read, source.encoding, lines, source.notes)


def _reader(source: SourceFile) -> tuple[str, Callable[[], Iterator[Row | Refusal]]]:
    with source.open_text() as stream:
        first = _first_line(stream)
        more = any(line.strip(_BLANK) for line in iter(lambda: stream.readline(_CHUNK), ""))
    if first.startswith("["):
        return "json", lambda: _read_array(source)
    alone = _loaded(first)
    if more and isinstance(alone, dict):
        return "jsonl", lambda: _read_lines(source)
    if source.size > _LARGEST_DOCUMENT:
        limit = _LARGEST_DOCUMENT // _MEGABYTE
        raise InvalidInput(
            "file",
            f"must be JSON Lines or an array: one object may have at most {limit} MB",
            str(source.path),
        )
    with source.open_text() as stream:
        document = _loaded(stream.read())
    if isinstance(document, dict):
        rows = _rows_of(document)
        return "json", lambda: _numbered(rows)
    # The first line alone may be what is broken.
    return "jsonl", lambda: _read_lines(source)


def _first_line(stream: io.TextIOWrapper) -> str:
    for line in iter(lambda: stream.readline(_LARGEST_ITEM), ""):
        if stripped := line.strip(_BLANK + "\ufeff"):
            return stripped
    return ""


def _loaded(text: str) -> Any:
    """Return the JSON value that the whole text is, or None."""
    try:
        return orjson.loads(text.encode())
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None


def _rows_of(document: dict[str, Any]) -> list[Any]:
    """Return the rows in an object: the one list of objects in it, or the object itself."""
    lists = [
        value
        for value in document.values()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    return lists[0] if len(lists) == 1 else [document]


def _numbered(items: list[Any]) -> Iterator[Row | Refusal]:
    for number, item in enumerate(items, start=1):
        yield _row(number, item)


def _row(number: int, item: Any) -> Row | Refusal:
    if isinstance(item, dict):
        return Row(number, item)
    if isinstance(item, str):
        return Row(number, {"url": item})
    return Refusal(number, "row", item, "must be a JSON object")


def _read_lines(source: SourceFile) -> Iterator[Row | Refusal]:
    with source.open_text() as stream:
        number = 0
        while line := stream.readline(_LARGEST_ITEM):
            number += 1
            if len(line) == _LARGEST_ITEM and line[-1] not in "\r\n":
                start = line
                while line and line[-1] not in "\r\n":
                    line = stream.readline(_LARGEST_ITEM)
                yield Refusal(number, "row", start, f"must be a line of at most {_LARGEST_ITEM} characters")
                continue
            text = line.strip(_BLANK)
            if text:
                yield _line(number, text)


def _line(number: int, text: str) -> Row | Refusal:
    try:
        return _row(number, orjson.loads(text.encode()))
    except orjson.JSONDecodeError as error:
        return Refusal(number, "row", text, f"must be valid JSON: {error.msg} at character {error.colno}")
    except UnicodeEncodeError:
        return Refusal(number, "row", text, "must not contain lone surrogates")


def _read_array(source: SourceFile) -> Iterator[Row | Refusal]:
    with source.open_text() as stream:
        items = _Items(stream)
        number = 0
        while True:
            number += 1
            try:
                item = items.next()
            except StopIteration:
                return
            except ValueError as error:
                rule = f"must be valid JSON: {error}; nothing behind this place could be read"
                yield Refusal(number, "row", items.here(), rule)
                return
            yield _row(number, item)


class _Items:
    """The elements of a JSON array, one at a time."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._decoder = json.JSONDecoder(parse_int=_bounded_int)
        self._buffer = ""
        self._at = 0
        self._fresh = True

    def next(self) -> Any:
        """Return the next element.

        Raises:
            StopIteration: the array has ended, and the file with it.
            ValueError: this is not JSON; says why.
        """
        mark = self._mark()
        if self._fresh:
            self._fresh = False
            self._expect(mark, "[")
            mark = self._mark()
            if mark == "]":
                self._finish()
        elif mark == "]":
            self._finish()
        else:
            self._expect(mark, ",")
            self._mark()
        return self._item()

    def here(self) -> str:
        """Return the text at which reading stands, to show to a person."""
        return self._buffer[self._at : self._at + 200]

    def _item(self) -> Any:
        while True:
            try:
                item, end = self._decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if len(self._buffer) - self._at > _LARGEST_ITEM:
                    raise ValueError(
                        f"an element is broken, or longer than {_LARGEST_ITEM} characters"
                    ) from None
                # Perhaps only its end is missing; twice as much each time, so that this stays linear.
                if not self._more(max(_CHUNK, len(self._buffer) - self._at)):
                    raise ValueError(error.msg) from None
            except RecursionError:
                raise ValueError("it is nested too deeply") from None
            else:
                # A number that ends with the buffer may go on behind it.
                if end < len(self._buffer) or isinstance(item, str | dict | list) or not self._more(_CHUNK):
                    self._at = min(end, len(self._buffer))  # a vain `_more` has moved the buffer up
                    return item

    def _mark(self) -> str:
        """Skip blanks and return the character behind them, empty at the end of the file."""
        while True:
            while self._at < len(self._buffer):
                character = self._buffer[self._at]
                if character not in "\ufeff \t\r\n":
                    return character
                self._at += 1
            if not self._more(_CHUNK):
                return ""

    def _expect(self, mark: str, wanted: str) -> None:
        if mark != wanted:
            raise ValueError(f"expected {wanted!r}, found {mark!r}" if mark else "the array does not end")
        self._at += 1

    def _finish(self) -> NoReturn:
        self._at += 1
        if self._mark():
            raise ValueError("there is more behind the end of the array")
        raise StopIteration

    def _more(self, size: int) -> bool:
        text = self._stream.read(size)
        self._buffer = self._buffer[self._at :] + text
        self._at = 0
        return bool(text)


def _bounded_int(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)  # noqa: PLR2004  (more than a database holds)
