"""Every format we know, in the spellings its files come in."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.parsing.formats import (
    FIELDS,
    FORMATS,
    Prospect,
    custom,
    open_prospects,
    read_prospects,
    recognise,
)
from linkwright.parsing.formats.words import campaign_status, opportunity_status
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables.rows import Row
from tests.parsing.exports import SAMPLES, delimited, load, prospect, write


class TestRecognition:
    def test_there_is_a_sample_of_every_format(self) -> None:
        assert set(SAMPLES) == {kind.name for kind in FORMATS}

    @pytest.mark.parametrize("name", SAMPLES)
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("delimiter", [",", "\t", ";"], ids=["comma", "tab", "semicolon"])
    def test_by_the_header_whatever_its_spelling_and_order(
        self, tmp_path: Path, name: str, encoding: str, delimiter: str
    ) -> None:
        row = list(SAMPLES[name][0].items())
        random.Random(name + delimiter).shuffle(row)
        spelt = {f" {key.upper().replace(' ', '_')} ": value for key, value in row}
        preamble = f"A report{delimiter}\nof today\n\n"
        plain = load(write(tmp_path, delimited(SAMPLES[name])))
        path = write(tmp_path, (preamble + delimited([spelt], delimiter)).encode(encoding))
        assert open_prospects(path)[1].name == name
        (record,), (expected,) = load(path), plain
        assert not isinstance(record, Refusal)
        assert type(record) is type(expected)
        assert getattr(record, "url", None) == getattr(expected, "url", None)

    @pytest.mark.parametrize("name", SAMPLES)
    def test_json_and_workbooks_say_the_same_as_text(self, tmp_path: Path, name: str) -> None:
        rows = SAMPLES[name] * 2
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
        book.save(tmp_path / "book.xlsx")
        text = [repr(record).partition("source=")[2] for record in load(write(tmp_path, delimited(rows)))]
        for path in (
            write(tmp_path, json.dumps(rows), "a.json"),
            write(tmp_path, "\n".join(map(json.dumps, rows)), "a.jsonl"),
            tmp_path / "book.xlsx",
        ):
            records = load(path)
            assert not any(isinstance(record, Refusal) for record in records)
            assert [repr(record).partition("source=")[2] for record in records] == text

    def test_unknown_columns_are_named_with_a_way_out(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            recognise(["Website", "Mail"])
        assert "--map Website=url --map Mail=contact_email" in str(caught.value)
        with pytest.raises(InvalidInput, match=r"does not know: Price; .*--map"):
            recognise(["url", "title", "Price"])

    def test_one_that_is_nearly_ours_is_told_what_was_meant(self) -> None:
        with pytest.raises(InvalidInput, match="--map Notizen=user_notes"):
            recognise(["url", "title", "Notizen"])

    def test_a_map_without_a_url_leaves_our_own_columns_what_they_are(self, tmp_path: Path) -> None:
        path = write(tmp_path, "URL,Title,Notes,Price\nhttps://a.example/,A,by phone,80\n")
        table, kind = open_prospects(path, mapping={"Notes": "user_notes"})
        [record] = read_prospects(table, kind)

        assert isinstance(record, Prospect)
        assert (record.title, record.values, record.extra) == (
            "A",
            {"user_notes": "by phone"},
            {"price": "80"},
        )

    def test_a_map_without_a_url_is_not_enough_where_no_column_is_called_so(self, tmp_path: Path) -> None:
        path = write(tmp_path, "Site,Notes\na.example,x\n")
        with pytest.raises(InvalidInput, match=r"must name the column of the url.*the file has: Site, Notes"):
            open_prospects(path, mapping={"Notes": "user_notes"})

    def test_a_file_of_unknown_columns_is_refused_whole(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="no known format"):
            open_prospects(write(tmp_path, "a,b\n1,2\n"))

    def test_a_list_of_urls(self, tmp_path: Path) -> None:
        records = load(write(tmp_path, "# mine\nHTTPS://Example.com/a#x\nexample.org\nfile:///etc/passwd\n"))
        assert [getattr(record, "url", None) for record in records] == [
            "https://example.com/a",
            "https://example.org/",
            None,
        ]
        assert isinstance(records[0], Prospect)
        assert records[0].source == "url_list"
        assert records[2] == Refusal(4, "url", "file:///etc/passwd", "must be an http or https address")


class TestLinkwright:
    def test_every_field_goes_where_it_belongs(self, tmp_path: Path) -> None:
        assert prospect(tmp_path, "linkwright").as_opportunity() == {
            "url": "https://www.example.com/write",
            "domain": "example.com",
            "title": "Write for us",
            "contact_email": "jane@example.com",
            "ai_relevance_score": 0.8,
            "primary_topics": ["gardens", "tools"],
            "word_count_min": 800,
            "word_count_max": 1500,
            "allows_links": True,
            "status": "qualified",
            "discovered_at": datetime(2026, 9, 15, 10, tzinfo=UTC),
            "domain_authority": 40,
            "user_rating": 5,
            "user_notes": "=careful",
        }

    def test_what_is_absent_is_not_invented(self, tmp_path: Path) -> None:
        (record,) = load(write(tmp_path, "url,title,spam_score,domain_authority\nexample.com,,,\n"))
        assert isinstance(record, Prospect)
        assert record.as_opportunity() == {"url": "https://example.com/", "domain": "example.com"}
        assert record.spam_score is None

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("url", "javascript:alert(1)"),
            ("url", "https://example.com/" + "a" * 5000),
            ("url", ""),
            ("contact_email", "jané@example.com"),
            ("contact_page_url", "file:///x"),
            ("ai_relevance_score", "1.7"),
            ("ai_relevance_score", "NaN"),
            ("ai_relevance_score", "high"),
            ("user_rating", "9"),
            ("user_rating", "0"),
            ("domain_authority", "101"),
            ("word_count_min", "2000"),
            ("word_count_min", "-1"),
            ("status", "maybe"),
            ("discovered_at", "2026-09-15 10:00:00"),
            ("discovered_at", "0001-01-01"),
            ("discovered_at", "9999-01-01"),
            ("allows_links", "perhaps"),
            ("title", "a\x00b"),
            ("title", "x" * 501),
            ("contact_name", "x" * 201),
            ("submission_deadline", "x" * 101),
            ("primary_topics", "[1, 2]"),
            ("ai_content_analysis", "[]"),
            ("ai_content_analysis", '{"a": "\\u0000"}'),
            ("writing_tone", "angry"),
        ],
        ids=range(26),
    )
    def test_a_broken_rule_names_row_field_and_value(self, tmp_path: Path, field: str, value: str) -> None:
        row = {**SAMPLES["linkwright"][0], field: value}
        good = {key: SAMPLES["linkwright"][0].get(key, "") for key in row}
        first, refusal, last = load(write(tmp_path, delimited([good, row, good])))
        assert isinstance(first, Prospect)
        assert isinstance(last, Prospect)
        assert isinstance(refusal, Refusal)
        assert (refusal.row, refusal.field) == (3, field)
        assert refusal.value == value
        assert refusal.rule.startswith("must")

    def test_columns_of_the_export_that_a_file_cannot_set_are_passed_over(self, tmp_path: Path) -> None:
        (record,) = load(
            write(tmp_path, "id,campaign_id,domain,email_open_rate,url\n7,x,wrong.com,3,example.com\n")
        )
        assert isinstance(record, Prospect)
        assert record.as_opportunity() == {"url": "https://example.com/", "domain": "example.com"}

    def test_an_analysis_of_our_own_is_kept(self, tmp_path: Path) -> None:
        (record,) = load(
            write(tmp_path, json.dumps([{"url": "a.de", "ai_content_analysis": {"moz": {"x": [1]}}}]))
        )
        assert isinstance(record, Prospect)
        assert record.as_opportunity()["ai_content_analysis"] == {"moz": {"x": [1]}}


class TestCustom:
    def test_a_map_names_the_columns(self, tmp_path: Path) -> None:
        path = write(tmp_path, "My list\n\nWebsite;Mail;Price\nexample.com;jane@example.com;$8\n")
        (record,) = load(path, mapping={"website": "url", "Mail": "contact_email"})
        assert isinstance(record, Prospect)
        assert (record.url, record.contact_email, record.extra) == (
            "https://example.com/",
            "jane@example.com",
            {"price": "$8"},
        )

    def test_a_map_overrules_what_would_be_recognised(self, tmp_path: Path) -> None:
        path = write(tmp_path, delimited(SAMPLES["ahrefs"]))
        (record,) = load(path, mapping={"Target URL": "url", "Author": "contact_name"})
        assert isinstance(record, Prospect)
        assert (record.url, record.contact_name) == ("https://rival.example/x", "Jane")

    @pytest.mark.parametrize(
        "mapping",
        [
            {"Website": "website"},
            {"url": "title"},
            {"Website": "url", "Page": "url"},
            {"Website": "url", "web site": "title"},
            {"": "url"},
            {"Website": "id"},
        ],
        ids=range(6),
    )
    def test_a_map_that_makes_no_sense_is_refused(self, mapping: dict[str, str]) -> None:
        with pytest.raises(InvalidInput) as caught:
            custom(mapping)
        assert caught.value.field == "map"

    def test_a_column_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=r"Homepage.*Website"):
            open_prospects(write(tmp_path, "Website,Mail\na.de,x\n"), mapping={"Homepage": "url"})

    @given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=30), min_size=1))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_cells_give_a_prospect_or_a_refusal(self, cells: dict[str, str]) -> None:
        kind = recognise(["url"])
        (record,) = kind.read(iter([Row(1, {"url": "example.com", **cells})]))
        assert isinstance(record, Prospect | Refusal)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=10,
        )
    )
    def test_any_json_value_gives_a_prospect_or_a_refusal(self, value: Any) -> None:
        cells: dict[str, Any] = {"url": "example.com", **dict.fromkeys(FIELDS, value), "other": value}
        for kind in (recognise(["url"]), custom({"url": "url", "title": "title"})):
            for name in FIELDS:
                (record,) = kind.read(
                    iter([Row(1, {"url": "example.com", name: cells[name], "other": value})])
                )
                assert isinstance(record, Prospect | Refusal)
                if isinstance(record, Prospect):
                    json.dumps(record.analysis(), allow_nan=False).encode()


class TestWords:
    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("replied", "responded"),
            ("Answered", "responded"),
            ("placed", "published"),
            ("won", "published"),
            ("live", "published"),
            ("Link Accepted", "published"),
            ("interested", "responded"),
            ("unsubscribed", "suppressed"),
            ("no response", "no_response"),
            ("LINK-LOST", "link_lost"),
        ],
    )
    def test_words_of_others_are_translated(self, word: str, status: str) -> None:
        assert opportunity_status(word) == status

    def test_campaigns_have_words_too(self) -> None:
        words = ["drafted", "running", "finished", "processed", "Active"]
        assert [campaign_status(word) for word in words] == [
            "draft",
            "active",
            "completed",
            "completed",
            "active",
        ]

    @pytest.mark.parametrize("word", ["", "maybe", None, 7, "discovere"])
    def test_unknown_words_are_never_guessed(self, word: object) -> None:
        with pytest.raises(InvalidInput, match="must be one of"):
            opportunity_status(word)


class TestWholeFileFaults:
    def test_a_rejects_file_is_told_from_the_rows_it_speaks_of(self, tmp_path: Path) -> None:
        file = tmp_path / "spring.csv.rejects.csv"
        file.write_text("row,field,value,rule\r\n2,url,nowhere,must be a URL\r\n")
        with pytest.raises(InvalidInput, match=r"is a rejects file.*mend these rows in your file"):
            open_prospects(file)

    def test_a_wrong_map_names_the_column_that_is_not_there(self, tmp_path: Path) -> None:
        file = tmp_path / "sites.csv"
        file.write_text("Website,Editor\nhttps://a.example/,Ann\n")
        with pytest.raises(InvalidInput, match="no column of the file: Webseite; the file has: Website, E"):
            open_prospects(file, mapping={"Webseite": "url"})

    def test_a_spam_score_of_zero_that_another_file_gave_is_kept_as_a_fact(self, tmp_path: Path) -> None:
        file = tmp_path / "sites.csv"
        file.write_text("Website,Spam\nhttps://a.example/,0\nhttps://b.example/,\n")
        table, kind = open_prospects(file, mapping={"Website": "url", "Spam": "spam_score"})
        told = [one.analysis() for one in read_prospects(table, kind) if isinstance(one, Prospect)]
        assert told == [{"custom": {"spam_score": 0.0}}, None]
