"""One user's data cannot be reached with another user's id, whatever verb is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from linkwright import BacklinkingDatabaseService, Conflict, NotFound
from linkwright.models import Base
from linkwright.verbs import verbs_of
from tests.support.strangers import CAMPAIGN, CASES, KINDS, PAGE, WITHOUT_IDS, Things, World
from tests.support.tour import LETTER, TEMPLATE, Counting, tour


@pytest.fixture
async def world(migrated_url: str) -> AsyncIterator[World]:
    """They have been through everything; I have a campaign with one email in the queue."""
    async with await BacklinkingDatabaseService.open(migrated_url) as trusted:
        await tour(Counting(trusted.acting_as("user:1")))
        them = await trusted.get_user_by_email("me@example.com")
        await trusted.suppress_address("gone@example.org", user_id=them.id)
        theirs = await _things(trusted)
        me = await _settle(trusted, "i@example.net")
        yield World(trusted, trusted.as_user(me), await _things(trusted), theirs)


@pytest.fixture
async def pair(migrated_url: str) -> AsyncIterator[tuple[BacklinkingDatabaseService, int, int]]:
    """Two users, each with a campaign with one email in the queue."""
    async with await BacklinkingDatabaseService.open(migrated_url) as trusted:
        yield trusted, await _settle(trusted, "i@example.net"), await _settle(trusted, "they@example.net")


async def _settle(trusted: BacklinkingDatabaseService, address: str) -> int:
    user = await trusted.create_user(address)
    service = trusted.as_user(user.id)
    campaign = await service.create_campaign(user.id, CAMPAIGN)
    await service.start_campaign(campaign.id)
    page = await service.create_opportunity(campaign.id, PAGE)
    await service.qualify_opportunity(page.id)
    await service.approve_opportunity(page.id)
    email = await service.create_email(campaign.id, page.id, LETTER)
    await service.approve_email(email.id)
    await service.queue_email(email.id)
    await service.record_inbound(user.id, {"digest": "c" * 64})
    await service.place_legal_hold("a lawsuit")
    return user.id


async def _things(service: BacklinkingDatabaseService) -> Things:
    """The newest of each kind; what only they have stays theirs."""
    newest: dict[str, Any] = {}
    async with service.database.reading() as session:
        for name, table in KINDS.items():
            newest[name] = await session.scalar(select(table.id).order_by(table.id.desc()).limit(1))
    return Things(**newest)


async def contents(service: BacklinkingDatabaseService) -> dict[str, list[Any]]:
    """Every row of every table."""
    async with service.database.reading() as session:
        return {
            name: sorted((tuple(row) for row in await session.execute(table.select())), key=repr)
            for name, table in Base.metadata.tables.items()
        }


class TestAnotherUsersId:
    def test_has_a_case_for_every_verb(self) -> None:
        assert set(verbs_of(BacklinkingDatabaseService)) == set(CASES) | WITHOUT_IDS

    async def test_is_not_found_by_any_verb_and_changes_nothing(self, world: World) -> None:
        before = await contents(world.trusted)
        reached = []
        for verb, case in CASES.items():
            for arguments, named in case(world):
                try:
                    answer = await getattr(world.service, verb)(*arguments, **named)
                except NotFound:
                    continue
                except Exception as error:  # noqa: BLE001  (every other answer is a finding, to be listed)
                    answer = error
                reached.append((verb, arguments, named, answer))

        assert reached == []
        assert await contents(world.trusted) == before

    async def test_would_be_reached_without_the_binding(self, world: World) -> None:
        """The same calls by a trusted caller find something: so it is the binding that hides it."""
        hidden_from_all = []
        for verb, case in CASES.items():
            arguments, named = case(world)[0]
            if verb.startswith("get_") and verb != "get_or_create_user":
                try:
                    await getattr(world.trusted, verb)(*arguments, **named)
                except NotFound:
                    hidden_from_all.append(verb)

        assert hidden_from_all == []


class TestVerbsWithoutIds:
    async def test_find_only_what_is_the_callers(
        self, pair: tuple[BacklinkingDatabaseService, int, int]
    ) -> None:
        trusted, me, they = pair
        service = trusted.as_user(me)

        assert [user.id for user in await service.get_users()] == [me]
        [claimed] = await service.claim_due_emails()
        [mine] = await service.get_user_campaigns(me)
        assert claimed.email.campaign_id == mine.id
        late = trusted.as_user(they)
        assert await late.expire_leases(datetime(2100, 1, 1, tzinfo=UTC)) == []
        assert len(await service.expire_leases(datetime(2100, 1, 1, tzinfo=UTC))) == 1

    async def test_a_bound_caller_makes_no_users(
        self, pair: tuple[BacklinkingDatabaseService, int, int]
    ) -> None:
        trusted, me, _ = pair

        with pytest.raises(Conflict, match="cannot add users"):
            await trusted.as_user(me).create_user("new@example.net")

    async def test_a_bound_caller_learns_from_nobody_else(
        self, pair: tuple[BacklinkingDatabaseService, int, int]
    ) -> None:
        trusted, me, _ = pair

        with pytest.raises(Conflict, match="cannot learn from all users"):
            await trusted.as_user(me).pool_learning()


class TestSystemTemplates:
    async def test_are_read_by_all_and_changed_by_no_user(
        self, pair: tuple[BacklinkingDatabaseService, int, int]
    ) -> None:
        trusted, me, they = pair
        service = trusted.as_user(me)
        template = await trusted.create_template(None, TEMPLATE)
        await trusted.create_template(they, TEMPLATE)

        assert [row.id for row in await service.get_templates()] == [template.id]
        assert str(await service.render_template(template.id, {})) == "missing: contact, site"
        with pytest.raises(Conflict, match="is the system's"):
            await service.update_template(template.id, {"name": "Mine now"})
        with pytest.raises(Conflict, match="is the system's"):
            await service.retire_template(template.id)
        assert (await trusted.update_template(template.id, {"name": "Better"})).name == "Better"


class TestBindingAgain:
    async def test_a_bound_service_cannot_bind_itself_to_somebody_else(self, world: World) -> None:
        mine = world.service
        assert mine.owner is not None
        with pytest.raises(NotFound):
            mine.as_user(mine.owner + 1)
        assert mine.as_user(mine.owner).owner == mine.owner
