"""The doctor finds nothing in a sound record, and names each thing that is broken in it by hand."""

import asyncio
from dataclasses import asdict
from functools import partial
from typing import Any, Final

import pytest
from sqlalchemy import text

from linkwright.db.engine import Database
from linkwright.db.stillness import hold_still
from linkwright.errors import DatabaseUnavailable
from linkwright.models import BacklinkingTemplate, Base
from linkwright.monitoring import derived
from linkwright.monitoring.checks import ask
from linkwright.monitoring.doctor import all_checks, examine, repair
from linkwright.monitoring.people_rules import CHECKS as PEOPLE
from linkwright.monitoring.people_rules import ask_people
from linkwright.monitoring.retold import CHECKS as RETOLD
from linkwright.services.campaigns import Campaigns
from tests.cli.command import linkwright
from tests.monitoring.sound_record import TEMPLATE, Ids, make_sound_record, sit_down
from tests.support.outreach import LETTER, Desk

CAMPAIGNS, OPPORTUNITIES = "UPDATE backlinking_campaigns SET ", "UPDATE backlinking_opportunities SET "
EMAILS, RESPONSES = "UPDATE backlinking_emails SET ", "UPDATE backlinking_responses SET "
TEMPLATES, CHANGES = "UPDATE backlinking_templates SET ", "UPDATE status_changes SET "

DERIVED: Final[dict[str, str]] = {
    "backlinking_campaigns.total_opportunities": CAMPAIGNS + "total_opportunities = total_opportunities + 1",
    "backlinking_campaigns.contacted_opportunities": CAMPAIGNS + "contacted_opportunities = NULL",
    "backlinking_campaigns.responded_opportunities": CAMPAIGNS + "responded_opportunities = 0",
    "backlinking_campaigns.successful_links": CAMPAIGNS + "successful_links = 7",
    "backlinking_campaigns.actual_cost": CAMPAIGNS + "actual_cost = 0.49",
    "backlinking_emails.open_count": EMAILS + "open_count = 3 WHERE id = {opened_email}",
    "backlinking_emails.click_count": EMAILS + "click_count = 0 WHERE id = {opened_email}",
    "backlinking_emails.open_rate": EMAILS + "open_rate = 0.5 WHERE id = {opened_email}",
    "backlinking_emails.click_rate": EMAILS + "click_rate = 1 WHERE id = {silent_email}",
    "backlinking_opportunities.email_open_rate": OPPORTUNITIES + "email_open_rate = 0.3 WHERE id = {silent}",
    "backlinking_opportunities.response_time_hours": (
        OPPORTUNITIES + "response_time_hours = NULL WHERE id = {answered}"
    ),
    "backlinking_templates.usage_count": TEMPLATES + "usage_count = 3",
    "backlinking_templates.success_rate": TEMPLATES + "success_rate = 0.4",
    "backlinking_templates.average_response_time": TEMPLATES + "average_response_time = 3.1",
    "campaign_counts": "UPDATE campaign_counts SET count = count + 1 WHERE state = 'published'",
}

