"""What must be true of every email and of every response to one."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import and_, func, or_, select

from linkwright.db.rows import table
from linkwright.models.retention import RetentionRemoval
from linkwright.monitoring.checks import Check
from linkwright.monitoring.history_rules import CHANGE
from linkwright.queries.emails import FOLLOW_UPS
from linkwright.queries.recounts import EMAIL, EVENT, OPPORTUNITY, RESPONSE
from linkwright.vocabulary import SEQUENCE_TYPES, DataClass, EventKind, LifeKind, OpportunityStatus
from linkwright.vocabulary import EmailStatus as E

REMOVAL: Final = table(RetentionRemoval)
_LEFT: Final = (E.SENT.value, E.DELIVERED.value, E.BOUNCED.value, E.COMPLAINED.value)
_NEVER_LEFT: Final = tuple(sorted({state.value for state in E} - {*_LEFT, E.SEND_UNKNOWN.value}))
_ON_THE_WAY: Final = (E.QUEUED.value, E.SENDING.value, E.SEND_UNKNOWN.value)


# It left before this record knew of it: whoever brought it may have known neither the time nor the id.
_SENT_ELSEWHERE: Final = (
    select(CHANGE.c.id)
    .where(
        CHANGE.c.campaign_id == EMAIL.c.campaign_id,
        CHANGE.c.email_id == EMAIL.c.id,
        CHANGE.c.kind == LifeKind.EMAIL.value,
        CHANGE.c.old_status.is_(None),
        CHANGE.c.new_status.in_(_LEFT),
    )
    .correlate(EMAIL)
    .exists()
)


def checks() -> Iterator[Check]:
    """Return the checks."""
    yield from _sent()
    yield from _outcomes()
    yield from _sequence()
    yield from _suppressed()
    yield from _responses()


def _sent() -> Iterator[Check]:
    e = EMAIL.c
    yield Check(
        "emails.sent",
        "An email that we sent must say when, and one that has not left must not.",
        "Set or clear sent_at; the move is in its status_changes, the fact in its email_events.",
        select(e.id, e.campaign_id, e.status, e.sent_at).where(
            or_(
                and_(e.status.in_(_LEFT), e.sent_at.is_(None), ~_SENT_ELSEWHERE),
                and_(e.status.in_(_NEVER_LEFT), e.sent_at.is_not(None)),
            )
        ),
    )
    yield Check(
        "emails.message_id",
        "An email has its Message-ID from the moment it is queued.",
        "Take the email out of the queue and queue it again; for one that left, look in the sender's log.",
        select(e.id, e.campaign_id, e.status).where(
            e.status.in_([*_ON_THE_WAY, *_LEFT]), e.message_id.is_(None), ~_SENT_ELSEWHERE
        ),
    )
    # NOT IN a set, not NOT EXISTS for each: right after an import PostgreSQL has no statistics, and
    # would walk a campaign's events once per email.
    reported = select(EVENT.c.email_id).where(EVENT.c.kind == EventKind.SENT.value)
    removed = select(REMOVAL.c.id).where(
        REMOVAL.c.campaign_id == e.campaign_id,
        REMOVAL.c.data_class == DataClass.EVENTS.value,
        REMOVAL.c.before > e.sent_at,
    )
    yield Check(
        "emails.sent_event",
        "An email that left has an event that says so, unless events of that time were removed by retention.",
        "Find out whether it left; if not, its status and sent_at are wrong.",
        select(e.id, e.campaign_id, e.status, e.sent_at).where(
            e.sent_at.is_not(None), e.id.not_in(reported), ~removed.correlate(EMAIL).exists()
        ),
    )


def _outcomes() -> Iterator[Check]:
    e = EMAIL.c
    for status, moment in ((E.DELIVERED, "delivered_at"), (E.BOUNCED, "bounced_at"), (E.FAILED, "failed_at")):
        yield Check(
            f"emails.{status.value}",
            f"An email that is {status.value} must say when, in {moment}.",
            f"Set {moment} to the moment of the move in its status_changes.",
            select(e.id, e.campaign_id, e.status).where(e.status == status.value, e[moment].is_(None)),
        )


def _sequence() -> Iterator[Check]:
    e, parent = EMAIL.c, EMAIL.alias("parent")
    touch = (e.campaign_id, e.opportunity_id, e.email_type, e.follow_up_number)
    yield Check(
        "emails.one_per_touch",
        "A prospect gets each touch of a sequence once.",
        "Cancel the ones that have not left; give the others numbers of their own.",
        select(func.min(e.id).label("id"), *touch, func.count().label("times"))
        .where(e.status != E.CANCELLED.value, e.email_type.in_(sorted(kind.value for kind in SEQUENCE_TYPES)))
        .group_by(*touch)
        .having(func.count() > 1),
    )
    yield Check(
        "emails.parent_sent",
        "A follow-up follows an email to the same prospect that was sent.",
        "Cancel the follow-up if it has not left; correct parent_email_id if it names the wrong email.",
        select(e.id, e.status, e.parent_email_id, parent.c.status.label("parent_status"))
        .join(parent, parent.c.id == e.parent_email_id)
        .where(
            e.status != E.CANCELLED.value,
            e.email_type.in_(FOLLOW_UPS),
            or_(parent.c.status.not_in(_LEFT), parent.c.opportunity_id != e.opportunity_id),
        ),
    )
    yield Check(
        "emails.follow_up_after_answer",
        "No follow-up is on its way to somebody who has answered.",
        "Cancel it: a reply is due, not a reminder.",
        select(e.id, e.status, e.opportunity_id, OPPORTUNITY.c.responded_at)
        .join(OPPORTUNITY, OPPORTUNITY.c.id == e.opportunity_id)
        .where(
            e.email_type.in_(FOLLOW_UPS),
            e.status == E.QUEUED.value,
            OPPORTUNITY.c.responded_at.is_not(None),
        ),
    )


def _suppressed() -> Iterator[Check]:
    e = EMAIL.c
    yield Check(
        "emails.suppressed_prospect",
        "No email is queued for a suppressed prospect.",
        "Cancel it.",
        select(e.id, e.campaign_id, e.opportunity_id)
        .join(OPPORTUNITY, OPPORTUNITY.c.id == e.opportunity_id)
        .where(e.status == E.QUEUED.value, OPPORTUNITY.c.status == OpportunityStatus.SUPPRESSED.value),
    )


def _responses() -> Iterator[Check]:
    r = RESPONSE.c
    yield Check(
        "responses.prospect",
        "A response belongs to the prospect that its email was written to.",
        "Set opportunity_id to the email's.",
        select(r.id, r.opportunity_id, r.email_id, EMAIL.c.opportunity_id.label("email_opportunity_id"))
        .join(EMAIL, EMAIL.c.id == r.email_id)
        .where(EMAIL.c.opportunity_id != r.opportunity_id),
    )
    yield Check(
        "responses.email_left",
        "A response answers an email that left.",
        "If somebody answered, the email was sent: record that, with the sender's log as evidence.",
        select(r.id, r.email_id, EMAIL.c.status.label("email_status"))
        .join(EMAIL, EMAIL.c.id == r.email_id)
        .where(EMAIL.c.sent_at.is_(None), EMAIL.c.status.not_in(_LEFT)),
    )
    yield Check(
        "responses.link",
        "A response that brought a link must say where it is.",
        "Set link_url to the page, or link_acquired to false.",
        select(r.id, r.opportunity_id).where(r.link_acquired, r.link_url.is_(None)),
    )
