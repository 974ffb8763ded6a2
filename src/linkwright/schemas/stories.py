"""Stories: everything that led to where a prospect or a letter stands, in the order it happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from linkwright.schemas.fields import Record


class Outcome(Record):
    """What came of a decision, as it was known at the time."""

    name: str
    rule: str
    value: float
    evidence: str | None
    occurred_at: datetime
    recorded_at: datetime
    late: bool


class Alternative(Record):
    """What could have been chosen, with its probability where one is known."""

    arm: str
    p: float | None
    chosen: bool


class Entry(Record):
    """One thing that happened. `id` is its row's; `facts` are what else is known of it."""

    at: datetime
    what: Literal["decision", "move", "event", "letter", "answer"]
    id: int
    text: str
    by: str | None = None
    about: str | None = None
    alternatives: list[Alternative] = Field(default_factory=list)
    outcomes: list[Outcome] = Field(default_factory=list)
    facts: dict[str, Any] = Field(default_factory=dict)


class Story(Record):
    """The whole of it. `cost` is the sum of the known prices; `unpriced` counts the others."""

    kind: Literal["opportunity", "email"]
    id: int
    campaign_id: str
    title: str
    status: str
    as_of: datetime
    cost: float
    unpriced: int
    entries: list[Entry]
