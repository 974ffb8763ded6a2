"""Analytics: one row per campaign and period, derived from the facts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import (
    Base,
    between_zero_and_one,
    count,
    not_negative,
    one_of,
    primary_key_id,
    ratio,
    word,
    written_at,
)
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.vocabulary import PeriodType


class BacklinkingAnalytics(Base):
    """The numbers of one campaign in one period. `date` is the UTC instant the period starts.

    Partitioned by month on PostgreSQL, where the key therefore includes `date`.
    """

    __tablename__ = "backlinking_analytics"
    __table_args__ = (
        UniqueConstraint("campaign_id", "period_type", "date"),
        one_of("period_type", PeriodType),
        *not_negative("opportunities_discovered", "opportunities_contacted", "opportunities_responded"),
        *not_negative("opportunities_published", "links_acquired", "emails_sent", "emails_delivered"),
        *not_negative("emails_bounced", "emails_opened", "emails_clicked", "responses_received"),
        *not_negative("positive_responses", "negative_responses", "auto_replies", "ai_emails_generated"),
        *not_negative("ai_responses_analyzed", "ai_cost_incurred", "user_reviews_provided"),
        *between_zero_and_one("ai_accuracy_score", "user_satisfaction_score"),
        Index("idx_analytics_campaign_date", "campaign_id", "date"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    date: Mapped[datetime]
    period_type: Mapped[str] = word(20, PeriodType.DAILY)

    opportunities_discovered: Mapped[int] = count()
    opportunities_contacted: Mapped[int] = count()
    opportunities_responded: Mapped[int] = count()
    opportunities_published: Mapped[int] = count()
    links_acquired: Mapped[int] = count()

    emails_sent: Mapped[int] = count()
    emails_delivered: Mapped[int] = count()
    emails_bounced: Mapped[int] = count()
    emails_opened: Mapped[int] = count()
    emails_clicked: Mapped[int] = count()

    responses_received: Mapped[int] = count()
    positive_responses: Mapped[int] = count()
    negative_responses: Mapped[int] = count()
    auto_replies: Mapped[int] = count()

    ai_emails_generated: Mapped[int] = count()
    ai_responses_analyzed: Mapped[int] = count()
    ai_accuracy_score: Mapped[float] = ratio()
    ai_cost_incurred: Mapped[float] = ratio()

    user_reviews_provided: Mapped[int] = count()
    user_satisfaction_score: Mapped[float] = ratio()

    ai_insights: Mapped[list[Any] | None]
    performance_trends: Mapped[dict[str, Any] | None]
    optimization_suggestions: Mapped[list[Any] | None]

    created_at: Mapped[datetime] = written_at()
    updated_at: Mapped[datetime] = written_at()

    campaign: Mapped[BacklinkingCampaign] = relationship(lazy="raise")
