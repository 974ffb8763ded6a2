"""A campaign written to a file and brought back: on each database, and from one to the other."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from linkwright.db.engine import Database
from linkwright.errors import Conflict, InvalidInput, NotFound, SchemaMismatch
from linkwright.jobs.campaign_records import KINDS, Kind
from linkwright.jobs.desks import desk_for
from linkwright.jobs.export import HEADER_ROOM, export_campaign
from linkwright.jobs.import_campaign import Imported, import_campaign
from linkwright.models import BacklinkingTemplate, Suppression, User
from linkwright.schemas import (
    analytics,
    campaigns,
    decisions,
    emails,
    events,
    inbound,
    opportunities,
    responses,
    suppressions,
    templates,
)
from linkwright.services.opportunities import Opportunities
from tests.conftest import _upgrade
from tests.support.prospects import at_noon, full_row, make_campaign
from tests.support.rows import row_values

if TYPE_CHECKING:
    from tests.support.postgres import Databases

CAMPAIGN, USER = "01980000-0000-7000-8000-000000000001", 7
KEY = b"a key that never leaves its home"
WITHIN = {"campaign_id": CAMPAIGN}
HASH = {"address_hash": b"h" * 32}
ABOUT = {"opportunity_id": 11, "email_id": 13}
SHAPES: dict[str, Any] = {
    "campaign": campaigns.CampaignRead,
    "template": templates.TemplateRead,
    "opportunity": opportunities.OpportunityRead,
    "email": emails.EmailRead,
    "response": responses.ResponseRead,
    "email_event": events.EventRead,
    "inbound_message": inbound.InboundRead,
    "decision": decisions.DecisionRead,
    "outcome": decisions.OutcomeRead,
    "analytics": analytics.AnalyticsRead,
    "suppression": suppressions.SuppressionRead,
}
# What ties the rows together, and the few values that a rule over several columns binds.
KEYS: dict[str, dict[str, Any]] = {
    "campaign": {"id": CAMPAIGN, "user_id": USER},
    # What it earned is counted again on the way in, and nothing was sent.
    "template": {
        "id": 29,
        "name": "A template of the user's own, chosen by a decision",
        "created_by_user_id": USER,
        "usage_count": 0,
        "success_rate": 0.0,
        "average_response_time": None,
    },
    "opportunity": {"id": 11, **WITHIN},
    "email": {"id": 13, **WITHIN, "opportunity_id": 11, "parent_email_id": 14},
    "response": {"id": 17, **WITHIN, **ABOUT},
    "email_event": {"id": 19, **WITHIN, "email_id": 13},
    "inbound_message": {"id": 23, **WITHIN, "user_id": USER, "email_id": 13, "response_id": 17},
    "status_change": {"id": 31, **WITHIN, **ABOUT, "kind": "email"},
    "decision": {
        "id": 37,
        **WITHIN,
        **ABOUT,
        "user_id": USER,
        "response_id": 17,
        "template_id": 29,
        "propensity": 0.25,
        "kind": "score",
        "rng_seed": 2**40,
        "cost": 0.00012345,
    },
    "outcome": {"id": 41, "user_id": USER, "decision_id": 37},
    "analytics": {"id": 43, **WITHIN},
    "count": {**WITHIN, "subject": "opportunity"},
    "suppression": {
        "id": 47,
        **WITHIN,
        "user_id": USER,
        "address": "jane@example.com",
        "address_hash": b"h" * 32,
    },
}
ROWS = st.tuples(
    *(row_values(kind.model, SHAPES.get(kind.name, emails.EmailRead), KEYS[kind.name]) for kind in KINDS)
)
PAIRS = [(a, b) for a in ("sqlite", "postgresql") for b in ("sqlite", "postgresql")]


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """Two databases at head: one to export from, one to import into."""
    chosen = request.config.getoption("--db")
    made: list[str] = []
    for place, dialect in enumerate(request.param):
        if chosen not in {dialect, "both"}:
            pytest.skip(f"{dialect} was not chosen")
        if dialect == "sqlite":
            path = tmp_path / f"{place}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            made.append(f"sqlite:///{path}")
        else:
            postgres: Databases = request.getfixturevalue("postgres")
            made.append(postgres.create_migrated(_upgrade))
    yield made
    for url in made:
        if url.startswith("postgresql"):
            request.getfixturevalue("postgres").drop(url)


@asynccontextmanager
async def opened(urls: list[str]) -> AsyncIterator[tuple[Database, Database]]:
    source, target = (Database(url) for url in urls)
    try:
        yield source, target
    finally:
        for database in (source, target):
            async with database.transaction() as session:
                for model in (BacklinkingTemplate, User):
                    await session.execute(delete(model))
            await database.close()


async def fill(database: Database, rows: tuple[dict[str, Any], ...]) -> None:
    async with database.transaction() as session:
        session.add(User(id=USER, email="me@example.com", name="Me", address_key=KEY))
        await session.flush()
        for kind, values in zip(KINDS, rows, strict=True):
            made = [values]
            if kind.name == "email":
                # Its parent came later, as in a mailbox that was read backwards.
                parent = values | {
                    "id": 14,
                    "parent_email_id": None,
                    "message_id": None,
                    "status": "cancelled",
                }
                made = [parent, values]
            for each in made:
                session.add(kind.model(**each))
                await session.flush()


def read(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


async def export(database: Database, path: Path, campaign_id: str = CAMPAIGN) -> str:
    buffer = io.BytesIO()
    exported = await export_campaign(database, campaign_id, buffer)
    write(path, buffer.getvalue())
    return exported.digest


async def bring(database: Database, path: Path, **words: Any) -> Imported:
    async with desk_for(database) as desk:
        return await import_campaign(desk, path, **words)


async def contents(database: Database, kind: Kind, *, numbers: bool = True) -> list[dict[str, Any]]:
    """Everything that a table has, but for who owns it."""
    left_out = {kind.owner, "address_hash"} | (set() if numbers else {"id", *kind.refers})
    async with database.reading() as session:
        found = await session.execute(select(kind.table).order_by(*kind.table.primary_key.columns))
        return [
            {name: value for name, value in row.items() if name not in left_out} for row in found.mappings()
        ]


class TestEveryColumn:
    @pytest.mark.slow
    @pytest.mark.parametrize("urls", PAIRS, indirect=True, ids="-to-".join)
    @settings(
        max_examples=4,
        phases=[Phase.generate],  # Rows of thirteen tables take long to make smaller.
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
    @given(rows=ROWS)
    async def test_comes_back_as_it_was(
        self, urls: list[str], tmp_path: Path, rows: tuple[dict[str, Any], ...]
    ) -> None:
        async with opened(urls) as (source, target):
            await fill(source, rows)
            digest = await export(source, tmp_path / "campaign.jsonl")

            brought = await bring(target, tmp_path / "campaign.jsonl")

            assert brought.rows == {kind.name: 2 if kind.name == "email" else 1 for kind in KINDS}
            for kind in KINDS:
                assert await contents(target, kind) == await contents(source, kind), kind.name
            again = await export(target, tmp_path / "again.jsonl")
            async with source.reading() as session:
                same_user = (await session.scalars(select(User.id))).one()
            async with target.reading() as session:
                if (await session.scalars(select(User.id))).one() == same_user:
                    assert again == digest


FORGERIES = [
    (b'"ai_relevance_score":0.9', b'"ai_relevance_score":1.7'),
    (b'"ai_relevance_score":0.9', b'"ai_relevance_score":"high"'),
    (b'"status":"contacted"', b'"status":"won"'),
    (b'"contact_name":"Jane Doe"', b'"contact_name":"' + b"x" * 201 + b'"'),
    (b'"contact_name":"Jane Doe"', b'"contact_name":"\\u0000"'),
    (b'"contact_name":"Jane Doe"', b'"contact_name":5'),
    (b'"user_rating":4', b'"user_rating":9'),
    (b'"user_rating":4', b'"user_rating":4294967296'),
    (b'"requires_images":true', b'"requires_images":1'),
    (b'"discovered_at":"2026-09-01T08:00:00Z"', b'"discovered_at":"2026-09-01T08:00:00"'),
    (b'"title":"Write for us"', b'"titel":"Write for us"'),
    (b'"title":"Write for us",', b""),
    (b'"record":"opportunity"', b'"record":"user"'),
    (b'"record":"opportunity"', b'"record":"outcome"'),
    (b'"campaign_id":"0', b'"campaign_id":"1'),
    (b'"url":"https', b'"url":null,"x":"https'),
]


class TestFile:
    @pytest.fixture
    async def file(self, database: Database, tmp_path: Path) -> Path:
        """A small campaign's file, of the campaign that is in `database`."""

        async with database.transaction() as session:
            campaign_id = await make_campaign(session)
            await Opportunities(at_noon(session)).add_many(
                campaign_id, [full_row(number, status="contacted") for number in range(3)]
            )
        path = tmp_path / "campaign.jsonl"
        await export(database, path, campaign_id)
        return path

    async def test_begins_with_what_it_is(self, file: Path) -> None:
        header = orjson.loads(read(file)[:HEADER_ROOM])

        assert header["format"] == "linkwright-campaign"
        assert header["rows"]["opportunity"] == 3
        assert header["owner"] == {"email": "owner@example.com", "name": None}

    async def test_holds_no_secret(self, database: Database, tmp_path: Path) -> None:
        async with database.transaction() as session:
            session.add(User(id=USER, email="me@example.com", address_key=KEY))
            await session.flush()
            campaign_id = await make_campaign(session, address="me@example.com")
            session.add(
                Suppression(
                    user_id=USER,
                    campaign_id=campaign_id,
                    address="jane@example.com",
                    address_hash=b"h" * 32,
                    reason="manual",
                    actor="user:7",
                    created_at=datetime(2026, 9, 1, tzinfo=UTC),
                )
            )
        path = tmp_path / "campaign.jsonl"
        await export(database, path, campaign_id)

        written = read(path)
        assert b"jane@example.com" in written
        for secret in (b"address_key", b"address_hash", KEY, b"h" * 32):
            assert secret not in written

    async def test_twice_changes_nothing(self, database: Database, file: Path, empty: Database) -> None:
        first = await bring(empty, file)
        second = await bring(empty, file)

        assert (first.again, second.again) == (False, True)
        assert len(await contents(empty, KINDS[2])) == 3

    async def test_a_campaign_that_is_there_is_not_touched(self, database: Database, file: Path) -> None:
        with pytest.raises(Conflict, match="already"):
            await bring(database, file)

    async def test_taken_numbers_are_given_anew_and_followed(
        self, database: Database, file: Path, empty: Database
    ) -> None:

        async with empty.transaction() as session:
            other = await make_campaign(session, address="other@example.com")
            await Opportunities(at_noon(session)).add_many(
                other, [full_row(number, status="contacted") for number in range(7, 9)]
            )

        await bring(empty, file)

        for kind in (KINDS[2], KINDS[7]):
            brought = [row for row in await contents(empty, kind) if row["campaign_id"] != other]
            was = await contents(database, kind)
            assert [row | {"id": 0, "opportunity_id": 0} for row in brought] == [
                row | {"id": 0, "opportunity_id": 0} for row in was
            ]
        prospects = {row["id"]: row["url"] for row in await contents(empty, KINDS[2])}
        changes = [row for row in await contents(empty, KINDS[7]) if row["campaign_id"] != other]
        assert [prospects[row["opportunity_id"]] for row in changes if row["opportunity_id"]] == [
            full_row(number)["url"] for number in range(3)
        ]
        # And the next prospect gets a number of its own.
        async with empty.transaction() as session:
            made = await Opportunities(at_noon(session)).create(other, full_row(99))
            assert made.id > max(prospects)

    async def test_deleted_and_brought_back_it_is_the_same(self, database: Database, file: Path) -> None:
        before = {kind.name: await contents(database, kind) for kind in KINDS}
        async with database.transaction() as session:
            await session.execute(delete(KINDS[0].model))

        await bring(database, file)

        assert {kind.name: await contents(database, kind) for kind in KINDS} == before

    async def test_another_user_may_be_named(self, file: Path, empty: Database) -> None:
        brought = await bring(empty, file, user_email="new@example.com")

        assert brought.owner == "new@example.com"

    async def test_a_damaged_file_is_refused_whole(self, file: Path, empty: Database) -> None:
        whole = read(file)
        for damaged in (
            whole[:-20],
            whole[: HEADER_ROOM + 50],
            whole.replace(b"Jane", b"Joan", 1),
            whole + b"{}\n",
            b"",
            b"url,title\nhttps://example.com,x\n",
            b"[" * 100_000,
            b"\xff\xfe\x00" * 99,
            whole.replace(b'"ids":{', b'"ids":[{', 1),
        ):
            write(file, damaged)
            with pytest.raises(InvalidInput):
                await bring(empty, file)
        for kind in KINDS:
            assert await contents(empty, kind) == []

    async def test_a_file_of_another_version_says_so(self, file: Path, empty: Database) -> None:
        write(file, read(file).replace(b'"version":1', b'"version":9', 1))

        with pytest.raises(SchemaMismatch, match="another version"):
            await bring(empty, file)

    async def test_a_forged_record_is_refused_whole(self, file: Path, empty: Database) -> None:
        whole = read(file)
        for old, new in FORGERIES:
            head, body = whole[:HEADER_ROOM], whole[HEADER_ROOM:]
            assert old in body
            body = body.replace(old, new, 1)
            header = orjson.loads(head) | {"digest": sha256(body).hexdigest()}
            write(file, orjson.dumps(header).ljust(HEADER_ROOM - 1) + b"\n" + body)
            with pytest.raises((InvalidInput, NotFound)):
                await bring(empty, file)
        for kind in KINDS:
            assert await contents(empty, kind) == []

    @pytest.fixture
    async def empty(
        self, dialect: str, request: pytest.FixtureRequest, tmp_path: Path
    ) -> AsyncIterator[Database]:
        """A second database."""
        if dialect == "sqlite":
            path = tmp_path / "second.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            url = request.getfixturevalue("postgres").create_migrated(_upgrade)
        database = Database(url)
        yield database
        await database.close()
        if dialect == "postgresql":
            request.getfixturevalue("postgres").drop(url)

    async def test_another_users_campaign_is_not_exported(self, database: Database, file: Path) -> None:
        campaign_id = orjson.loads(read(file)[:HEADER_ROOM])["campaign"]["id"]

        with pytest.raises(NotFound):
            await export_campaign(database, campaign_id, io.BytesIO(), owner=99)
