"""Roll-ups: what analytics are added up from, so that a change costs what it touches and no more.

A prospect's share is what its facts add to which day. Counting a prospect again gives its new share, and the
difference to the stored one is added to the days: no day is ever counted from the start for one late reply.
All three tables are derived; dropping their rows loses nothing but time.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, column
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, where
from linkwright.models.campaigns import BacklinkingCampaign


class RollUpShare(Base):
    """What one prospect adds to its campaign's days. Prospect 0 is what belongs to none of them.

    No foreign key to the prospect: the share of one that was deleted is still to be taken off its days.
    """

    __tablename__ = "analytics_shares"
    __table_args__ = (
        # Serves the roll-up: who is to be counted again.
        Index(
            "ix_analytics_shares_stale",
            "campaign_id",
            "opportunity_id",
            **where(column("stale_since").is_not(None)),
        ),
    )

    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE"), primary_key=True
    )
    opportunity_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # Since when it is known that the prospect's facts have changed; empty when they are counted.
    stale_since: Mapped[datetime | None]
    # By day, by name: {"2026-03-02": {"emails_sent": 1}}. Whole numbers all, so sums have no order.
    numbers: Mapped[dict[str, Any]]


class RollUpDay(Base):
    """What all prospects of a campaign add to one UTC day, by name."""

    __tablename__ = "analytics_days"

    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    numbers: Mapped[dict[str, Any]]


class RollUpState(Base):
    """How far a campaign's facts were seen, and what all its days add up to."""

    __tablename__ = "analytics_states"

    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE"), primary_key=True
    )
    # The last id that was seen, by table.
    seen: Mapped[dict[str, Any]]
    totals: Mapped[dict[str, Any]]
    # When the totals last changed.
    counted_at: Mapped[datetime]
