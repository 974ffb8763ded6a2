"""The main job scores, chooses, drafts and learns, on both databases, and each of it once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.trials.confidence import BOASTING
from linkwright.db.engine import Database
from linkwright.jobs.run_report import RunReport
from linkwright.jobs.saved_pages import saved_pages
from linkwright.monitoring.doctor import examine
from linkwright.service import BacklinkingDatabaseService
from tests.jobs.campaigns import NOW, Campaign, errands
from tests.support.dump import dump, likeness
from tests.support.ledger import readings, remember

DAY = timedelta(days=1)
HUTS = "Mountain huts from the valley to the pass, and the walks between them. Which huts are open in winter."
PIPES = "Concrete pumps, hoses and mixers for builders. Ask for our price list of spare parts today."
HEAD = "url,title,description,contact_email,contact_name,domain_authority\n"
PEOPLE = HEAD + "".join(
    f"https://site{n}.example/write,Site {n},,editor{n}@site{n}.example,,{30 + n}\n" for n in range(12)
)
TWO = """
[[templates]]
name = "other"
subject = "Another for {{ title }}"
body_text = "Hello {{ first_name|default('there') }}, another from {{ sender.name }}."
"""
PAGES = '[pages]\nfolder = "pages"\n'


@pytest.fixture
def campaign(tmp_path: Path, database: Database) -> Campaign:
    return Campaign(tmp_path / "campaign", database)


@pytest.fixture
def service(database: Database) -> BacklinkingDatabaseService:
    return BacklinkingDatabaseService(database, actor="user:1", clock=lambda: NOW)


def described(*descriptions: str) -> str:
    """One prospect for each description."""
    return HEAD + "".join(
        f'https://site{n}.example/write,Site {n},"{words}",editor@site{n}.example,,50\n'
        for n, words in enumerate(descriptions)
    )


def save(campaign: Campaign, name: str, text: str) -> None:
    folder = campaign.folder / "pages"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)


async def rows_of(campaign: Campaign, table: str) -> list[dict[str, Any]]:
    return (await dump(campaign.database))[table]


async def decisions(campaign: Campaign, kind: str, factor: str | None = None) -> list[dict[str, Any]]:
    rows = await rows_of(campaign, "ai_decisions")
    return [row for row in rows if row["kind"] == kind and row["factor"] == factor]


async def require_sound(campaign: Campaign) -> None:
    assert (await examine(campaign.database)).sound


class TestScoring:
    async def test_scores_a_page_by_its_text_and_says_so_in_the_ledger(self, campaign: Campaign) -> None:
        campaign.write(prospects=described("", HUTS, ""), more=PAGES)
        save(campaign, "site2.example_write.html", f"<title>Pumps</title><p>{PIPES}</p>")

        report = await campaign.run()

        nothing, fits, other = await rows_of(campaign, "backlinking_opportunities")
        assert nothing["analyzed_at"] is None
        assert other["ai_relevance_score"] < 0.5 < fits["ai_relevance_score"]
        first, second = await decisions(campaign, "score")
        assert (first["decided_by"], first["opportunity_id"]) == ("rule", fits["id"])
        assert first["decider"].startswith(("embedding:", "rule:"))
        assert first["output"] == {"ai_relevance_score": fits["ai_relevance_score"]}
        assert first["reasoning"].startswith("by its description: huts")
        assert second["reasoning"].startswith("by its saved page: huts")
        assert report.done["prospects scored"] == 2
        assert report.scored == {"prospects": 2, "fit": 1, "do_not_fit": 1}
        await require_sound(campaign)

    async def test_scores_nobody_twice_and_a_page_that_changed_anew(self, campaign: Campaign) -> None:
        unknown = described("", "").replace(",50\n", ",\n")  # Held, so nobody is written to.
        campaign.write(prospects=unknown, more=PAGES)
        save(campaign, "site0.example_write.txt", f"Huts\n{HUTS}")
        save(campaign, "site1.example.txt", f"Huts\n{HUTS}")
        await campaign.run()
        before = await dump(campaign.database)

        assert not (await campaign.run(at=NOW + timedelta(hours=3))).changed
        assert await dump(campaign.database) == before

        save(campaign, "site1.example.txt", f"Pumps\n{PIPES}")
        assert (await campaign.run(at=NOW + DAY)).done == {"prospects scored": 1}
        _, changed = await rows_of(campaign, "backlinking_opportunities")
        assert changed["ai_relevance_score"] < 0.5
        assert len(await decisions(campaign, "score")) == 3

    async def test_scores_with_the_model_that_the_settings_name(self, campaign: Campaign) -> None:
        campaign.write(prospects=described("", ""), more=PAGES)
        save(campaign, "site0.example.txt", HUTS)

        await campaign.run(embedding="none")

        [scored] = await decisions(campaign, "score")
        assert scored["decider"] == "rule:keywords"

    async def test_makes_nothing_up_where_there_is_no_text(self, campaign: Campaign) -> None:
        campaign.write(prospects=described("Too few words").replace(",50\n", ",\n"))

        report = await campaign.run()

        assert report.not_scored == 1
        assert report.scored == {}
        assert await decisions(campaign, "score") == []

    async def test_leaves_what_somebody_else_has_scored(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        campaign.write(prospects=described("").replace(",50\n", ",\n"))
        await campaign.run()
        await service.record_analysis(1, {"ai_relevance_score": 0.11})
        campaign.write(prospects=described(HUTS).replace(",50\n", ",\n"))

        await campaign.run()

        (row,) = await rows_of(campaign, "backlinking_opportunities")
        assert (row["ai_relevance_score"], row["description"]) == (0.11, HUTS)

    async def test_rejects_by_the_score_and_holds_whom_nobody_could_score(self, campaign: Campaign) -> None:
        campaign.write(prospects=described(HUTS, PIPES, ""), more=PAGES)
        save(campaign, "site9.example.txt", "Nobody's\n")
        text = (campaign.folder / "campaign.toml").read_text()
        (campaign.folder / "campaign.toml").write_text(
            text.replace("[qualify]\n", "[qualify]\nmin_relevance = 0.5\n")
        )

        report = await campaign.run()

        rows = await rows_of(campaign, "backlinking_opportunities")
        assert [row["status"] for row in rows] == ["approved", "rejected", "discovered"]
        assert errands(report, "Judge the prospect") == [
            "Site 2: relevance unknown · https://site2.example/write"
        ]

    async def test_a_score_of_relevance_measures_no_spam(self, campaign: Campaign) -> None:
        campaign.write(prospects=described(HUTS))
        text = (campaign.folder / "campaign.toml").read_text()
        (campaign.folder / "campaign.toml").write_text(
            text.replace("[qualify]\n", "[qualify]\nmax_spam_score = 0.3\n")
        )

        report = await campaign.run()

        assert report.done["prospects scored"] == 1
        assert errands(report, "Judge the prospect") == [
            "Site 0: spam score unknown · https://site0.example/write"
        ]

    async def test_a_saved_page_that_cannot_be_read_is_named_and_stops_nobody(
        self, campaign: Campaign
    ) -> None:
        campaign.write(prospects=described("", HUTS), more=PAGES)
        save(campaign, "site0.example_write.html", "x" * 2_000_001)

        report = await campaign.run()

        assert [(one.source, one.rule) for one in report.refused] == [
            ("saved pages", "larger than 2,000,000 bytes")
        ]
        assert report.done["prospects scored"] == 1


class TestChoosing:
    async def test_is_written_down_with_its_probabilities_and_carried_out_by_the_letter(
        self, campaign: Campaign
    ) -> None:
        campaign.write(prospects=PEOPLE, more=TWO)

        report = await campaign.run()

        letters = {row["id"]: row for row in await rows_of(campaign, "backlinking_emails")}
        choices = await decisions(campaign, "choose", "template")
        assert len(choices) == len(letters) == 12
        for row in choices:
            letter = letters[row["email_id"]]
            assert (letter["template_used"], letter["opportunity_id"]) == (
                row["action"],
                row["opportunity_id"],
            )
            assert {one["arm"] for one in row["candidates"]} == {"first", "other"}
            assert sum(one["p"] for one in row["candidates"]) == pytest.approx(1)
            assert row["propensity_kind"] == "exact"
        assert {row["action"] for row in choices} == {"first", "other"}
        assert report.done["templates chosen"] == 12
        assert sum(one.letters for one in report.chosen) == 12
        await require_sound(campaign)

    async def test_is_made_once(self, campaign: Campaign) -> None:
        campaign.write(prospects=PEOPLE, more=TWO)
        await campaign.run()
        before = await dump(campaign.database)

        assert not (await campaign.run(at=NOW + timedelta(hours=3))).changed
        assert await dump(campaign.database) == before

    async def test_that_no_letter_was_written_under_yet_stands(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        campaign.write(prospects=described("").replace(",50\n", ",\n"), more=TWO)
        report = await campaign.run()
        user = await service.get_or_create_user("mara@northwind.example")
        before = await service.recommend(
            user.id, report.campaign_id, "template", ["first", "other"], opportunity_id=1
        )
        campaign.write(prospects=described(""), more=TWO)

        await campaign.run()

        (choice,) = await decisions(campaign, "choose", "template")
        (letter,) = await rows_of(campaign, "backlinking_emails")
        assert (choice["id"], choice["email_id"]) == (before.decision_id, letter["id"])
        assert letter["template_used"] == before.choice

    async def test_is_the_same_for_the_same_prospects_in_another_database(
        self, campaign: Campaign, database: Database
    ) -> None:
        campaign.write(prospects=PEOPLE, more=TWO)
        dry = await campaign.run(dry_run=True)
        wet = await campaign.run()
        assert dry.chosen == wet.chosen
        assert len((await likeness(database))["ai_decisions"]) > 12

    async def test_of_an_experiment_is_drawn_evenly(self, campaign: Campaign) -> None:
        campaign.write(prospects=PEOPLE, more=f"{TWO}\n[choices]\nexperiment = 1.0\n")
        report = await campaign.run()
        choices = await decisions(campaign, "choose", "template")
        assert {row["context"]["slice"] for row in choices} == {"uniform"}
        assert {row["propensity"] for row in choices} == {0.5}
        assert sum(one.evenly for one in report.chosen) == 12

    async def test_is_only_between_templates_that_can_be_filled(self, campaign: Campaign) -> None:
        campaign.write(prospects=PEOPLE, more=TWO.replace("{{ title }}", "{{ description }}"))
        await campaign.run()
        choices = await decisions(campaign, "choose", "template")
        assert {row["action"] for row in choices} == {"first"}
        assert {row["propensity_kind"] for row in choices} == {"deterministic"}
        assert choices[0]["context"] == {"cannot_be_filled": ["other"]}

    async def test_is_nothing_where_there_is_one_template(self, campaign: Campaign) -> None:
        report = await campaign.run()
        assert await decisions(campaign, "choose", "template") == []
        assert report.chosen == []


class TestDrafting:
    async def test_names_the_template_in_the_ledger_and_its_version(self, campaign: Campaign) -> None:
        await campaign.run()
        first, second = await decisions(campaign, "generate")
        assert (first["decided_by"], first["decider"], first["cost"]) == ("rule", "template:first", 0)
        assert first["prompt_version"] == second["prompt_version"]
        letter, _ = await rows_of(campaign, "backlinking_emails")
        assert (letter["ai_model_used"], letter["ai_prompt_used"]) == ("template:first", None)
        await require_sound(campaign)


class TestLearning:
    async def answered(self, campaign: Campaign, service: BacklinkingDatabaseService) -> RunReport:
        """Send twelve letters, and let the first four be answered."""
        campaign.write(prospects=PEOPLE, more=TWO, campaign="limits = { max_emails_per_day = 50 }\n")
        report = await campaign.run()
        for number, email in enumerate(await service.get_campaign_emails(report.campaign_id, status="draft")):
            await service.approve_email(email.id, by="user:1")
            await service.mark_email_sent(email.id)
            if number < 4:
                await service.create_response(
                    report.campaign_id,
                    email.opportunity_id,
                    email.id,
                    {
                        "from_email": email.to_email,
                        "subject": "Re",
                        "body_text": "Yes please, send it.",
                        "response_type": "positive",
                        "received_at": NOW,
                    },
                )
        return report

    async def test_counts_what_came_of_choices_once(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        await self.answered(campaign, service)

        report = await campaign.run(at=NOW + timedelta(hours=1))

        assert report.done["outcomes learned from"] == 4
        assert sum(one.replies for one in report.patterns) == 4
        assert sum(one.waiting for one in report.patterns) == 8
        before = await dump(campaign.database)
        again = await campaign.run(at=NOW + timedelta(hours=4))
        assert (again.done, again.changed) == ({}, False)
        assert again.patterns == report.patterns
        assert await dump(campaign.database) == before

    async def test_knows_the_next_day_that_silence_lasts(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        await self.answered(campaign, service)
        first = await campaign.run(at=NOW + timedelta(hours=1))
        later = await campaign.run(at=NOW + 5 * DAY)
        assert [one.rate for one in later.patterns] < [one.rate for one in first.patterns]

    async def test_closes_what_nobody_answered(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        await self.answered(campaign, service)

        report = await campaign.run(at=NOW + 22 * DAY)

        assert report.done["outcomes learned from"] == 12
        rows = await rows_of(campaign, "ai_learning_data")
        assert sum(row["data_value"]["trials"] for row in rows) == 12
        before = await dump(campaign.database)
        assert not (await campaign.run(at=NOW + 22 * DAY + timedelta(hours=2))).changed
        assert await dump(campaign.database) == before
        await require_sound(campaign)

    async def test_makes_confidences_probabilities_by_what_people_said_of_them(
        self, campaign: Campaign, database: Database
    ) -> None:
        await campaign.run()
        [user] = await rows_of(campaign, "users")
        rows, agreed = readings(BOASTING, 300, until=NOW, model="m", seed=1)
        async with database.transaction() as session:
            await remember(session, user["id"], rows, outcome="agreement", values=agreed)

        await campaign.run(at=NOW + DAY)

        learned = {
            row["data_key"]: row["data_value"]
            for row in await rows_of(campaign, "ai_learning_data")
            if row["data_type"] == "calibration"
        }
        assert learned["classify|m|reply@1"]["outcomes"] == 300
        before = await dump(database)
        assert not (await campaign.run(at=NOW + DAY + timedelta(hours=1))).changed
        assert await dump(database) == before

    async def test_of_a_dry_run_keeps_nothing(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        await self.answered(campaign, service)
        before = await dump(campaign.database)

        dry = await campaign.run(at=NOW + DAY, dry_run=True)

        assert dry.done["outcomes learned from"] == 4
        assert await dump(campaign.database) == before


class TestSavedPages:
    def test_a_page_of_its_own_comes_before_one_of_its_site(self, tmp_path: Path) -> None:
        (tmp_path / "a.example.html").write_text("<title>Site &amp; all</title>home")
        (tmp_path / "a.example_guests_how.txt").write_text("How to\n\nSend topics.")
        (tmp_path / "notes.md").write_text("no page")
        pages = saved_pages(tmp_path)

        page = pages.of("https://www.a.example/guests/how/?p=1", "a.example", "Title")
        site = pages.of("https://a.example/other", "a.example", "Title")

        assert page is not None
        assert (page.title, page.text.strip()) == ("How to", "Send topics.")
        assert site is not None
        assert (site.title, site.text) == ("Site & all", "home")
        assert pages.of("https://b.example/", "b.example", None) is None