RULES: Final[dict[str, str]] = {
    "archives.moving": (
        "INSERT INTO archives (user_id, campaign_id, name, state, folder, schema_revision, started_at)"
        " VALUES ({user}, 'gone', 'Gone', 'deleting', 'gone', '0001', '2026-09-01 00:00:00.000000')"
    ),
    "campaigns.started": CAMPAIGNS + "started_at = NULL",
    "campaigns.paused": CAMPAIGNS + "paused_at = started_at",
    "campaigns.completed": CAMPAIGNS + "completed_at = started_at",
    "campaigns.queue": CAMPAIGNS + "status = 'cancelled'",
    "opportunities.published": OPPORTUNITIES + "published_at = NULL WHERE id = {answered}",
    "opportunities.link": OPPORTUNITIES + "link_url = NULL WHERE id = {answered}",
    "opportunities.order": OPPORTUNITIES + "contacted_at = published_at WHERE id = {answered}",
    "opportunities.contacted": OPPORTUNITIES + "contacted_at = NULL WHERE id = {silent}",
    "opportunities.responded": OPPORTUNITIES + "status = 'negotiating' WHERE id = {silent}",
    "opportunities.first_email": OPPORTUNITIES + "contacted_at = responded_at WHERE id = {answered}",
    "opportunities.first_answer": OPPORTUNITIES + "responded_at = published_at WHERE id = {answered}",
    "opportunities.automatic_answer": (
        OPPORTUNITIES + "responded_at ="
        " (SELECT received_at FROM backlinking_responses WHERE id = {auto_reply}) WHERE id = {silent}"
    ),
    "emails.sent": EMAILS + "sent_at = NULL WHERE id = {silent_email}",
    "emails.message_id": EMAILS + "message_id = NULL WHERE id = {queued_email}",
    "emails.sent_event": "DELETE FROM email_events WHERE kind = 'sent' AND email_id = {silent_email}",
    "emails.delivered": EMAILS + "delivered_at = NULL WHERE id = {silent_email}",
    "emails.bounced": EMAILS + "bounced_at = NULL WHERE id = {bounced_email}",
    "emails.failed": EMAILS + "status = 'failed' WHERE id = {queued_email}",
    "emails.one_per_touch": (
        EMAILS + "email_type = 'initial', follow_up_number = 1, parent_email_id = NULL WHERE id = {follow_up}"
    ),
    "emails.parent_sent": EMAILS + "parent_email_id = {draft_email} WHERE id = {follow_up}",
    "emails.follow_up_after_answer": OPPORTUNITIES + "responded_at = contacted_at WHERE id = {silent}",
    "emails.suppressed_prospect": (
        OPPORTUNITIES + "status = 'suppressed' WHERE id ="
        " (SELECT opportunity_id FROM backlinking_emails WHERE id = {queued_email})"
    ),
    "responses.prospect": RESPONSES + "opportunity_id = {silent} WHERE id = {response}",
    "responses.email_left": RESPONSES + "email_id = {draft_email} WHERE id = {auto_reply}",
    "responses.link": RESPONSES + "link_acquired = TRUE, link_url = NULL WHERE id = {response}",
    "history.campaign_present": CAMPAIGNS + "status = 'completed', completed_at = started_at",
    "history.campaign_unbroken": (
        CHANGES + "old_status = 'paused' WHERE kind = 'campaign' AND new_status = 'active'"
    ),
    "history.campaign_legal": "INSERT INTO status_changes (campaign_id, kind, old_status, new_status, actor,"
    " changed_at) SELECT id, 'campaign', 'active', 'active', 'x', started_at FROM backlinking_campaigns",
    "history.opportunity_present": OPPORTUNITIES + "status = 'qualified' WHERE id = {fresh}",
    "history.opportunity_unbroken": (
        "DELETE FROM status_changes WHERE opportunity_id = {silent} AND new_status = 'approved'"
        " AND kind = 'opportunity'"
    ),
    "history.opportunity_legal": CHANGES + "old_status = 'published' WHERE kind = 'opportunity'"
    " AND opportunity_id = {silent} AND old_status = 'discovered'",
    "history.email_present": "DELETE FROM status_changes WHERE email_id = {draft_email}",
    "history.email_unbroken": (
        "DELETE FROM status_changes WHERE email_id = {silent_email} AND new_status = 'queued'"
    ),
    "history.email_legal": CHANGES
    + "old_status = 'draft' WHERE email_id = {silent_email} AND new_status = 'sent'",
    "decisions.outcome": "DELETE FROM ai_decision_outcomes",
    "decisions.generated": EMAILS + "ai_confidence_score = 0.9 WHERE id = {opened_email}",
    "decisions.took_effect": (
        "UPDATE ai_decisions SET executed_at = NULL WHERE kind = 'generate' AND email_id = {opened_email}"
    ),
    "decisions.ai_relevance_score": OPPORTUNITIES + "ai_relevance_score = 0.5 WHERE id = {answered}",
    "decisions.ai_authority_score": OPPORTUNITIES + "ai_authority_score = 0 WHERE id = {answered}",
    "decisions.ai_content_quality_score": (
        OPPORTUNITIES + "ai_content_quality_score = NULL WHERE id = {answered}"
    ),
    "decisions.ai_spam_risk_score": OPPORTUNITIES + "ai_spam_risk_score = 1 WHERE id = {answered}",
    "decisions.ai_contact_recommendation": (
        OPPORTUNITIES + "ai_contact_recommendation = NULL WHERE id = {answered}"
    ),
    "decisions.user_override_decision": (
        OPPORTUNITIES + "user_override_decision = 'reject' WHERE id = {fresh}"
    ),
    "decisions.response_type": RESPONSES + "response_type = 'neutral' WHERE id = {response}",
    "decisions.ai_intent_classification": (
        RESPONSES + "ai_intent_classification = 'unclear' WHERE id = {response}"
    ),
    "decisions.ai_urgency_level": RESPONSES + "ai_urgency_level = NULL WHERE id = {response}",
    "decisions.ai_recommended_action": RESPONSES + "ai_recommended_action = 'accept' WHERE id = {response}",
    "decisions.ai_suggested_reply": RESPONSES + "ai_suggested_reply = 'No.' WHERE id = {response}",
    "decisions.ai_sentiment_analysis": RESPONSES
    + """ai_sentiment_analysis = '{{"label": "negative"}}' WHERE id = {response}""",
    "decisions.user_sentiment_override": (
        RESPONSES + "user_sentiment_override = 'positive' WHERE id = {response}"
    ),
    "suppressions.hash": "UPDATE suppressions SET address = 'somebody@else.com'",
    "suppressions.queue": EMAILS + "to_email ="
    " (SELECT to_email FROM backlinking_emails WHERE id = {gone_email}) WHERE id = {queued_email}",
    "suppressions.events": "DELETE FROM suppressions WHERE reason = 'hard_bounce'",
    "suppressions.responses": "DELETE FROM suppressions WHERE reason = 'unsubscribe'",
}

