"""Rows that break a rule, from the command line: each is named in the rejects file, the others land."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.faults.commands import Commands, picture

HEADER = ["url", "contact_email", "spam_score", "user_rating", "status", "title", "discovered_at"]
LONG = "https://long.example/" + "a" * 5_000
# What a row says, the field that is refused, and words of the rule.
BAD: list[tuple[dict[str, str], str, str]] = [
    ({"url": LONG}, "url", "at most 2048 characters"),
    ({"url": ""}, "url", "must not be empty"),
    ({"url": "javascript:alert(1)"}, "url", "http or https"),
    ({"url": "file:///etc/passwd"}, "url", "http or https"),
    ({"url": "data:text/html,<script>"}, "url", "http or https"),
    ({"url": "https://me:pw@example.org/"}, "url", "user name or a password"),
    ({"url": "https://127.0.0.1/"}, "url", "IP address"),
    ({"url": "https://[::1]/"}, "url", "IP address"),
    ({"url": "https://example.org:99999/"}, "url", "valid web address"),
    ({"url": "http://localhost/"}, "url", "public site"),
    ({"contact_email": "nobody"}, "contact_email", "@-sign"),
    ({"contact_email": "a@b@example.org"}, "contact_email", "valid email address"),
    ({"contact_email": "jörg@example.org"}, "contact_email", "only ASCII"),
    ({"spam_score": "1.7"}, "spam_score", "from 0 to 1"),
    ({"spam_score": "NaN"}, "spam_score", "must be a"),
    ({"spam_score": "inf"}, "spam_score", "must be a"),
    ({"spam_score": "high"}, "spam_score", "must be a number"),
    ({"spam_score": "True"}, "spam_score", "must be a number"),
    ({"user_rating": "9"}, "user_rating", "from 1 to 5"),
    ({"user_rating": "9" * 5_000}, "user_rating", "must be"),
    ({"status": "hot lead"}, "status", "must be one of"),
    ({"title": "a\x00b"}, "title", "control characters"),
    ({"title": "x" * 501}, "title", "at most 500"),
    ({"discovered_at": "2026-01-01T10:00:00"}, "discovered_at", "time zone"),
    ({"discovered_at": "0001-01-01T00:00:00Z"}, "discovered_at", "1970 to 2100"),
    ({"discovered_at": "9999-12-31T23:59:59Z"}, "discovered_at", "1970 to 2100"),
    ({"discovered_at": "0001-01-01T00:00:00+14:00"}, "discovered_at", "1970 to 2100"),
]
GOOD = [
    {"url": "https://bücher.example/", "title": "In another script"},
    {"url": "https://last.example/'; DROP TABLE users;--", "spam_score": "0.3", "user_rating": "5"},
]


def rows() -> list[dict[str, str]]:
    """A good row, the bad ones, and a good row."""
    bad = [{"url": f"https://site{n}.example/"} | row for n, (row, _, _) in enumerate(BAD)]
    return [GOOD[0], *bad, GOOD[1]]


def write_csv(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER)
        writer.writeheader()
        writer.writerows(rows())


def write_json_lines(path: Path) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows()))


def write_workbook(path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADER)
    for row in rows():
        # A workbook cannot hold a control character at all.
        sheet.append([row.get(name, "").replace("\x00", "\x00"[:0]) for name in HEADER])
    book.save(path)


class TestRowsOfEveryFormat:
    @pytest.mark.parametrize(
        ("name", "write", "first"), [("bad.csv", write_csv, 2), ("bad.jsonl", write_json_lines, 1)]
    )
    def test_each_bad_row_is_named_and_the_good_ones_land(
        self, linkwright: Commands, record_url: str, tmp_path: Path, name: str, write: Any, first: int
    ) -> None:
        write(tmp_path / name)
        before = picture(record_url)["backlinking_opportunities"]

        words = ("import", "prospects", name, "-c", "Spring", "--json")
        done = linkwright(*words, url=record_url, folder=tmp_path)

        assert (done.status, done.err) == (1, "")
        assert (done.json["new"], done.json["refused"]) == (len(GOOD), len(BAD))
        with (tmp_path / f"{name}.rejects.csv").open(newline="") as stream:
            refused = list(csv.DictReader(stream))
        for number, ((_, field, rule), row) in enumerate(zip(BAD, refused, strict=True), start=first + 1):
            assert (int(row["row"]), row["field"]) == (number, field), row
            assert rule in row["rule"], row
        after = picture(record_url)
        assert {row["url"] for row in after["backlinking_opportunities"][len(before) :]} == {
            "https://xn--bcher-kva.example/",
            "https://last.example/';%20DROP%20TABLE%20users;--",
        }

        again = linkwright(*words, url=record_url, folder=tmp_path)
        assert (again.status, again.json["new"], again.json["same"]) == (1, 0, len(GOOD))
        assert picture(record_url) == after
        assert linkwright("doctor", url=record_url).status == 0

    @pytest.mark.dialects("sqlite")
    def test_a_workbook_of_them_too(self, linkwright: Commands, record_url: str, tmp_path: Path) -> None:
        write_workbook(tmp_path / "bad.xlsx")

        done = linkwright(
            "import", "prospects", "bad.xlsx", "-c", "Spring", "--json", url=record_url, folder=tmp_path
        )

        # A workbook cannot hold the NUL of one row, which is then good, and its row of nothing is none.
        assert (done.status, done.json["new"], done.json["refused"]) == (1, len(GOOD) + 1, len(BAD) - 2)

    @pytest.mark.dialects("sqlite")
    def test_a_dry_run_says_the_same_and_keeps_nothing(
        self, linkwright: Commands, record_url: str, tmp_path: Path
    ) -> None:
        write_csv(tmp_path / "bad.csv")
        before = picture(record_url)

        done = linkwright(
            "import",
            "prospects",
            "bad.csv",
            "-c",
            "New",
            "--create",
            "--dry-run",
            url=record_url,
            folder=tmp_path,
        )

        assert done.status == 1
        assert "nothing was kept" in done.out
        assert picture(record_url) == before


class TestJson:
    """What only JSON can say; where it is not JSON, the field is the row."""

    HOSTILE = (
        ('{"url": "https://a.example/", "title": "\\ud800"}', "row"),
        ('{"url": "https://a.example/\\udfff"}', "row"),
        ('{"url": "https://a.example/", "spam_score": NaN}', "row"),
        ('{"url": "https://a.example/", "spam_score": 1e400}', "row"),
        ('{"url": "https://a.example/", "ai_relevance_score": true}', "ai_relevance_score"),
        ('{"url": "https://a.example/", "user_rating": 4.5}', "user_rating"),
        ('{"url": "https://a.example/", "domain_authority": ' + "9" * 5_000 + "}", "row"),
        (
            '{"url": "https://a.example/", "ai_content_analysis": ' + '{"a":' * 500 + "1" + "}" * 501,
            "ai_content_analysis",
        ),
        ('{"url": ["https://a.example/"]}', "url"),
        ('{"url": {"a": 1}}', "url"),
    )

    @pytest.mark.dialects("sqlite")
    def test_is_refused_row_by_row(self, linkwright: Commands, record_url: str, tmp_path: Path) -> None:
        (tmp_path / "bad.jsonl").write_text("".join(f"{line}\n" for line, _ in self.HOSTILE))
        before = picture(record_url)["backlinking_opportunities"]

        done = linkwright(
            "import", "prospects", "bad.jsonl", "-c", "Spring", "--json", url=record_url, folder=tmp_path
        )

        assert (done.status, done.json["refused"]) == (1, len(self.HOSTILE))
        assert [refused["field"] for refused in done.json["refusals"]] == [field for _, field in self.HOSTILE]
        assert picture(record_url)["backlinking_opportunities"] == before
