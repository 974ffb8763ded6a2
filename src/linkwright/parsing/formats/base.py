"""A format: which columns it has, how it is recognised, and how its rows become records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from linkwright.errors import InvalidInput
from linkwright.parsing.formats.columns import Column, extra_name, plain
from linkwright.parsing.formats.records import LinkFacts, Prospect, Record
from linkwright.parsing.numbers import is_blank
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables.rows import Row, header_key
from linkwright.parsing.urls import canonical_page
from linkwright.parsing.values import unguard

if TYPE_CHECKING:
    from linkwright.parsing.tables.rows import Cell

Facts: TypeAlias = dict[str, Any]
Finish: TypeAlias = Callable[[Facts, Facts], None]
"""Puts the last hand to a row's fields and extra: joins a first and a last name, for instance."""
Build: TypeAlias = Callable[["Format", int, Facts, Facts, Facts], Record]

URL: Final = "url"
URL_IF_NONE: Final = "url_if_none"
"""A column that gives the URL when the one called `url` is absent or empty."""
_TITLE_LENGTH: Final = 500

_FIELD, _LINK, _EXTRA = range(3)


def build_prospect(kind: Format, row: int, fields: Facts, link: Facts, extra: Facts) -> Prospect:
    """Make a prospect of what a row said.

    Raises:
        InvalidInput: it names no page.
    """
    take = fields.pop
    fallback = take(URL_IF_NONE, None)
    page = take(URL, None) or fallback
    if page is None:
        raise InvalidInput("url", "must not be empty")
    url, domain = page
    authority = take("domain_authority", None)
    if "lost_at" in link:
        link["lost"] = True
    return Prospect(
        row,
        kind.name,
        url,
        domain,
        take("title", None),
        take("description", None),
        take("contact_email", None),
        take("contact_name", None),
        take("contact_page_url", None),
        take("status", None),
        authority,
        kind.authority_source if authority is not None else None,
        take("spam_score", None),
        take("discovered_at", None),
        LinkFacts(**link) if link else None,
        fields,
        extra,
    )


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file, known by its column names whatever their order, letter case and blanks."""

    name: str
    title: str
    required: frozenset[str]
    columns: Mapping[str, Column]
    authority_source: str | None = None
    open_ended: bool = True
    finish: Finish | None = None
    build: Build = build_prospect

    def known(self, headers: Sequence[str]) -> int:
        """Return how many of the columns this format knows; 0 when one that it needs is missing.

        A format that is not open-ended knows all columns or none.
        """
        keys = {header_key(header) for header in headers}
        if not self.required <= keys:
            return 0
        if not self.open_ended and not keys <= self.columns.keys():
            return 0
        return len(keys & self.columns.keys())

    def reads(self, headers: Sequence[str]) -> bool:
        """Return whether a file with these columns is of this format."""
        return self.known(headers) > 0

    def read(self, rows: Iterator[Row | Refusal]) -> Iterator[Record | Refusal]:
        """Yield a record, or the refusal of one, for every row."""
        parse = RowParser(self)
        for row in rows:
            yield parse(row) if isinstance(row, Row) else row


class RowParser:
    """Turns rows into records. The columns are looked up once, not per row."""

    def __init__(self, kind: Format) -> None:
        self._format = kind
        self._headers: frozenset[str] = frozenset()
        # Header, where to, under which name, and what errors call it: ours for our fields, else the file's.
        self._plan: list[tuple[str, int, str, str, Column]] = []

    def __call__(self, row: Row) -> Record | Refusal:
        """Return the record in a row, or its refusal."""
        try:
            return self._parse(row)
        except InvalidInput as error:
            return Refusal(row.number, error.field, self._cell(row, error), error.rule)

    def _cell(self, row: Row, error: InvalidInput) -> object:
        """Return what stands in the file, which may be more than the part that broke the rule."""
        for header, _, _, called, _ in self._plan:
            if error.field == called:
                return row.cells[header]
        return error.value

    def _parse(self, row: Row) -> Record:
        cells = row.cells
        if cells.keys() != self._headers:  # JSON objects of one file may differ in their keys
            self._prepare(cells)
        found: tuple[Facts, Facts, Facts] = ({}, {}, {})
        for header, slot, name, called, column in self._plan:
            value = cells[header]
            if value is None or value == "":
                continue
            if isinstance(value, str):
                if value[0] == "'":
                    value = unguard(value)
                elif value.isspace():
                    continue
            if column.lenient:
                _take_leniently(found, slot, name, header, column, value)
            elif (parsed := column.parse(value, called)) is not None:
                found[slot][name] = parsed
        kind = self._format
        fields, link, extra = found
        if kind.finish is not None:
            kind.finish(fields, extra)
        return kind.build(kind, row.number, fields, link, extra)

    def _prepare(self, cells: dict[str, Cell]) -> None:
        self._headers = frozenset(cells)
        self._plan = []
        for header in cells:
            column = self._format.columns.get(header_key(header))
            if column is None:
                self._plan.append((header, _EXTRA, extra_name(header), header, Column("", plain)))
            elif column.target.startswith("link."):
                self._plan.append((header, _LINK, column.target[5:], header, column))
            elif column.target.startswith("extra."):
                self._plan.append((header, _EXTRA, column.target[6:], header, column))
            elif column.target:
                self._plan.append((header, _FIELD, column.target, column.target, column))


def _take_leniently(
    found: tuple[Facts, Facts, Facts], slot: int, name: str, header: str, column: Column, value: Cell
) -> None:
    try:
        parsed = column.parse(value, header)
    except InvalidInput:
        if is_blank(value):
            return
        # What the source garbled is kept as it stands, so that nothing is lost and nothing made up.
        slot, name, parsed = _EXTRA, extra_name(header), plain(value, header)
    if parsed is not None:
        found[slot][name] = parsed


def prospect_page(target: str = URL) -> Column:
    """Return the column that names the page, or the site, of a prospect."""
    return Column(target, lambda value, _name: canonical_page(value))


def shorten_title(fields: Facts, extra: Facts) -> None:
    """Fit a title that we did not ask for into its column; the whole of it stays in `extra`."""
    title = fields.get("title")
    if title is not None and len(title) > _TITLE_LENGTH:
        extra["title"] = title
        fields["title"] = title[: _TITLE_LENGTH - 1] + "…"
