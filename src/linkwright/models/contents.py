"""Contents: long texts that decisions point at by their digest, each kept once per user."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from linkwright.db.base import Base
from linkwright.models.users import User


class AIContent(Base):
    """A rendered prompt, or what a model answered.

    Decisions hold the digest without a foreign key: the text may be erased, and the decision
    stays, and still says whether two of them saw the same.
    """

    __tablename__ = "ai_contents"
    # Serves retention: the oldest first.
    __table_args__ = (Index("ix_ai_contents_age", "user_id", "created_at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    # SHA-256 of the text in UTF-8, in hexadecimal.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    # When it was last seen: a prompt that is sent again is as young as that.
    created_at: Mapped[datetime]