# What no hand can break while the schema stands guard.
GUARDS: Final = (
    ("backlinking_opportunities", "ck_backlinking_opportunities_link_acquired_has_url"),
    ("backlinking_responses", "ck_backlinking_responses_link_acquired_has_url"),
)


async def stand_down(session: Any) -> None:
    """Take the schema's own guards away."""
    await session.execute(text("DROP INDEX uq_emails_one_per_touch"))
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text("PRAGMA ignore_check_constraints = ON"))
        return
    for table, constraint in GUARDS:
        await session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"))


@pytest.fixture
async def ids(database: Database) -> Ids:
    return await make_sound_record(database)


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await sit_down(database)


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    async with database.reading() as session:
        return {
            name: sorted(map(tuple, await session.execute(table.select())), key=repr)
            for name, table in Base.metadata.tables.items()
        }


class TestExamine:
    async def test_an_empty_record_is_sound(self, database: Database) -> None:
        assert (await examine(database)).sound

    async def test_a_record_made_by_the_verbs_is_sound(self, database: Database, ids: Ids) -> None:
        found = await examine(database)

        assert found.faults == []
        assert found.checks == len(list(all_checks())) + len(PEOPLE) + len(RETOLD)

    def test_every_check_has_something_that_breaks_it(self) -> None:
        names = {check.name for check in all_checks()} | {check.name for check in PEOPLE}

        assert names == DERIVED.keys() | RULES.keys()
        assert {check.name for check in derived.checks()} == DERIVED.keys()

    async def test_each_thing_that_is_broken_is_named(self, database: Database, ids: Ids) -> None:
        questions = {check.name: partial(ask, check=check) for check in all_checks()}
        questions |= {check.name: partial(ask_people, check=check, pepper=b"") for check in PEOPLE}
        unseen = []
        async with database.transaction() as session:
            await stand_down(session)
            for name, broken in (DERIVED | RULES).items():
                savepoint = await session.begin_nested()
                await session.execute(text(broken.format(**asdict(ids))))
                if await questions[name](session) is None:
                    unseen.append(name)
                await savepoint.rollback()
            await session.rollback()

        assert unseen == []
        assert (await examine(database)).sound

    async def test_a_fault_says_which_row_what_is_wrong_and_the_way_out(
        self, database: Database, ids: Ids
    ) -> None:
        async with database.transaction() as session:
            await session.execute(text(CAMPAIGNS + "total_opportunities = 99"))

        [fault] = (await examine(database)).faults

        assert [str(row) for row in fault.rows] == [f"{ids.campaign}: stored 99, recounted 7"]
        assert fault.number == 1
        assert fault.derived
        assert "--repair" in fault.way_out

    async def test_of_many_faulty_rows_some_are_named_and_all_are_counted(
        self, database: Database, ids: Ids
    ) -> None:
        async with database.transaction() as session:
            await session.execute(text(EMAILS + "open_count = 9"))

        faults = {fault.check: fault for fault in (await examine(database, shown=2)).faults}

        assert len(faults["backlinking_emails.open_count"].rows) == 2
        assert faults["backlinking_emails.open_count"].number == 7

    async def test_people_are_recognised_only_with_the_pepper(self, database: Database, ids: Ids) -> None:
        # The hashes of this record were made without one.
        names = {fault.check for fault in (await examine(database, pepper=b"salt")).faults}

        assert names == {"suppressions.hash", "suppressions.events", "suppressions.responses"}


