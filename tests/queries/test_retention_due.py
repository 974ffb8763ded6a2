"""Statements that find what is due: each begins at the oldest row, and reads no table from end to end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.queries import retention_due as queries
from linkwright.queries.retention_parts import DECISION, EMAIL, EVENT, PARTS, Part
from linkwright.services.opportunities import Opportunities
from tests.queries.test_opportunities import plan
from tests.support.prospects import NOON, at_noon, full_row, make_campaign

MANY = 3_000
INDEXES = {
    "emails that left": "ix_emails_with_body",
    "emails that were cancelled": "ix_emails_campaign_sent",
    "responses": "ix_responses_with_body",
    "prompts of emails that left": "ix_emails_with_prompt",
    "prompts of emails that were cancelled": "ix_emails_campaign_sent",
    "texts of models": "ix_ai_contents_age",
    "received messages": "ix_inbound_with_words",
    "events": "campaign_id",
    "decisions": "ix_ai_decisions_with_texts",
    "records of days": "campaign_id",
}


@pytest.fixture
async def campaign_id(database: Database) -> str:
    """A campaign with many letters, events and decisions; a row of each other kind, or none."""
    async with database.transaction() as session:
        campaign_id = await make_campaign(session)
        prospect = await Opportunities(at_noon(session)).create(campaign_id, full_row())
        letter = {"campaign_id": campaign_id, "opportunity_id": prospect.id, "email_type": "reply"}
        letter |= {"subject": "S", "body_html": "b", "from_email": "a@b.org", "to_email": "d@e.org"}
        moments = [NOON - timedelta(hours=number) for number in range(MANY)]
        letters = [letter | {"status": "sent", "sent_at": at, "ai_prompt_used": "p"} for at in moments]
        await session.execute(insert(EMAIL), letters)
        decided: dict[str, Any] = {"user_id": 1, "kind": "choose", "decided_by": "model", "reasoning": "r"}
        await session.execute(
            insert(DECISION), [decided | {"campaign_id": campaign_id, "decided_at": at} for at in moments]
        )
        event: dict[str, Any] = {"campaign_id": campaign_id, "kind": "sent", "event_key": "k"}
        await session.execute(
            insert(EVENT),
            [
                event | {"email_id": number + 1, "occurred_at": at, "recorded_at": at}
                for number, at in enumerate(moments)
            ],
        )
    async with database.transaction() as session:
        await session.execute(text("ANALYZE"))
    return campaign_id


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.what.replace(" ", "-"))
async def test_each_batch_begins_at_the_oldest_by_an_index(
    session: AsyncSession, campaign_id: str, part: Part
) -> None:
    scope = campaign_id if part.by_campaign else 1
    key = "k" if part.key == "digest" else 7
    before = NOON - timedelta(days=100)
    # As it is for a large table: of a small one PostgreSQL rather reads all.
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SET enable_seqscan = off"))
    for after in (None, (before - timedelta(days=9), key)):
        said = await plan(session, queries.batch(part, 1, scope, before, after, 100))

        assert INDEXES[part.what] in said
        for name in (part.table.name, "backlinking_emails", "email_events"):
            assert f"Seq Scan on {name}" not in said
            assert f"SCAN {name}\n" not in said


@pytest.mark.dialects("postgresql")
async def test_the_deletion_of_events_looks_in_their_months_only(
    session: AsyncSession, campaign_id: str
) -> None:
    part = next(part for part in PARTS if part.what == "events")
    first = NOON - timedelta(days=90)
    said = await plan(session, queries.remove(part, campaign_id, [1, 2], first, first + timedelta(hours=1)))

    assert said.count("Delete on email_events_") == 1
