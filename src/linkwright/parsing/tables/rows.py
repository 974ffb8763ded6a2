"""What a table is, whatever file it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeAlias

from linkwright.parsing.refusals import Refusal
from linkwright.parsing.values import unguard

Cell: TypeAlias = "str | int | float | bool | datetime | date | list[Any] | dict[str, Any] | None"
IsHeader: TypeAlias = Callable[[Sequence[str]], bool]

HEADER_SEARCH: Final = 50
"""So many rows are looked through for the header; a preamble is shorter."""


class Row(NamedTuple):
    """One row: where it stands in its file, and its cells by header."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header is known. Iterating reads it from the start, each time anew.

    `lines` is the number of lines of a text file, for progress bars: a row's number comes close to it.
    `notes` tell a person what was noticed, such as an encoding that had to be assumed.
    """

    kind: str
    headers: tuple[str, ...]
    read: Callable[[], Iterator[Row | Refusal]] = field(repr=False)
    encoding: str | None = None
    lines: int | None = None
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Row | Refusal]:
        return self.read()


def header_key(header: str) -> str:
    """Return the form in which two spellings of a column name are equal.

    >>> header_key(" First_Seen ") == header_key("first seen")
    True
    """
    return "".join(filter(str.isalnum, header.casefold()))


def clean_headers(cells: Sequence[str]) -> tuple[str, ...]:
    """Return column names, every one present and none twice: `column 3`, `Type (2)`."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for position, cell in enumerate(cells, start=1):
        name = unguard(" ".join(cell.replace("\ufeff", "").split())) or f"column {position}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    # A header row may end in separators that no row uses.
    while len(names) > 1 and names[-1] == f"column {len(names)}":
        names.pop()
    return tuple(names)


def find_header(rows: Sequence[Sequence[str]], is_header: IsHeader | None) -> tuple[int, bool] | None:
    """Return the position of the header among the first rows, and whether it was recognised.

    Not recognised, it is the first row as wide as most rows are, since a preamble is narrower.
    """
    if is_header is not None:
        for position, row in enumerate(rows):
            if row and is_header(clean_headers(row)):
                return position, True
    widths = [_width(row) for row in rows]
    counted = Counter(width for width in widths if width)
    if not counted:
        return None
    usual = max(counted, key=lambda width: (counted[width], width))
    return next(position for position, width in enumerate(widths) if width >= usual), False


def _width(row: Sequence[str]) -> int:
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width
