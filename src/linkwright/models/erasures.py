"""Erasures: who asked to be erased, known by a keyed hash alone, and what went where."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, primary_key_id
from linkwright.models.users import User


class Erasure(Base):
    """One person erased from one user's records: asked once or often, it is one row, and one answer."""

    __tablename__ = "erasures"
    __table_args__ = (UniqueConstraint("user_id", "address_hash"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    # As in `suppressions`.
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    asked_at: Mapped[datetime]
    # When all of it was done for the first time.
    finished_at: Mapped[datetime | None]
    # Rows changed or deleted, by place, by table.
    removed: Mapped[dict[str, Any]]
    # What the rest of the work needs to know the person by. Empty when it is finished.
    pending: Mapped[dict[str, Any] | None]
