"""Email events: delivery facts, append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, one_of, primary_key_id
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.vocabulary import EventAgent, EventKind


class EmailEvent(Base):
    """One thing that happened to one email.

    Partitioned by month on PostgreSQL, where the key therefore includes `occurred_at`.
    """

    __tablename__ = "email_events"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "email_id"],
            ["backlinking_emails.campaign_id", "backlinking_emails.id"],
            ondelete="CASCADE",
        ),
        # A provider that reports the same event again repeats its key and its time. An open and a
        # click of one moment may have one key.
        UniqueConstraint("campaign_id", "email_id", "kind", "event_key", "occurred_at"),
        one_of("kind", EventKind),
        one_of("agent", EventAgent),
        Index("ix_email_events_time", "campaign_id", "occurred_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    email_id: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(20))
    agent: Mapped[str] = mapped_column(
        String(10), default=EventAgent.UNKNOWN.value, server_default=EventAgent.UNKNOWN.value
    )
    # What makes it, of its kind, the same when it is reported twice: the provider's id, or the kind.
    event_key: Mapped[str] = mapped_column(String(100))
    detail: Mapped[dict[str, Any] | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
