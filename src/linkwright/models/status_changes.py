"""Status changes: who moved what from which state to which, why and when. Append-only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, one_of, primary_key_id
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.vocabulary import LifeKind


class StatusChange(Base):
    """One move in the life of a campaign, an opportunity or an email."""

    __tablename__ = "status_changes"
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
        one_of("kind", LifeKind),
        CheckConstraint(
            "(kind = 'campaign' AND opportunity_id IS NULL AND email_id IS NULL)"
            " OR (kind = 'opportunity' AND opportunity_id IS NOT NULL AND email_id IS NULL)"
            " OR (kind = 'email' AND email_id IS NOT NULL)",
            name="kind_matches_subject",
        ),
        Index("ix_status_changes_opportunity", "campaign_id", "opportunity_id"),
        Index("ix_status_changes_email", "campaign_id", "email_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(20))
    opportunity_id: Mapped[int | None] = mapped_column(Integer)
    email_id: Mapped[int | None] = mapped_column(Integer)
    # NULL when the thing entered the record in this state (an import of what happened elsewhere).
    old_status: Mapped[str | None] = mapped_column(String(20))
    new_status: Mapped[str] = mapped_column(String(20))
    # "user:7", "import", "rule:suppression", "model:...": who moved it.
    actor: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime]
    # When it was written down; NULL where that was at once, or before this was kept.
    recorded_at: Mapped[datetime | None]
