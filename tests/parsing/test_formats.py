"""Every format we know, in the spellings its files come in."""

import csv
import io
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
    Attempt,
    LinkFacts,
    Prospect,
    Record,
    Reply,
    custom,
    open_prospects,
    read_prospects,
    recognise,
)
from linkwright.parsing.formats.words import campaign_status, email_status, opportunity_status, response_type
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables.rows import Row

SAMPLES: dict[str, list[dict[str, str]]] = {
    "linkwright": [
        {
            "url": "https://WWW.Example.com/write?utm_source=x",
            "title": "Write for us",
            "contact_email": "Jane <jane@Example.com>",
            "ai_relevance_score": "0.8",
            "primary_topics": '["gardens", "tools"]',
            "word_count_min": "800",
            "word_count_max": "1,500",
            "allows_links": "yes",
            "status": "qualified",
            "discovered_at": "2026-09-15T10:00:00Z",
            "domain_authority": "40",
            "user_rating": "5",
            "user_notes": "'=careful",
        }
    ],
    "alwrity_leads": [
        {
            "lead_id": "bl_1",
            "campaign_id": "bl_c",
            "domain": "example.com",
            "page_title": "Gardens",
            "email": "jane@example.com",
            "status": "replied",
            "discovery_source": "duckduckgo",
            "created_at": "2026-09-15T10:00:00.123456",
        }
    ],
    "alwrity_attempts": [
        {
            "attempt_id": "att_1",
            "lead_id": "bl_1",
            "campaign_id": "bl_c",
            "sender_email": "me@example.org",
            "subject": "Hello",
            "status": "sent",
            "sent_at": "2026-09-15T10:00:00",
            "created_at": "2026-09-15T09:00:00",
        }
    ],
    "alwrity_replies": [
        {
            "reply_id": "rep_1",
            "attempt_id": "att_1",
            "from_email": "jane@example.com",
            "subject": "Re: Hello",
            "classification": "replied",
            "received_at": "2026-09-16T10:00:00",
        }
    ],
    "search_console_links": [{"Linking page": "https://example.com/a", "Last crawled": "Sep 15, 2026"}],
    "search_console_sites": [{"Site": "example.com", "Linking pages": "1,240", "Target pages": "2.0"}],
    "ahrefs": [
        {
            "Referring page title": "Gardens",
            "Referring page URL": "https://example.com/a",
            "Language": "en",
            "Platform": "wordpress, blogs",
            "Referring page HTTP code": "200",
            "Domain rating": "71.5",
            "UR": "12",
            "Domain traffic": "1,240",
            "Page traffic": "",
            "Target URL": "https://rival.example/x",
            "Left context": "see",
            "Anchor": "the guide",
            "Right context": "for more",
            "Type": "text",
            "Nofollow": "true",
            "UGC": "FALSE",
            "Sponsored": "false",
            "First seen": "2026-01-02 10:00:00",
            "Last seen": "2026-09-15",
            "Lost": "2026-09-16",
            "Drop reason": "link removed",
            "Author": "Jane",
        }
    ],
    "semrush": [
        {
            "Page ascore": "33",
            "Source title": "Gardens",
            "Source url": "https://example.com/a",
            "Target url": "https://rival.example/x",
            "Anchor": "the guide",
            "External links": "$8",
            "Internal links": "120",
            "Nofollow": "True",
            "Sponsored": "False",
            "Ugc": "False",
            "Text": "True",
            "Frame": "False",
            "Form": "False",
            "Image": "False",
            "Sitewide": "False",
            "First seen": "2026-01-02",
            "Last seen": "2026-09-15",
            "New link": "False",
            "Lost link": "True",
        }
    ],
    "moz": [
        {
            "URL": "https://example.com/a",
            "Title": "Gardens",
            "Anchor Text": "the guide",
            "Spam Score": "3%",
            "Page Authority": "30",
            "Domain Authority": "41",
            "Number of Domains Linking to this Page": "1,240",
            "Number of Domains Linking to Domain": "2.0",
            "Origin": "External",
            "Target URL": "https://rival.example/x",
            "Link Equity": "Yes",
            "No Link Equity": "",
            "Only rel=nofollow": "No",
            "Only follow": "Yes",
            "301": "",
        }
    ],
    "majestic": [
        {
            "Target URL": "https://rival.example/x",
            "Source URL": "https://example.com/a",
            "Anchor Text": "the guide",
            "Source Crawl Date": "2026-09-15",
            "Source First Found Date": "2026-01-02",
            "FlagNoFollow": "+",
            "FlagImageLink": "-",
            "FlagRedirect": "-",
            "FlagFrame": "-",
            "FlagOldCrawl": "-",
            "FlagAltText": "-",
            "FlagMention": "-",
            "SourceCitationFlow": "30",
            "SourceTrustFlow": "28",
            "TargetCitationFlow": "10",
            "TargetTrustFlow": "9",
        }
    ],
    "hunter": [
        {
            "Domain name": "example.com",
            "Organization": "Example",
            "Email address": "jane@example.com",
            "Type": "personal",
            "Confidence score": "94",
            "Number of sources": "7",
            "First name": "Jane",
            "Last name": "Doe",
            "Department": "Editorial",
            "Job title": "Editor",
        }
    ],
}


