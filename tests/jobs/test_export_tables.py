"""A campaign as tables for people, and what a spreadsheet would make of them."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from linkwright.db.engine import Database
from linkwright.errors import NotFound
from linkwright.jobs import export_tables
from linkwright.jobs.export_tables import LONGEST_CELL, defused, export_csv, export_xlsx
from linkwright.models import BacklinkOpportunity
from linkwright.services.opportunities import Opportunities
from tests.support.prospects import at_noon, full_row, make_campaign

HOSTILE = [
    '=HYPERLINK("https://evil.example","click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
]


async def campaign_with(database: Database, *rows: dict[str, Any]) -> str:
    async with database.transaction() as session:
        campaign_id = await make_campaign(session)
        result = await Opportunities(at_noon(session)).add_many(campaign_id, rows)
        assert result.refused == []
    return campaign_id


async def as_csv(database: Database, campaign_id: str) -> list[dict[str, str]]:
    target = io.BytesIO()
    await export_csv(database, campaign_id, target)
    return list(csv.DictReader(io.StringIO(target.getvalue().decode("utf-8-sig"))))


async def as_sheet(database: Database, campaign_id: str, title: str) -> list[dict[str, Any]]:
    target = io.BytesIO()
    await export_xlsx(database, campaign_id, target)
    head, *rows = load_workbook(target)[title].iter_rows()
    names = [cell.value for cell in head]
    assert all(cell.data_type != "f" for row in rows for cell in row)
    return [dict(zip(names, (cell.value for cell in row), strict=True)) for row in rows]


class TestDefused:
    @given(st.text())
    def test_never_begins_like_a_formula_and_keeps_the_text(self, text: str) -> None:
        cell = defused(text)

        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert cell in {text, f"'{text}"}


class TestCsv:
    async def test_has_every_column_of_every_prospect(self, database: Database) -> None:
        campaign_id = await campaign_with(database, full_row(1), full_row(2))

        rows = await as_csv(database, campaign_id)

        assert list(rows[0]) == [column.key for column in BacklinkOpportunity.__table__.columns]
        assert [row["url"] for row in rows] == [full_row(number)["url"] for number in (1, 2)]
        assert rows[0]["requires_images"] == "true"
        assert rows[0]["primary_topics"] == '["hiking"]'
        assert rows[0]["description"] == "We like hikers’ stories."

    async def test_begins_with_a_byte_order_mark(self, database: Database) -> None:
        target = io.BytesIO()
        await export_csv(database, await campaign_with(database), target)

        assert target.getvalue().startswith(b"\xef\xbb\xbfid,campaign_id,url")

    async def test_runs_nothing(self, database: Database) -> None:
        campaign_id = await campaign_with(
            database, *(full_row(number, title=text, user_notes=text) for number, text in enumerate(HOSTILE))
        )

        rows = await as_csv(database, campaign_id)

        assert [row["title"] for row in rows] == [f"'{text}" for text in HOSTILE]


class TestWorkbook:
    async def test_has_a_sheet_for_each_thing(self, database: Database) -> None:
        campaign_id = await campaign_with(database, full_row(1, status="contacted"))

        prospect = (await as_sheet(database, campaign_id, "Prospects"))[0]
        history = await as_sheet(database, campaign_id, "History")

        assert (prospect["url"], prospect["ai_relevance_score"]) == (full_row(1)["url"], 0.9)
        assert [row["new_status"] for row in history if row["kind"] == "opportunity"] == ["contacted"]

    async def test_runs_nothing(self, database: Database) -> None:
        campaign_id = await campaign_with(
            database, *(full_row(number, title=text) for number, text in enumerate(HOSTILE))
        )

        titles = [row["title"] for row in await as_sheet(database, campaign_id, "Prospects")]

        # XML turns a carriage return into a line end; the apostrophe stands all the same.
        assert [title.replace("\n", "\r") for title in titles] == [f"'{text}" for text in HOSTILE]

    async def test_takes_any_text_and_says_where_it_was_cut(self, database: Database) -> None:
        campaign_id = await campaign_with(
            database, full_row(1, title="a\x01b\x1fc", description="x" * 40_000)
        )

        row = (await as_sheet(database, campaign_id, "Prospects"))[0]

        assert row["title"] == "a\ufffdb\ufffdc"
        assert len(row["description"]) == LONGEST_CELL
        assert row["description"].endswith("… (cut)")

    def test_goes_on_on_another_sheet_when_one_is_full(self) -> None:
        book = Workbook(write_only=True)
        sheets = export_tables._Sheets(book, "Prospects", ["n"], most=2)
        for number in range(5):
            sheets.append([number])
        target = io.BytesIO()
        book.save(target)

        read = load_workbook(target)

        assert read.sheetnames == ["Prospects", "Prospects 2", "Prospects 3"]
        assert [cell.value for cell in read["Prospects 3"]["A"]] == ["n", 4]


class TestOwner:
    @pytest.mark.parametrize("write", [export_csv, export_xlsx])
    async def test_another_user_gets_nothing(self, database: Database, write: Any) -> None:
        campaign_id = await campaign_with(database, full_row(1))

        with pytest.raises(NotFound):
            await write(database, campaign_id, io.BytesIO(), owner=99)
