"""An email leaves: what follows from that, whoever says so (a worker, an import, an answer to it)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from uuid_utils import uuid7

from linkwright.clock import hours_between
from linkwright.db.rows import run
from linkwright.errors import DailyLimitReached, Suppressed
from linkwright.queries import email_moves
from linkwright.schemas.mail_fields import LONGEST_MESSAGE_ID
from linkwright.services.email_held import Held, way
from linkwright.vocabulary import EmailStatus, EventKind, LifeKind, OpportunityStatus

BEFORE_SENDING: Final = frozenset(
    {EmailStatus.DRAFT.value, EmailStatus.APPROVED.value, EmailStatus.QUEUED.value}
)
MAY_LEAVE_FROM: Final = BEFORE_SENDING | {EmailStatus.SENDING.value, EmailStatus.SEND_UNKNOWN.value}
_DETOURS: Final = frozenset(
    {EmailStatus.SEND_UNKNOWN.value, EmailStatus.FAILED.value, EmailStatus.BLOCKED.value}
)

# A mail to a prospect in one of these states makes it contacted. One that answers,
# negotiates or reclaims a link leaves the state alone.
_BECOME_CONTACTED: Final = frozenset(
    {
        OpportunityStatus.DISCOVERED.value,
        OpportunityStatus.ANALYZING.value,
        OpportunityStatus.QUALIFIED.value,
        OpportunityStatus.APPROVED.value,
        OpportunityStatus.NO_RESPONSE.value,
    }
)
_ASTRAY: Final = frozenset(
    {
        OpportunityStatus.REJECTED.value,
        OpportunityStatus.EXPIRED.value,
        OpportunityStatus.SUPPRESSED.value,
        OpportunityStatus.RESPONDED.value,
    }
)
_EVENT_OF: Final = {
    EmailStatus.QUEUED.value: EventKind.QUEUED,
    EmailStatus.SENDING.value: EventKind.SENDING,
    EmailStatus.SENT.value: EventKind.SENT,
}


def new_message_id(from_email: str) -> str:
    """Return a Message-ID of the sender's domain, which no other mail has."""
    domain = from_email.rpartition("@")[2]
    # A domain may have 253 characters; the id is what has to be unique, so the domain's front gives way.
    room = LONGEST_MESSAGE_ID - len("<") - 36 - len("@>")
    return f"<{uuid7()}@{domain[-room:].lstrip('.-')}>"


async def require_room(held: Held, day: datetime, *, to_email: str) -> None:
    """Refuse an email to a suppressed person, or beyond the day's last place.

    Count only while the campaign is held: that is what makes the last place go to one.

    Raises:
        Suppressed: the person may not be contacted.
        DailyLimitReached: the campaign has used up its emails for the UTC day.
    """
    session = held.ctx.session
    of_day = {"campaign_id": held.campaign_id, **email_moves.day_of(day)}
    person = {"user_id": held.user_id, "address_hash": held.hash_of(to_email)}
    found = (await run(session, email_moves.MAY_LEAVE, of_day | person)).one()
    if found.suppressed is not None:
        raise Suppressed(found.suppressed)
    if held.opportunity_status == OpportunityStatus.SUPPRESSED:
        raise Suppressed("the prospect is suppressed")
    limit, taken = held.row.max_emails_per_day or 0, found.sent + found.under_way
    if taken >= limit and found.under_way:  # Some of these may hold a place of another day.
        taken = (await run(session, email_moves.TAKEN, of_day)).scalar_one()
    if taken >= limit:
        raise DailyLimitReached(held.campaign_id, limit)


def leave(
    held: Held,
    sent_at: datetime,
    *,
    message_id: str | None,
    reason: str | None = None,
    smtp_response: str | None = None,
    smtp_provider: str | None = None,
) -> None:
    """Note that the held email left at `sent_at`, with everything that follows from it.

    The email walks its legal path to sent, and a prospect nobody had heard from walks its
    own to contacted. `contacted_at` is the first mail to the prospect, and never later than
    the first answer.
    """
    states = way(LifeKind.EMAIL, held.email_status, EmailStatus.SENT.value, _DETOURS - {held.email_status})
    changes = {"sent_at": sent_at, "smtp_response": smtp_response, "smtp_provider": smtp_provider}
    changes["message_id"] = message_id or held.row.message_id or new_message_id(held.row.from_email)
    kept = {name: value for name, value in changes.items() if value is not None}
    held.move_email(*states, at=sent_at, reason=reason, **kept)
    held.events += [held.event(_EVENT_OF[state], sent_at) for state in states if state in _EVENT_OF]
    held.use_template(held.template_used)
    note_contact(held, sent_at, reason=reason)
    held.left_at = sent_at


def note_contact(held: Held, sent_at: datetime, *, reason: str | None = None) -> None:
    """Note that a mail reached the prospect's world at `sent_at`."""
    if held.opportunity_status in _BECOME_CONTACTED:
        goal = OpportunityStatus.CONTACTED.value
        states = way(LifeKind.OPPORTUNITY, held.opportunity_status, goal, _ASTRAY)
        held.move_opportunity(*states, at=sent_at, reason=reason)
    first = held.row.contacted_at
    if first is None:
        held.contacted = 1
        answered = held.row.responded_at
        held.opportunity_changes["contacted_at"] = min(sent_at, answered) if answered else sent_at
    elif sent_at < first:
        held.opportunity_changes["contacted_at"] = sent_at
        if (answered := held.row.responded_at) is not None:
            held.opportunity_changes["response_time_hours"] = hours_between(sent_at, answered)
    if held.row.email_open_rate:
        held.reopen_rate = True