def delimited(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(folder: Path, content: bytes | str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(path: Path, **options: Any) -> list[Record | Refusal]:
    return list(read_prospects(*open_prospects(path, **options)))


def one(folder: Path, name: str, **changes: str | None) -> Record | Refusal:
    """Read the sample of a format with some cells changed, or left out where they are None."""
    sample = {**SAMPLES[name][0], **changes}
    row = {key: value for key, value in sample.items() if value is not None}
    (record,) = load(write(folder, delimited([row])))
    return record


def prospect(folder: Path, name: str, **changes: str | None) -> Prospect:
    record = one(folder, name, **changes)
    assert isinstance(record, Prospect), record
    return record


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
        assert all(word in str(caught.value) for word in ("Website", "Ahrefs", "--map"))
        with pytest.raises(InvalidInput, match=r"does not know: Price; .*--map"):
            recognise(["url", "title", "Price"])

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


class TestOtherTools:
    LINK = LinkFacts(
        "https://rival.example/x",
        "the guide",
        nofollow=True,
        ugc=False,
        sponsored=False,
        first_seen=datetime(2026, 1, 2, tzinfo=UTC),
        last_seen=datetime(2026, 9, 15, tzinfo=UTC),
    )

    def test_ahrefs(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "ahrefs")
        assert (found.url, found.title, found.domain_authority) == ("https://example.com/a", "Gardens", 72)
        assert found.authority_source == "ahrefs_domain_rating"
        assert found.link is not None
        assert found.link.first_seen == datetime(2026, 1, 2, 10, tzinfo=UTC)
        assert found.link.lost_at == datetime(2026, 9, 16, tzinfo=UTC)
        assert found.link.lost is True
        assert found.link.nofollow is True
        assert found.extra == {
            "domain_rating": 71.5,
            "url_rating": 12,
            "domain_traffic": 1240,
            "http_code": 200,
            "language": "en",
            "platform": "wordpress, blogs",
            "left_context": "see",
            "right_context": "for more",
            "type": "text",
            "drop_reason": "link removed",
            "author": "Jane",
        }
        assert found.status is None  # a link to somebody is not a link to us

    def test_semrush(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "semrush")
        assert found.domain_authority is None  # the score is the page's
        assert found.extra["page_ascore"] == 33
        assert found.extra["external_links"] == 8
        assert found.link is not None
        assert found.link.lost is True
        assert found.link.nofollow is True

    def test_moz(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "moz")
        assert (found.domain_authority, found.authority_source) == (41, "moz_domain_authority")
        assert found.spam_score == 0.03
        assert found.extra["domains_linking_to_page"] == 1240
        assert found.extra["only_follow"] == "Yes"
        assert found.link == LinkFacts("https://rival.example/x", "the guide", nofollow=False)
        assert prospect(tmp_path, "moz", **{"Spam Score": "-1"}).spam_score is None
        assert prospect(tmp_path, "moz", **{"Spam Score": "--"}).spam_score is None

    def test_majestic(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "majestic")
        assert (found.domain_authority, found.authority_source) == (28, "majestic_source_trust_flow")
        assert found.link == LinkFacts(
            "https://rival.example/x",
            "the guide",
            nofollow=True,
            first_seen=self.LINK.first_seen,
            last_seen=self.LINK.last_seen,
        )
        assert found.extra["source_citation_flow"] == 30
        assert found.extra["image_link"] is False

    def test_majestic_with_invalid_rows(self, tmp_path: Path) -> None:
        good = SAMPLES["majestic"][0]
        lines = delimited([good, good, good]).splitlines()
        lines[2] = lines[2].replace("the guide", '"the "best" guide"')
        records = load(write(tmp_path, "\n".join(lines)))
        assert [type(record) for record in records] == [Prospect, Refusal, Prospect]

    def test_search_console(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "search_console_links")
        assert found.link == LinkFacts(last_seen=datetime(2026, 9, 15, tzinfo=UTC))
        assert found.discovered_at is None
        site = prospect(tmp_path, "search_console_sites")
        assert (site.url, site.extra) == ("https://example.com/", {"linking_pages": 1240, "target_pages": 2})

    def test_hunter(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "hunter")
        assert (found.url, found.contact_email, found.contact_name) == (
            "https://example.com/",
            "jane@example.com",
            "Jane Doe",
        )
        assert found.extra["confidence_score"] == 94
        assert found.analysis() == {"hunter": found.extra}
        assert prospect(tmp_path, "hunter", **{"Email address": "n/a"}).contact_email is None

    def test_alwrity_leads(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "alwrity_leads")
        assert (found.url, found.status) == ("https://example.com/", "responded")
        assert found.discovered_at == datetime(2026, 9, 15, 10, 0, 0, 123456, tzinfo=UTC)
        assert found.extra == {
            "lead_id": "bl_1",
            "campaign_id": "bl_c",
            "status": "replied",
            "discovery_source": "duckduckgo",
        }
        with_page = prospect(tmp_path, "alwrity_leads", url="https://example.com/page")
        assert with_page.url == "https://example.com/page"

    def test_alwrity_attempts_and_replies(self, tmp_path: Path) -> None:
        assert one(tmp_path, "alwrity_attempts") == Attempt(
            row=2,
            attempt_id="att_1",
            lead_id="bl_1",
            campaign_id="bl_c",
            sender_email="me@example.org",
            subject="Hello",
            status=email_status("sent"),
            status_word="sent",
            sent_at=datetime(2026, 9, 15, 10, tzinfo=UTC),
            created_at=datetime(2026, 9, 15, 9, tzinfo=UTC),
        )
        assert one(tmp_path, "alwrity_replies") == Reply(
            row=2,
            reply_id="rep_1",
            attempt_id="att_1",
            from_email="jane@example.com",
            subject="Re: Hello",
            response_type=response_type("neutral"),
            classification="replied",
            received_at=datetime(2026, 9, 16, 10, tzinfo=UTC),
        )

    def test_columns_without_any_value_may_be_absent(self, tmp_path: Path) -> None:
        (reply,) = load(write(tmp_path, "reply_id,attempt_id\nrep_1,att_1\n"))
        assert reply == Reply(2, "rep_1", "att_1")
        assert isinstance(one(tmp_path, "alwrity_replies", reply_id=""), Refusal)
        assert isinstance(one(tmp_path, "alwrity_attempts", status="vanished"), Refusal)

    @pytest.mark.parametrize("name", ["ahrefs", "semrush", "moz", "majestic", "search_console_links"])
    def test_what_a_link_index_garbles_costs_the_fact_and_not_the_row(
        self, tmp_path: Path, name: str
    ) -> None:
        columns = {
            "First seen": "03/04/2026",
            "Nofollow": "perhaps",
            "Target URL": "nowhere",
            "Last crawled": "03/04/2026",
            "FlagNoFollow": "?",
            "UR": "many",
            "Only rel=nofollow": "?",
        }
        changes: dict[str, str | None] = {
            key: value for key, value in columns.items() if key in SAMPLES[name][0]
        }
        found = prospect(tmp_path, name, **changes)
        assert set(changes.values()) <= set(found.extra.values())

    def test_a_dash_where_a_number_belongs_says_nothing(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "ahrefs", **{"UR": "-", "Domain traffic": "n/a", "Domain rating": "--"})
        assert not {"ur", "url_rating", "domain_traffic", "domain_rating"} & found.extra.keys()
        assert found.domain_authority is None
        assert found.authority_source is None

    def test_a_title_too_long_for_its_column_is_kept_whole_beside_it(self, tmp_path: Path) -> None:
        found = prospect(tmp_path, "ahrefs", **{"Referring page title": "x" * 600})
        assert found.title == "x" * 499 + "…"
        assert found.extra["title"] == "x" * 600

    @pytest.mark.parametrize("value", ["high", "101", "-1", "NaN"])
    def test_an_authority_off_its_scale_refuses_the_row(self, tmp_path: Path, value: str) -> None:
        refusal = one(tmp_path, "ahrefs", **{"Domain rating": value})
        if value == "NaN":  # a way to write that there is none
            assert isinstance(refusal, Prospect)
            assert refusal.domain_authority is None
        else:
            assert isinstance(refusal, Refusal)
            assert refusal.field == "domain_authority"

    def test_text_that_cannot_be_stored_refuses_the_row_wherever_it_stands(self, tmp_path: Path) -> None:
        for column in ("Left context", "Anchor", "Type", "Author", "UR"):
            refusal = one(tmp_path, "ahrefs", **{column: "a\x00b"})
            assert isinstance(refusal, Refusal)
            assert refusal.field in {column, column.lower(), "anchor"}

    def test_json_beyond_all_measure_refuses_the_row(self, tmp_path: Path) -> None:
        deep: Any = 1
        for _ in range(60):
            deep = [deep]
        row = {"Referring page URL": "https://example.com/", "Target URL": "", "Note": deep}
        (refusal,) = load(write(tmp_path, json.dumps([row])))
        assert isinstance(refusal, Refusal)
        assert refusal.field == "Note"

    def test_objects_of_one_file_may_differ(self, tmp_path: Path) -> None:
        rows = [{"url": "a.de"}, {"title": "B", "url": "b.de"}, {"URL": "c.de", "user_rating": 3}]
        records = load(write(tmp_path, json.dumps(rows)))
        assert [getattr(record, "url", None) for record in records] == [
            "https://a.de/",
            "https://b.de/",
            "https://c.de/",
        ]
        assert isinstance(records[2], Prospect)
        assert records[2].values == {"user_rating": 3}


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
            {"Mail": "contact_email"},
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
        with pytest.raises(InvalidInput, match=r"Website.*Homepage"):
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
