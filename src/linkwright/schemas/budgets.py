"""The shapes of what a campaign may spend on AI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from linkwright.schemas.decisions import TraceId
from linkwright.schemas.fields import Amount, Count, Shape, known, upto
from linkwright.vocabulary import DecisionKind


class BudgetUpdate(Shape):
    """A campaign's limit in US dollars, for all of its time; None is no limit."""

    cost_limit: Annotated[Amount, Field(lt=1_000_000)] | None
    # Whether it may call models whose price nobody knows. Nothing then holds those calls to the limit.
    allows_unpriced: bool = False


class PlannedCall(Shape):
    """A call that is about to be made, and how many tokens it may take at most, all its tries together."""

    kind: Annotated[str, known(DecisionKind)]
    provider_name: Annotated[str, upto(50, least=1)]
    request_model: Annotated[str, upto(200, least=1)]
    trace_id: TraceId
    input_tokens: Count
    output_tokens: Count


@dataclass(frozen=True, slots=True)
class Spending:
    """What a campaign may spend on AI, has spent, and may have to pay for calls under way. In US dollars."""

    campaign_id: str
    cost_limit: float | None
    allows_unpriced: bool
    spent: float
    reserved: float
    unpriced: int
    """Calls at a price that nobody knows: `spent` leaves them out."""

    @property
    def left(self) -> float | None:
        """What is left of the limit; None without one."""
        return None if self.cost_limit is None else max(self.cost_limit - self.spent - self.reserved, 0.0)
