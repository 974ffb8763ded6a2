"""Prepared statements and the one-hop driver do what SQLAlchemy's own way does, only sooner."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from linkwright.db import engine as engine_module
from linkwright.db.engine import Database
from linkwright.db.prepared import MOST_IN_ONE, Prepared
from linkwright.db.rows import detached, run, table
from linkwright.errors import DatabaseUnavailable, InvalidInput
from linkwright.models import BacklinkingCampaign, BacklinkingEmail, BacklinkOpportunity, Suppression, User
from tests.support.tour import statements

NOW = datetime(2026, 9, 15, 12, 30, 1, 250, tzinfo=UTC)
EMAIL, USER, SUPPRESSION = table(BacklinkingEmail), table(User), table(Suppression)


async def some_rows(database: Database) -> None:
    """A user with a campaign, a prospect and an email in which every kind of value stands."""
    async with database.transaction() as session:
        session.add(User(email="ada@example.com", address_key=b"k" * 32))
        await session.flush()
        session.add(BacklinkingCampaign(id="c", user_id=1, name="n", keywords=["a", "é"]))
        await session.flush()
        session.add(BacklinkOpportunity(campaign_id="c", url="https://x.org/", domain="x.org"))
        await session.flush()
        session.add(
            BacklinkingEmail(
                campaign_id="c", opportunity_id=1, subject="S", body_html="b", from_email="a@b.c",
                to_email="d@e.f", personalization_data={"a": [1, None, "ü"]}, sent_at=NOW, open_rate=0.1,
            )
        )  # fmt: skip


class TestRun:
    async def test_every_kind_of_value_comes_back_as_in_the_ordinary_way(self, database: Database) -> None:
        await some_rows(database)
        plain = (
            select(*EMAIL.c, USER.c.address_key)
            .join(USER, USER.c.id == 1)
            .where(EMAIL.c.id == bindparam("email_id"), EMAIL.c.sent_at == bindparam("at"))
        )
        prepared = Prepared(plain)
        async with database.transaction() as session:
            ordinary = (await run(session, plain, {"email_id": 1, "at": NOW})).all()
            learned = (await run(session, prepared, {"email_id": 1, "at": NOW})).all()
            short = (await run(session, prepared, {"email_id": 1, "at": NOW})).all()
            nothing = (await run(session, prepared, {"email_id": 2, "at": NOW})).all()

        assert ordinary == learned == short
        assert nothing == []
        assert short[0].personalization_data == {"a": [1, None, "ü"]}
        assert (short[0].sent_at, short[0].user_approved, short[0].address_key) == (NOW, True, b"k" * 32)
        assert [type(value) for value in short[0]] == [type(value) for value in ordinary[0]]

    async def test_the_columns_defaults_are_filled_in(self, database: Database) -> None:
        await some_rows(database)
        letter = {"campaign_id": "c", "opportunity_id": 1, "subject": "S", "body_html": "b"}
        letter |= {"from_email": "a@b.c", "to_email": "d@e.f", "email_type": "reply"}
        prepared = Prepared(insert(EMAIL).returning(*EMAIL.c))
        async with database.transaction() as session:
            rows = [(await run(session, prepared, letter)).mappings().one() for _ in range(3)]

        emails = [detached(BacklinkingEmail, row) for row in rows]
        assert {(email.status, email.ai_temperature, email.user_edited) for email in emails} == {
            ("draft", 0.7, False)
        }
        assert len({email.id for email in emails}) == 3

    async def test_an_update_sets_what_it_is_given(self, database: Database) -> None:
        await some_rows(database)
        prepared = Prepared(update(EMAIL).where(EMAIL.c.id == bindparam("key")).returning(EMAIL.c.subject))
        changes: list[dict[str, Any]] = [
            {"subject": "A"},
            {"subject": "B"},
            {"body_text": "C"},
            {"subject": "D"},
        ]
        async with database.transaction() as session:
            said = [(await run(session, prepared, {"key": 1} | change)).scalar_one() for change in changes]

        assert said == ["A", "B", "B", "D"]

    @pytest.mark.parametrize("heard", [True, False])
    async def test_many_rows_are_written_at_once(self, database: Database, *, heard: bool) -> None:
        await some_rows(database)
        prepared = Prepared(insert(SUPPRESSION))

        def rows(number: int, count: int) -> list[dict[str, Any]]:
            shared = {"user_id": 1, "reason": "manual", "actor": "test", "created_at": NOW}
            return [shared | {"address_hash": bytes([number, each]) * 16} for each in range(count)]

        numbers = (1, 3, MOST_IN_ONE + 1, 1, 3, 5, MOST_IN_ONE + 1, 3, MOST_IN_ONE)
        with contextlib.ExitStack() as stack:
            said = stack.enter_context(statements(database)) if heard else []
            async with database.transaction() as session:
                for number, count in enumerate(numbers):
                    await run(session, prepared, rows(number, count))
        async with database.reading() as session:
            stored = await session.execute(select(SUPPRESSION.c.address_hash, SUPPRESSION.c.created_at))

        hashes = [row["address_hash"] for number, count in enumerate(numbers) for row in rows(number, count)]
        assert sorted(stored.all()) == sorted((each, NOW) for each in hashes)
        assert [text for text in said if text.count("), (") > MOST_IN_ONE] == []
        assert len([text for text in said if "), (" in text]) == (5 if heard else 0)

    async def test_an_error_is_one_of_ours_and_undoes_all(self, database: Database) -> None:
        await some_rows(database)
        prepared = Prepared(update(EMAIL).where(EMAIL.c.id == bindparam("key")))
        async with database.transaction() as session:
            await run(session, prepared, {"key": 1, "open_rate": 0.5})

        with pytest.raises(InvalidInput) as caught:
            async with database.transaction() as session:
                await run(session, prepared, {"key": 1, "open_rate": 0.7})
                await run(session, prepared, {"key": 1, "open_rate": 7.0})

        assert (caught.value.field, caught.value.rule) == ("open_rate", "must be between 0 and 1")
        async with database.transaction() as session:
            assert await session.scalar(select(EMAIL.c.open_rate)) == 0.5

    async def test_an_error_is_sqlalchemys_own_for_who_catches_it(self, database: Database) -> None:
        await some_rows(database)
        prepared = Prepared(insert(USER))
        async with database.transaction() as session:
            await run(session, prepared, {"email": "x@y.z", "address_key": b"1"})
            with pytest.raises(IntegrityError):
                await run(session, prepared, {"email": "x@y.z", "address_key": b"1"})
            await session.rollback()

    async def test_a_list_of_unknown_length_is_refused(self, database: Database) -> None:
        prepared = Prepared(select(USER.c.id).where(USER.c.id.in_(bindparam("ids", expanding=True))))
        async with database.transaction() as session:
            with pytest.raises(TypeError, match="cannot be prepared"):
                await run(session, prepared, {"ids": [1, 2]})

    async def test_who_listens_hears_every_statement(self, database: Database) -> None:
        prepared = Prepared(select(USER.c.id))
        heard: list[str] = []

        def note(*told: Any) -> None:
            heard.append(told[2])

        async with database.transaction() as session:
            await run(session, prepared)
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        async with database.transaction() as session:
            await run(session, prepared)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)

        assert [statement for statement in heard if "FROM users" in statement] != []

    async def test_it_begins_what_nobody_began(self, database: Database) -> None:
        """The first statement of a transaction may be a prepared one: it is undone with the rest."""
        prepared = Prepared(insert(USER))
        async with database.transaction() as session:
            await run(session, prepared, {"email": "first@y.z", "address_key": b"1"})

        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as session:
                await run(session, prepared, {"email": "second@y.z", "address_key": b"1"})
                raise ZeroDivisionError

        async with database.reading() as session:
            assert (await session.scalars(select(USER.c.email))).all() == ["first@y.z"]

    @pytest.mark.dialects("postgresql")
    async def test_a_connection_that_dies_leaves_the_pool(self, database: Database) -> None:
        prepared = Prepared(select(USER.c.id))
        async with database.transaction() as session:
            await run(session, prepared)

        with pytest.raises(DatabaseUnavailable):
            async with database.transaction() as session:
                victim = await session.scalar(text("SELECT pg_backend_pid()"))
                async with database.transaction() as other:
                    await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": victim})
                await run(session, prepared)

        for _ in range(20):
            async with database.transaction() as session:
                assert (await run(session, prepared)).all() == []


class TestOneHop:
    @pytest.mark.dialects("sqlite")
    async def test_a_stream_reads_in_its_transaction(self, database: Database) -> None:
        await some_rows(database)

        async with database.reading() as session:
            result = await session.stream(select(EMAIL.c.id).execution_options(yield_per=1))
            assert [row.id async for row in result] == [1]
            adapter: Any = (await session.connection()).sync_connection.connection.dbapi_connection  # type: ignore[union-attr]
            assert adapter.driver_connection.in_transaction

    @pytest.mark.dialects("sqlite")
    async def test_a_transaction_that_did_nothing_takes_no_lock(self, database: Database) -> None:
        other = Database(database.url.render_as_string())
        # BEGIN IMMEDIATE of the second would wait ten seconds, had the first one's been sent.
        async with database.transaction(), asyncio.timeout(5), other.transaction() as session:
            session.add(User(email="ada@example.com", address_key=b"k"))
        await other.close()

    @pytest.mark.dialects("sqlite")
    async def test_a_cancelled_statement_is_undone(self, database: Database) -> None:
        await some_rows(database)
        counting = text(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000)"
            " SELECT max(i) FROM n"
        )

        async def slow() -> None:
            async with database.transaction() as session:
                await session.execute(update(EMAIL).values(subject="changed"))
                await session.execute(counting)

        task = asyncio.create_task(slow())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        async with database.transaction() as session:
            assert await session.scalar(select(EMAIL.c.subject)) == "S"


@pytest.mark.dialects("postgresql")
class TestIdleConnections:
    async def test_one_that_died_while_it_rested_is_replaced(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine_module, "RESTED_SECONDS", 0.0)
        async with database.transaction() as session:
            victim = await session.scalar(text("SELECT pg_backend_pid()"))
        other = Database(database.url.render_as_string(hide_password=False))
        async with other.transaction() as session:
            await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": victim})
        await other.close()
        await asyncio.sleep(timedelta(milliseconds=50).total_seconds())

        async with database.transaction() as session:
            assert await session.scalar(text("SELECT pg_backend_pid()")) != victim
