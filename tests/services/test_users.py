"""Users: added, found, changed and removed with all they own."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.errors import DuplicateRow, InvalidInput, NotFound
from linkwright.models import BacklinkingCampaign, User
from linkwright.services.context import Context
from linkwright.services.users import Users
from tests.support.prospects import NOON, at_noon, make_campaign


class TestCreate:
    async def test_gives_each_user_a_secret_of_their_own(self, database: Database) -> None:
        async with database.transaction() as session:
            one = await Users(at_noon(session)).create("a@example.com", "A")
            two = await Users(at_noon(session)).create("b@example.com")

        assert (one.name, one.created_at, two.name) == ("A", NOON, None)
        assert len(one.address_key) == len(two.address_key) == 32
        assert one.address_key != two.address_key

    async def test_knows_an_address_however_it_is_written(self, database: Database) -> None:
        async with database.transaction() as session:
            users = Users(at_noon(session))
            await users.create(" Me@Example.COM ")

            assert (await users.get_by_email("Me@example.com")).email == "Me@example.com"
            with pytest.raises(DuplicateRow, match="already is a user Me@example"):
                await users.create("Me@EXAMPLE.com")
            # The refusal left the transaction sound.
            assert len(await users.page()) == 1

    @pytest.mark.parametrize(
        ("email", "name", "field"),
        [
            ("nobody", None, "email"),
            (None, None, "email"),
            ("a@b.com", "x" * 201, "name"),
            ("a@b.com", 5, "name"),
        ],
    )
    async def test_refuses_what_is_no_user(
        self, database: Database, email: str, name: str, field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            async with database.transaction() as session:
                await Users(at_noon(session)).create(email, name)

        assert refusal.value.field == field


class TestGetOrCreate:
    async def test_keeps_the_name_of_who_is_there(self, database: Database) -> None:
        async with database.transaction() as session:
            users = Users(at_noon(session))
            first = await users.get_or_create("me@example.com", "Me")

            assert (await users.get_or_create("me@example.com", "Other")) is first
            assert first.name == "Me"

    async def test_waits_for_whoever_is_adding_the_same(self, database: Database) -> None:
        async def add() -> int:
            async with database.transaction() as session:
                return (await Users(Context(session)).get_or_create("me@example.com")).id

        async with database.transaction() as session:
            mine = await Users(Context(session)).get_or_create("me@example.com")
            rival = asyncio.create_task(add())
            await asyncio.wait([rival], timeout=0.3)

        assert await rival == mine.id


class TestPage:
    async def test_goes_on_behind_the_last(self, database: Database) -> None:
        async with database.transaction() as session:
            users = Users(at_noon(session))
            ids = [(await users.create(f"u{number}@example.com")).id for number in range(5)]

            first = await users.page(limit=2)
            rest = await users.page(limit=10, after=first[-1].id)

        assert [user.id for user in (*first, *rest)] == ids


class TestUpdate:
    async def test_changes_what_is_given_and_nothing_else(self, database: Database) -> None:
        async with database.transaction() as session:
            users = Users(at_noon(session))
            user = await users.create("me@example.com", "Me")

            changed = await users.update(user.id, {"email": "New@Example.com"})

            assert (changed.email, changed.name) == ("New@example.com", "Me")
            assert (await users.update(user.id, {"name": None})).name is None

    async def test_leaves_what_is_as_asked_already(self, database: Database) -> None:
        async with database.transaction() as session:
            user = await Users(at_noon(session)).create("me@example.com", "Me")
            same = await Users(Context(session)).update(user.id, {"name": "Me", "email": "me@example.com"})

            assert same.updated_at == NOON

    async def test_refuses_a_taken_address_and_unknown_keys(self, database: Database) -> None:
        async with database.transaction() as session:
            users = Users(at_noon(session))
            user = await users.create("me@example.com")
            await users.create("you@example.com")

            with pytest.raises(DuplicateRow):
                await users.update(user.id, {"email": "you@example.com"})
            with pytest.raises(InvalidInput, match="nmae: is not a known field; did you mean name"):
                await users.update(user.id, {"nmae": "X"})
            with pytest.raises(InvalidInput, match="address_key"):
                await users.update(user.id, {"address_key": b"x"})
            with pytest.raises(NotFound):
                await users.update(user.id + 100, {"name": "X"})


class TestDelete:
    async def test_takes_everything_of_theirs_along(self, database: Database) -> None:
        async with database.transaction() as session:
            await make_campaign(session, address="me@example.com")
            await make_campaign(session, address="you@example.com")
            users = Users(at_noon(session))
            me = await users.get_by_email("me@example.com")

            await users.delete(me.id)

            assert await session.scalar(select(func.count()).select_from(BacklinkingCampaign)) == 1
            assert (await session.scalars(select(User.email))).all() == ["you@example.com"]
            with pytest.raises(NotFound):
                await users.delete(me.id)


class TestHostileNumbers:
    @pytest.mark.parametrize("asked", [{"limit": -1}, {"limit": 2**70}, {"after": 2**70}, {"after": "1"}])
    async def test_are_refused_in_our_own_words(self, session: AsyncSession, asked: dict[str, Any]) -> None:
        with pytest.raises((InvalidInput, NotFound)):
            await Users(Context(session)).page(**asked)
