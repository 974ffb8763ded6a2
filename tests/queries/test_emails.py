"""Statements about emails: which index answers what is asked for each email that leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import Select, insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.queries import email_moves
from linkwright.services.opportunities import Opportunities
from tests.queries.test_opportunities import plan
from tests.support.prospects import NOON, at_noon, full_row, make_campaign

LETTERS = 2_000


@pytest.fixture
async def campaign_id(database: Database) -> str:
    """A campaign that has written many letters, and sends another few."""
    async with database.transaction() as session:
        campaign_id = await make_campaign(session)
        prospect = await Opportunities(at_noon(session)).create(campaign_id, full_row())
        letter = {"campaign_id": campaign_id, "opportunity_id": prospect.id, "email_type": "reply"}
        letter |= {"subject": "S", "body_html": "b", "from_email": "a@b.org", "to_email": "d@e.org"}
        rows = [
            letter | {"status": "sent", "sent_at": NOON - timedelta(hours=number)}
            for number in range(LETTERS)
        ]
        await session.execute(insert(email_moves.EMAIL), rows)
        await session.execute(insert(email_moves.EMAIL), [letter | {"status": "sending"}] * 3)
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))
    return campaign_id


class TestWhetherAnEmailMayLeave:
    async def test_looks_at_those_of_the_day_and_those_on_their_way_only(
        self, session: AsyncSession, campaign_id: str
    ) -> None:
        of_day = {"campaign_id": campaign_id, **email_moves.day_of(NOON)}
        person = {"user_id": 1, "address_hash": b"k"}
        exact, quick = email_moves.TAKEN, email_moves.MAY_LEAVE.statement
        assert isinstance(quick, Select)
        for statement in (exact.params(of_day), quick.params(of_day | person)):
            said = await plan(session, statement)

            assert "ix_emails_under_way" in said
            assert "ix_emails_campaign_sent" in said
            assert "Seq Scan on backlinking_emails" not in said
            assert "SCAN backlinking_emails" not in said
