"""Retention: what may be kept for how long, what must be kept, and what was removed."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    column,
)
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, not_negative, one_of, primary_key_id, where
from linkwright.models.users import User
from linkwright.vocabulary import DataClass, EventAgent, EventKind, RetentionAction


class RetentionPolicy(Base):
    """How long one class of data is kept, and what then: of one user, or of all who have no own policy.

    Without a policy everything is kept.
    """

    __tablename__ = "retention_policies"
    __table_args__ = (
        one_of("data_class", DataClass),
        one_of("action", RetentionAction),
        CheckConstraint("days >= 1", name="days_from_one"),
        CheckConstraint("(action = 'keep') = (days IS NULL)", name="days_unless_kept"),
        Index(
            "uq_retention_policies_default",
            "data_class",
            unique=True,
            **where(column("user_id").is_(None)),
        ),
        Index(
            "uq_retention_policies_own",
            "user_id",
            "data_class",
            unique=True,
            **where(column("user_id").is_not(None)),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    # Empty: for everybody.
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    data_class: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(10))
    # Empty where the action is to keep.
    days: Mapped[int | None] = mapped_column(Integer)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(100))


class LegalHold(Base):
    """Somebody's order that nothing of a campaign, or of a user, is removed. Several may stand at once."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        Index("ix_legal_holds_standing", "user_id", **where(column("released_at").is_(None))),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    # Empty: all of the user's. No foreign key: a campaign that moved into an archive is held there too.
    campaign_id: Mapped[str | None] = mapped_column(String(36))
    reason: Mapped[str] = mapped_column(Text)
    placed_at: Mapped[datetime]
    placed_by: Mapped[str] = mapped_column(String(100))
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(100))


class RetentionRemoval(Base):
    """What one run removed of one class of one campaign, by which policy: why a text is empty, a row gone.

    Everything of that place and class that was older than `before` is gone.
    """

    __tablename__ = "retention_removals"
    __table_args__ = (
        one_of("data_class", DataClass),
        one_of("action", RetentionAction),
        *not_negative("row_count", "byte_count"),
        # Serves the question since when something is gone.
        Index("ix_retention_removals_place", "campaign_id", "data_class", "before"),
        Index("ix_retention_removals_user", "user_id", "data_class", "before"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    # Empty: what belongs to no campaign. No foreign key: the record outlives the campaign.
    campaign_id: Mapped[str | None] = mapped_column(String(36))
    data_class: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(10))
    # The policy's days, as they were then.
    days: Mapped[int] = mapped_column(Integer)
    before: Mapped[datetime]
    row_count: Mapped[int] = mapped_column(BigInteger)
    byte_count: Mapped[int] = mapped_column(BigInteger)
    # When the last of it was removed.
    removed_at: Mapped[datetime]


class RemovedLooks(Base):
    """What still counts of events that were removed: of one letter, how often it was opened or clicked in.

    Counters and analytics are counted from events; of those that are gone they are counted from here.
    """

    __tablename__ = "removed_looks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "email_id"],
            ["backlinking_emails.campaign_id", "backlinking_emails.id"],
            ondelete="CASCADE",
        ),
        one_of("kind", EventKind),
        one_of("agent", EventAgent),
        *not_negative("number"),
    )

    campaign_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    email_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    agent: Mapped[str] = mapped_column(String(10), primary_key=True)
    first_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(Integer)
