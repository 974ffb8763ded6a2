"""Tables out of hostile files."""

import csv
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables import Row, header_key, open_table, read_table
from tests.parsing.exports import workbook

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
HEADER = ["url", "title", "notes"]
DATA = [["https://example.com/1", "Grüße, Jörg", 'say "hi"'], ["https://example.com/2", "two\nlines", ""]]


def encoded(text: str, encoding: str) -> bytes:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    return mark + text.encode(encoding)


def delimited(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


def write(folder: Path, content: bytes | str, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_cells(path: Path) -> list[dict[str, object] | Refusal]:
    return [row.cells if isinstance(row, Row) else row for row in read_table(path)]  # type: ignore[misc]


class TestDelimited:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"], ids=["comma", "tab", "semicolon", "bar"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "mac"])
    def test_every_encoding_separator_and_line_end(
        self, tmp_path: Path, encoding: str, delimiter: str, end: str
    ) -> None:
        path = write(tmp_path, encoded(delimited([HEADER, *DATA], delimiter, end), encoding))
        assert read_cells(path) == [dict(zip(HEADER, row, strict=True)) for row in DATA]

    def test_utf_16_without_its_mark_is_recognised(self, tmp_path: Path) -> None:
        assert len(read_cells(write(tmp_path, delimited([HEADER, *DATA]).encode("utf-16-be")))) == 2

    def test_a_preamble_is_skipped_and_rows_keep_their_line_numbers(self, tmp_path: Path) -> None:
        preamble = "Moz Links\nReport of;today, at noon\n\n"
        path = write(tmp_path, preamble + delimited([HEADER, *DATA], end="\n"))
        table = open_table(path, is_header=lambda headers: "url" in headers)
        assert table.headers == tuple(HEADER)
        assert [row.number for row in table if isinstance(row, Row)] == [5, 6]
        assert open_table(path).headers == tuple(HEADER)

    def test_a_table_can_be_read_again(self, tmp_path: Path) -> None:
        table = open_table(write(tmp_path, delimited([HEADER, *DATA])))
        assert list(table) == list(table)
        assert table.kind == "csv"
        assert table.lines == 4

    def test_what_is_not_utf8_is_windows_1252_and_says_so(self, tmp_path: Path) -> None:
        table = open_table(write(tmp_path, delimited([HEADER, *DATA]).encode("cp1252")))
        assert table.encoding == "cp1252"
        assert "Windows-1252" in table.notes[0]

    def test_one_broken_letter_does_not_spoil_the_others(self, tmp_path: Path) -> None:
        content = "url,title\nhttps://a.de/,Grüße aus Köln\nhttps://b.de/,X\xff\n".encode().replace(
            b"\xc3\xbf", b"\xff"
        )
        table = open_table(write(tmp_path, content))
        first, second = table
        assert table.encoding == "utf-8"
        assert "1 places" in table.notes[0]
        assert isinstance(first, Row)
        assert first.cells["title"] == "Grüße aus Köln"
        # A lone surrogate, which every parser of cells refuses by name.
        assert isinstance(second, Row)
        assert second.cells["title"] == "X\udcff"

    def test_header_names_are_made_whole_and_distinct(self, tmp_path: Path) -> None:
        table = open_table(write(tmp_path, "\ufeff url ,,Type,Type,,\nhttps://a.de/,x,1,2,,\n"))
        assert table.headers == ("url", "column 2", "Type", "Type (2)")
        assert header_key("Domain_ rating") == "domainrating"

    @pytest.mark.parametrize(
        "broken",
        [
            'https://b.de/,"an "unescaped" quote",x',
            "https://b.de/,too,many,cells",
            'https://b.de/,"' + "x" * 140_000 + '",x',
            'https://b.de/,"never closed,x',
            "https://b.de/," + "x" * (1 << 21),
        ],
        ids=["quotes", "cells", "field", "unclosed", "line"],
    )
    def test_a_broken_row_is_refused_alone(self, tmp_path: Path, broken: str) -> None:
        after = [f"https://c{number}.de/,t,n" for number in range(3)]
        path = write(tmp_path, "\n".join(["url,title,notes", "https://a.de/,t,n", broken, *after]) + "\n")
        rows = list(read_table(path))
        assert next(row for row in rows if isinstance(row, Refusal)).row == 3
        assert [row.number for row in rows if isinstance(row, Row)] == [2, 4, 5, 6]
        assert sum(isinstance(row, Refusal) for row in rows) == 1

    def test_an_unclosed_quote_does_not_swallow_the_file(self, tmp_path: Path) -> None:
        lines = ["url,title", 'https://a.de/,"open', *(f"https://c{number}.de/,t" for number in range(5_000))]
        rows = list(read_table(write(tmp_path, "\n".join(lines))))
        (refusal,) = [row for row in rows if isinstance(row, Refusal)]
        assert refusal.row == 2
        assert "within 1000 lines" in refusal.rule  # not at the end of the file, which may be far
        assert [row.number for row in rows if isinstance(row, Row)] == list(range(3, 5_003))

    def test_a_stray_quote_that_meets_another_is_told_from_a_long_cell(self, tmp_path: Path) -> None:
        lines = [
            "url,title",
            'https://a.de/,"open',
            "https://b.de/,t",
            'https://c.de/,"whole"',
            "https://d.de/,t",
        ]
        rows = list(read_table(write(tmp_path, "\n".join(lines))))
        assert [row.number for row in rows if isinstance(row, Row)] == [3, 4, 5]

    def test_a_short_row_over_several_lines_is_a_stray_quote(self, tmp_path: Path) -> None:
        lines = ["url,title,notes", 'https://a.de/,"open', "https://b.de/,t,n", 'https://c.de/,t"']
        rows = list(read_table(write(tmp_path, "\n".join(lines))))
        assert [type(row) for row in rows] == [Refusal, Row, Row]
        assert rows[1] == Row(3, {"url": "https://b.de/", "title": "t", "notes": "n"})

    def test_short_rows_are_filled_and_empty_ones_passed_over(self, tmp_path: Path) -> None:
        path = write(tmp_path, "url,title,notes\nhttps://a.de/\n\n   \nhttps://b.de/,t,n,,\n")
        assert read_cells(path)[0] == {"url": "https://a.de/", "title": "", "notes": ""}
        assert read_cells(path)[-1] == {"url": "https://b.de/", "title": "t", "notes": "n"}

    @given(
        st.lists(
            st.lists(
                st.text(
                    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufeff")
                    | st.sampled_from("\n\r\t")
                ),
                min_size=2,
                max_size=2,
            ),
            max_size=8,
        )
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_what_was_written_is_read(self, tmp_path: Path, rows: list[list[str]]) -> None:
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["url", "title"], *rows])
        path = write(tmp_path, out.getvalue())
        table = open_table(path, is_header=lambda headers: headers[0] == "url")
        assert [list(row.cells.values()) for row in table if isinstance(row, Row)] == rows

    @given(st.binary(max_size=300))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
    def test_junk_is_refused_and_never_raises_anything_else(self, tmp_path: Path, content: bytes) -> None:
        try:
            rows = list(read_table(write(tmp_path, content)))
        except InvalidInput as error:
            assert error.field in {"file", "row"}  # noqa: PT017
        else:
            assert all(isinstance(row, Row | Refusal) for row in rows)


class TestLists:
    def test_a_list_has_one_url_per_line_and_comments(self, tmp_path: Path) -> None:
        path = write(tmp_path, "# mine\nhttps://a.de/x,y\n\nb.de\n  # more\njavascript:x\nhttp://c.de/;d\n")
        table = open_table(path)
        assert table.kind == "list"
        assert [(row.number, row.cells["url"]) for row in table if isinstance(row, Row)] == [
            (2, "https://a.de/x,y"),
            (4, "b.de"),
            (6, "javascript:x"),
            (7, "http://c.de/;d"),
        ]

    def test_one_url_is_a_list(self, tmp_path: Path) -> None:
        assert open_table(write(tmp_path, "https://a.de/")).kind == "list"

    def test_a_table_without_a_header_is_not_a_list(self, tmp_path: Path) -> None:
        assert open_table(write(tmp_path, "https://a.de/,One\nhttps://b.de/,Two\n")).kind == "csv"

    def test_a_column_of_urls_with_a_header_is_a_table(self, tmp_path: Path) -> None:
        table = open_table(write(tmp_path, "url\nhttps://a.de/\nhttps://b.de/\n"))
        assert table.headers == ("url",)
        assert len(list(table)) == 2

    def test_a_line_without_end_is_refused(self, tmp_path: Path) -> None:
        path = write(
            tmp_path, "https://a.de/\nhttps://b.de/\nhttps://c.de/" + "x" * (1 << 21) + "\nhttps://d.de/\n"
        )
        assert [type(row) for row in read_table(path)] == [Row, Row, Refusal, Row]
        assert [row.number for row in read_table(path) if isinstance(row, Row)] == [1, 2, 4]


class TestJson:
    ITEMS = (
        {"url": "https://a.de/", "n": 1, "deep": {"x": [1, "ü"]}},
        {"url": "https://b.de/", "title": None, "flag": True},
    )

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("indent", [None, 2])
    def test_an_array(self, tmp_path: Path, encoding: str, indent: int | None) -> None:
        path = write(tmp_path, json.dumps(self.ITEMS, indent=indent, ensure_ascii=False).encode(encoding))
        assert read_cells(path) == list(self.ITEMS)
        assert open_table(path).headers == ("url", "n", "deep", "title", "flag")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_lines(self, tmp_path: Path, encoding: str) -> None:
        text = "\n\n".join(json.dumps(item, ensure_ascii=False) for item in self.ITEMS)
        path = write(tmp_path, text.encode(encoding))
        assert read_cells(path) == list(self.ITEMS)
        assert [row.number for row in read_table(path) if isinstance(row, Row)] == [1, 3]

    def test_an_object_that_holds_them(self, tmp_path: Path) -> None:
        text = json.dumps({"count": 2, "tags": ["x"], "data": self.ITEMS}, indent=1)
        assert read_cells(write(tmp_path, text)) == list(self.ITEMS)
        assert read_cells(write(tmp_path, json.dumps({"url": "https://a.de/"}, indent=1))) == [
            {"url": "https://a.de/"}
        ]

    def test_an_array_of_urls(self, tmp_path: Path) -> None:
        assert read_cells(write(tmp_path, '["https://a.de/", "b.de"]')) == [
            {"url": "https://a.de/"},
            {"url": "b.de"},
        ]

    def test_an_array_longer_than_the_buffer(self, tmp_path: Path) -> None:
        items = [{"url": f"https://a.de/{number}", "text": "ü" * (number % 997)} for number in range(3_000)]
        assert read_cells(write(tmp_path, json.dumps(items))) == items

    def test_elements_that_are_no_objects_are_refused_alone(self, tmp_path: Path) -> None:
        numbers = ", ".join("123456789" for _ in range(60_000))  # more than one buffer
        rows = list(
            read_table(write(tmp_path, f'[{{"url": "a.de"}}, {numbers}, null, [1], {{"url": "b.de"}}]'))
        )
        assert len(rows) == 60_004
        assert {row.value for row in rows if isinstance(row, Refusal) and isinstance(row.value, int)} == {
            123456789
        }
        assert rows[-1] == Row(60_004, {"url": "b.de"})

    @pytest.mark.parametrize(
        "text",
        [
            '[{"url": "a.de"}, {"url": ]',
            '[{"url": "a.de"}',
            '[{"url": "a.de"}] more',
            '[{"url": "a.de"} {"url": "b.de"}]',
            '[{"url": "a.de"}, ' + "[" * 50_000,
            '[{"url": "a.de"}, "' + "x" * (1 << 23),
        ],
        ids=["broken", "unended", "more", "comma", "deep", "endless"],
    )
    def test_what_stands_before_a_break_lands(self, tmp_path: Path, text: str) -> None:
        row, refusal = read_table(write(tmp_path, text))
        assert isinstance(row, Row)
        assert isinstance(refusal, Refusal)
        assert "nothing behind" in refusal.rule

    @pytest.mark.parametrize(
        "line",
        ["{", '{"a": NaN}', "[1]", "7", '{"a": "\\ud800"}', "{" * 5_000, '{"a": "' + "x" * (1 << 23)],
        ids=range(7),
    )
    def test_a_broken_line_is_refused_alone(self, tmp_path: Path, line: str) -> None:
        good = json.dumps(self.ITEMS[0])
        rows = list(read_table(write(tmp_path, f"{good}\n{line}\n{good}\n")))
        assert [type(row) for row in rows] == [Row, Refusal, Row]

    def test_the_first_line_may_be_the_broken_one(self, tmp_path: Path) -> None:
        assert [type(row) for row in read_table(write(tmp_path, '{"url": \n{"url": "b.de"}\n'))] == [
            Refusal,
            Row,
        ]

    @pytest.mark.parametrize("text", ["[]", "{", "[1, 2]", "[", "{]"])
    def test_json_without_an_object_is_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(InvalidInput):
            open_table(write(tmp_path, text))


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (b"", "empty"),
            (b" \r\n\t\n", "empty"),
            (b"\xef\xbb\xbf", "empty"),
            ("  \n".encode("utf-16"), "empty"),
            (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 9, "neither"),
            (b"\x7fELF" + b"\x00" * 400, "neither"),
            (b"\x1f\x8b\x08" + b"x" * 50, "gzip"),
            (b"\xd0\xcf\x11\xe0" + b"x" * 50, "old or encrypted"),
            (b"%PDF-1.7\n", "PDF"),
            (b"SQLite format 3\x00", "database"),
            (b"PK\x03\x04 nothing", "sound"),
        ],
        ids=range(11),
    )
    def test_what_is_no_table_is_refused_with_advice(self, tmp_path: Path, content: bytes, word: str) -> None:
        with pytest.raises(InvalidInput, match=word) as caught:
            open_table(write(tmp_path, content))
        assert caught.value.field == "file"

    def test_a_directory_a_missing_file_a_pipe_and_a_bad_name(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        for path, word in (
            (tmp_path, "directory"),
            (tmp_path / "none", "exist"),
            (tmp_path / "pipe", "regular"),
            ("a\x00b", "name|exist"),
            ("x" * 5_000, "readable"),
        ):
            with pytest.raises(InvalidInput, match=word):
                open_table(path)

    def test_a_file_that_may_not_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = write(tmp_path, "url\na.de\n")

        def denied(*_args: object, **_kwargs: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", denied)  # root may read everything, so the mode would not do
        with pytest.raises(InvalidInput, match="permission"):
            open_table(path)

    def test_the_ending_of_the_name_is_not_asked(self, tmp_path: Path) -> None:
        assert open_table(write(tmp_path, "url;title\na.de;x\n", "wrong.json")).kind == "csv"
        assert open_table(write(tmp_path, '[{"url": "a.de"}]', "wrong.csv")).kind == "json"

    def test_nul_bytes_stay_in_their_cell(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            b"url,title\nhttps://b.de/,t\x00o\nhttps://c.de/,x\n",
        )
        assert [row.cells["title"] for row in read_table(path) if isinstance(row, Row)][-2:] == [
            "t\x00o",
            "x",
        ]

    def test_utc_is_not_put_on_naive_cells_here(self, tmp_path: Path) -> None:
        (row,) = read_table(workbook(tmp_path, {"One": [["url", "at"], ["a.de", datetime(2026, 1, 1)]]}))  # noqa: DTZ001
        assert isinstance(row, Row)
        assert row.cells["at"] == datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
