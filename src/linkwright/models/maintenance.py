"""Upkeep: what each run of `linkwright maintain` did."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from linkwright.db.base import Base, one_of, primary_key_id, word
from linkwright.vocabulary import MaintenanceOutcome


class MaintenanceRun(Base):
    """One run. It belongs to nobody: it is about the database, not about what is in it."""

    __tablename__ = "maintenance_runs"
    __table_args__ = (
        one_of("outcome", MaintenanceOutcome),
        # Serves whoever asks when the last one went well.
        Index("ix_maintenance_runs_outcome", "outcome", "ended_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = word(20, MaintenanceOutcome.RUNNING)
    # Each step with its state, its seconds, what it said, and its numbers before and after.
    steps: Mapped[list[Any] | None]
