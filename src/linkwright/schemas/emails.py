"""Emails: what may be written, what may be edited, and how one is read."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from linkwright.schemas.fields import (
    Amount,
    JsonObject,
    Moment,
    Positive,
    Ratio,
    Record,
    RowId,
    Shape,
    Stars,
    Text,
    known,
    upto,
)
from linkwright.schemas.mail_fields import MessageId, Subject
from linkwright.schemas.web import Mailbox
from linkwright.vocabulary import EmailType

_Name = Annotated[str, upto(100)]
_Model = Annotated[str, upto(50)]
_Provider = Annotated[str, upto(50)]


class EmailContent(Shape):
    """What a letter says, to whom, and how it was generated."""

    subject: Subject | None = None
    body_html: Text | None = None
    body_text: Text | None = None
    ai_model_used: _Model | None = None
    ai_prompt_used: Text | None = None
    ai_generation_time: Amount | None = None
    ai_temperature: Amount | None = None
    ai_confidence_score: Ratio | None = None
    personalization_data: JsonObject | None = None
    template_used: _Name | None = None
    from_email: Mailbox | None = None
    to_email: Mailbox | None = None
    reply_to_email: Mailbox | None = None


class NewEmail(EmailContent):
    """A letter and its place in the thread. Without `to_email` it goes to the prospect's contact."""

    subject: Subject
    body_html: Text
    from_email: Mailbox
    ai_temperature: Amount | None = 0.7
    ai_confidence_score: Ratio | None = 0.0
    follow_up_number: Positive | None = None
    parent_email_id: RowId | None = None
    user_approved: bool = True
    user_edited: bool = False


class EmailCreate(NewEmail):
    """A draft. A follow-up or reminder without a parent follows the last email sent to the prospect.

    Without `follow_up_number` it takes the number after its parent's.
    """

    email_type: Annotated[str, known(EmailType)] = EmailType.INITIAL.value
    # The choices that it was written under; they take effect when it leaves.
    decision_ids: Annotated[list[RowId], Field(max_length=50)] | None = None
    # More about how it was generated, for the ledger: tokens, cost, what the model answered.
    decision: dict[str, Any] | None = None


class EmailSentElsewhere(NewEmail):
    """An email that left before this record knew of it: an import's history.

    Without `email_type` the first to a prospect is the initial one, and the others follow it up.
    Where nobody knows any more when it left, `sent_at` is None.
    """

    email_type: Annotated[str, known(EmailType)] | None = None
    sent_at: Moment | None
    message_id: MessageId | None = None
    smtp_provider: _Provider | None = None
    smtp_response: Text | None = None


class EmailUpdate(EmailContent):
    """An edit. A field that is left out stays; one that is None is emptied, where that is possible."""

    subject: Subject = ""
    body_html: Text = ""
    from_email: Mailbox = ""
    to_email: Mailbox = ""


class EmailRating(Shape):
    """What a person thinks of an email the AI wrote."""

    rating: Stars | None


class EmailRead(Record):
    """One email, all of it."""

    id: int
    campaign_id: str
    opportunity_id: int
    subject: str
    body_html: str
    body_text: str | None
    ai_model_used: str | None
    ai_prompt_used: str | None
    ai_generation_time: float | None
    ai_temperature: float | None
    ai_confidence_score: float | None
    personalization_data: dict[str, Any] | None
    template_used: str | None
    from_email: str
    to_email: str
    reply_to_email: str | None
    status: str | None
    email_type: str | None
    created_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    bounced_at: datetime | None
    failed_at: datetime | None
    smtp_provider: str | None
    smtp_response: str | None
    message_id: str | None
    open_count: int | None
    click_count: int | None
    open_rate: float | None
    click_rate: float | None
    user_edited: bool | None
    user_approved: bool | None
    user_feedback_rating: int | None
    follow_up_number: int | None
    parent_email_id: int | None
