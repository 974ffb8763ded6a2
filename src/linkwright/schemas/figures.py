"""The shapes of what campaigns come to: rates with intervals, the time to an answer, costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RateRead:
    """A share with its 95 % interval. All three are None of nothing."""

    part: int
    whole: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TimeToReply:
    """How long people take to answer, those who have not yet included (Kaplan-Meier).

    `median_hours` is the time within which half of those answer who do within `horizon_days`. It and its
    interval are None below five answers: `words` then says so.
    """

    answered: int
    waiting: int
    horizon_days: int
    median_hours: float | None
    low_hours: float | None
    high_hours: float | None
    # The share that answers within 14 days and its interval, as if all had waited that long.
    reply_rate: float | None
    reply_low: float | None
    reply_high: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What the roll-up has added up, and when that last changed.

    Rates: `bounce_rate` and `open_rate` of emails sent (opens by machines are apart), `positive_rate` of the
    responses by people, `link_rate` of prospects written to, `ai_accuracy` of what a person judged.
    """

    rates: dict[str, RateRead]
    time_to_reply: TimeToReply
    cost: float
    unpriced_decisions: int
    links: int
    emails_opened_by_machine: int
    counted_at: datetime | None

    @property
    def cost_per_link(self) -> float | None:
        """What one link has cost, in dollars; None without a link, and while prices are missing."""
        return self.cost / self.links if self.links and not self.unpriced_decisions else None


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign on the dashboard."""

    campaign_id: str
    name: str
    status: str
    total_opportunities: int
    contacted_opportunities: int
    responded_opportunities: int
    successful_links: int
    actual_cost: float
    reply_rate: RateRead
    link_rate: RateRead
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """What needs a person, and how much of it. `at_least` says that there is more than was counted."""

    what: str
    number: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything a user has going, from counters and totals: the same cost at every size."""

    user_id: int
    funnel: dict[str, int]
    figures: Figures
    campaigns: list[CampaignLine] = field(default_factory=list)
    needs_a_person: list[Waiting] = field(default_factory=list)
    # Whether there are more campaigns than are listed and added up.
    more_campaigns: bool = False
    # How many of those added up are in archives.
    archived_campaigns: int = 0
