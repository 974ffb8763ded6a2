"""Statements that count anew: what one user asks costs what that user has."""

from datetime import timedelta

from sqlalchemy import insert, text

from linkwright.db.engine import Database
from linkwright.queries import campaign_files, email_moves
from linkwright.services.opportunities import Opportunities
from tests.queries.test_opportunities import plan
from tests.support.prospects import NOON, at_noon, full_row, make_campaign

OTHERS, LETTERS = 30, 300


async def test_what_a_user_s_templates_earned_is_counted_without_the_letters_of_others(
    database: Database,
) -> None:
    async with database.transaction() as session:
        for owner in range(OTHERS):
            campaign_id = await make_campaign(session, address=f"owner{owner}@example.com")
            prospect = await Opportunities(at_noon(session)).create(campaign_id, full_row())
            letter = {"campaign_id": campaign_id, "opportunity_id": prospect.id, "email_type": "reply"}
            letter |= {"subject": "S", "body_html": "b", "from_email": "a@b.org", "to_email": "d@e.org"}
            rows = [
                letter | {"status": "sent", "template_used": "Hi", "sent_at": NOON - timedelta(hours=number)}
                for number in range(LETTERS)
            ]
            await session.execute(insert(email_moves.EMAIL), rows)
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))

        said = await plan(session, campaign_files.earnings_of(1))

    for table in ("backlinking_emails", "backlinking_responses"):
        assert f"SCAN {table}" not in said
    assert "Seq Scan on backlinking_emails" not in said
