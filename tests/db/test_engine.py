"""Opening a database: what a transaction promises, and what each fault says."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from linkwright.db.engine import Database
from linkwright.db.urls import async_url
from linkwright.errors import DatabaseUnavailable, DuplicateRow, InvalidInput, NotFound
from linkwright.models import BacklinkingCampaign, User


def somebody(email: str = "ada@example.com") -> User:
    return User(email=email, address_key=b"k" * 32)


async def how_many(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(User)) or 0


class TestUrl:
    @pytest.mark.parametrize(
        "url", ["mysql://root:hunter2@host/db", "sqlite://", "sqlite:///:memory:", "nonsense hunter2", ""]
    )
    def test_what_is_no_database_is_refused_without_repeating_the_secret(self, url: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            async_url(url)
        assert "hunter2" not in str(caught.value)


class TestTransaction:
    async def test_returning_commits(self, database: Database) -> None:
        async with database.transaction() as session:
            session.add(somebody())
        assert await how_many(database) == 1

    async def test_raising_rolls_back(self, database: Database) -> None:
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as session:
                session.add(somebody())
                await session.flush()
                raise ZeroDivisionError
        assert await how_many(database) == 0

    async def test_a_fault_of_the_caller_is_not_blamed_on_the_database(self, database: Database) -> None:
        with pytest.raises(BrokenPipeError):
            async with database.transaction() as session:
                session.add(somebody())
                raise BrokenPipeError
        assert await how_many(database) == 0

    async def test_sixteen_writers_all_get_their_turn(self, database: Database) -> None:
        async def write(number: int) -> None:
            async with database.transaction() as session:
                await session.scalar(select(func.count()).select_from(User))
                session.add(somebody(f"writer{number}@example.com"))

        await asyncio.gather(*(write(number) for number in range(16)))
        assert await how_many(database) == 16

    async def test_a_duplicate_is_named(self, database: Database) -> None:
        async with database.transaction() as session:
            session.add(somebody())
        with pytest.raises(DuplicateRow, match="user"):
            async with database.transaction() as session:
                session.add(somebody())

    async def test_a_broken_check_names_the_field(self, database: Database) -> None:
        with pytest.raises(InvalidInput) as caught:
            async with database.transaction() as session:
                session.add(somebody("no address"))
        assert (caught.value.field, caught.value.rule) == ("email", "is not an email address")

    async def test_a_missing_value_names_the_field(self, database: Database) -> None:
        with pytest.raises(InvalidInput) as caught:
            async with database.transaction() as session:
                session.add(User(address_key=b"k" * 32))
        assert (caught.value.field, caught.value.rule) == ("email", "is required")

    async def test_a_missing_parent_is_not_found(self, database: Database) -> None:
        with pytest.raises(NotFound):
            async with database.transaction() as session:
                session.add(BacklinkingCampaign(id="c", user_id=7, name="n", keywords=["k"]))

    async def test_a_naive_moment_is_refused(self, database: Database) -> None:
        from datetime import datetime  # noqa: PLC0415

        with pytest.raises(InvalidInput, match="time zone"):
            async with database.transaction() as session:
                user = somebody()
                user.created_at = datetime(2026, 1, 1)  # noqa: DTZ001  (the point of the test)
                session.add(user)


class TestReading:
    async def test_it_cannot_write(self, database: Database) -> None:
        with pytest.raises(DatabaseUnavailable):
            async with database.reading() as session:
                session.add(somebody())
                await session.flush()
        assert await how_many(database) == 0

    async def test_it_sees_one_instant(self, database: Database) -> None:
        count = select(func.count()).select_from(User)
        async with database.reading() as reader:
            assert await reader.scalar(count) == 0
            async with database.transaction() as writer:
                writer.add(somebody())
            assert await reader.scalar(count) == 0
        assert await how_many(database) == 1

    async def test_writing_is_possible_again_on_the_same_connection(self, database: Database) -> None:
        for number in range(20):
            assert await how_many(database) == number
            async with database.transaction() as session:
                session.add(somebody(f"turn{number}@example.com"))


@pytest.mark.dialects("sqlite")
class TestSqliteFaults:
    async def test_another_process_holds_the_file(
        self, migrated_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("linkwright.db.engine.BUSY_SECONDS", 0.1)
        database = Database(migrated_url)
        other = sqlite3.connect(migrated_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable, match="Another process is writing"):
            async with database.transaction() as session:
                session.add(somebody())
        other.rollback()
        other.close()
        await database.close()

    async def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "letter.db"
        path.write_text("Dear Sir or Madam, " * 100)
        database = Database(f"sqlite:///{path}")
        with pytest.raises(DatabaseUnavailable, match="not a sound SQLite database"):
            await how_many(database)
        with pytest.raises(DatabaseUnavailable, match="not a sound SQLite database"):
            async with database.transaction() as session:
                session.add(somebody())
        await database.close()

    async def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path}/no/such/folder/x.db")
        with pytest.raises(DatabaseUnavailable, match="cannot be opened"):
            async with database.transaction() as session:
                session.add(somebody())
        await database.close()

    async def test_a_full_disk_loses_nothing_that_was_committed(self, database: Database) -> None:
        async with database.transaction() as session:
            session.add(somebody())
        async with database.transaction() as session:
            pages = await session.scalar(text("PRAGMA page_count")) or 0
            await session.execute(text(f"PRAGMA max_page_count = {pages}"))
        with pytest.raises(DatabaseUnavailable, match="disk is full"):
            async with database.transaction() as session:
                for number in range(2000):
                    user = somebody(f"n{number}@example.com")
                    user.name = "x" * 200
                    session.add(user)
        assert await how_many(database) == 1

    async def test_the_connection_is_durable_and_strict(self, database: Database) -> None:
        async with database.transaction() as session:
            pragmas = [
                await session.scalar(text(f"PRAGMA {name}"))
                for name in ("foreign_keys", "journal_mode", "synchronous")
            ]
        assert pragmas == [1, "wal", 2]


@pytest.mark.dialects("postgresql")
class TestPostgresqlFaults:
    async def test_the_connection_dies_in_the_middle(self, database: Database) -> None:
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction() as session:
                session.add(somebody())
                await session.flush()
                victim = await session.scalar(text("SELECT pg_backend_pid()"))
                async with database.transaction() as other:
                    await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": victim})
                await session.scalar(text("SELECT 1"))
        assert await how_many(database) == 0

    async def test_nobody_listens(self) -> None:
        database = Database("postgresql://postgres:hunter2@127.0.0.1:1/none")
        with pytest.raises(DatabaseUnavailable) as caught:
            await how_many(database)
        assert "hunter2" not in str(caught.value)
        await database.close()

    async def test_no_such_database(self, migrated_url: str) -> None:
        database = Database(migrated_url + os.urandom(4).hex())
        with pytest.raises(DatabaseUnavailable, match="does not exist"):
            await how_many(database)
        await database.close()
