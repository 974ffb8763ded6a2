"""Budgets: what a campaign may spend on AI, and what its calls under way may cost. In US dollars."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Numeric, String, false
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, not_negative, one_of, primary_key_id
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.vocabulary import DecisionKind


class AIBudget(Base):
    """A campaign's limit: for all of its time, not for a day or a month. A campaign without one has none."""

    __tablename__ = "ai_budgets"
    __table_args__ = tuple(not_negative("cost_limit"))

    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE"), primary_key=True
    )
    cost_limit: Mapped[float] = mapped_column(Numeric(14, 8, asdecimal=False))
    # Whether a model may be called whose price nobody knows. Nothing then holds it to the limit.
    allows_unpriced: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(100))


class AIReservation(Base):
    """What one call under way may cost at most. The row goes when the call is in the ledger."""

    __tablename__ = "ai_reservations"
    __table_args__ = (
        one_of("kind", DecisionKind),
        *not_negative("estimated_cost"),
        # Serves the sum of what is set aside, and the look for what was left behind.
        Index("ix_ai_reservations_campaign", "campaign_id", "reserved_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    campaign_id: Mapped[str] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(20))
    provider_name: Mapped[str] = mapped_column(String(50))
    request_model: Mapped[str] = mapped_column(String(200))
    # The same as of the ledger's row that comes of the call.
    trace_id: Mapped[str] = mapped_column(String(32))
    # Empty where nobody knows the model's price.
    estimated_cost: Mapped[float | None] = mapped_column(Numeric(14, 8, asdecimal=False))
    reserved_at: Mapped[datetime]
