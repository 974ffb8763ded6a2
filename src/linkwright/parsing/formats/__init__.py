"""The formats we know, and how a file's is found: by its column names.

`open_prospects` and `read_prospects` are the whole of reading a file:

    table, kind = open_prospects(path)
    for record in read_prospects(table, kind): ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.formats.base import Format
from linkwright.parsing.formats.guesses import field_like, options_for
from linkwright.parsing.formats.link_indexes import (
    AHREFS,
    MAJESTIC,
    MOZ,
    SEARCH_CONSOLE_LINKS,
    SEARCH_CONSOLE_SITES,
    SEMRUSH,
)
from linkwright.parsing.formats.outreach_tools import ALWRITY_ATTEMPTS, ALWRITY_LEADS, ALWRITY_REPLIES, HUNTER
from linkwright.parsing.formats.own import FIELDS, LINKWRIGHT, URL_LIST, custom
from linkwright.parsing.formats.records import Attempt, LinkFacts, Prospect, Record, Reply
from linkwright.parsing.tables import open_table
from linkwright.parsing.tables.rows import header_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from os import PathLike

    from linkwright.parsing.refusals import Refusal
    from linkwright.parsing.tables import Table

__all__ = [
    "FIELDS",
    "FORMATS",
    "Attempt",
    "Format",
    "LinkFacts",
    "Prospect",
    "Record",
    "Reply",
    "custom",
    "open_prospects",
    "read_prospects",
    "recognise",
]

FORMATS: Final = (
    LINKWRIGHT,
    ALWRITY_LEADS,
    ALWRITY_ATTEMPTS,
    ALWRITY_REPLIES,
    SEARCH_CONSOLE_LINKS,
    SEARCH_CONSOLE_SITES,
    AHREFS,
    SEMRUSH,
    MOZ,
    MAJESTIC,
    HUNTER,
)
_SHOWN: Final = 12
REJECTS: Final = ("row", "field", "value", "rule")
"""The columns of the file that an import lists its refused rows in."""


def recognise(headers: Sequence[str]) -> Format:
    """Return the format of a file with these columns: the one that knows most of them.

    Raises:
        InvalidInput: field `file`: none does; says which columns were seen and what can be done.
    """
    best = max(FORMATS, key=lambda kind: kind.known(headers))
    if best.known(headers):
        return best
    raise InvalidInput("file", _unknown(headers))


def open_prospects(
    path: str | PathLike[str], *, sheet: str | None = None, mapping: Mapping[str, str] | None = None
) -> tuple[Table, Format]:
    """Open a file and find out its format; `mapping` (column to field) overrules what would be recognised.

    Raises:
        InvalidInput: the file cannot be read, its format is unknown, or it lacks a column of the map.
    """
    if mapping:
        kind = custom(mapping)
        table = open_table(path, sheet=sheet, is_header=kind.reads)
        if not kind.reads(table.headers):
            present = {header_key(header) for header in table.headers}
            missing = [column for column in mapping if header_key(column) not in present]
            wrong = (
                f"names what is no column of the file: {_list(missing)}"
                if missing
                else "must name the column of the url, like Website=url"
            )
            raise InvalidInput("map", f"{wrong}; the file has: {_list(table.headers)}")
        return table, kind
    table = open_table(path, sheet=sheet, is_header=_recognises)
    return table, URL_LIST if table.kind == "list" else recognise(table.headers)


def read_prospects(table: Table, kind: Format) -> Iterator[Record | Refusal]:
    """Yield what each row says, or why it was refused, in the file's order."""
    return kind.read(iter(table))


def _recognises(headers: Sequence[str]) -> bool:
    return any(kind.reads(headers) for kind in FORMATS)


def _unknown(headers: Sequence[str]) -> str:
    keys = {header_key(header) for header in headers}
    if tuple(headers) == REJECTS:
        return "is a rejects file, which lists faults: mend these rows in your file and bring it again"
    if LINKWRIGHT.required <= keys:
        strange = [header for header in headers if header_key(header) not in LINKWRIGHT.columns]
        meant = next(((header, field) for header in strange if (field := field_like(header))), None)
        example = f"--map {meant[0]}={meant[1]}" if meant else "--map COLUMN=FIELD"
        return (
            f"has columns that Linkwright does not know: {_list(strange)}; "
            f"rename or remove them, or say what they are, such as {example}"
        )
    return (
        f"has columns of no known format: {_list(headers)}; "
        f"say what they are, such as {options_for(headers)} "
        "(linkwright import prospects --help names the formats and the fields)"
    )


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(name[:60] for name in names[:_SHOWN]) + more
