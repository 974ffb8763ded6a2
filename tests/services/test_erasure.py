"""Erasure: a person goes from every row of a user's, the counts stay, and nobody else loses a letter."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select

from linkwright import Conflict, InvalidInput, NotFound, Suppressed
from linkwright.db.engine import Database
from linkwright.db.portable import kind_of
from linkwright.models import Archive, Base, Erasure, Suppression
from linkwright.monitoring.doctor import examine
from linkwright.queries.erasure import NOBODYS, owned, tables_with_texts
from linkwright.schemas.erasures import PersonData
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.analytics import Analytics
from linkwright.services.context import Context
from linkwright.services.erasure_work import LIVE
from tests.monitoring.sound_record import Ids, make_sound_record
from tests.support.dump import Dump, dump
from tests.support.erasing import ADDRESS, ALIASES, NAME, OWN, PLANTED, TELEPHONE, plant
from tests.support.prospects import NOON

COUNTED = (
    "campaign_counts",
    "analytics_days",
    "analytics_shares",
    "backlinking_analytics",
    "ai_learning_data",
)


@pytest.fixture
async def ids(database: Database) -> Ids:
    """A sound record with a person in it, everywhere."""
    ids = await make_sound_record(database)
    await plant(database, ids)
    return ids


@pytest.fixture
def service(database: Database) -> BacklinkingDatabaseService:
    return BacklinkingDatabaseService(database)


def hits(rows: Dump) -> list[str]:
    """What of the person is in a dump, and where."""
    found = []
    for table, of_table in rows.items():
        for row in of_table:
            for column, value in row.items():
                text = str(value).lower()
                found += [f"{table}.{column}: {one}" for one in PLANTED if one.lower() in text]
    return found


async def erase(
    service: BacklinkingDatabaseService, ids: Ids, address: str = ADDRESS, **known: Any
) -> Erasure:
    return await service.erase_person(ids.user, address, **({"also": [TELEPHONE]} | known))


class TestErase:
    async def test_leaves_nothing_of_the_person_in_any_row(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        assert len(hits(await dump(database))) > 40

        done = await erase(service, ids)

        assert hits(await dump(database)) == []
        assert done.finished_at is not None
        assert done.pending is None

    async def test_leaves_counts_learning_and_days_as_they_are(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        # What waited is cancelled for whoever is suppressed; the rest is of erasing alone.
        for one in (ADDRESS, *ALIASES):
            await service.suppress_address(one, user_id=ids.user)
        async with database.transaction() as session:
            await Analytics(Context(session)).roll_up(ids.campaign)
        before = await dump(database)

        await erase(service, ids)

        after = await dump(database)
        assert {name: len(rows) for name, rows in after.items() if name != "ai_contents"} == {
            name: len(rows) + (name == "erasures") for name, rows in before.items() if name != "ai_contents"
        }
        for name in COUNTED:
            assert after[name] == before[name], name
        found = await examine(database)
        assert found.sound, found.faults

    async def test_gives_the_same_answer_when_it_is_asked_again(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        first = await erase(service, ids)
        before = await dump(database)
        again = await erase(service, ids, address=ALIASES[0])

        assert (again.id, again.removed, again.finished_at) == (first.id, first.removed, first.finished_at)
        assert first.removed[LIVE]["backlinking_emails"] >= 2
        assert await dump(database) == before

    async def test_leaves_the_person_with_other_users(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        other = await service.create_user("other@example.org")
        mine = service.as_user(other.id)
        campaign = await mine.create_campaign(other.id, {"name": "Other", "keywords": ["huts"]})
        page = {"url": "https://else.example/", "contact_email": ADDRESS, "contact_name": NAME}
        kept = await mine.create_opportunity(campaign.id, page)

        await erase(service, ids)

        assert (await mine.get_opportunity(kept.id)).contact_email == ADDRESS
        with pytest.raises(NotFound):
            await mine.erase_person(ids.user, ADDRESS)

    async def test_leaves_who_only_looks_like_the_person(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        like = ["xzoe.q.hartvig@gmail.com", "zoe.q.hartvig@outlook.com", "zoe.q.hartvig@gmail.com.au"]
        pages = [
            await service.create_opportunity(
                ids.campaign,
                {"url": f"https://like{n}.example/", "contact_email": one, "contact_name": "Zoe Hart"},
            )
            for n, one in enumerate(like)
        ]

        await erase(service, ids)

        kept = [await service.get_opportunity(page.id) for page in pages]
        assert [page.contact_email for page in kept] == like
        assert {page.contact_name for page in kept} == {"Zoe Hart"}

    async def test_keeps_the_hash_and_no_address(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        await service.suppress_address(ADDRESS, "unsubscribe", user_id=ids.user, note="Zoe telephoned")
        await erase(service, ids)

        async with database.reading() as session:
            row = (await session.scalars(select(Suppression).where(Suppression.reason == "erasure"))).one()
        assert (row.address, row.note, row.lifted_at) == (None, None, None)
        assert await service.find_suppressed([ADDRESS, *ALIASES], user_id=ids.user) == dict.fromkeys(
            [ADDRESS, *ALIASES], "erasure"
        )

    @pytest.mark.parametrize(
        "address", ["%", "", " ", "%@%", "a@b", "a@b.com,c@d.com", "\x00@x.org", 7, None, ["a@b.com"]]
    )
    async def test_refuses_what_is_no_address(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids, address: Any
    ) -> None:
        before = await dump(database)
        with pytest.raises(InvalidInput):
            await service.erase_person(ids.user, address)
        assert await dump(database) == before

    async def test_refuses_the_users_own_address_and_texts_that_are_in_every_word(
        self, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        me = await service.get_user(ids.user)
        with pytest.raises(InvalidInput, match="the user's own"):
            await service.erase_person(ids.user, me.email)
        for also in (["e"], ["%"], [""], "text", [7]):
            with pytest.raises(InvalidInput):
                await service.erase_person(ids.user, ADDRESS, also=also)  # type: ignore[arg-type]

    @pytest.mark.parametrize("state", ["writing", "deleting"])
    async def test_is_refused_while_a_campaign_is_being_archived(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids, state: str
    ) -> None:
        row = {"user_id": ids.user, "campaign_id": "x", "name": "x", "state": state, "folder": "x"}
        async with database.transaction() as session:
            moments = {
                "schema_revision": "0010",
                "started_at": (await dump(database))["users"][0]["created_at"],
            }
            await session.execute(insert(Archive).values(**row, **moments))
        with pytest.raises(Conflict, match="being archived"):
            await erase(service, ids)
        assert hits(await dump(database))


class TestExport:
    async def test_gives_the_person_their_own_and_counts_what_names_them(
        self, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        found = await service.export_person(ids.user, ALIASES[3])

        assert {row["id"] for row in found.records["backlinking_emails"]} == {
            ids.opened_email,
            ids.silent_email,
            ids.follow_up,
        }
        assert found.records["backlinking_responses"][0]["subject"] == OWN[1]
        assert found.named_in["backlinking_campaigns"] == 1
        assert orjson.dumps(found.records)
        await erase(service, ids)
        assert (await service.export_person(ids.user, ADDRESS)) == PersonData({}, {})


async def refused_at_every_door(service: BacklinkingDatabaseService, ids: Ids, alias: str) -> None:
    page = {"url": "https://new.example/", "contact_email": alias, "contact_name": NAME}
    letter = {"subject": "Hi", "body_html": "Hi", "from_email": "me@example.com", "to_email": alias}
    answer = {"from_email": alias, "subject": "Hi", "body_text": "Hi"}
    message = {"digest": "9" * 64, "raw_headers": "From: x"}

    result = await service.add_opportunities(ids.campaign, [page])
    assert [error.field for error in result.refused] == ["contact_email"]
    assert alias not in str(result.refused)
    for refused in (
        service.create_opportunity(ids.campaign, page),
        service.update_opportunity(ids.fresh, {"contact_email": alias}),
        service.record_sent_email(ids.campaign, ids.fresh, letter | {"sent_at": NOON}),
        service.create_response(ids.campaign, None, ids.gone_email, answer),
        service.record_inbound(ids.user, message | {"from_address": alias}),
        service.record_inbound(ids.user, message | {"bounced_recipient": alias}),
    ):
        with pytest.raises(InvalidInput, match="erased"):
            await refused
    with pytest.raises(Suppressed):
        await service.create_email(ids.campaign, ids.fresh, letter)


class TestComingBack:
    async def test_no_alias_brings_the_person_back(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        await erase(service, ids)
        before = await dump(database)
        for alias in ALIASES:
            await refused_at_every_door(service, ids, alias)
        assert await dump(database) == before

    async def test_the_same_mailbox_read_again_finds_what_it_knew(
        self, database: Database, service: BacklinkingDatabaseService, ids: Ids
    ) -> None:
        await erase(service, ids)
        again = {"digest": "1" * 64, "raw_headers": "From: x", "from_address": ADDRESS, "subject": "Hi"}

        received = await service.record_inbound(ids.user, again)

        assert (received.new, received.message.from_address) == (False, None)
        assert hits(await dump(database)) == []

    async def test_who_is_let_back_can_come_back(self, service: BacklinkingDatabaseService, ids: Ids) -> None:
        await erase(service, ids)
        await service.lift_suppression(ALIASES[2], why="she asked us to", user_id=ids.user)
        page = {"url": "https://new.example/", "contact_email": ADDRESS}

        assert (await service.create_opportunity(ids.campaign, page)).status == "discovered"


def test_every_table_with_texts_is_looked_through() -> None:
    for table in Base.metadata.sorted_tables:
        if table not in NOBODYS:
            owned(table, 1).compile()
            texts = [
                one for one in table.columns if kind_of(one) in {"text", "json"} and not one.foreign_keys
            ]
            assert (table in tables_with_texts()) or not texts or all(one.primary_key for one in texts)
