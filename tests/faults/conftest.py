"""What the tests of faults share: commands, a record with a campaign in it, and pictures of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linkwright.service import BacklinkingDatabaseService
from tests.faults.commands import Commands, with_password


@pytest.fixture(scope="session")
def linkwright() -> Iterator[Commands]:
    """The command, as a process of its own each time."""
    commands = Commands()
    yield commands
    commands.close()


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where commands that are started in full keep what Python compiled."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.fixture
def begin() -> Callable[[str], None]:
    """Puts a user, a campaign and a prospect into an empty record."""
    return lambda url: asyncio.run(_begin(url))


@pytest.fixture
def record_url(migrated_url: str) -> str:
    """A record with one user, one campaign and one prospect."""
    asyncio.run(_begin(migrated_url))
    return with_password(migrated_url)


async def _begin(url: str) -> None:
    async with await BacklinkingDatabaseService.open(url) as service:
        me = await service.create_user("me@example.com", name="Me")
        campaign = await service.create_campaign(
            me.id, {"name": "Spring", "keywords": ["trails"], "max_opportunities": 100_000}
        )
        await service.create_opportunity(campaign.id, {"url": "https://first.example.org/page"})
