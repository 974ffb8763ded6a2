"""Archives: campaigns that were moved out of the database, where to, and what they still count for."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, column
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base, not_negative, one_of, primary_key_id, where
from linkwright.models.users import User
from linkwright.vocabulary import ArchiveState


class Archive(Base):
    """One campaign's archive. `folder` is within the place that the settings name: no URL is kept here."""

    __tablename__ = "archives"
    __table_args__ = (
        one_of("state", ArchiveState),
        *not_negative("row_count", "byte_count"),
        # A campaign is in one archive at a time; those it was restored from stay as history.
        Index(
            "uq_archives_standing",
            "user_id",
            "campaign_id",
            unique=True,
            **where(column("state") != ArchiveState.RESTORED.value),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    # No foreign key: that the campaign is not there is the point.
    campaign_id: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    folder: Mapped[str] = mapped_column(String(100))
    # SHA-256 of the manifest, which has those of the files. Empty while they are being written.
    digest: Mapped[str | None] = mapped_column(String(64))
    schema_revision: Mapped[str] = mapped_column(String(50))
    row_count: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    byte_count: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    started_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    # What `get_campaign_stats` said last, and says still.
    stats: Mapped[dict[str, Any] | None]
    # The outcomes that learning has counted, so that it can count them anew.
    evidence: Mapped[list[Any] | None]
    # When its files were removed because they had been kept for long enough. The numbers above stay.
    removed_at: Mapped[datetime | None]
    # Its place among the user's campaigns, the newest first.
    campaign_created_at: Mapped[datetime | None]
    # When what all its days add up to last changed, and what that is.
    counted_at: Mapped[datetime | None]
    totals: Mapped[dict[str, Any] | None]
    # The latest answers to its letters: how soon they came tells of what letters that wait may still bring.
    replies: Mapped[list[Any] | None]


class ArchivedTemplateUse(Base):
    """What the emails of an archived campaign earned for one template."""

    __tablename__ = "archived_template_uses"
    __table_args__ = tuple(not_negative("sent", "answered", "hours"))

    archive_id: Mapped[int] = mapped_column(ForeignKey(Archive.id, ondelete="CASCADE"), primary_key=True)
    template_used: Mapped[str] = mapped_column(String(100), primary_key=True)
    sent: Mapped[int] = mapped_column(Integer)
    answered: Mapped[int] = mapped_column(Integer)
    # Until the first answer, over all that were answered.
    hours: Mapped[float]
