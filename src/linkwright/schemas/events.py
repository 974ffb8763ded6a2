"""Events: what a mail provider or a tracking pixel reports about an email, and how one is read."""

from datetime import datetime
from typing import Annotated, Any, Literal

from linkwright.schemas.fields import JsonObject, Moment, Record, Shape, Text, known, upto
from linkwright.schemas.mail_fields import ForeignAddress
from linkwright.vocabulary import EventAgent

_Key = Annotated[str, upto(100, least=1)]


class EventReport(Shape):
    """When it happened, who caused it, and the key under which the provider would report it again."""

    occurred_at: Moment | None = None
    agent: Annotated[str, known(EventAgent)] = EventAgent.UNKNOWN.value
    key: _Key | None = None
    detail: JsonObject | None = None


class BounceReport(EventReport):
    """An undeliverable notice. `recipient` is whose mailbox refused it, when that is not `to_email`."""

    kind: Literal["hard", "soft"]
    recipient: ForeignAddress | None = None
    diagnostic: Text | None = None


class EventRead(Record):
    """One delivery fact."""

    id: int
    campaign_id: str
    email_id: int
    kind: str
    agent: str
    event_key: str
    detail: dict[str, Any] | None
    occurred_at: datetime
    recorded_at: datetime
