"""Responses: what came back, how it may be reviewed, and how one is read."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import model_validator

from linkwright.schemas.fields import Count, JsonObject, Moment, Ratio, Record, Shape, Text, known, upto
from linkwright.schemas.mail_fields import ForeignAddress, MessageId, Subject
from linkwright.vocabulary import Intent, RecommendedAction, ResponseType, Sentiment, Urgency

_Url = Annotated[str, upto(2048)]


class ResponseReading(Shape):
    """How a response was read: what a model, a rule or a person makes of it."""

    response_type: Annotated[str, known(ResponseType)] | None = None
    ai_sentiment_analysis: JsonObject | None = None
    ai_intent_classification: Annotated[str, known(Intent)] | None = None
    ai_urgency_level: Annotated[str, known(Urgency)] | None = None
    ai_response_quality: Ratio | None = None
    ai_recommended_action: Annotated[str, known(RecommendedAction)] | None = None
    ai_suggested_reply: Text | None = None
    ai_follow_up_delay: Count | None = None
    is_opportunity: bool | None = None
    requires_action: bool | None = None


class ResponseCreate(ResponseReading):
    """A message that answers an email."""

    response_type: Annotated[str, known(ResponseType)] = ResponseType.NEUTRAL.value
    from_email: ForeignAddress
    subject: Subject = ""
    body_html: Text | None = None
    body_text: Text
    received_at: Moment | None = None
    message_id: MessageId | None = None
    in_reply_to: MessageId | None = None
    ai_response_quality: Ratio = 0.0
    is_opportunity: bool = False
    requires_action: bool = False
    user_reviewed: bool = False
    user_response_sent: bool = False
    user_notes: Text | None = None
    user_sentiment_override: Annotated[str, known(Sentiment)] | None = None
    led_to_publication: bool = False
    link_acquired: bool = False
    link_url: _Url | None = None
    publication_date: Moment | None = None

    @model_validator(mode="after")
    def _link_has_a_url(self) -> Self:
        if self.link_acquired and self.link_url is None:
            raise ValueError("link_url is required when link_acquired is true")
        return self


class ResponseReview(Shape):
    """A person's word on a response. What is set overrides the reading and is kept as a label."""

    response_type: Annotated[str, known(ResponseType)] | None = None
    user_sentiment_override: Annotated[str, known(Sentiment)] | None = None
    ai_intent_classification: Annotated[str, known(Intent)] | None = None
    user_notes: Text | None = None
    requires_action: bool | None = None
    is_opportunity: bool | None = None


class ResponseUpdate(ResponseReading):
    """A new reading of a response that is there. A field that is left out stays."""


class ResponseRead(Record):
    """One response, all of it."""

    id: int
    campaign_id: str
    opportunity_id: int
    email_id: int
    from_email: str
    subject: str
    body_html: str | None
    body_text: str
    received_at: datetime | None
    message_id: str | None
    in_reply_to: str | None
    ai_sentiment_analysis: dict[str, Any] | None
    ai_intent_classification: str | None
    ai_urgency_level: str | None
    ai_response_quality: float | None
    ai_recommended_action: str | None
    ai_suggested_reply: str | None
    ai_follow_up_delay: int | None
    user_reviewed: bool | None
    user_response_sent: bool | None
    user_notes: str | None
    user_sentiment_override: str | None
    response_type: str | None
    is_opportunity: bool | None
    requires_action: bool | None
    led_to_publication: bool | None
    link_acquired: bool | None
    link_url: str | None
    publication_date: datetime | None
