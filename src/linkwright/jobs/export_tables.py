"""A campaign as tables for people: its prospects as CSV, or everything they ask for as a workbook.

A cell that a spreadsheet would take for a formula gets an apostrophe in front: the text of a
web page or of a stranger's mail must not run on the machine of whoever opens the file.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.clock import utc_now
from linkwright.db.engine import Database
from linkwright.jobs.campaign_records import BY_NAME, Kind
from linkwright.jobs.export import ROWS_AT_ONCE, Exported, Progress, rows_of
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context

SHEETS: Final = {
    "Prospects": "opportunity",
    "Emails": "email",
    "Responses": "response",
    "History": "status_change",
    "Analytics": "analytics",
}
"""The sheets of a workbook and the records in them."""

LONGEST_CELL: Final = 32_767
"""Characters that a cell of a workbook may have."""

MOST_ROWS: Final = 1_048_575
"""Rows that a sheet may have below its head; what is more goes on on the next sheet."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  (as wide forms)
# Of control characters XML knows only tab and the line ends.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CUT: Final = "… (cut)"


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    >>> defused("=HYPERLINK(1)"), defused("plain"), defused("-5 pages")
    ("'=HYPERLINK(1)", 'plain', "'-5 pages")
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


async def export_csv(
    database: Database,
    campaign_id: str,
    target: BinaryIO,
    *,
    owner: int | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write a campaign's prospects as CSV with a head, which `linkwright import prospects` reads again.

    Raises:
        NotFound: the caller has no such campaign.
    """
    kind = BY_NAME["opportunity"]
    exported = Exported(campaign_id)
    # With a byte-order mark, without which a spreadsheet takes UTF-8 for its own old encoding.
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(kind.columns)
        async with database.reading() as session:
            async for number, row in _numbered(session, kind, campaign_id, owner, progress):
                writer.writerow([_csv_cell(value) for value in row])
                exported.rows[kind.name] = number
    finally:
        text.detach()  # The file is the caller's to close.
    return exported


async def export_xlsx(
    database: Database,
    campaign_id: str,
    target: BinaryIO,
    *,
    owner: int | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write a campaign as a workbook: prospects, emails, responses, history, numbers.

    Raises:
        NotFound: the caller has no such campaign.
    """
    book = Workbook(write_only=True)
    exported = Exported(campaign_id)
    try:
        async with database.reading() as session:
            for title, name in SHEETS.items():
                kind = BY_NAME[name]
                sheets = _Sheets(book, title, kind.columns)
                async for number, row in _numbered(session, kind, campaign_id, owner, progress):
                    sheets.append([_sheet_cell(value) for value in row])
                    exported.rows[name] = number
        book.save(target)
    finally:
        for sheet in book.worksheets:
            if not sheet.closed:  # Saving closes them; so must whatever went wrong.
                sheet.close()
    return exported


@dataclass
class _Sheets:
    """A sheet that is continued on others when it is full."""

    book: Workbook
    title: str
    head: Sequence[str]
    most: int = MOST_ROWS

    def __post_init__(self) -> None:
        self._number = 0
        self._begin()

    def append(self, row: Sequence[Any]) -> None:
        """Add a row."""
        if self._rows == self.most:
            self._begin()
        self._rows += 1
        self._append(row)

    def _begin(self) -> None:
        self._number += 1
        sheet = self.book.create_sheet(self.title if self._number == 1 else f"{self.title} {self._number}")
        sheet.freeze_panes = "A2"
        head = [WriteOnlyCell(sheet, value=name) for name in self.head]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        self._append: Callable[[Sequence[Any]], None] = sheet.append
        self._rows = 0


async def _numbered(
    session: AsyncSession, kind: Kind, campaign_id: str, owner: int | None, progress: Progress | None
) -> AsyncIterator[tuple[int, list[Any]]]:
    """Give the campaign's records with their count, after seeing that the caller may have them."""
    await Campaigns(Context(session, utc_now, owner)).get(campaign_id)
    number = 0
    async for row in rows_of(session, kind, campaign_id):
        number += 1
        if progress is not None and number % ROWS_AT_ONCE == 0:
            progress(number)
        yield number, list(row.values())


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(value)


def _sheet_cell(value: Any) -> Any:
    value = _plain(value)
    if not isinstance(value, str):
        return value
    value = _NOT_XML.sub("\ufffd", value)
    return value if len(value) <= LONGEST_CELL else value[: LONGEST_CELL - len(_CUT)] + _CUT


def _plain(value: Any) -> Any:
    """Return a value as one cell: numbers stay numbers, JSON becomes text."""
    if isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    return defused(value) if isinstance(value, str) else value
