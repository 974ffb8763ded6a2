"""Inbound messages: what a mailbox gives, and how one is read."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from linkwright.schemas.fields import JsonList, JsonObject, Moment, Record, Shape, Text, known
from linkwright.vocabulary import ResponseType

_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Ids = Annotated[list[Text], Field(max_length=10_000)]


class InboundCreate(Shape):
    """One received message, and how it was read.

    `reply_text` is what the sender wrote now; it becomes the response's `body_text`, while the
    message here keeps everything. A bounce names the mail it is about and who could not be reached.
    """

    digest: _Digest
    message_id: Text | None = None
    in_reply_to: Text | None = None
    references: _Ids = Field(default_factory=list)
    from_address: Text | None = None
    from_name: Text | None = None
    to_addresses: _Ids = Field(default_factory=list)
    subject: Text | None = None
    raw_headers: Text = ""
    body_text: Text | None = None
    body_html: Text | None = None
    reply_text: Text | None = None
    attachments: JsonList = Field(default_factory=list)
    sent_at: Moment | None = None
    received_at: Moment | None = None

    response_type: Annotated[str, known(ResponseType)] | None = None
    reading: JsonObject | None = None
    bounce_kind: Literal["hard", "soft"] | None = None
    bounced_message_id: Text | None = None
    bounced_recipient: Text | None = None
    bounce_diagnostic: Text | None = None
    # More about how it was read, for the ledger: model, confidence, tokens, cost.
    decision: dict[str, Any] | None = None


class InboundRead(Record):
    """One received message, matched or not."""

    id: int
    user_id: int
    campaign_id: str | None
    email_id: int | None
    response_id: int | None
    digest: str
    message_id: str | None
    in_reply_to: str | None
    references: list[str] | None
    from_address: str | None
    from_name: str | None
    to_addresses: list[str] | None
    subject: str | None
    raw_headers: str
    body_text: str | None
    body_html: str | None
    attachments: list[Any] | None
    sent_at: datetime | None
    received_at: datetime | None
    recorded_at: datetime
    response_type: str | None
    reading: dict[str, Any] | None
    matched_by: str
    dismissed_at: datetime | None
    dismissed_by: str | None
    stripped_at: datetime | None
