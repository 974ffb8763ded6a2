"""The main job, on both databases: what it does, and that doing it again changes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest

from linkwright.db.engine import Database
from linkwright.jobs.run_report import RunReport, SettingChanged
from linkwright.service import BacklinkingDatabaseService
from tests.jobs.campaigns import NOW, PROSPECTS, Campaign, errands, names, run_example
from tests.support.dump import dump

DAY = timedelta(days=1)


@pytest.fixture
def campaign(tmp_path: Path, database: Database) -> Campaign:
    return Campaign(tmp_path / "campaign", database)


@pytest.fixture
def service(database: Database) -> BacklinkingDatabaseService:
    return BacklinkingDatabaseService(database, actor="user:1", clock=lambda: NOW)


async def send_all(service: BacklinkingDatabaseService, report: RunReport) -> None:
    """Approve and send every draft, now."""
    for email in await service.get_campaign_emails(report.campaign_id, status="draft"):
        await service.approve_email(email.id, by="user:1")
        await service.mark_email_sent(email.id)


async def statuses(campaign: Campaign) -> dict[str, str]:
    rows = (await dump(campaign.database))["backlinking_opportunities"]
    return {row["domain"].removesuffix(".example"): row["status"] for row in rows}


class TestTheFirstRun:
    async def test_brings_judges_and_drafts(self, campaign: Campaign) -> None:
        report = await campaign.run()

        assert report.created
        assert report.done == {
            "templates written": 2,
            "prospects qualified": 2,
            "prospects rejected": 1,
            "prospects approved": 2,
            "first letters drafted": 2,
        }
        assert await statuses(campaign) == {
            "one": "approved",
            "two": "approved",
            "three": "discovered",
            "four": "rejected",
            "five": "discovered",
        }
        assert [(stage.name, stage.count) for stage in report.funnel][:3] == [
            ("Found", 5),
            ("Worth it", 2),
            ("Written to", 0),
        ]

    async def test_writes_letters_that_wait_for_a_person(self, campaign: Campaign) -> None:
        await campaign.run()

        first, second = (await dump(campaign.database))["backlinking_emails"]

        assert (first["status"], first["subject"], first["to_email"]) == (
            "draft",
            "For One",
            "ann@one.example",
        )
        assert first["body_text"] == "Hello Ann, Mara here."
        assert second["body_text"] == "Hello there, Mara here."
        assert first["from_email"] == "mara@northwind.example"
        assert first["template_used"] == "first"
        assert first["personalization_data"]["first_name"] == "Ann"
        assert first["user_approved"] is False

    async def test_says_what_needs_a_person(self, campaign: Campaign) -> None:
        report = await campaign.run()

        assert errands(report, "Find an address") == [
            "Three: no contact address · https://three.example/write"
        ]
        assert errands(report, "Judge the prospect") == [
            "Five: domain authority unknown · https://five.example/write"
        ]
        assert len(errands(report, "Approve the letter")) == 2

    async def test_writes_down_who_decided_and_why(self, campaign: Campaign) -> None:
        await campaign.run()

        rows = await dump(campaign.database)
        moves = [
            (row["old_status"], row["new_status"], row["actor"], row["reason"])
            for row in rows["status_changes"]
            if row["kind"] == "opportunity"
        ]
        assert ("discovered", "rejected", "rule:qualify", "domain authority 10 is below 20") in moves
        assert ("qualified", "approved", "policy:Mara", "approval.prospects is rule") in moves
        decisions = [(row["decided_by"], row["action"]) for row in rows["ai_decisions"]]
        assert sorted(decisions, key=str) == [
            *[("policy", "approve")] * 2,
            *[("rule", "qualify")] * 2,
            ("rule", "reject"),
            *[("rule", None)] * 2,
        ]

    async def test_approves_nothing_unless_the_file_says_so(self, campaign: Campaign) -> None:
        campaign.write(approve_prospects="person")
        await campaign.run()
        assert (await statuses(campaign))["one"] == "qualified"

    async def test_approves_letters_when_the_file_says_so(self, campaign: Campaign) -> None:
        campaign.write(approve_emails="rule")

        await campaign.run()

        rows = await dump(campaign.database)
        assert names(rows["backlinking_emails"], "status") == ["approved", "approved"]
        assert names(rows["backlinking_emails"], "sent_at") == [None, None]
        assert ("approved", "policy:Mara") in [
            (row["new_status"], row["actor"]) for row in rows["status_changes"]
        ]


class TestRunningAgain:
    async def test_after_nothing_changed_changes_nothing(self, campaign: Campaign) -> None:
        first = await campaign.run()
        before = await dump(campaign.database)

        again = await campaign.run(at=NOW + timedelta(hours=3))

        assert first.changed
        assert not again.changed
        assert again.done == {}
        assert await dump(campaign.database) == before

    async def test_of_the_example_changes_nothing(self, database: Database, tmp_path: Path) -> None:
        first = await run_example(database, tmp_path)
        before = await dump(database)

        again = await run_example(database, tmp_path)

        assert first.changed
        assert not again.changed
        assert await dump(database) == before
        assert again.errands == first.errands
        assert again.funnel == first.funnel

    async def test_takes_in_what_is_new(self, campaign: Campaign) -> None:
        await campaign.run()
        campaign.write(prospects=PROSPECTS + "https://six.example/,Six,fay@six.example,Fay,70\n")

        report = await campaign.run()

        assert [(one.new, one.same) for one in report.brought] == [(1, 5)]
        assert report.done["first letters drafted"] == 1

    async def test_judges_again_once_the_fact_is_known(self, campaign: Campaign) -> None:
        await campaign.run()
        campaign.write(prospects=PROSPECTS.replace("eve@five.example,Eve,", "eve@five.example,Eve,33"))

        report = await campaign.run()

        assert report.brought[0].merged == 1
        assert (await statuses(campaign))["five"] == "approved"

    async def test_brings_the_campaign_up_to_date(self, campaign: Campaign) -> None:
        await campaign.run()
        campaign.write(campaign='priority = "urgent"\nlimits = { max_emails_per_day = 3 }\n')

        report = await campaign.run()

        assert report.settings_changed == [
            SettingChanged("max_emails_per_day", 10, 3),
            SettingChanged("priority", "medium", "urgent"),
        ]
        assert (await campaign.run()).settings_changed == []
        assert not report.created
        row = (await dump(campaign.database))["backlinking_campaigns"][0]
        assert (row["priority"], row["max_emails_per_day"]) == ("urgent", 3)

    async def test_limits_what_an_ai_may_cost_where_the_file_says_so(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        campaign.write(campaign="limits = { ai_budget = 5 }\n")
        first = await campaign.run()
        assert (await service.get_ai_budget(first.campaign_id)).cost_limit == 5
        assert not (await campaign.run()).settings_changed

        await service.set_ai_budget(first.campaign_id, {"cost_limit": 9.0, "allows_unpriced": True})
        campaign.write(campaign="limits = { ai_budget = 7.5 }\n")
        changed = (await campaign.run()).settings_changed
        campaign.write()
        assert (await campaign.run()).settings_changed == []

        assert changed == [SettingChanged("ai_budget", 9.0, 7.5)]
        budget = await service.get_ai_budget(first.campaign_id)
        assert (budget.cost_limit, budget.allows_unpriced) == (7.5, True)

    async def test_leaves_a_paused_campaign_paused(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        first = await campaign.run()
        await service.pause_campaign(first.campaign_id)
        assert (await campaign.run()).status == "paused"

    async def test_of_an_ended_campaign_drafts_nothing(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        first = await campaign.run()
        await service.complete_campaign(first.campaign_id)
        campaign.write(prospects=PROSPECTS + "https://six.example/,Six,fay@six.example,Fay,70\n")

        report = await campaign.run()

        assert report.brought[0].new == 1
        assert report.done == {}
        assert (await statuses(campaign))["six"] == "discovered"

    async def test_does_not_write_a_cancelled_letter_again(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        first = await campaign.run()
        email = (await service.get_campaign_emails(first.campaign_id)).rows[0]
        await service.cancel_email(email.id)

        report = await campaign.run()

        assert report.done == {}


class TestDryRun:
    async def test_says_what_would_happen_and_keeps_nothing(self, campaign: Campaign) -> None:
        before = await dump(campaign.database)

        dry = await campaign.run(dry_run=True)

        assert await dump(campaign.database) == before
        wet = await campaign.run()
        assert (dry.done, dry.funnel, dry.errand_counts) == (wet.done, wet.funnel, wet.errand_counts)
        assert [(one.new, one.refused) for one in dry.brought] == [
            (one.new, one.refused) for one in wet.brought
        ]

    async def test_of_the_example_tells_what_the_run_then_does(
        self, database: Database, tmp_path: Path
    ) -> None:
        before = await dump(database)

        dry = await run_example(database, tmp_path, dry_run=True)

        assert await dump(database) == before
        wet = await run_example(database, tmp_path)
        assert (dry.done, dry.funnel, dry.errand_counts) == (wet.done, wet.funnel, wet.errand_counts)


class TestFollowingUp:
    async def test_waits_for_its_day(self, campaign: Campaign, service: BacklinkingDatabaseService) -> None:
        await send_all(service, await campaign.run())

        early = await campaign.run(at=NOW + 6 * DAY - timedelta(minutes=1))
        due = await campaign.run(at=NOW + 6 * DAY)

        assert early.done == {}
        assert due.done == {"follow-ups drafted": 2}
        email = (await dump(campaign.database))["backlinking_emails"][-1]
        assert (email["subject"], email["body_text"]) == ("Re: For Two", "Once more, 6 days later.")
        assert (email["email_type"], email["follow_up_number"]) == ("follow_up", 2)

    async def test_stops_when_somebody_answers(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        first = await campaign.run()
        await send_all(service, first)
        email = (await service.get_campaign_emails(first.campaign_id)).rows[0]
        await service.create_response(
            first.campaign_id,
            email.opportunity_id,
            email.id,
            {
                "from_email": "ann@one.example",
                "subject": "Re",
                "body_text": "Yes",
                "response_type": "positive",
            },
        )

        report = await campaign.run(at=NOW + 7 * DAY)

        assert report.done == {"follow-ups drafted": 1}
        assert errands(report, "Answer: positive") == ["Ann Keller, one.example: “Yes”"]

    async def test_ends_with_the_campaigns_limit(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        campaign.write(campaign="limits = { max_follow_ups = 0 }\n")
        await send_all(service, await campaign.run())
        assert (await campaign.run(at=NOW + 7 * DAY)).done == {}

    async def test_does_not_write_a_second_while_the_first_waits(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        await send_all(service, await campaign.run())
        await campaign.run(at=NOW + 7 * DAY)
        # That nobody has answered the first ones is written down, and nothing else.
        assert (await campaign.run(at=NOW + 14 * DAY)).done == {"outcomes written down": 2}

    async def test_respects_a_cancelled_one(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        first = await campaign.run()
        await send_all(service, first)
        await campaign.run(at=NOW + 7 * DAY)
        for email in await service.get_campaign_emails(first.campaign_id, status="draft"):
            await service.cancel_email(email.id)
        assert (await campaign.run(at=NOW + 8 * DAY)).done == {}

    async def test_gives_up_in_the_end(self, campaign: Campaign, service: BacklinkingDatabaseService) -> None:
        await send_all(service, await campaign.run())

        report = await campaign.run(at=NOW + 21 * DAY)

        # Nobody has answered, and nobody said yes: two outcomes of each letter.
        assert report.done == {"outcomes written down": 4, "prospects given up": 2}
        assert (await statuses(campaign))["one"] == "no_response"
        assert "prospects given up" not in (await campaign.run(at=NOW + 40 * DAY)).done


class TestHoldingBack:
    @pytest.mark.parametrize(
        ("row", "why"),
        [
            ("https://six.example/,,fay@six.example,Fay,70", "missing: title"),
            ("https://six.example/,{{ title }},fay@six.example,Fay,70", "left over '{{ title }}'"),
            ("https://six.example/,[Site Name],fay@six.example,Fay,70", "left over '[Site Name]'"),
            (
                "https://six.example/,Six,ann@one.example,Ann,70",
                "was written to already, about https://one.ex",
            ),
            (
                "https://www.one.example/b,Six,fay@one.example,Ann,70",
                "the site was written to already",
            ),
        ],
    )
    async def test_a_letter_that_must_not_leave(self, campaign: Campaign, row: str, why: str) -> None:
        campaign.write(prospects=f"{PROSPECTS}{row}\n")

        report = await campaign.run()

        held = errands(report, "Letter held back")
        assert len(held) == 1
        assert why in held[0]
        assert report.done["first letters drafted"] == 2
        assert (await campaign.run()).done == {}

    async def test_a_person_written_to_in_another_campaign(self, campaign: Campaign) -> None:
        await campaign.run()
        campaign.write(name="Winter")

        report = await campaign.run()

        assert "first letters drafted" not in report.done
        assert "(campaign Autumn)" in errands(report, "Letter held back")[0]

    async def test_somebody_who_asked_to_be_left_alone(
        self, campaign: Campaign, service: BacklinkingDatabaseService
    ) -> None:
        first = await campaign.run()
        await service.suppress_address("fay@six.example", "unsubscribe", campaign_id=first.campaign_id)
        campaign.write(prospects=PROSPECTS + "https://six.example/,Six,fay@six.example,Fay,70\n")

        await campaign.run()

        assert (await statuses(campaign))["six"] == "suppressed"
        assert len(await service.get_campaign_emails(first.campaign_id)) == 2


class TestFaults:
    async def test_refused_rows_are_told_and_the_others_land(self, campaign: Campaign) -> None:
        campaign.write(prospects=PROSPECTS + "javascript:alert(1),Six,,,\n")

        report = await campaign.run()

        (refused,) = report.refused
        assert (refused.source, refused.row, refused.field) == ("prospects.csv", 7, "url")
        assert report.refused_count == 1
        assert report.brought[0].new == 5
        assert (campaign.folder / "prospects.csv.rejects.csv").exists()

    async def test_a_file_of_no_known_kind_is_refused_as_a_whole(self, campaign: Campaign) -> None:
        (campaign.folder / "odd.csv").write_bytes(b"\x00\x01\x02")
        campaign.write(more='[[prospects]]\nfile = "odd.csv"\n')

        report = await campaign.run()

        assert [one.source for one in report.refused] == ["odd.csv"]
        assert report.brought[0].new == 5
        assert report.done["first letters drafted"] == 2

    async def test_too_many_prospects_are_refused_by_name(self, campaign: Campaign) -> None:
        campaign.write(campaign="limits = { max_opportunities = 3 }\n")
        report = await campaign.run()
        assert "3" in report.refused[0].rule
        assert report.funnel[0].count == 0
