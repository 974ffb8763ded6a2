"""What happened to emails counted again: from the events, and from what is left of removed ones."""

from typing import Any, Final

from sqlalchemy import Integer, Select, Subquery, and_, case, cast, func, literal, select, union_all

from linkwright.db.rows import table
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.retention import RemovedLooks
from linkwright.vocabulary import EventAgent, EventKind

_EMAIL: Final = table(BacklinkingEmail)
_EVENT: Final = table(EmailEvent)
_LOOKS: Final = table(RemovedLooks)
_COUNTED: Final = (EventKind.OPENED.value, EventKind.CLICKED.value, EventKind.UNSUBSCRIBED.value)


def _by_persons(*kinds: str) -> Subquery:
    """The events of some kinds that no machine caused, and those that were removed, with how many each is."""
    here = select(_EVENT.c.campaign_id, _EVENT.c.email_id, _EVENT.c.kind, literal(1).label("number"))
    gone = select(_LOOKS.c.campaign_id, _LOOKS.c.email_id, _LOOKS.c.kind, _LOOKS.c.number)
    return union_all(
        *(
            some.where(of.c.kind.in_(kinds), of.c.agent != EventAgent.MACHINE.value)
            for some, of in ((here, _EVENT), (gone, _LOOKS))
        )
    ).subquery("by_persons")


def events_by_state() -> Select[Any]:
    """How many events of each kind that is counted each campaign has, machines left out."""
    event = _by_persons(*_COUNTED)
    number = cast(func.sum(event.c.number), Integer).label("count")
    return select(
        event.c.campaign_id, literal("event").label("subject"), event.c.kind.label("state"), number
    ).group_by(event.c.campaign_id, event.c.kind)


def email_events() -> Subquery:
    """How often each email was opened and clicked, machines left out, and whether at all."""
    event = _by_persons(EventKind.OPENED.value, EventKind.CLICKED.value)
    opened, clicked = (
        cast(func.coalesce(func.sum(case((event.c.kind == kind.value, event.c.number), else_=0)), 0), Integer)
        for kind in (EventKind.OPENED, EventKind.CLICKED)
    )
    of_email = and_(event.c.campaign_id == _EMAIL.c.campaign_id, event.c.email_id == _EMAIL.c.id)
    return (
        select(
            _EMAIL.c.id,
            opened.label("open_count"),
            clicked.label("click_count"),
            case((opened > 0, 1.0), else_=0.0).label("open_rate"),
            case((clicked > 0, 1.0), else_=0.0).label("click_rate"),
        )
        .select_from(_EMAIL)
        .outerjoin(event, of_email)
        .group_by(_EMAIL.c.id)
        .subquery("recounted")
    )
