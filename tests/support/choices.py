"""Choices that were carried out, and what came of them, written straight into the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from linkwright.models import AIDecision, AIDecisionOutcome, AILearningData
from linkwright.services.context import Context
from linkwright.services.evidence import Evidence, Learned
from linkwright.services.recommend import Recommendation, Recommending
from tests.support.outreach import Desk


def chosen(
    desk: Desk, arm: str, left_at: datetime, *, factor: str = "template", **changes: Any
) -> AIDecision:
    """A choice whose letter left at a moment."""
    values: dict[str, Any] = {
        "user_id": desk.user_id,
        "campaign_id": desk.campaign_id,
        "kind": "choose",
        "factor": factor,
        "decided_by": "policy",
        "action": arm,
        "decided_at": left_at,
        "executed_at": left_at,
        "executed_action": arm,
        "outcome_state": "pending",
    }
    return AIDecision(**values | changes)


def came(
    decision: AIDecision, value: float, *, after: timedelta = timedelta(days=1), **changes: Any
) -> AIDecisionOutcome:
    """What came of it."""
    assert decision.executed_at is not None
    values: dict[str, Any] = {
        "user_id": decision.user_id,
        "decision_id": decision.id,
        "name": "human_reply",
        "rule": "v1",
        "value": value,
        "occurred_at": decision.executed_at + after,
        "recorded_at": decision.executed_at + after,
    }
    return AIDecisionOutcome(**values | changes)


async def write_choices(
    desk: Desk, arm: str, *, trials: int, replies: int, factor: str = "template", days_ago: float = 40
) -> None:
    """So many letters with an arm, all of them closed."""
    async with desk.context() as context:
        left = desk.now - timedelta(days=days_ago)
        decisions = [chosen(desk, arm, left, factor=factor, outcome_state="known") for _ in range(trials)]
        context.session.add_all(decisions)
        await context.session.flush()
        context.session.add_all([came(one, float(n < replies)) for n, one in enumerate(decisions)])


async def correct(context: Context, outcome_id: int, value: float) -> None:
    """Say something else of a decision, as an event does that is heard of late."""
    table = AIDecisionOutcome
    await context.session.execute(
        update(table)
        .where(table.id == outcome_id)
        .values(value=value, value_before=table.value, learned_at=None, late=True)
    )


async def learn(desk: Desk, limit: int = 1000) -> Learned:
    async with desk.context() as context:
        return await Evidence(context).learn(desk.user_id, limit)


async def recommend(desk: Desk, factor: str = "template", **named: Any) -> Recommendation:
    async with desk.context() as context:
        return await Recommending(context).recommend(desk.user_id, desk.campaign_id, factor, **named)


async def recommend_many(
    desk: Desk, count: int, factor: str = "template", **named: Any
) -> list[Recommendation]:
    async with desk.context() as context:
        return await Recommending(context).recommend_many(
            desk.user_id, desk.campaign_id, factor, count, **named
        )


async def entries(desk: Desk) -> dict[str, AILearningData]:
    """What is kept for the user, by key."""
    rows = await desk.all(select(AILearningData).where(AILearningData.user_id == desk.user_id))
    return {row[0].data_key: row[0] for row in rows}
