"""Statements about received messages: a page is read from an index that has its order."""

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.queries import inbound
from tests.queries.test_opportunities import plan
from tests.support.prospects import NOON, make_campaign

MESSAGES = 3_000


@pytest.fixture
async def user_id(database: Database) -> int:
    """A user whose mailbox was read for years; nearly all that belongs to no letter was put away."""
    async with database.transaction() as session:
        await make_campaign(session)
        rows = [
            {
                "user_id": 1,
                "digest": f"{number:064x}",
                "raw_headers": "Subject: News",
                "body_text": "News. " * 40,
                "recorded_at": NOON,
                "matched_by": "none",
                "dismissed_at": None if number % 100 == 0 else NOON,
            }
            for number in range(MESSAGES)
        ]
        await session.execute(insert(inbound.INBOUND), rows)
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))
    return 1


@pytest.mark.parametrize("after", [2_000, None])
async def test_what_waits_is_read_in_its_order_and_no_further_than_a_page(
    session: AsyncSession, user_id: int, after: int | None
) -> None:
    asked = {"user_id": user_id} | ({} if after is None else {"after": after})

    said = await plan(session, inbound.page("unmatched", after=after is not None).limit(20).params(asked))

    assert "ix_inbound_waiting" in said
    assert "Sort" not in said
    assert "TEMP B-TREE" not in said


async def test_all_messages_of_a_user_are_read_in_their_order(session: AsyncSession, user_id: int) -> None:
    said = await plan(session, inbound.page("all", after=False).limit(20).params({"user_id": user_id}))

    # With one user alone the key of the table has that order, too.
    assert "Sort" not in said
    assert "TEMP B-TREE" not in said
