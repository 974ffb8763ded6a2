"""A campaign's file: what it is, what it holds, and what is done with one that is damaged or forged."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from sqlalchemy import delete

from linkwright.db.engine import Database
from linkwright.errors import Conflict, InvalidInput, NotFound, SchemaMismatch
from linkwright.jobs.campaign_records import BY_NAME, CONTENT, KINDS
from linkwright.jobs.export import HEADER_ROOM, export_campaign
from linkwright.models import AIDecision, BacklinkingCampaign, BacklinkingTemplate, Suppression, User
from linkwright.services.decisions import Decisions
from linkwright.services.opportunities import Opportunities
from tests.conftest import _upgrade
from tests.support.prospects import at_noon, full_row, make_campaign

if TYPE_CHECKING:
    pass

from tests.support.campaign_files import bring, contents, export, read, write

USER, KEY = 7, b"a key that never leaves its home"

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


def forged(whole: bytes, old: bytes, new: bytes) -> bytes:
    """A file in which one thing is another, and the digest says that it is as it was written."""
    head, body = whole[:HEADER_ROOM], whole[HEADER_ROOM:]
    assert old in body
    body = body.replace(old, new, 1)
    header = orjson.loads(head) | {"digest": sha256(body).hexdigest()}
    return orjson.dumps(header).ljust(HEADER_ROOM - 1) + b"\n" + body


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

    async def test_holds_no_template_of_another_user_even_if_a_decision_names_it(
        self, database: Database, file: Path
    ) -> None:
        campaign_id = orjson.loads(read(file)[:HEADER_ROOM])["campaign"]["id"]
        async with database.transaction() as session:
            owner = (await session.get_one(BacklinkingCampaign, campaign_id)).user_id
            other = User(email="other@example.com", address_key=KEY)
            session.add(other)
            await session.flush()
            made = {"subject_template": "s", "body_template_html": "b"}
            theirs, mine, systems = (
                BacklinkingTemplate(name=name, created_by_user_id=by, is_system_template=by is None, **made)
                for name, by in (("theirs", other.id), ("mine", owner), ("system's", None))
            )
            session.add_all([theirs, mine, systems])
            await session.flush()
            for template in (theirs, mine, systems):
                session.add(
                    AIDecision(
                        user_id=owner,
                        campaign_id=campaign_id,
                        template_id=template.id,
                        kind="choose",
                        decided_by="policy",
                        outcome_state="pending",
                        decided_at=datetime(2026, 9, 1, tzinfo=UTC),
                    )
                )

        await export(database, file, campaign_id)

        records = [orjson.loads(line) for line in read(file).splitlines()[1:]]
        assert [each["row"]["name"] for each in records if each["record"] == "template"] == [
            "mine",
            "system's",
        ]

    async def test_brings_the_texts_that_its_decisions_point_at(
        self, database: Database, file: Path, empty: Database
    ) -> None:
        campaign_id = orjson.loads(read(file)[:HEADER_ROOM])["campaign"]["id"]
        async with database.transaction() as session:
            owner = (await session.get_one(BacklinkingCampaign, campaign_id)).user_id
            decisions = Decisions(at_noon(session))
            made = {"kind": "generate", "decided_by": "model", "output_text": "Dear editor"}
            await decisions.record(
                owner, made | {"campaign_id": campaign_id, "rendered_prompt": "Write a letter."}
            )
            await decisions.record(owner, made | {"rendered_prompt": "Of no campaign."})
        await export(database, file, campaign_id)

        await bring(empty, file)

        texts = [row["text"] for row in await contents(empty, CONTENT)]
        assert sorted(texts) == ["Dear editor", "Write a letter."]
        # They are the user's and outlive the campaign; brought back, it finds them there.
        async with database.transaction() as session:
            await session.execute(delete(BacklinkingCampaign))
        await bring(database, file)
        assert len(await contents(database, CONTENT)) == 3

        write(file, forged(read(file), b"Write a letter.", b"Pay the forger."))
        async with empty.transaction() as session:
            await session.execute(delete(User))
        with pytest.raises(InvalidInput, match=r"content\.digest"):
            await bring(empty, file)

    async def test_twice_changes_nothing(self, database: Database, file: Path, empty: Database) -> None:
        first = await bring(empty, file)
        second = await bring(empty, file)

        assert (first.again, second.again) == (False, True)
        assert len(await contents(empty, BY_NAME["opportunity"])) == 3

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

        for kind in (BY_NAME["opportunity"], BY_NAME["status_change"]):
            brought = [row for row in await contents(empty, kind) if row["campaign_id"] != other]
            was = await contents(database, kind)
            assert [row | {"id": 0, "opportunity_id": 0} for row in brought] == [
                row | {"id": 0, "opportunity_id": 0} for row in was
            ]
        prospects = {row["id"]: row["url"] for row in await contents(empty, BY_NAME["opportunity"])}
        moves = await contents(empty, BY_NAME["status_change"])
        changes = [row for row in moves if row["campaign_id"] != other]
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
            await session.execute(delete(BY_NAME["campaign"].model))

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
            write(file, forged(whole, old, new))
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