class TestAfterVerbs:
    """Verbs that take facts away, or their names, leave the derived numbers right."""

    async def test_deleting_a_campaign(self, desk: Desk) -> None:
        template = await desk.templates("create", desk.user_id, TEMPLATE)
        await desk.reply(await desk.sent(template_used="guest post"))
        async with desk.context() as context:
            other = await Campaigns(context).create(desk.user_id, {"name": "Other", "keywords": ["hut"]})
            await Campaigns(context).start(other.id)
        kept = await desk.prospect(other.id)
        mail = LETTER | {"template_used": "guest post"}
        written = await desk.emails("create", other.id, kept, mail)
        await desk.sending("mark_sent", written.id)

        async with desk.context() as context:
            await Campaigns(context).delete(desk.campaign_id)

        assert (await desk.row(BacklinkingTemplate, template.id)).usage_count == 1
        assert (await examine(desk.database)).faults == []

    async def test_renaming_a_template(self, desk: Desk) -> None:
        template = await desk.templates("create", desk.user_id, TEMPLATE)
        email = await desk.sent(template_used="guest post")

        renamed = await desk.templates("update", template.id, {"name": "guest post, short"})

        assert renamed.usage_count == 1
        assert (await desk.email(email.id)).template_used == "guest post, short"
        assert (await examine(desk.database)).faults == []

    async def test_making_a_template_that_emails_name_already(self, desk: Desk) -> None:
        await desk.reply(await desk.sent(template_used="guest post"))

        template = await desk.templates("create", desk.user_id, TEMPLATE)

        assert (template.usage_count, template.success_rate) == (1, 1.0)
        assert (await examine(desk.database)).faults == []

    async def test_suppressing_a_prospect_with_letters_waiting(self, desk: Desk) -> None:
        prospect = await desk.prospect()
        queued = await desk.queued(prospect)

        await desk.opportunities("suppress", prospect, "asked on the phone")

        assert (await desk.email(queued.id)).status == "cancelled"
        assert (await examine(desk.database)).faults == []

    async def test_suppressing_a_person_with_a_letter_to_another_of_their_addresses(self, desk: Desk) -> None:
        prospect = await desk.prospect(contact_email="editor@one.com")
        queued = await desk.queued(prospect, to_email="desk@one.com")

        await desk.suppressions("add", "editor@one.com")

        assert (await desk.email(queued.id)).status == "cancelled"
        assert (await examine(desk.database)).faults == []


