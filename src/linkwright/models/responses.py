"""Responses: what came back, and how it was read."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    column,
    literal_column,
)
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
    where,
    word,
    written_at,
)
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.vocabulary import Intent, RecommendedAction, ResponseType, Sentiment, Urgency


class BacklinkingResponse(Base):
    """One message that answers one email."""

    __tablename__ = "backlinking_responses"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "opportunity_id"],
            ["backlinking_opportunities.campaign_id", "backlinking_opportunities.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["campaign_id", "email_id"],
            ["backlinking_emails.campaign_id", "backlinking_emails.id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("campaign_id", "id"),
        one_of("ai_intent_classification", Intent),
        one_of("ai_urgency_level", Urgency),
        one_of("ai_recommended_action", RecommendedAction),
        one_of("user_sentiment_override", Sentiment),
        one_of("response_type", ResponseType),
        *between_zero_and_one("ai_response_quality"),
        *not_negative("ai_follow_up_delay"),
        *addresses("from_email"),
        CheckConstraint("link_url IS NOT NULL OR link_acquired IS NOT TRUE", name="link_acquired_has_url"),
        # Each message once, however often it arrives.
        Index(
            "uq_responses_message_id",
            "campaign_id",
            "message_id",
            unique=True,
            **where(column("message_id").is_not(None)),
        ),
        Index("ix_responses_email", "campaign_id", "email_id"),
        Index("ix_responses_opportunity", "campaign_id", "opportunity_id"),
        # Serves what needs a person: not reviewed yet, newest first.
        Index("ix_responses_awaiting_review", "campaign_id", "user_reviewed", "received_at"),
        # Serves retention: what still has its words. Whoever takes them out leaves them empty.
        Index(
            "ix_responses_with_body",
            "campaign_id",
            "received_at",
            **where(column("body_text") != literal_column("''")),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    opportunity_id: Mapped[int] = mapped_column(Integer)
    email_id: Mapped[int] = mapped_column(Integer)

    from_email: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body_html: Mapped[str | None] = mapped_column(Text)
    body_text: Mapped[str] = mapped_column(Text)

    received_at: Mapped[datetime] = written_at()
    # Longer foreign ids are kept whole in `inbound_messages` and here as a digest.
    message_id: Mapped[str | None] = mapped_column(String(200))
    in_reply_to: Mapped[str | None] = mapped_column(String(200))

    ai_sentiment_analysis: Mapped[dict[str, Any] | None]
    ai_intent_classification: Mapped[str | None] = mapped_column(String(50))
    ai_urgency_level: Mapped[str | None] = mapped_column(String(20))
    ai_response_quality: Mapped[float] = ratio()

    ai_recommended_action: Mapped[str | None] = mapped_column(String(50))
    ai_suggested_reply: Mapped[str | None] = mapped_column(Text)
    # Days.
    ai_follow_up_delay: Mapped[int | None] = mapped_column(Integer)

    user_reviewed: Mapped[bool] = flag(default=False)
    user_response_sent: Mapped[bool] = flag(default=False)
    user_notes: Mapped[str | None] = mapped_column(Text)
    user_sentiment_override: Mapped[str | None] = mapped_column(String(20))

    response_type: Mapped[str] = word(20, ResponseType.NEUTRAL)
    is_opportunity: Mapped[bool] = flag(default=False)
    requires_action: Mapped[bool] = flag(default=False)

    led_to_publication: Mapped[bool] = flag(default=False)
    link_acquired: Mapped[bool] = flag(default=False)
    link_url: Mapped[str | None] = mapped_column(String(2048))
    publication_date: Mapped[datetime | None]

    campaign: Mapped[BacklinkingCampaign] = relationship(
        lazy="raise", foreign_keys=[campaign_id], viewonly=True
    )
    opportunity: Mapped[BacklinkOpportunity] = relationship(
        lazy="raise", foreign_keys=[campaign_id, opportunity_id], viewonly=True
    )
    email: Mapped[BacklinkingEmail] = relationship(
        lazy="raise", foreign_keys=[campaign_id, email_id], viewonly=True
    )
