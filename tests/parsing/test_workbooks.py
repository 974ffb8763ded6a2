"""Workbooks: what comes out of a spreadsheet, and what is refused of a hostile one."""

import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from linkwright.errors import InvalidInput
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables import Row, open_table, read_table
from tests.parsing.exports import workbook


def write(folder: Path, content: bytes | str, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rezip(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with zipfile.ZipFile(path) as old:
        parts = {info.filename: old.read(info) for info in old.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            changed = change(name, content)
            if changed is not None:
                new.writestr(name, changed)


class TestWorkbooks:
    ROWS = (
        ["url", "n", "seen", "flag", "text"],
        ["https://a.de/", 1, datetime(2026, 9, 15, 10), True, "ü"],  # noqa: DTZ001
        [None, None, None, None, None],
        ["https://b.de/", 2.5, date(2026, 9, 15), False, None],
    )

    @pytest.mark.parametrize("write_only", [False, True])
    def test_cells_keep_their_types(self, tmp_path: Path, write_only: bool) -> None:  # noqa: FBT001
        rows = list(
            read_table(workbook(tmp_path, {"One": [list(row) for row in self.ROWS]}, write_only=write_only))
        )
        assert [row.number for row in rows if isinstance(row, Row)] == [2, 4]
        assert isinstance(rows[0], Row)
        assert list(rows[0].cells.values()) == self.ROWS[1]
        assert isinstance(rows[1], Row)
        assert rows[1].cells["text"] is None

    def test_the_sheet_with_a_known_header_is_taken(self, tmp_path: Path) -> None:
        path = workbook(
            tmp_path,
            {"Empty": [], "Cover": [["Report"], ["of", "today"]], "Data": [["x"], ["url"], ["a.de"]]},
        )
        assert open_table(path, is_header=lambda headers: "url" in headers).headers == ("url",)
        assert open_table(path, sheet="cover").headers[:1] == ("of",)
        assert open_table(path, sheet="3", is_header=lambda headers: "url" in headers).headers == ("url",)
        assert "Cover" in open_table(path).notes[0]

    def test_a_sheet_that_is_not_there_is_named_with_those_that_are(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="One, Two"):
            open_table(workbook(tmp_path, {"One": [["url"]], "Two": [["url"]]}), sheet="Three")
        with pytest.raises(InvalidInput, match="only workbooks"):
            open_table(write(tmp_path, "url\na.de\n"), sheet="One")

    def test_cells_outside_the_header_refuse_the_row(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, {"One": [["url", "n"], ["a.de", 1, "stray"], ["b.de", 2], ["c.de"]]})
        assert [type(row) for row in read_table(path)] == [Refusal, Row, Row]

    def test_a_zip_bomb_is_refused_before_it_is_unpacked(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, {"One": [["url"], ["a.de"]]})
        rezip(path, lambda name, content: b"<x>" + b" " * (1 << 25) if "sheet1" in name else content)
        with pytest.raises(InvalidInput, match="zip bomb"):
            open_table(path)

    def test_shared_texts_have_a_limit(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, {"One": [["url"], ["a.de"]]})
        noise = random.Random(1).randbytes(1 << 16) * ((1 << 26) // (1 << 16) + 1)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/sharedStrings.xml", noise)
        with pytest.raises(InvalidInput, match="too large"):
            open_table(path)

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
    def test_a_missing_or_broken_part_is_refused(self, tmp_path: Path, part: str) -> None:
        for replacement in (None, b"<broken", b"", b"\x00\x01"):
            path = workbook(tmp_path, {"One": [["url"], ["a.de"]]})
            rezip(path, lambda name, content, new=replacement: new if name == part else content)  # type: ignore[misc]
            with pytest.raises(InvalidInput):
                list(read_table(path))

    def test_entities_are_not_expanded(self, tmp_path: Path) -> None:
        bomb = "<!ENTITY a0 'lol'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
        path = workbook(tmp_path, {"One": [["url"], ["a.de"]]})
        rezip(
            path,
            lambda name, content: (
                f"<!DOCTYPE x [{bomb}]>".encode() + content.replace(b"a.de", b"&a9;")
                if "sheet1" in name
                else content
            ),
        )
        with pytest.raises(InvalidInput):
            list(read_table(path))

    def test_a_sheet_that_breaks_late_gives_what_stands_before(self, tmp_path: Path) -> None:
        cells: list[list[object]] = [[f"a{number}.de"] for number in range(200)]
        path = workbook(tmp_path, {"One": [["url"], *cells]})
        rezip(path, lambda name, content: content[: len(content) * 2 // 3] if "sheet1" in name else content)
        rows = list(read_table(path))
        assert isinstance(rows[-1], Refusal)
        assert "nothing behind" in rows[-1].rule
        assert isinstance(rows[60], Row)

    def test_a_truncated_or_foreign_archive_is_refused(self, tmp_path: Path) -> None:
        whole = workbook(tmp_path, {"One": [["url"], ["a.de"]]}).read_bytes()
        with pytest.raises(InvalidInput, match="sound"):
            open_table(write(tmp_path, whole[: len(whole) // 2]))
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
            archive.writestr("a.csv", "url\na.de\n")
        with pytest.raises(InvalidInput, match="another kind"):
            open_table(tmp_path / "other.zip")
