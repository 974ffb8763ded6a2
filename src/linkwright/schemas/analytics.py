"""The shapes of analytics records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from linkwright.schemas.fields import (
    EARLIEST,
    LATEST,
    Amount,
    Count,
    JsonList,
    JsonObject,
    Moment,
    Ratio,
    Record,
    Shape,
    known,
)
from linkwright.vocabulary import PeriodType

Day = Annotated[date, Field(ge=EARLIEST.date(), lt=LATEST.date())]


def starts_period(moment: datetime, period_type: str) -> bool:
    """Say whether a UTC moment is the instant at which a period of that type starts."""
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        return False
    if period_type == PeriodType.WEEKLY:
        return moment.isoweekday() == 1
    return period_type != PeriodType.MONTHLY or moment.day == 1


class AnalyticsCreate(Shape):
    """The numbers of one period. `date` is the UTC instant at which the period starts."""

    date: Moment
    period_type: Annotated[str, known(PeriodType)] = PeriodType.DAILY.value

    opportunities_discovered: Count = 0
    opportunities_contacted: Count = 0
    opportunities_responded: Count = 0
    opportunities_published: Count = 0
    links_acquired: Count = 0
    emails_sent: Count = 0
    emails_delivered: Count = 0
    emails_bounced: Count = 0
    emails_opened: Count = 0
    emails_clicked: Count = 0
    responses_received: Count = 0
    positive_responses: Count = 0
    negative_responses: Count = 0
    auto_replies: Count = 0
    ai_emails_generated: Count = 0
    ai_responses_analyzed: Count = 0
    ai_accuracy_score: Ratio | None = 0.0
    ai_cost_incurred: Amount = 0.0
    user_reviews_provided: Count = 0
    user_satisfaction_score: Ratio | None = 0.0
    ai_insights: JsonList | None = None
    performance_trends: JsonObject | None = None
    optimization_suggestions: JsonList | None = None

    @model_validator(mode="after")
    def _starts_its_period(self) -> Self:
        if not starts_period(self.date, self.period_type):
            day = {PeriodType.WEEKLY: " of a Monday", PeriodType.MONTHLY: " of a first of the month"}
            raise ValueError(f"date must be midnight UTC{day.get(PeriodType(self.period_type), '')}")
        return self


class AnalyticsQuery(Shape):
    """Which records of a campaign: those whose period starts from `date_from` to `date_to`, both included."""

    date_from: Moment | None = None
    date_to: Moment | None = None
    period_type: Annotated[str, known(PeriodType)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.date_from is not None and self.date_to is not None and self.date_from > self.date_to:
            raise ValueError("date_from must not be after date_to")
        return self

    def asks_for(self, period_type: str, moment: datetime) -> bool:
        """Say whether the record of a period is one of them."""
        return (
            (self.period_type is None or period_type == self.period_type)
            and (self.date_from is None or moment >= self.date_from)
            and (self.date_to is None or moment <= self.date_to)
        )


class RollUpSince(Shape):
    """From which day on to count everything again."""

    since: Day | None = None


class AnalyticsRead(Record):
    """An analytics record, every column. `id` is None for one that was counted and is not stored."""

    id: int | None
    campaign_id: str
    date: datetime
    period_type: str | None
    opportunities_discovered: int | None
    opportunities_contacted: int | None
    opportunities_responded: int | None
    opportunities_published: int | None
    links_acquired: int | None
    emails_sent: int | None
    emails_delivered: int | None
    emails_bounced: int | None
    emails_opened: int | None
    emails_clicked: int | None
    responses_received: int | None
    positive_responses: int | None
    negative_responses: int | None
    auto_replies: int | None
    ai_emails_generated: int | None
    ai_responses_analyzed: int | None
    ai_accuracy_score: float | None
    ai_cost_incurred: float | None
    user_reviews_provided: int | None
    user_satisfaction_score: float | None
    ai_insights: list[Any] | None
    performance_trends: dict[str, Any] | None
    optimization_suggestions: list[Any] | None
    created_at: datetime | None
    updated_at: datetime | None
