"""Decisions of every third prospect: what a model scored it, and whether it was contacted and answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.scale import texts
from benchmarks.scale.shape import DAY, Shape
from linkwright.db.bulk import insert_many, next_ids
from linkwright.models import AIDecision, AIDecisionOutcome
from linkwright.outcomes import VERSION

_WINDOW: Final = 60 * DAY
_COLUMNS: Final = (
    "id", "user_id", "campaign_id", "opportunity_id", "kind", "decided_by", "decider", "context", "output",
    "reasoning", "confidence_raw", "provider_name", "request_model", "prompt_name", "prompt_version",
    "input_tokens", "output_tokens", "cost", "currency", "duration_ms", "decided_at",
    "outcome_state", "outcome_due_at",
)  # fmt: skip
_OUTCOME: Final = (
    "user_id",
    "decision_id",
    "name",
    "rule",
    "value",
    "occurred_at",
    "recorded_at",
    "learned_at",
)
_WHY: Final = "The page asks for guides of eight hundred words and lists twelve guests of this year. " * 2


async def scores(
    session: AsyncSession,
    plan: Shape,
    numbers: Sequence[int],
    ids: Any,
    users: Sequence[int],
    campaigns: Sequence[str],
) -> None:
    """Write what was decided of prospects that were just added, and what came of it if its time is over."""
    some = [number for number in numbers if number % 3 == 0]
    keys = await next_ids(session, AIDecision, len(some))
    decisions, outcomes = [], []
    for key, number in zip(keys, some, strict=True):
        campaign = int(plan.campaign[number])
        user, at = users[int(plan.owners[campaign])], int(plan.found[number])
        over = at + _WINDOW
        known = over < plan.end
        score = float(plan.relevance[number])
        decisions.append(
            (
                key, user, campaigns[campaign], int(ids[number]), "score", "model", texts.MODEL,
                {"page": "write-for-us", "language": "en"}, {"ai_relevance_score": score}, _WHY, score,
                "a-provider", texts.MODEL, "score", "3", 900 + number % 700, 120, texts.SCORE_COST, "USD",
                800 + number % 2000, texts.moment(at), "known" if known else "pending",
                None if known else texts.moment(over),
            )
        )  # fmt: skip
        if known:
            answered = float(plan.answered[number] > 0)
            heard = texts.moment(int(plan.answered[number]) or over)
            row = (user, key, "contacted_and_answered", VERSION, answered, heard, heard, heard)
            outcomes.append(row)
    await insert_many(session, AIDecision, _COLUMNS, decisions)
    await insert_many(session, AIDecisionOutcome, _OUTCOME, outcomes)
