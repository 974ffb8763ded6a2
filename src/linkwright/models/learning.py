"""Learning data: what worked, for whom."""

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
    written_at,
)
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.users import User
from linkwright.vocabulary import LearningType


class AILearningData(Base):
    """One thing learned for one user: never pooled into another user's rows."""

    __tablename__ = "ai_learning_data"
    __table_args__ = (
        UniqueConstraint("user_id", "data_type", "data_key"),
        one_of("data_type", LearningType),
        *between_zero_and_one("success_score"),
        *not_negative("usage_count"),
        Index("idx_learning_user_type", "user_id", "data_type"),
        Index("idx_learning_success", "success_score"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    data_type: Mapped[str] = mapped_column(String(20))
    data_key: Mapped[str] = mapped_column(String(200))
    data_value: Mapped[dict[str, Any]]
    success_score: Mapped[float] = ratio()
    usage_count: Mapped[int] = count()
    last_used: Mapped[datetime] = written_at()
    created_at: Mapped[datetime] = written_at()
    updated_at: Mapped[datetime] = written_at()
    # Learning outlives the campaign it came from.
    source_campaign_id: Mapped[str | None] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="SET NULL")
    )
    source_opportunity_id: Mapped[int | None] = mapped_column(
        ForeignKey(BacklinkOpportunity.id, ondelete="SET NULL")
    )

    user: Mapped[User] = relationship(lazy="raise")
    source_campaign: Mapped[BacklinkingCampaign | None] = relationship(lazy="raise")
    source_opportunity: Mapped[BacklinkOpportunity | None] = relationship(lazy="raise")
