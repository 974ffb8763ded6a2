"""ALwrity's attempts and replies: what was sent to its leads, and what came back.

The three files name each other by ids, which are kept where they are found again: a lead's in its
prospect's analysis, an attempt's in its email's personalization data. They may be brought in any
order: a row whose file is still missing is refused with the name of that file, and lands when
it is brought again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.errors import Conflict, DuplicateRow, InvalidInput
from linkwright.jobs.importers import Taken
from linkwright.parsing.formats import Attempt, Reply
from linkwright.parsing.refusals import Refusal
from linkwright.queries import imported, responses
from linkwright.services.context import Context
from linkwright.services.delivery import Delivery
from linkwright.services.email_held import SENT_STATES, Held, way
from linkwright.services.email_leaving import note_contact
from linkwright.services.email_sent_elsewhere import Outcome, SentElsewhere
from linkwright.services.emails import Emails
from linkwright.services.responses import Responses
from linkwright.services.same_answer import Source
from linkwright.services.users import Users
from linkwright.templating.conversion import html_from_text
from linkwright.vocabulary import EmailStatus, EmailType, EventKind, LifeKind, ResponseType

LEADS: Final = "alwrity_leads"
ATTEMPTS: Final = "alwrity_attempts"
REPLIES: Final = "alwrity_replies"

_LONGEST_SUBJECT: Final = 200
_LEADS_FIRST: Final = (
    "is a lead that this campaign does not know: bring ALwrity's leads first, then this file again"
)
_ATTEMPTS_FIRST: Final = (
    "is an attempt that this campaign does not know: bring ALwrity's attempts first, then this file again"
)
# What was still to be done elsewhere is not done here without a person's word: it becomes a draft.
_STOPPED: Final = frozenset(
    {
        EmailStatus.SEND_UNKNOWN.value,
        EmailStatus.FAILED.value,
        EmailStatus.BLOCKED.value,
        EmailStatus.CANCELLED.value,
    }
)
_DETOURS: Final = frozenset({*_STOPPED, EmailStatus.DRAFT.value})


@dataclass(frozen=True, slots=True)
class _Lead:
    """A prospect that a lead became."""

    opportunity_id: int
    contact_email: str | None


@dataclass(frozen=True, slots=True)
class _Email:
    """An email that an attempt became."""

    id: int
    opportunity_id: int
    status: str
    to_email: str


async def take_attempts(
    context: Context, campaign_id: str, attempts: Sequence[Attempt], taken: Taken
) -> None:
    """Bring a batch of attempts: each becomes an email, or moves the one on that it became before."""
    leads = await _leads(context, campaign_id, [attempt.lead_id for attempt in attempts])
    known = await _emails(context, campaign_id, [attempt.attempt_id for attempt in attempts])
    sender: str | None = None
    for attempt in attempts:
        lead, email = leads.get(attempt.lead_id), known.get(attempt.attempt_id)
        if lead is None and email is None:
            taken.refused.append(Refusal(attempt.row, "lead_id", attempt.lead_id, _LEADS_FIRST))
            continue
        try:
            async with context.session.begin_nested():
                if email is not None:
                    taken.count(await _bring_forward(context, email, attempt))
                elif lead is not None:
                    sender = attempt.sender_email or sender or await _own_address(context)
                    outcome, made = await _new_email(context, campaign_id, lead, attempt, sender)
                    taken.count(outcome)
                    known[attempt.attempt_id] = made
        except InvalidInput as error:
            taken.refused.append(Refusal.of(error, attempt.row))
        except Conflict as error:
            taken.refused.append(Refusal(attempt.row, "status", attempt.status_word, str(error)))


async def take_replies(context: Context, campaign_id: str, replies: Sequence[Reply], taken: Taken) -> None:
    """Bring a batch of replies: each becomes a response to the email of its attempt."""
    emails = await _emails(context, campaign_id, [reply.attempt_id for reply in replies])
    for reply in replies:
        email = emails.get(reply.attempt_id)
        if email is None:
            taken.refused.append(Refusal(reply.row, "attempt_id", reply.attempt_id, _ATTEMPTS_FIRST))
            continue
        try:
            async with context.session.begin_nested():
                taken.count(await _take_reply(context, campaign_id, email, reply))
        except InvalidInput as error:
            taken.refused.append(Refusal.of(error, reply.row))
        except Conflict as error:
            taken.refused.append(Refusal(reply.row, "attempt_id", reply.attempt_id, str(error)))


async def _new_email(
    context: Context, campaign_id: str, lead: _Lead, attempt: Attempt, sender: str
) -> tuple[Outcome, _Email]:
    if lead.contact_email is None:
        rule = "must have an address: its lead has none, so nobody knows to whom this was written"
        raise InvalidInput("lead_id", rule, attempt.lead_id)
    facts: dict[str, Any] = {"attempt_ids": [attempt.attempt_id], "status": attempt.status_word}
    facts |= {name: value for name, value in attempt.extra.items() if value is not None}
    letter: dict[str, Any] = {
        "subject": _one_line(attempt.subject),
        "body_html": html_from_text(attempt.body or ""),
        "body_text": attempt.body,
        "from_email": attempt.sender_email or sender,
        "to_email": lead.contact_email,
        "personalization_data": {ATTEMPTS: facts},
    }
    status = attempt.status or EmailStatus.DRAFT
    if status not in SENT_STATES:
        return Outcome.NEW, await _new_draft(context, campaign_id, lead, letter, status)
    sent = {"sent_at": _past(context, attempt.sent_at), "message_id": attempt.message_id}
    recorded = await SentElsewhere(context).record(campaign_id, lead.opportunity_id, letter | sent)
    made = recorded.email
    email = _Email(made.id, made.opportunity_id, made.status, made.to_email)
    changed = await _report(context, email, attempt)
    outcome = Outcome.MERGED if changed and recorded.outcome is Outcome.SAME else recorded.outcome
    return outcome, email


async def _new_draft(
    context: Context, campaign_id: str, lead: _Lead, letter: dict[str, Any], status: str
) -> _Email:
    emails = Emails(context)
    try:
        made = await emails.create(campaign_id, lead.opportunity_id, letter)
    except DuplicateRow:
        letter = letter | {"email_type": EmailType.FOLLOW_UP.value}
        made = await emails.create(campaign_id, lead.opportunity_id, letter)
    if status in _STOPPED:
        held = await Held.email(context, made.id)
        states = way(LifeKind.EMAIL, held.email_status, status, _DETOURS - {status, held.email_status})
        at = context.now()
        failed = {"failed_at": at} if status == EmailStatus.FAILED else {}
        held.move_email(*states, at=at, reason="imported", **failed)
        made = await held.saved()
    return _Email(made.id, made.opportunity_id, made.status, made.to_email)


async def _bring_forward(context: Context, email: _Email, attempt: Attempt) -> Outcome:
    """Move an email on that the file now knows more of."""
    changed = False
    if attempt.status is not None and attempt.status in SENT_STATES and email.status not in SENT_STATES:
        changed = await _leave(context, email, attempt)
    changed = await _report(context, email, attempt) or changed
    return Outcome.MERGED if changed else Outcome.SAME


async def _leave(context: Context, email: _Email, attempt: Attempt) -> bool:
    """Record that an email which was a draft here left from there."""
    held = await Held.email(context, email.id)
    avoiding = _DETOURS - {held.email_status}
    states = way(LifeKind.EMAIL, held.email_status, EmailStatus.SENT.value, avoiding)
    if not states:
        return False
    sent_at = _past(context, attempt.sent_at)
    at = sent_at or context.now()
    changes = {"sent_at": sent_at} | ({"message_id": attempt.message_id} if attempt.message_id else {})
    held.move_email(*states, at=at, reason="imported", **changes)
    if sent_at is not None:
        held.events.append(held.event(EventKind.SENT, sent_at))
    note_contact(held, at, reason="imported")
    await held.saved()
    return True


async def _report(context: Context, email: _Email, attempt: Attempt) -> bool:
    """Record what the other tool knows of the email's delivery; say whether that was new."""
    delivery, at = Delivery(context), _past(context, attempt.sent_at)
    seen = await Held.seen_email(context, email.id)
    if not seen.was_sent or attempt.status in {None, seen.email_status}:
        return False
    if attempt.status is EmailStatus.BOUNCED and seen.email_status != EmailStatus.COMPLAINED:
        await delivery.record_bounce(email.id, occurred_at=at)
    elif attempt.status is EmailStatus.COMPLAINED and seen.email_status != EmailStatus.BOUNCED:
        await delivery.record_complaint(email.id, occurred_at=at)
    elif attempt.status is EmailStatus.DELIVERED and seen.email_status == EmailStatus.SENT:
        await delivery.mark_delivered(email.id, delivered_at=at)
    else:
        return False
    return True


