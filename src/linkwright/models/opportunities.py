"""Opportunities: pages where a guest post could earn a link."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import (
    Base,
    addresses,
    between_zero_and_one,
    flag,
    not_negative,
    one_of,
    primary_key_id,
    ratio,
    stars,
    word,
    written_at,
)
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.vocabulary import (
    ContactRecommendation,
    FollowUpStrategy,
    OpportunityStatus,
    OverrideDecision,
    WritingTone,
)


class BacklinkOpportunity(Base):
    """A page found for one campaign, with what the AI makes of it and what came of it.

    `analyzed_at IS NULL` means nobody has looked yet: the scores' 0.0 is then no verdict.
    """

    __tablename__ = "backlinking_opportunities"
    __table_args__ = (
        # The same page may serve two campaigns, but never one campaign twice.
        UniqueConstraint("campaign_id", "url"),
        # What the children's composite foreign keys point at.
        UniqueConstraint("campaign_id", "id"),
        one_of("status", OpportunityStatus),
        one_of("writing_tone", WritingTone),
        one_of("ai_contact_recommendation", ContactRecommendation),
        one_of("user_override_decision", OverrideDecision),
        one_of("ai_follow_up_strategy", FollowUpStrategy),
        *between_zero_and_one("ai_relevance_score", "ai_authority_score", "ai_content_quality_score"),
        *between_zero_and_one("ai_spam_risk_score", "spam_score", "quality_score", "email_open_rate"),
        *not_negative("word_count_min", "word_count_max", "domain_authority", "response_time_hours"),
        CheckConstraint("word_count_min <= word_count_max", name="word_count_range"),
        CheckConstraint("domain_authority <= 100", name="domain_authority_scale"),
        CheckConstraint("link_url IS NOT NULL OR link_acquired IS NOT TRUE", name="link_acquired_has_url"),
        *addresses("contact_email"),
        stars("user_rating"),
        Index("idx_opportunity_ai_scores", "ai_relevance_score", "ai_authority_score"),
        Index("idx_opportunity_campaign_status", "campaign_id", "status"),
        # Serve a campaign's page of prospects, best first, with and without a status.
        Index(
            "ix_opportunities_best_by_status",
            "campaign_id",
            "status",
            "ai_relevance_score",
            "ai_authority_score",
            "id",
        ),
        Index("ix_opportunities_best", "campaign_id", "ai_relevance_score", "ai_authority_score", "id"),
        # Serve the matching of mail: whose address is this, whose site.
        Index("ix_opportunities_contact", "campaign_id", "contact_email"),
        Index("ix_opportunities_domain", "campaign_id", "domain"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    url: Mapped[str] = mapped_column(String(2048))
    domain: Mapped[str] = mapped_column(String(253))
    title: Mapped[str | None] = mapped_column(String(500))
    description: Mapped[str | None] = mapped_column(Text)
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_name: Mapped[str | None] = mapped_column(String(200))
    contact_page_url: Mapped[str | None] = mapped_column(String(2048))

    ai_content_analysis: Mapped[dict[str, Any] | None]
    ai_relevance_score: Mapped[float] = ratio()
    ai_authority_score: Mapped[float] = ratio()
    ai_content_quality_score: Mapped[float] = ratio()
    ai_spam_risk_score: Mapped[float] = ratio()

    primary_topics: Mapped[list[str] | None]
    content_categories: Mapped[list[str] | None]
    writing_tone: Mapped[str | None] = mapped_column(String(50))

    submission_guidelines: Mapped[str | None] = mapped_column(Text)
    word_count_min: Mapped[int | None] = mapped_column(Integer)
    word_count_max: Mapped[int | None] = mapped_column(Integer)
    requires_images: Mapped[bool] = flag(default=False)
    allows_links: Mapped[bool] = flag(default=True)
    submission_deadline: Mapped[str | None] = mapped_column(String(100))

    status: Mapped[str] = word(20, OpportunityStatus.DISCOVERED)
    discovered_at: Mapped[datetime] = written_at()
    analyzed_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    responded_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

    ai_contact_recommendation: Mapped[str | None] = mapped_column(String(20))
    ai_email_template_suggestion: Mapped[str | None] = mapped_column(String(100))
    ai_follow_up_strategy: Mapped[str | None] = mapped_column(String(50))

    # 0-100 on the scale of whoever measured it; who did is in `ai_content_analysis`.
    domain_authority: Mapped[int | None] = mapped_column(Integer)
    spam_score: Mapped[float] = ratio()
    quality_score: Mapped[float] = ratio()

    user_rating: Mapped[int | None] = mapped_column(Integer)
    user_notes: Mapped[str | None] = mapped_column(Text)
    user_override_decision: Mapped[str | None] = mapped_column(String(20))

    email_open_rate: Mapped[float] = ratio()
    response_time_hours: Mapped[float | None]
    link_acquired: Mapped[bool] = flag(default=False)
    link_url: Mapped[str | None] = mapped_column(String(2048))
    link_placement_date: Mapped[datetime | None]

    campaign: Mapped[BacklinkingCampaign] = relationship(lazy="raise")
