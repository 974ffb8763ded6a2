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


class Reply(NamedTuple):
    """One answer to a letter, and when that had left."""

    factor: str
    occurred_at: datetime
    executed_at: datetime
    id: int


def replies_as_kept(replies: Iterable[Any]) -> list[Any]:
    """Return answers as JSON."""
    return [[one.factor, one.occurred_at.isoformat(), one.executed_at.isoformat(), one.id] for one in replies]


def replies_of(kept: Iterable[Any]) -> Iterator[Reply]:
    """Give the answers that JSON says."""
    for factor, occurred_at, executed_at, id_ in kept:
        yield Reply(factor, datetime.fromisoformat(occurred_at), datetime.fromisoformat(executed_at), id_)


def facts_of(kept: Iterable[Any] | None) -> Iterator[Fact]:
    """Give the facts that JSON says."""
    for factor, action, value, executed_at, decision_id in kept or ():
        yield Fact(factor, action, value, datetime.fromisoformat(executed_at), decision_id)
