"""Inbound messages: everything received, matched or not, each once."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    and_,
    column,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import Base, one_of, primary_key_id, where
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.users import User
from linkwright.vocabulary import MatchMethod, ResponseType


class InboundMessage(Base):
    """One received message as it came: a response exists only where it belongs to an email."""

    __tablename__ = "inbound_messages"
    __table_args__ = (
        # Each message once, however often its mailbox is read.
        UniqueConstraint("user_id", "digest"),
        ForeignKeyConstraint(
            ["campaign_id", "email_id"],
            ["backlinking_emails.campaign_id", "backlinking_emails.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["campaign_id", "response_id"],
            ["backlinking_responses.campaign_id", "backlinking_responses.id"],
            ondelete="CASCADE",
        ),
        one_of("response_type", ResponseType),
        one_of("matched_by", MatchMethod),
        Index("ix_inbound_unmatched", "user_id", "matched_by", "received_at"),
        # Serve a user's pages, newest first: of everything, and of what waits for a person.
        Index("ix_inbound_newest", "user_id", "id"),
        Index(
            "ix_inbound_waiting",
            "user_id",
            "id",
            **where(and_(column("matched_by") == MatchMethod.NONE.value, column("dismissed_at").is_(None))),
        ),
        Index("ix_inbound_email", "campaign_id", "email_id"),
        Index("ix_inbound_response", "campaign_id", "response_id"),
        # Serves retention: what still has its words.
        Index("ix_inbound_with_words", "user_id", "recorded_at", **where(column("stripped_at").is_(None))),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    campaign_id: Mapped[str | None] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    email_id: Mapped[int | None] = mapped_column(Integer)
    response_id: Mapped[int | None] = mapped_column(Integer)

    # SHA-256 of the raw message with its line ends normalised.
    digest: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(Text)
    in_reply_to: Mapped[str | None] = mapped_column(Text)
    references: Mapped[list[str] | None]
    from_address: Mapped[str | None] = mapped_column(Text)
    from_name: Mapped[str | None] = mapped_column(Text)
    to_addresses: Mapped[list[str] | None]
    subject: Mapped[str | None] = mapped_column(Text)
    raw_headers: Mapped[str] = mapped_column(Text)
    # Whole: the part that is quoted is cut only in the response.
    body_text: Mapped[str | None] = mapped_column(Text)
    body_html: Mapped[str | None] = mapped_column(Text)
    attachments: Mapped[list[Any] | None]
    # When the mail says it was sent; NULL when it says nothing that can be believed.
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]

    response_type: Mapped[str | None] = mapped_column(String(20))
    # Which rule spoke, which words: the evidence of the reading.
    reading: Mapped[dict[str, Any] | None]
    matched_by: Mapped[str] = mapped_column(
        String(20), default=MatchMethod.NONE.value, server_default=MatchMethod.NONE.value
    )

    # Somebody saw that it needs nothing. NULL: nobody did, or it was matched since.
    dismissed_at: Mapped[datetime | None]
    dismissed_by: Mapped[str | None] = mapped_column(String(100))

    # When its words were removed because they had been kept for long enough.
    stripped_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")
