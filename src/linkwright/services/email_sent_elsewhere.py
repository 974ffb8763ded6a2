"""Letters that left before this record knew of them: each once, whichever files tell of it.

A log knows the text but no date, a table of another tool the date but no text, a mailbox knows
both and the Message-ID. Two of them that tell of the same letter make one email: the later one
fills in what the earlier did not know. A letter that was drafted here and sent from somebody's own mailbox
is the draft, and not another letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from sqlalchemy import RowMapping

from linkwright.db.rows import detached, run
from linkwright.models.emails import BacklinkingEmail
from linkwright.queries import imported
from linkwright.schemas.emails import EmailSentElsewhere
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.email_held import Held
from linkwright.services.email_leaving import leave, note_contact
from linkwright.services.emails import Emails
from linkwright.vocabulary import EventKind

_SAME_HOUR: Final = timedelta(hours=1)
"""So far may two tools' clocks, or a queue, put the same letter apart."""


_IDENTITY: Final = {"mail": "digest", "alwrity_attempts": "attempt_ids"}
"""Sources that tell their own letters apart, and by what."""


class Outcome(Enum):
    """What became of a letter."""

    NEW = auto()
    SAME = auto()
    MERGED = auto()


class Recorded(NamedTuple):
    """The email of a letter, and whether it was known."""

    email: BacklinkingEmail
    outcome: Outcome


class SentElsewhere:
    """Sent letters, inside one transaction that somebody else opened and will close."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def record(
        self, campaign_id: str, opportunity_id: int, data: Mapping[str, Any] | BaseModel
    ) -> Recorded:
        """Record a letter to a prospect, or what it adds to the letter that is known.

        `data` is an `EmailSentElsewhere` with its `to_email`.

        Raises:
            NotFound: this owner's campaign has no such prospect.
            InvalidInput: a field breaks a rule.
            DuplicateRow: another email holds this touch of the sequence.
        """
        letter = parse(EmailSentElsewhere, data)
        # Held before looking: two files that tell of one letter may be read at the same time.
        held = await Held.prospect(self._ctx, campaign_id, opportunity_id, hold=True)
        to_email = letter.to_email or held.row.contact_email or ""
        of = {
            "campaign_id": campaign_id,
            "opportunity_id": opportunity_id,
            "to_email": to_email.lower(),
        }
        rows = (await run(self._ctx.session, imported.LETTERS_TO, of)).mappings().all()
        known = next((row for row in rows if _same_letter(row, letter)), None)
        if known is None:
            if letter.sent_at is not None and (draft := await self._waiting(of, letter)) is not None:
                return await self._left(draft, letter.sent_at, letter)
            email = await Emails(self._ctx).record_sent(campaign_id, opportunity_id, letter)
            return Recorded(email, Outcome.NEW)
        added = _additions(known, letter)
        if not added:
            return Recorded(detached(BacklinkingEmail, known), Outcome.SAME)
        return Recorded(await self._fill(known["id"], added), Outcome.MERGED)

    async def _waiting(self, of: dict[str, Any], letter: EmailSentElsewhere) -> RowMapping | None:
        """Return the email that waits here to be sent and is this letter, word for word."""
        rows = (await run(self._ctx.session, imported.WAITING_FOR, of)).mappings().all()
        return next((row for row in rows if _is_what_waits(row, letter)), None)

    async def _left(self, draft: RowMapping, sent_at: datetime, letter: EmailSentElsewhere) -> Recorded:
        held = await Held.email(self._ctx, draft["id"])
        leave(held, sent_at, message_id=letter.message_id, reason="in a mailbox of sent mail")
        # Whoever sends a letter from their own mailbox agrees with it.
        facts, told = draft["personalization_data"] or {}, letter.personalization_data or {}
        held.email_changes |= {"user_approved": True, "personalization_data": {**told, **facts}}
        return Recorded(await held.saved(), Outcome.MERGED)

    async def _fill(self, email_id: int, added: dict[str, Any]) -> BacklinkingEmail:
        held = await Held.email(self._ctx, email_id)
        held.email_changes |= added
        if (at := added.get("sent_at")) is not None:
            held.events.append(held.event(EventKind.SENT, at))
            note_contact(held, at, reason="imported")
        return await held.saved()


def _same_letter(known: RowMapping, letter: EmailSentElsewhere) -> bool:
    """Say whether an email is the letter at hand, by its id or else by its subject, time and text."""
    if known["message_id"] is not None and letter.message_id is not None:
        return bool(known["message_id"] == letter.message_id)
    told, facts = letter.personalization_data or {}, known["personalization_data"] or {}
    for source, name in _IDENTITY.items():
        if source in told and source in facts:
            return bool(told[source].get(name) == facts[source].get(name))
    if _words(known["subject"]) != _words(letter.subject):
        return False
    if known["sent_at"] is not None and letter.sent_at is not None:
        return bool(abs(known["sent_at"] - letter.sent_at) <= _SAME_HOUR)
    if known["message_id"] is None and letter.message_id is None:
        # Neither has an id, and a date is missing: then the text is all there is to go by.
        texts = _words(known["body_text"]), _words(letter.body_text)
        return not all(texts) or texts[0] == texts[1]
    return True


def _is_what_waits(draft: RowMapping, letter: EmailSentElsewhere) -> bool:
    """Say whether a letter is what was drafted. A mail program wraps lines, and may add a signature."""
    if draft["sent_at"] is not None or letter.sent_at is None or letter.sent_at < draft["created_at"]:
        return False
    text = _words(draft["body_text"])
    return (
        bool(text)
        and _words(draft["subject"]) == _words(letter.subject)
        and _words(letter.body_text).startswith(text)
    )


def _additions(known: RowMapping, letter: EmailSentElsewhere) -> dict[str, Any]:
    added: dict[str, Any] = {
        name: value
        for name in ("message_id", "sent_at", "body_html", "body_text", "smtp_provider", "smtp_response")
        if not known[name] and (value := getattr(letter, name))
    }
    facts, told = known["personalization_data"] or {}, letter.personalization_data or {}
    if any(source not in facts for source in told):
        added["personalization_data"] = {**told, **facts}
    return added


def _words(text: str | None) -> str:
    return " ".join((text or "").split())
