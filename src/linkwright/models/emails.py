"""Emails: what was written to a prospect, by whom, and how it travelled."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    and_,
    column,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import (
    Base,
    addresses,
    between_zero_and_one,
    count,
    flag,
    not_negative,
    one_of,
    primary_key_id,
    ratio,
    stars,
    where,
    word,
    written_at,
)
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.vocabulary import SEQUENCE_TYPES, UNDER_WAY, EmailStatus, EmailType


def _left_with(name: str) -> ColumnElement[bool]:
    return and_(column("sent_at").is_not(None), column(name) != literal_column("''"))


class BacklinkingEmail(Base):
    """One email to one prospect, with how it was generated and what became of it."""

    __tablename__ = "backlinking_emails"
    __table_args__ = (
        # Composite, so an email can never belong to one campaign and its prospect to another.
        ForeignKeyConstraint(
            ["campaign_id", "opportunity_id"],
            ["backlinking_opportunities.campaign_id", "backlinking_opportunities.id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("campaign_id", "id"),
        one_of("status", EmailStatus),
        one_of("email_type", EmailType),
        *between_zero_and_one("ai_confidence_score", "open_rate", "click_rate"),
        *not_negative("ai_generation_time", "ai_temperature", "open_count", "click_count"),
        CheckConstraint("follow_up_number >= 1", name="follow_up_number_from_one"),
        *addresses("from_email", "to_email", "reply_to_email"),
        stars("user_feedback_rating"),
        Index("idx_email_campaign_opportunity", "campaign_id", "opportunity_id"),
        Index("idx_email_status_sent", "status", "sent_at"),
        # Nobody gets the same touch of a sequence twice, whichever of two workers is faster.
        Index(
            "uq_emails_one_per_touch",
            "campaign_id",
            "opportunity_id",
            "email_type",
            "follow_up_number",
            unique=True,
            **where(
                and_(
                    column("status") != EmailStatus.CANCELLED.value,
                    column("email_type").in_(sorted(kind.value for kind in SEQUENCE_TYPES)),
                )
            ),
        ),
        # Serves the matching of replies (by id alone), and holds an imported mail to one row.
        Index(
            "uq_emails_message_id",
            "message_id",
            "campaign_id",
            unique=True,
            **where(column("message_id").is_not(None)),
        ),
        Index("ix_emails_recipient", "to_email", "campaign_id"),
        # Serves the daily limit: how many went out since midnight.
        Index("ix_emails_campaign_sent", "campaign_id", "sent_at"),
        # And how many are on their way: a handful, whatever the size of the campaign.
        Index("ix_emails_under_way", "campaign_id", **where(column("status").in_(sorted(UNDER_WAY)))),
        Index("ix_emails_parent", "parent_email_id"),
        # Serve retention: letters that left and still have their words. A draft is in neither.
        Index("ix_emails_with_body", "campaign_id", "sent_at", **where(_left_with("body_html"))),
        Index("ix_emails_with_prompt", "campaign_id", "sent_at", **where(_left_with("ai_prompt_used"))),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    opportunity_id: Mapped[int] = mapped_column(Integer)

    subject: Mapped[str] = mapped_column(String(200))
    body_html: Mapped[str] = mapped_column(Text)
    body_text: Mapped[str | None] = mapped_column(Text)

    ai_model_used: Mapped[str | None] = mapped_column(String(50))
    ai_prompt_used: Mapped[str | None] = mapped_column(Text)
    ai_generation_time: Mapped[float | None]
    ai_temperature: Mapped[float] = ratio(0.7)
    ai_confidence_score: Mapped[float] = ratio()

    personalization_data: Mapped[dict[str, Any] | None]
    template_used: Mapped[str | None] = mapped_column(String(100))

    from_email: Mapped[str] = mapped_column(String(254))
    to_email: Mapped[str] = mapped_column(String(254))
    reply_to_email: Mapped[str | None] = mapped_column(String(254))

    status: Mapped[str] = word(20, EmailStatus.DRAFT)
    email_type: Mapped[str] = word(20, EmailType.INITIAL)

    created_at: Mapped[datetime] = written_at()
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]

    smtp_provider: Mapped[str | None] = mapped_column(String(50))
    smtp_response: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str | None] = mapped_column(String(200))

    open_count: Mapped[int] = count()
    click_count: Mapped[int] = count()
    open_rate: Mapped[float] = ratio()
    click_rate: Mapped[float] = ratio()

    user_edited: Mapped[bool] = flag(default=False)
    user_approved: Mapped[bool] = flag(default=True)
    user_feedback_rating: Mapped[int | None] = mapped_column(Integer)

    # The first touch is number 1.
    follow_up_number: Mapped[int] = count(1)
    parent_email_id: Mapped[int | None] = mapped_column(
        ForeignKey("backlinking_emails.id", ondelete="SET NULL")
    )

    campaign: Mapped[BacklinkingCampaign] = relationship(
        lazy="raise", foreign_keys=[campaign_id], viewonly=True
    )
    opportunity: Mapped[BacklinkOpportunity] = relationship(
        lazy="raise", foreign_keys=[campaign_id, opportunity_id], viewonly=True
    )
    parent: Mapped["BacklinkingEmail | None"] = relationship(
        lazy="raise", foreign_keys=[parent_email_id], remote_side=[id], viewonly=True
    )
