"""The front door: what it offers, what each verb costs, and how it opens and closes."""

from __future__ import annotations

import asyncio
import inspect
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, get_type_hints

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.exc import InvalidRequestError

from linkwright import (
    BacklinkingDatabaseService,
    DatabaseUnavailable,
    InvalidInput,
    NotFound,
    SchemaMismatch,
    UnitOfWork,
)
from linkwright.db.engine import Database
from linkwright.jobs.desks import desk_for
from linkwright.models import Suppression
from linkwright.monitoring.doctor import examine
from linkwright.services.suppression_reach import Person
from linkwright.settings import Settings
from linkwright.verbs import verbs_of
from tests.support.tour import Counting, statements, tour

VERBS = verbs_of(BacklinkingDatabaseService)
SEED = {
    "create_campaign": ["user_id", "campaign_data"],
    "get_campaign_opportunities": ["campaign_id", "status"],
    "create_email": ["campaign_id", "opportunity_id", "email_data"],
    "store_ai_learning_data": ["user_id", "data_type", "data_key", "data_value"],
    "get_campaign_analytics": ["campaign_id", "date_from"],
}
# How many statements each verb takes when the tour first calls it. More is a regression; fewer is to be kept.
STATEMENTS = {
    "create_user": 1,
    "get_or_create_user": 2,
    "get_user": 1,
    "get_user_by_email": 1,
    "get_users": 1,
    "update_user": 2,
    "delete_user": 2,
    "create_campaign": 3,
    "get_campaign": 1,
    "get_user_campaigns": 2,
    "get_campaign_named": 1,
    "update_campaign": 2,
    "schedule_campaign": 3,
    "unschedule_campaign": 3,
    "start_campaign": 3,
    "pause_campaign": 4,
    "resume_campaign": 3,
    "complete_campaign": 4,
    "archive_campaign": 3,
    "restore_campaign": 5,
    "reopen_campaign": 3,
    "cancel_campaign": 3,
    "delete_campaign": 3,
    "create_opportunity": 5,
    "add_opportunities": 11,
    "get_opportunity": 1,
    "get_campaign_opportunities": 2,
    "update_opportunity": 2,
    "start_analysis": 4,
    "fail_analysis": 4,
    "record_analysis": 6,
    "qualify_opportunity": 7,
    "approve_opportunity": 14,
    "rate_opportunity": 3,
    "reject_opportunity": 7,
    "override_opportunity": 6,
    "suppress_opportunity": 7,
    "lift_opportunity": 7,
    "expire_opportunity": 4,
    "record_link": 8,
    "record_link_lost": 4,
    "record_link_restored": 4,
    "delete_opportunity": 8,
    "create_email": 5,
    "approve_email": 5,
    "queue_email": 7,
    "unqueue_email": 4,
    "unapprove_email": 4,
    "update_email": 2,
    "rate_email": 3,
    "get_email": 1,
    "claim_due_emails": 12,
    "release_email": 7,
    "mark_email_failed": 4,
    "retry_failed_email": 7,
    "mark_email_send_unknown": 4,
    "resolve_unknown_email": 7,
    "expire_leases": 1,
    "mark_email_sent": 8,
    "mark_email_delivered": 5,
    "record_open": 5,
    "record_click": 4,
    "get_email_events": 2,
    "record_bounce": 14,
    "cancel_email": 4,
    "record_sent_email": 9,
    "record_complaint": 14,
    "record_unsubscribe": 13,
    "get_campaign_emails": 1,
    "requeue_blocked_email": 7,
    "suppress_address": 3,
    "export_person": 33,
    "erase_person": 44,
    "find_suppressed": 2,
    "get_suppressions": 1,
    "lift_suppression": 3,
    "create_response": 20,
    "get_response": 1,
    "get_campaign_responses": 1,
    "get_responses_awaiting_review": 1,
    "classify_response": 13,
    "review_response": 13,
    "mark_reply_sent": 2,
    "record_inbound": 2,
    "get_user_inbound": 2,
    "get_unmatched_inbound": 2,
    "dismiss_inbound": 2,
    "get_dismissed_inbound": 2,
    "restore_inbound": 2,
    "assign_inbound": 20,
    "get_inbound": 1,
    "negotiate_opportunity": 4,
    "accept_opportunity": 4,
    "mark_no_response": 4,
    "create_template": 3,
    "get_template": 1,
    "update_template": 2,
    "get_templates": 2,
    "render_template": 1,
    "retire_template": 2,
    "store_ai_learning_data": 2,
    "use_ai_learning_data": 1,
    "recommend": 2,
    "recommend_many": 4,
    "learn": 8,
    "rebuild_learning": 11,
    "get_patterns": 2,
    "pool_learning": 12,
    "get_ai_learning_data": 2,
    "record_decision": 5,
    "get_decision": 1,
    "get_decisions": 2,
    "count_due_outcomes": 2,
    "attribute_outcomes": 3,
    "censor_outcome": 4,
    "record_outcome": 3,
    "get_outcomes": 2,
    "set_ai_budget": 4,
    "reserve_ai_call": 4,
    "release_ai_call": 2,
    "get_ai_budget": 2,
    "get_calibration": 3,
    "learn_calibration": 2,
    "compare": 4,
    "explain": 9,
    "get_history": 2,
    "roll_up_campaign": 26,
    "create_analytics_record": 2,
    "get_campaign_analytics": 5,
    "get_campaign_stats": 4,
    "get_user_dashboard": 6,
    "decline_opportunity": 4,
    "set_retention_policy": 2,
    "get_retention_policies": 2,
    "remove_retention_policy": 2,
    "place_legal_hold": 2,
    "release_legal_hold": 2,
    "get_legal_holds": 2,
    "get_retention_removals": 2,
}
# Sorting is forbidden before a look-up of known pages, and allowed again after it.
MORE_ON_POSTGRESQL = {"create_opportunity": 2, "add_opportunities": 2}