class TestRepair:
    async def test_a_sound_record_is_left_alone(self, database: Database, ids: Ids) -> None:
        before = await everything(database)

        found = await repair(database)

        assert (found.faults, found.mended) == ([], {})
        assert await everything(database) == before

    async def test_every_derived_value_is_mended_and_nothing_else_is_touched(
        self, database: Database, ids: Ids
    ) -> None:
        before = await everything(database)
        async with database.transaction() as session:
            for broken in DERIVED.values():
                await session.execute(text(broken.format(**asdict(ids))))
            await session.execute(text("DELETE FROM campaign_counts WHERE state = 'draft'"))
            await session.execute(
                text("INSERT INTO campaign_counts VALUES (:campaign, 'email', 'blocked', 5)"),
                {"campaign": ids.campaign},
            )

        found = await repair(database)

        assert found.faults == []
        assert found.mended.keys() == DERIVED.keys()
        after = await everything(database)
        for state in (before, after):  # A count of nothing and no count are the same.
            state["campaign_counts"] = [row for row in state["campaign_counts"] if row[3]]
        for name, rows in before.items():
            assert after[name] == approximately(rows), name

    async def test_facts_are_not_mended(self, database: Database, ids: Ids) -> None:
        async with database.transaction() as session:
            await session.execute(text(EMAILS + f"sent_at = NULL WHERE id = {ids.silent_email}"))

        found = await repair(database)

        assert "emails.sent" in {fault.check for fault in found.faults}
        assert not any(fault.derived for fault in found.faults)

    @pytest.mark.dialects("postgresql")
    async def test_it_waits_for_whoever_is_writing(self, database: Database, ids: Ids) -> None:
        # Without `hold_still` the repair counts before the writer's commit and writes after it,
        # and the record ends unsound (seen).
        async with database.transaction() as session:
            await session.execute(text(CAMPAIGNS + "total_opportunities = 50"))

        async with database.transaction() as writer:
            await writer.execute(text(CAMPAIGNS + "total_opportunities = total_opportunities + 1"))
            await writer.execute(
                text(
                    "INSERT INTO backlinking_opportunities (campaign_id, url, domain)"
                    " VALUES (:campaign, 'https://new.example/', 'new.example')"
                ),
                {"campaign": ids.campaign},
            )
            await writer.execute(
                text(
                    "UPDATE campaign_counts SET count = count + 1"
                    " WHERE subject = 'opportunity' AND state = 'discovered'"
                )
            )
            mending = asyncio.create_task(repair(database))
            await asyncio.wait([mending], timeout=1)
            assert not mending.done()
        await mending

        assert (await examine(database)).faults == []

    @pytest.mark.dialects("postgresql")
    async def test_it_gives_up_on_a_writer_who_never_ends(self, database: Database) -> None:
        async with database.transaction() as writer:
            await writer.execute(text("INSERT INTO users (email, address_key) VALUES ('a@b.example', '')"))
            with pytest.raises(DatabaseUnavailable, match="writing without a pause"):
                async with database.transaction() as session:
                    await hold_still(session, ["users"], patience=0.2)


class TestCommand:
    async def test_a_sound_record_ends_with_0(self, database: Database, ids: Ids, migrated_url: str) -> None:
        said = await asyncio.to_thread(linkwright, "doctor", url=migrated_url)

        assert said == (0, f"All {(await examine(database)).checks} checks passed.\n", "")

    async def test_faults_end_with_1_until_they_are_mended(
        self, database: Database, ids: Ids, migrated_url: str
    ) -> None:
        async with database.transaction() as session:
            await session.execute(text(CAMPAIGNS + "total_opportunities = 99"))

        said = await asyncio.to_thread(linkwright, "doctor", url=migrated_url)
        assert said.status == 1
        assert f"  {ids.campaign}: stored 99, recounted 7\n" in said.out
        told = await asyncio.to_thread(linkwright, "doctor", "--json", url=migrated_url)
        assert told.status == 1
        assert told.json["faults"][0]["rows"] == [{"id": ids.campaign, "stored": 99, "recounted": 7}]

        mended = await asyncio.to_thread(linkwright, "doctor", "--repair", url=migrated_url)
        assert mended.status == 0
        assert "Mended backlinking_campaigns.total_opportunities: 1 value written." in mended.out


def approximately(rows: list[tuple[Any, ...]]) -> Any:
    return [
        tuple(pytest.approx(value) if isinstance(value, float) else value for value in row) for row in rows
    ]
