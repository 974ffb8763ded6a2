"""A run that ends before any one of its commits is finished by running it again."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.migrations import upgrade
from tests.jobs.campaigns import Campaign
from tests.support.dump import likeness

MORE = """
[pages]
folder = "pages"
[[templates]]
name = "other"
subject = "Another for {{ title }}"
body_text = "Another from {{ sender.name }}."
"""
FreshDatabase = Callable[[], Awaitable[Database]]


@pytest.fixture
async def fresh_database(
    dialect: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[FreshDatabase]:
    """As many migrated databases as a test asks for."""
    opened: list[Database] = []

    async def make() -> Database:
        if dialect == "sqlite":
            path = tmp_path / f"{len(opened)}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            url = request.getfixturevalue("postgres").create_migrated(upgrade)
        opened.append(Database(url))
        return opened[-1]

    yield make
    for database in opened:
        await database.close()
        if dialect == "postgresql":
            request.getfixturevalue("postgres").drop(database.url.render_as_string(hide_password=False))


class _Killed(Exception):
    """Stands for the end of the process."""


@pytest.mark.slow
class TestBeingKilled:
    async def test_in_any_transaction_and_run_again_ends_like_an_unbroken_run(
        self, fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        transaction = Database.transaction
        left = [10**6]

        @asynccontextmanager
        async def breaking(self: Database) -> AsyncIterator[AsyncSession]:
            async with transaction(self) as session:
                yield session
                left[0] -= 1
                if left[0] < 0:
                    raise _Killed  # before the commit

        monkeypatch.setattr(Database, "transaction", breaking)
        unbroken = Campaign(tmp_path / "campaign", await fresh_database())
        unbroken.write(more=MORE)
        (unbroken.folder / "pages").mkdir()
        (unbroken.folder / "pages" / "one.example.txt").write_text("Huts\nWhich huts are open in winter.")
        await unbroken.run()
        transactions = 10**6 - left[0]
        expected = await likeness(unbroken.database)
        assert transactions > 5

        for number in range(transactions):
            campaign = Campaign(tmp_path / "campaign", await fresh_database())
            campaign.write(more=MORE)
            left[0] = number
            with pytest.raises(_Killed):
                await campaign.run()
            left[0] = 10**6
            await campaign.run()
            assert await likeness(campaign.database) == expected, f"killed in transaction {number}"