def nouns() -> dict[str, type]:
    return {
        name: get_type_hints(prop.func)["return"]
        for name, prop in vars(UnitOfWork).items()
        if isinstance(prop, cached_property)
    }


@pytest.fixture
async def service(migrated_url: str) -> Any:
    async with await BacklinkingDatabaseService.open(migrated_url) as service:
        yield service


class TestVerbs:
    def test_every_public_method_of_every_noun_is_one(self) -> None:
        offered = {verb.__wrapped__ for verb in VERBS.values()}  # type: ignore[attr-defined]
        missing = [
            f"{name}.{method}"
            for name, noun in nouns().items()
            for method, function in inspect.getmembers(noun, inspect.iscoroutinefunction)
            if not method.startswith("_") and function not in offered
        ]

        # What only an import needs: it has a row in hand, or knows that two sources tell of one answer.
        assert missing == ["responses.add", "inbound.match_stored"]

    @pytest.mark.parametrize("verb", VERBS)
    def test_says_what_it_does_under_its_own_name(self, verb: str) -> None:
        function = VERBS[verb]

        assert inspect.getdoc(function)
        assert function.__name__ == verb
        assert inspect.signature(function).return_annotation is not inspect.Signature.empty

    @pytest.mark.parametrize("verb", SEED)
    def test_those_of_the_seed_have_its_arguments(self, verb: str) -> None:
        names = list(inspect.signature(VERBS[verb]).parameters)[1:]

        assert names[: len(SEED[verb])] == SEED[verb]

    async def test_each_takes_so_many_statements_and_no_more(
        self, service: BacklinkingDatabaseService, dialect: str
    ) -> None:
        call = Counting(service.acting_as("user:1"))
        await tour(call)

        more = MORE_ON_POSTGRESQL if dialect == "postgresql" else {}
        assert call.counts == {verb: number + more.get(verb, 0) for verb, number in STATEMENTS.items()}
        assert set(call.counts) == set(VERBS)

    @pytest.mark.parametrize("key", ["", "x" * 37, "a\0b", 5, b"x", ["x"]])
    async def test_what_is_no_campaign_id_is_not_found(
        self, service: BacklinkingDatabaseService, key: Any
    ) -> None:
        with statements(service.database) as seen, pytest.raises(NotFound, match="There is no campaign"):
            await service.get_campaign(key)

        assert seen == []

    @pytest.mark.parametrize("key", [0, -1, 2**31, 2**70, "1", 1.0, True])
    async def test_what_is_no_row_id_is_not_found(
        self, service: BacklinkingDatabaseService, key: Any
    ) -> None:
        with statements(service.database) as seen, pytest.raises(NotFound, match="There is no template"):
            await service.get_template(template_id=key)

        assert seen == []


