"""What each class of data is in the tables: which rows, how old, what goes of them, and what stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, case, exists, literal_column, null, or_, type_coerce

from linkwright.db.expressions import has_key
from linkwright.db.rows import table
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.models.contents import AIContent
from linkwright.models.decisions import AIDecision
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.inbound import InboundMessage
from linkwright.models.responses import BacklinkingResponse
from linkwright.vocabulary import DataClass, EmailStatus, EventKind, PeriodType

EMAIL: Final = table(BacklinkingEmail)
EVENT: Final = table(EmailEvent)
DECISION: Final = table(AIDecision)
_RESPONSE: Final = table(BacklinkingResponse)
_INBOUND: Final = table(InboundMessage)
_CONTENT: Final = table(AIContent)
_ANALYTICS: Final = table(BacklinkingAnalytics)

# Written out: an index with a condition serves only who asks with the same words.
EMPTY: Final[ColumnElement[str]] = literal_column("''")

COUNTED_LOOKS: Final = (EventKind.OPENED.value, EventKind.CLICKED.value)
"""Events that counters and analytics are counted from: they leave their first moment and their number."""

_SAID_TWICE: Final = (EventKind.QUEUED, EventKind.SENDING, EventKind.SENT, EventKind.DELIVERED)
_ENDED: Final = (EmailStatus.SENT, EmailStatus.DELIVERED, EmailStatus.BOUNCED, EmailStatus.COMPLAINED)
_OVER: Final = sorted(state.value for state in (*_ENDED, EmailStatus.CANCELLED))
# By these an import knows a letter again.
_IMPORTED: Final = ("alwrity_attempts", "mail", "sent_log")


@dataclass(frozen=True)
class Part:
    """Rows of one table that a class is about. `content` goes; with `change` the row stays, and looks so."""

    data_class: DataClass
    what: str
    table: Table
    moment: Column[Any]
    content: tuple[Column[Any], ...]
    conditions: tuple[ColumnElement[bool], ...] = ()
    change: Mapping[str, Any] | None = None
    key: str = "id"
    # Read by campaign, or by user where rows may belong to none.
    by_campaign: bool = True
    also_read: tuple[Column[Any], ...] = ()
    marks: bool = False

    @property
    def scope(self) -> Column[Any]:
        """The column that says whose rows are read together."""
        return self.table.c["campaign_id" if self.by_campaign else "user_id"]


def _emptied(column: Column[Any]) -> ColumnElement[Any]:
    """What was never said stays NULL; what was said is empty."""
    return case((column.is_not(None), EMPTY), else_=null())


def _personal() -> ColumnElement[Any]:
    column = EMAIL.c.personalization_data
    imported = or_(*(has_key(column, literal_column(f"'{name}'")) for name in _IMPORTED))
    return case((imported, column), else_=type_coerce(null(), column.type))


_WORDS: Final = (EMAIL.c.body_html, EMAIL.c.body_text, EMAIL.c.personalization_data)
_WORDLESS: Final = {
    "body_html": EMPTY,
    "body_text": _emptied(EMAIL.c.body_text),
    "personalization_data": _personal(),
}
_LEFT: Final = EMAIL.c.sent_at.is_not(None)
_CANCELLED: Final = (EMAIL.c.sent_at.is_(None), EMAIL.c.status == EmailStatus.CANCELLED.value)

PARTS: Final = (
    Part(
        DataClass.EMAIL_BODIES,
        "emails that left",
        EMAIL,
        EMAIL.c.sent_at,
        _WORDS,
        (_LEFT, EMAIL.c.body_html != EMPTY),
        _WORDLESS,
    ),
    Part(
        DataClass.EMAIL_BODIES,
        "emails that were cancelled",
        EMAIL,
        EMAIL.c.created_at,
        _WORDS,
        (*_CANCELLED, EMAIL.c.body_html != EMPTY),
        _WORDLESS,
    ),
    Part(
        DataClass.RESPONSE_BODIES,
        "responses",
        _RESPONSE,
        _RESPONSE.c.received_at,
        (_RESPONSE.c.body_html, _RESPONSE.c.body_text, _RESPONSE.c.ai_suggested_reply),
        (_RESPONSE.c.body_text != EMPTY,),
        {
            "body_html": _emptied(_RESPONSE.c.body_html),
            "body_text": EMPTY,
            "ai_suggested_reply": _emptied(_RESPONSE.c.ai_suggested_reply),
        },
    ),
    Part(
        DataClass.PROMPTS,
        "prompts of emails that left",
        EMAIL,
        EMAIL.c.sent_at,
        (EMAIL.c.ai_prompt_used,),
        (_LEFT, EMAIL.c.ai_prompt_used != EMPTY),
        {"ai_prompt_used": EMPTY},
    ),
    Part(
        DataClass.PROMPTS,
        "prompts of emails that were cancelled",
        EMAIL,
        EMAIL.c.created_at,
        (EMAIL.c.ai_prompt_used,),
        (*_CANCELLED, EMAIL.c.ai_prompt_used != EMPTY),
        {"ai_prompt_used": EMPTY},
    ),
    Part(
        DataClass.PROMPTS,
        "texts of models",
        _CONTENT,
        _CONTENT.c.created_at,
        (_CONTENT.c.text,),
        key="digest",
        by_campaign=False,
    ),
    Part(
        DataClass.RAW_INBOUND,
        "received messages",
        _INBOUND,
        _INBOUND.c.recorded_at,
        (_INBOUND.c.raw_headers, _INBOUND.c.body_text, _INBOUND.c.body_html, _INBOUND.c.attachments),
        (_INBOUND.c.stripped_at.is_(None),),
        {
            "raw_headers": EMPTY,
            "body_text": _emptied(_INBOUND.c.body_text),
            "body_html": _emptied(_INBOUND.c.body_html),
            "attachments": type_coerce(null(), _INBOUND.c.attachments.type),
        },
        by_campaign=False,
        marks=True,
    ),
    Part(
        DataClass.EVENTS,
        "events",
        EVENT,
        EVENT.c.occurred_at,
        tuple(EVENT.c),
        (
            EVENT.c.kind.in_([kind.value for kind in _SAID_TWICE] + list(COUNTED_LOOKS)),
            exists().where(
                EMAIL.c.campaign_id == EVENT.c.campaign_id,
                EMAIL.c.id == EVENT.c.email_id,
                EMAIL.c.status.in_(_OVER),
            ),
        ),
        also_read=(EVENT.c.email_id, EVENT.c.kind, EVENT.c.agent),
    ),
    Part(
        DataClass.DECISIONS,
        "decisions",
        DECISION,
        DECISION.c.decided_at,
        (DECISION.c.reasoning, DECISION.c.output),
        (
            DECISION.c.stripped_at.is_(None),
            or_(DECISION.c.reasoning.is_not(None), DECISION.c.output.is_not(None)),
        ),
        {"reasoning": null()},
        by_campaign=False,
        also_read=(DECISION.c.output,),
        marks=True,
    ),
    Part(
        DataClass.ANALYTICS_DAILY,
        "records of days",
        _ANALYTICS,
        _ANALYTICS.c.date,
        tuple(_ANALYTICS.c),
        (_ANALYTICS.c.period_type == PeriodType.DAILY.value,),
    ),
)
