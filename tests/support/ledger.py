"""A ledger with a past: decisions that took effect long ago, with what came of them, written at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.trials.confidence import World
from linkwright.models import AIDecision, AIDecisionOutcome
from linkwright.outcomes import VERSION

EVEN = {"slice": "uniform"}
READING = {"kind": "classify", "decided_by": "model", "prompt_name": "reply", "prompt_version": "1"}


async def remember(
    session: AsyncSession,
    user_id: int,
    decisions: Iterable[Mapping[str, Any]],
    *,
    outcome: str,
    values: Sequence[float | None],
) -> list[int]:
    """Insert decisions, and for each its outcome, unless that is None."""
    shared = {"user_id": user_id, "outcome_state": "known", "propensity_kind": None}
    rows = [shared | dict(decision) for decision in decisions]
    found = await session.scalars(
        insert(AIDecision).returning(AIDecision.id, sort_by_parameter_order=True), rows
    )
    ids = list(found.all())
    outcomes = [
        {
            "user_id": user_id,
            "decision_id": decision_id,
            "name": outcome,
            "rule": VERSION,
            "value": value,
            "occurred_at": row["decided_at"],
            "recorded_at": row["decided_at"],
        }
        for decision_id, row, value in zip(ids, rows, values, strict=True)
        if value is not None
    ]
    if outcomes:
        await session.execute(insert(AIDecisionOutcome), outcomes)
    return ids


def draws(
    rates: Mapping[str, float],
    *,
    days: int,
    a_day: int,
    until: datetime,
    seed: int = 1,
    factor: str = "template",
    **columns: Any,
) -> tuple[list[dict[str, Any]], list[float]]:
    """Return choices drawn evenly between arms with these reply rates, and what came of each."""
    rng = np.random.default_rng(seed)
    arms = sorted(rates)
    candidates = [{"arm": arm, "p": 1 / len(arms)} for arm in arms]
    rows, values = [], []
    for day in range(days):
        moment = until - timedelta(days=days - day)
        for place in rng.integers(0, len(arms), a_day):
            arm = arms[place]
            row = {
                "kind": "choose",
                "decided_by": "policy",
                "factor": factor,
                "action": arm,
                "executed_action": arm,
                "candidates": candidates,
                "propensity": 1 / len(arms),
                "propensity_kind": "exact",
                "context": EVEN,
                "decided_at": moment,
                "executed_at": moment,
            }
            rows.append(row | columns)
            values.append(float(rng.random() < rates[arm]))
    return rows, values


def readings(
    world: World, count: int, *, until: datetime, model: str = "m", seed: int = 1, **columns: Any
) -> tuple[list[dict[str, Any]], list[float]]:
    """Return readings of responses with the confidences of a world, an hour apart, and who agreed."""
    raw, happened = world.outcomes(count, np.random.default_rng(seed))
    rows = [
        READING
        | {
            "request_model": model,
            "confidence_raw": float(said),
            "decided_at": until - timedelta(hours=count - place),
            "executed_at": None,
        }
        | columns
        for place, said in enumerate(raw)
    ]
    return rows, happened.tolist()