class TestBegin:
    async def test_commits_all_of_it(self, service: BacklinkingDatabaseService) -> None:
        async with service.begin() as work:
            user = await work.users.create("me@example.com")
            campaign = await work.campaigns.create(user.id, {"name": "A", "keywords": ["b"]})
            await work.campaigns.start(campaign.id)

        assert (await service.get_campaign(campaign.id)).status == "active"

    async def test_rolls_all_of_it_back_on_an_error(self, service: BacklinkingDatabaseService) -> None:
        with pytest.raises(InvalidInput):
            async with service.begin() as work:
                user = await work.users.create("me@example.com")
                await work.campaigns.create(user.id, {"name": "A", "keywords": []})

        assert list(await service.get_users()) == []

    async def test_rolls_all_of_it_back_when_cancelled(self, service: BacklinkingDatabaseService) -> None:
        async def never_ends() -> None:
            async with service.begin() as work:
                await work.users.create("me@example.com")
                await asyncio.sleep(3600)

        task = asyncio.create_task(never_ends())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The writer is free again at once, on SQLite too.
        await asyncio.wait_for(service.create_user("you@example.com"), timeout=10)

        assert [user.email for user in await service.get_users()] == ["you@example.com"]

    async def test_reading_cannot_write(self, service: BacklinkingDatabaseService) -> None:
        with pytest.raises(DatabaseUnavailable):
            async with service.reading() as work:
                await work.users.create("me@example.com")

    async def test_one_kept_beyond_its_block_does_nothing(self, service: BacklinkingDatabaseService) -> None:
        async with service.begin() as work:
            await work.users.create("me@example.com")

        with pytest.raises(InvalidRequestError, match="permanently closed"):
            await work.users.create("you@example.com")

    async def test_runs_on_the_clock_and_under_the_name_it_was_given(self, migrated_url: str) -> None:
        noon = datetime(2026, 9, 15, 12, tzinfo=UTC)
        async with await BacklinkingDatabaseService.open(migrated_url, clock=lambda: noon) as service:
            user = await service.acting_as("import").create_user("me@example.com")
            async with service.as_user(user.id).begin() as work:
                assert (work.context.actor, work.context.owner) == (f"user:{user.id}", user.id)
            async with service.acting_as("import").begin() as work:
                assert (work.context.actor, work.context.owner) == ("import", None)

        assert user.created_at == noon


