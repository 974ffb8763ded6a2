"""What learning has counted of a campaign, in the shape in which its archive's row keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple


class Fact(NamedTuple):
    """One outcome that counts, of a campaign that is not here: nothing may point at it."""

    factor: str
    action: str
    value: float
    executed_at: datetime
    decision_id: int
    learned_value: float | None = None
    campaign_id: str | None = None
    opportunity_id: int | None = None


def as_kept(facts: Iterable[Any]) -> list[Any]:
    """Return facts as JSON."""
    return [
        [fact.factor, fact.action, fact.learned_value, fact.executed_at.isoformat(), fact.decision_id]
        for fact in facts
    ]


def facts_of(kept: Iterable[Any] | None) -> Iterator[Fact]:
    """Give the facts that JSON says."""
    for factor, action, value, executed_at, decision_id in kept or ():
        yield Fact(factor, action, value, datetime.fromisoformat(executed_at), decision_id)
