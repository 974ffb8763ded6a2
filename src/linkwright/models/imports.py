"""Import jobs: how far each file was read, so that a killed import goes on where it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import Base, one_of, primary_key_id
from linkwright.models.users import User
from linkwright.vocabulary import ImportKind, ImportState


class ImportJob(Base):
    """One file brought into one place. `position` moves in the transaction of the rows before it."""

    __tablename__ = "import_jobs"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "target", "digest"),
        one_of("kind", ImportKind),
        one_of("state", ImportState),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    # The campaign's id, or another name of the place that the file was brought to; no
    # foreign key, because the job is history when the campaign is gone.
    target: Mapped[str] = mapped_column(String(100))
    # SHA-256 of the content and of the options that change its meaning.
    digest: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    # Rows or messages done with.
    position: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # Length of the rejects file that belongs to `position`: what a crash left beyond it is cut off.
    rejects_size: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    counts: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")
