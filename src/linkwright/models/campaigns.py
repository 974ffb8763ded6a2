"""Campaigns: one outreach effort, its preferences, its limits and its counters."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import (
    Base,
    between_zero_and_one,
    count,
    not_negative,
    one_of,
    ratio,
    word,
    written_at,
)
from linkwright.models.users import User
from linkwright.vocabulary import CampaignStatus, PersonalizationLevel, Priority, Tone


class BacklinkingCampaign(Base):
    """One outreach effort of one user."""

    __tablename__ = "backlinking_campaigns"
    __table_args__ = (
        one_of("tone_preference", Tone),
        one_of("personalization_level", PersonalizationLevel),
        one_of("status", CampaignStatus),
        one_of("priority", Priority),
        *between_zero_and_one("ai_performance_score"),
        *not_negative("max_opportunities", "max_emails_per_day", "max_follow_ups"),
        *not_negative("total_opportunities", "contacted_opportunities", "responded_opportunities"),
        *not_negative("successful_links", "estimated_cost", "actual_cost"),
        Index("idx_campaign_user_status", "user_id", "status"),
        Index("idx_campaign_ai_performance", "ai_performance_score"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(Text)
    keywords: Mapped[list[str]]
    target_industries: Mapped[list[str] | None]
    content_pillars: Mapped[list[str] | None]
    ai_model_preference: Mapped[str] = word(50, "gemini")
    tone_preference: Mapped[str] = word(50, Tone.PROFESSIONAL)
    personalization_level: Mapped[str] = word(20, PersonalizationLevel.HIGH)
    status: Mapped[str] = word(20, CampaignStatus.DRAFT)
    priority: Mapped[str] = word(20, Priority.MEDIUM)
    created_at: Mapped[datetime] = written_at()
    updated_at: Mapped[datetime] = written_at()
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]

    # What was learned.
    ai_performance_score: Mapped[float] = ratio()
    ai_learning_data: Mapped[dict[str, Any] | None]

    # Limits.
    max_opportunities: Mapped[int] = count(100)
    max_emails_per_day: Mapped[int] = count(10)
    max_follow_ups: Mapped[int] = count(3)

    # Counters: they move in the transaction of the fact, and `linkwright doctor` recounts them.
    total_opportunities: Mapped[int] = count()
    contacted_opportunities: Mapped[int] = count()
    responded_opportunities: Mapped[int] = count()
    successful_links: Mapped[int] = count()

    estimated_cost: Mapped[float] = ratio()
    actual_cost: Mapped[float] = ratio()

    user: Mapped[User] = relationship(lazy="raise")


class CampaignCount(Base):
    """How many things of one kind a campaign has in one state.

    A campaign's funnel would otherwise be a count over all its rows; this way it costs
    the same at half a million prospects as at ten.
    """

    __tablename__ = "campaign_counts"

    campaign_id: Mapped[str] = mapped_column(
        ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(30), primary_key=True)
    count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
