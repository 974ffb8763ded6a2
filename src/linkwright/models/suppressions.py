"""Suppressions: who may not be contacted, why and since when."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, column
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import Base, one_of, primary_key_id, where
from linkwright.models.users import User
from linkwright.vocabulary import SuppressionReason


class Suppression(Base):
    """One address that one user must leave alone, in all campaigns.

    It outlives the campaign it came from, and its hash outlives the erasure of the
    address: that is how the person is still recognised when somebody imports them again.
    """

    __tablename__ = "suppressions"
    __table_args__ = (
        one_of("reason", SuppressionReason),
        # One standing suppression per person; lifted ones stay as history.
        Index(
            "uq_suppressions_standing",
            "user_id",
            "address_hash",
            unique=True,
            **where(column("lifted_at").is_(None)),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    # HMAC-SHA256 of the address without its alias forms, keyed by `users.address_key`.
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # NULL once the person was erased.
    address: Mapped[str | None] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(String(20))
    # No foreign key: the campaign may go, the suppression may not.
    campaign_id: Mapped[str | None] = mapped_column(String(36))
    actor: Mapped[str] = mapped_column(String(100))
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(100))
    lift_reason: Mapped[str | None] = mapped_column(Text)

    user: Mapped[User] = relationship(lazy="raise")
