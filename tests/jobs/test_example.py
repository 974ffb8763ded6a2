"""The example is what its README says it is: complete, and broken where it means to be."""

import re
from pathlib import Path

import pytest

from linkwright.db.engine import Database
from linkwright.jobs.run_report import RunReport
from linkwright.vocabulary import ResponseType
from tests.jobs.campaigns import EXAMPLE, run_example
from tests.support.dump import Dump, dump

RESERVED = re.compile(r"(?:[\w-]+\.)*(?:example|example\.(?:com|net|org))")


_DONE: dict[str, tuple[RunReport, Dump]] = {}


@pytest.fixture
async def done(dialect: str, database: Database, tmp_path: Path) -> tuple[RunReport, Dump]:
    """What a run of the example left. Nothing here changes it, so one run serves all tests."""
    if dialect not in _DONE:
        _DONE[dialect] = await run_example(database, tmp_path), await dump(database)
    return _DONE[dialect]


class TestTheExample:
    async def test_brings_what_its_readme_says(self, done: tuple[RunReport, Dump]) -> None:
        report, _ = done
        brought = {one.source: (one.new, one.merged, one.same, one.refused) for one in report.brought}
        assert brought == {
            "prospects.csv": (46, 0, 1, 10),
            "ahrefs-backlinks.csv": (7, 3, 0, 1),
            "hut-to-hut hiking_sent_emails.log": (5, 0, 0, 3),
            "sent.mbox": (28, 0, 0, 0),
            "inbox.mbox": (23, 0, 1, 0),
        }

    async def test_has_an_answer_of_every_kind(self, done: tuple[RunReport, Dump]) -> None:
        report, rows = done
        assert set(report.answers) == {kind.value for kind in ResponseType}
        assert report.answers["bounce"] == 2
        bounces = [event["detail"]["kind"] for event in rows["email_events"] if event["kind"] == "bounced"]
        assert sorted(bounces) == ["hard", "soft"]
        assert [row["from_name"] for row in rows["inbound_messages"] if row["response_id"] is None] == [
            "SEO Growth Team",
            "Oda Nilsen",
        ]

    async def test_moves_every_kind_of_life(self, done: tuple[RunReport, Dump]) -> None:
        report, rows = done
        assert report.done == {
            "templates written": 3,
            "prospects scored": 16,
            "prospects qualified": 14,
            "prospects rejected": 8,
            "prospects approved": 14,
            "prospects given up": 4,
            "follow-ups drafted": 1,
            "first letters drafted": 11,
            "templates chosen": 11,
        }
        assert {row["reason"] for row in rows["suppressions"]} == {"hard_bounce", "complaint", "unsubscribe"}
        assert {stage.name: stage.count for stage in report.funnel} == {
            "Found": 57,
            "Worth it": 40,
            "Written to": 26,
            "Answered": 13,
            "Interested": 4,
            "Linked": 0,
        }

    async def test_scores_the_pages_that_were_saved(self, done: tuple[RunReport, Dump]) -> None:
        report, rows = done
        assert report.scored == {"prospects": 16, "fit": 14, "do_not_fit": 2}
        unfit = [row["domain"] for row in rows["backlinking_opportunities"] if row["status"] == "rejected"]
        assert {"summit-kitchen.example", "desert-traverse.example"} < set(unfit)

    async def test_chooses_between_two_templates_and_proves_nothing_yet(
        self, done: tuple[RunReport, Dump]
    ) -> None:
        report, rows = done
        choices = [row for row in rows["ai_decisions"] if row["factor"] == "template"]
        assert len(choices) == sum(one.letters for one in report.chosen) == 11
        assert 0 < sum(one.evenly for one in report.chosen) < 11
        assert {row["template_used"] for row in rows["backlinking_emails"] if row["status"] == "draft"} == {
            "offer-article",
            "one-route",
            "short-question",
        }
        # None of these letters has left yet, and 28 older ones prove nothing.
        assert (report.patterns, report.insights) == ([], [])
        assert sum(one.answers for one in report.read) == sum(report.answers.values())

    async def test_holds_back_exactly_the_letters_with_a_hole(self, done: tuple[RunReport, Dump]) -> None:
        report, _ = done
        held = [errand.url for errand in report.errands if errand.what == "Letter held back"]
        assert held == [
            "https://island-ways.example/contact",
            "https://template-ridge.example/write",
            "https://bothy-bulletin.example/write",
        ]

    async def test_writes_to_nobody_twice(self, done: tuple[RunReport, Dump]) -> None:
        _, rows = done
        drafted = [row["to_email"] for row in rows["backlinking_emails"] if row["status"] == "draft"]
        first = [row["to_email"] for row in rows["backlinking_emails"] if row["email_type"] == "initial"]
        assert len(drafted) == 12
        assert len(set(first)) == len(first)

    async def test_sends_nothing_with_a_hole_in_it(self, done: tuple[RunReport, Dump]) -> None:
        _, rows = done
        for row in rows["backlinking_emails"]:
            assert not re.search(r"[{}\[\]]", f"{row['subject']}{row['body_text']}"), row["subject"]


def test_names_nobody_who_exists() -> None:
    for path in sorted(EXAMPLE.parents[1].rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            raw = path.read_bytes()
            text = raw.decode("utf-16" if raw.startswith(b"\xff\xfe") else "utf-8", "replace")
            for host in re.findall(r"(?:@|://)([\w.-]+\w)", text):
                assert RESERVED.fullmatch(host) or "." not in host, f"{host} in {path.name}"
