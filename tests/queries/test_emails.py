"""Statements about emails: which index answers what is asked for each email that leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import Select, Table, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.queries import decisions, email_moves, emails
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


class TestANewDatabase:
    """Nothing has been analysed yet: what PostgreSQL knows of campaigns is what it was told."""

    @pytest.mark.parametrize(
        ("of", "name"),
        [
            (email_moves.OPPORTUNITY, "id"),
            (email_moves.EMAIL, "id"),
            (decisions.DECISION, "email_id"),
        ],
        ids=["prospect", "email", "decision"],
    )
    async def test_looks_up_by_the_id_and_not_by_the_campaign_alone(
        self, session: AsyncSession, of: Table, name: str
    ) -> None:
        """As a foreign key is checked. Seen to fail without the migration: the newest index was taken."""
        await require_told(session)
        said = await plan(session, select(of.c.id).where(of.c.campaign_id == "c", of.c[name] == 7))

        assert f"({name} = 7)" in said.partition("Index Cond")[2].partition("Filter")[0] or "=?" in said

    async def test_finds_another_first_letter_by_its_address(self, session: AsyncSession) -> None:
        await require_told(session)
        person = {"user_id": 1, "address_hash": b"k", "campaign_id": "c", "opportunity_id": 7}
        statement = emails.CONTACTABLE.statement
        assert isinstance(statement, Select)
        said = await plan(session, statement.params(person | {"to_email": "d@e.org"}))

        assert "ix_emails_recipient" in said


async def require_told(session: AsyncSession) -> None:
    if session.get_bind().dialect.name == "postgresql":
        version = await session.scalar(text("SELECT current_setting('server_version_num')"))
        if int(version or 0) < 180_000:
            pytest.skip("an older PostgreSQL cannot be told")