class TestOpen:
    async def test_refuses_an_empty_database_and_names_the_command(self, database_url: str) -> None:
        with pytest.raises(SchemaMismatch, match="linkwright db upgrade"):
            await BacklinkingDatabaseService.open(database_url)

    async def test_can_be_told_not_to_ask(self, database_url: str) -> None:
        async with await BacklinkingDatabaseService.open(database_url, check_schema=False) as service:
            with pytest.raises(DatabaseUnavailable):
                await service.get_users()

    async def test_reads_the_settings_for_what_is_not_given(
        self, migrated_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LINKWRIGHT_DATABASE_URL", migrated_url)
        monkeypatch.setenv("LINKWRIGHT_ADDRESS_PEPPER", "salt")
        async with await BacklinkingDatabaseService.open() as service:
            assert service.as_user(1).pepper == b"salt"
            assert list(await service.get_users()) == []

    async def test_shows_the_pepper_to_nobody_who_prints_what_has_it(self, migrated_url: str) -> None:
        settings = Settings(address_pepper=SecretStr("tellicherry"), database_url=SecretStr(migrated_url))
        async with (
            await BacklinkingDatabaseService.open(settings=settings) as service,
            service.begin() as work,
            desk_for(service.database, pepper=b"tellicherry") as desk,
        ):
            for thing in (settings, service, service.as_user(1), work, work.context, desk):
                assert "tellicherry" not in f"{thing!r} {thing}"
        assert "key" not in repr(Person(1, b"key", "a@b.com"))

    @pytest.mark.parametrize(("then", "now"), [("salt", ""), ("", "salt"), ("salt", "sugar")])
    async def test_refuses_another_pepper_than_the_suppressed_are_known_by(
        self, migrated_url: str, monkeypatch: pytest.MonkeyPatch, then: str, now: str
    ) -> None:
        monkeypatch.setenv("LINKWRIGHT_ADDRESS_PEPPER", then)
        async with await BacklinkingDatabaseService.open(migrated_url) as service:
            me = await service.create_user("me@example.com")
            await service.suppress_address("no@example.org", user_id=me.id)
        monkeypatch.setenv("LINKWRIGHT_ADDRESS_PEPPER", now)

        with pytest.raises(InvalidInput, match="set LINKWRIGHT_ADDRESS_PEPPER to what it was") as refused:
            await BacklinkingDatabaseService.open(migrated_url)
        database = Database(migrated_url)
        with pytest.raises(InvalidInput, match="LINKWRIGHT_ADDRESS_PEPPER"):
            async with desk_for(database, pepper=now.encode()):
                pass
        found = {fault.check for fault in (await examine(database, pepper=now.encode())).faults}
        await database.close()

        assert "no@example.org" not in str(refused.value)
        assert found == {"suppressions.hash"}
        monkeypatch.setenv("LINKWRIGHT_ADDRESS_PEPPER", then)
        async with await BacklinkingDatabaseService.open(migrated_url) as service:
            assert await service.find_suppressed(["no@example.org"], user_id=me.id)

    async def test_asks_nothing_of_the_pepper_where_no_address_is_left(
        self, migrated_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with await BacklinkingDatabaseService.open(migrated_url) as service:
            me = await service.create_user("me@example.com")
            await service.suppress_address("no@example.org", user_id=me.id)
            async with service.database.transaction() as session:
                await session.execute(update(Suppression).values(address=None))
        monkeypatch.setenv("LINKWRIGHT_ADDRESS_PEPPER", "salt")

        async with await BacklinkingDatabaseService.open(migrated_url) as service:
            assert len(await service.get_users()) == 1

    @pytest.mark.parametrize("url", ["", "mysql://x/y", "nonsense", "sqlite:///:memory:"])
    async def test_refuses_what_is_no_database_of_ours(
        self, url: str, tmp_path: Any, monkeypatch: Any
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises((InvalidInput, DatabaseUnavailable)):
            await BacklinkingDatabaseService.open(url)

    async def test_a_place_where_nobody_listens_is_said_in_words(self) -> None:
        with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
            await BacklinkingDatabaseService.open("postgresql://nobody@127.0.0.1:1/none")


class TestClose:
    async def test_nothing_begins_after_it(self, migrated_url: str) -> None:
        service = await BacklinkingDatabaseService.open(migrated_url)
        me = await service.create_user("me@example.com")
        mine = service.as_user(me.id)
        await service.close()
        await service.close()

        for call in (service.get_users(), mine.create_campaign(me.id, {"name": "A", "keywords": ["b"]})):
            with pytest.raises(DatabaseUnavailable, match="was closed"):
                await call
        with pytest.raises(DatabaseUnavailable, match="was closed"):
            async with mine.begin():
                pass
        async with await BacklinkingDatabaseService.open(migrated_url) as again:
            assert await again.get_user_campaigns(me.id) == []


class TestConcurrency:
    async def test_reads_go_on_while_somebody_writes(self, service: BacklinkingDatabaseService) -> None:
        user = await service.create_user("me@example.com")
        async with service.begin() as work:
            await work.users.update(user.id, {"name": "New"})
            seen = await asyncio.wait_for(service.get_user(user.id), timeout=10)

        assert seen.name is None
        assert (await service.get_user(user.id)).name == "New"

    async def test_two_who_add_the_same_user_get_the_same(self, service: BacklinkingDatabaseService) -> None:
        users = await asyncio.gather(*(service.get_or_create_user("me@example.com") for _ in range(8)))

        assert len({user.id for user in users}) == 1
