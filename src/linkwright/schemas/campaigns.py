"""The shapes of campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from linkwright.schemas.fields import (
    Amount,
    Count,
    JsonObject,
    Ratio,
    Record,
    Shape,
    Text,
    Words,
    known,
    upto,
)
from linkwright.schemas.figures import Figures
from linkwright.vocabulary import CampaignStatus, PersonalizationLevel, Priority, Tone


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


Name = Annotated[str, upto(100, least=1), AfterValidator(_not_blank)]
Keywords = Annotated[Words, Field(min_length=1)]


class _Settings(Shape):
    """What a caller may set at any time. Counters, moments and states belong to the verbs."""

    description: Text | None = None
    target_industries: Words | None = None
    content_pillars: Words | None = None
    ai_model_preference: Annotated[str, upto(50, least=1)] = "gemini"
    tone_preference: Annotated[str, known(Tone)] = Tone.PROFESSIONAL.value
    personalization_level: Annotated[str, known(PersonalizationLevel)] = PersonalizationLevel.HIGH.value
    priority: Annotated[str, known(Priority)] = Priority.MEDIUM.value
    ai_performance_score: Ratio = 0.0
    ai_learning_data: JsonObject | None = None
    max_opportunities: Count = 100
    max_emails_per_day: Count = 10
    max_follow_ups: Count = 3
    estimated_cost: Amount = 0.0


class CampaignCreate(_Settings):
    """A new campaign. It begins as a draft; `status` may say so, and nothing else."""

    name: Name
    keywords: Keywords
    status: Literal["draft"] = "draft"


class CampaignUpdate(_Settings):
    """What may be changed; only the keys that are given count."""

    name: Name = ""
    keywords: Keywords = Field(default=[])


class CampaignRead(Record):
    """A campaign, every column."""

    id: str
    user_id: int
    name: str
    description: str | None
    keywords: list[str]
    target_industries: list[str] | None
    content_pillars: list[str] | None
    ai_model_preference: str | None
    tone_preference: str | None
    personalization_level: str | None
    status: str | None
    priority: str | None
    created_at: datetime | None
    updated_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    paused_at: datetime | None
    ai_performance_score: float | None
    ai_learning_data: dict[str, Any] | None
    max_opportunities: int | None
    max_emails_per_day: int | None
    max_follow_ups: int | None
    total_opportunities: int | None
    contacted_opportunities: int | None
    responded_opportunities: int | None
    successful_links: int | None
    estimated_cost: float | None
    actual_cost: float | None


@dataclass(frozen=True, slots=True)
class CampaignStats:
    """A campaign's numbers, read from its counters: the same cost at every size.

    The three mappings count by state or kind. A rate is None while its denominator is 0:
    nobody contacted is not a response rate of zero.
    """

    campaign_id: str
    status: str
    total_opportunities: int
    contacted_opportunities: int
    responded_opportunities: int
    successful_links: int
    estimated_cost: float
    actual_cost: float
    # In US dollars: what AI may cost at most, None without a limit; and what calls under way may cost.
    ai_cost_limit: float | None = None
    ai_cost_reserved: float = 0.0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    # What the last roll-up added up; None before the first.
    figures: Figures | None = None

    def count(self, subject: str, *states: str) -> int:
        """Return how many things of a subject are in any of the states, or in any at all."""
        found = self.counts.get(subject, {})
        return sum(number for state, number in found.items() if not states or state in states)

    @property
    def emails_sent(self) -> int:
        """Emails that left, whatever became of them."""
        return self.count("email", "sent", "delivered", "bounced", "complained")

    @property
    def unpriced(self) -> int:
        """Decisions of models at a price that nobody knows: `actual_cost` leaves them out."""
        return self.count("decision", "unpriced")

    @property
    def response_rate(self) -> float | None:
        """Of the prospects contacted, the share that answered."""
        return _share(self.responded_opportunities, self.contacted_opportunities)

    @property
    def link_rate(self) -> float | None:
        """Of the prospects contacted, the share that gave a link."""
        return _share(self.successful_links, self.contacted_opportunities)

    @property
    def cost_per_link(self) -> float | None:
        """What one link has cost so far."""
        return self.actual_cost / self.successful_links if self.successful_links else None


def _share(part: int, whole: int) -> float | None:
    # A link may come unasked, so a share can pass 1 before it is cut.
    return min(part / whole, 1.0) if whole else None


class CampaignQuery(Shape):
    """Which campaigns of a user, and how many at once."""

    status: Annotated[str, known(CampaignStatus)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    after: Annotated[str, upto(36)] | None = None


class MoveReason(Shape):
    """Why a campaign was moved."""

    reason: Annotated[str, upto(2000)] | None = None


class RequiredReason(Shape):
    """Why a campaign was moved, where no reason is no answer."""

    reason: Annotated[str, upto(2000), AfterValidator(_not_blank)]
