"""Templates: reusable texts with variables."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import (
    Base,
    between_zero_and_one,
    count,
    flag,
    not_negative,
    one_of,
    primary_key_id,
    ratio,
    word,
    written_at,
)
from linkwright.models.users import User
from linkwright.vocabulary import TemplateCategory


class BacklinkingTemplate(Base):
    """A text to write emails from.

    One without an owner is a system template: everybody reads it, nobody who is bound to a user edits it.
    """

    __tablename__ = "backlinking_templates"
    __table_args__ = (
        one_of("category", TemplateCategory),
        *not_negative("usage_count", "average_response_time"),
        *between_zero_and_one("success_rate"),
        Index("ix_templates_owner", "created_by_user_id", "name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str] = word(50, TemplateCategory.GENERAL)

    subject_template: Mapped[str] = mapped_column(String(200))
    body_template_html: Mapped[str] = mapped_column(Text)
    body_template_text: Mapped[str | None] = mapped_column(Text)

    ai_variables: Mapped[list[str] | None]
    ai_tone_suggestions: Mapped[list[str] | None]
    ai_context_requirements: Mapped[dict[str, Any] | None]

    # Emails of this template that reached sent; of those, the share a person answered; hours until they did.
    usage_count: Mapped[int] = count()
    success_rate: Mapped[float] = ratio()
    average_response_time: Mapped[float | None]

    is_active: Mapped[bool] = flag(default=True)
    is_system_template: Mapped[bool] = flag(default=False)
    created_by_user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    created_at: Mapped[datetime] = written_at()
    updated_at: Mapped[datetime] = written_at()

    created_by: Mapped[User | None] = relationship(lazy="raise")