async def _take_reply(context: Context, campaign_id: str, email: _Email, reply: Reply) -> Outcome:
    # The file has no Message-IDs; this one cannot be mistaken for one and keeps the reply to one row.
    message_id = f"{REPLIES}:{reply.reply_id}"
    of = {"campaign_id": campaign_id, "message_id": message_id}
    if (await run(context.session, responses.BY_MESSAGE_ID, of)).first() is not None:
        return Outcome.SAME
    kind = reply.response_type or ResponseType.NEUTRAL
    facts = {"reply_id": reply.reply_id, "classification": reply.classification, **reply.extra}
    response = await Responses(context).add(
        campaign_id,
        email.opportunity_id,
        email.id,
        {
            "from_email": reply.from_email or email.to_email,
            "subject": _one_line(reply.subject),
            "body_text": reply.body or "",
            "received_at": _past(context, reply.received_at),
            "message_id": message_id,
            "response_type": kind.value,
            "ai_sentiment_analysis": {REPLIES: facts},
        },
        source=Source.FILE,
    )
    # Else a mailbox has told of it, and knows its words.
    return Outcome.NEW if response.message_id == message_id else Outcome.SAME


async def _leads(context: Context, campaign_id: str, lead_ids: Sequence[str]) -> dict[str, _Lead]:
    of = {"campaign_id": campaign_id, "keys": sorted(set(lead_ids))}
    rows = (await run(context.session, imported.LEADS, of)).all()
    return {row.value: _Lead(row.id, row.contact_email) for row in reversed(rows)}


async def _emails(context: Context, campaign_id: str, attempt_ids: Sequence[str]) -> dict[str, _Email]:
    of = {"campaign_id": campaign_id, "keys": sorted(set(attempt_ids))}
    rows = (await run(context.session, imported.ATTEMPTS, of)).all()
    return {row.value: _Email(row.id, row.opportunity_id, row.status, row.to_email) for row in reversed(rows)}


async def _own_address(context: Context) -> str:
    if context.owner is None:
        raise InvalidInput("sender_email", "is required")
    return (await Users(context).get(context.owner)).email


def _past(context: Context, moment: Any) -> Any:
    """Return a moment that is not in the future, where no fact can lie; None when it is or nobody knows."""
    return moment if moment is None or moment <= context.now() else None


def _one_line(subject: str | None) -> str:
    text = " ".join((subject or "").split())
    return text if len(text) <= _LONGEST_SUBJECT else f"{text[: _LONGEST_SUBJECT - 1]}…"
