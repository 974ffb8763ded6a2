"""The exports of other tools, field by field."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from linkwright.parsing.formats import (
    Attempt,
    LinkFacts,
    Prospect,
    Reply,
)
from linkwright.parsing.formats.words import email_status, response_type
from linkwright.parsing.refusals import Refusal
from tests.parsing.exports import SAMPLES, delimited, load, one, prospect, write


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
