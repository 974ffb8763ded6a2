"""Parsed mail as the record takes it: what was sent as an email, what was received as a message."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from linkwright.outreach.reading import judgement_of
from linkwright.parsing.mail import ParsedMessage, Reading
from linkwright.templating.conversion import html_from_text
from linkwright.vocabulary import DeciderKind, RecommendedAction, ResponseType

_LONGEST_SUBJECT: Final = 200
_CLOCKS_DIFFER: Final = timedelta(days=1)


def sent_at_of(message: ParsedMessage, now: datetime) -> datetime | None:
    """Return when a message left: by its own word, else by the first server's; None when neither can be.

    A mail from the future was dated by a broken clock.
    """
    for said in (message.sent_at, message.received_at):
        if said is not None and said <= now + _CLOCKS_DIFFER:
            return min(said, now)
    return None


def letter_of(message: ParsedMessage, to_email: str, now: datetime, *, is_reply: bool) -> dict[str, Any]:
    """Return a message of ours as an `EmailSentElsewhere`.

    The first to a prospect is the initial one and the others follow it up; one that answers
    something we received is a reply.
    """
    facts: dict[str, Any] = {"digest": message.digest}
    subject = " ".join(message.subject.split())
    if len(subject) > _LONGEST_SUBJECT:
        facts["subject"] = subject
        subject = f"{subject[: _LONGEST_SUBJECT - 1]}…"
    if message.message_id is not None:
        facts["message_id"] = message.message_id
    return {
        "subject": subject,
        "body_html": message.body_html or html_from_text(message.body_text),
        "body_text": message.body_text or None,
        "from_email": message.from_address,
        "to_email": to_email,
        "reply_to_email": message.reply_to,
        "email_type": "reply" if is_reply else None,
        "sent_at": sent_at_of(message, now),
        "message_id": None if message.message_id is None else f"<{message.message_id}>",
        "personalization_data": {"mail": facts},
    }


def inbound_of(message: ParsedMessage, reading: Reading, reader: str) -> dict[str, Any]:
    """Return a received message as an `InboundCreate`, with how it was read, by which reader, and why."""
    values: dict[str, Any] = {
        "digest": message.digest,
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "references": list(message.references),
        "from_address": message.from_address,
        "from_name": message.from_name or None,
        "to_addresses": list(dict.fromkeys(one.address for one in (*message.to, *message.cc))),
        "subject": message.subject or None,
        "raw_headers": message.raw_headers,
        "body_text": message.body_text or None,
        "body_html": message.body_html or None,
        "reply_text": message.reply_text or None,
        "attachments": [
            {"name": one.name, "type": one.type, "size": one.size, "sha256": one.sha256}
            for one in message.attachments
        ],
        "sent_at": message.sent_at,
        "received_at": message.received_at,
        "response_type": reading.kind.value,
        "reading": (told := _as_json(reading, message)),
        "decision": {
            "decided_by": DeciderKind.RULE.value,
            "decider": reader[:200],
            "confidence_raw": reading.confidence,
            "context": {"reading": told},
        },
    }
    if reading.kind is ResponseType.BOUNCE and reading.bounce is not None:
        values["bounce_kind"] = reading.bounce.kind.value
        values["bounced_message_id"] = reading.bounce.original_message_id
        values["bounced_recipient"] = next(iter(reading.bounce.recipients), None)
        values["bounce_diagnostic"] = reading.bounce.diagnostic or None
    elif reading.complaint is not None:
        values["bounced_message_id"] = reading.complaint.original_message_id
        values["bounced_recipient"] = next(iter(reading.complaint.recipients), None)
    return values


def _as_json(reading: Reading, message: ParsedMessage) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": reading.kind.value,
        "confidence": reading.confidence,
        "evidence": list(reading.evidence),
    }
    if reading.intent is not None:
        told |= judgement_of(reading.intent, reading.kind, message.reply_text or message.body_text or "")
    if reading.kind is ResponseType.OUT_OF_OFFICE and reading.returns_on is not None:
        told["action"] = RecommendedAction.WAIT_UNTIL_RETURN.value
    if reading.returns_on is not None:
        told["returns_on"] = reading.returns_on.isoformat()
    if (bounce := reading.bounce) is not None:
        told["bounce"] = {
            "kind": bounce.kind.value,
            "recipients": list(bounce.recipients),
            "action": bounce.action,
            "status": bounce.status,
            "diagnostic": bounce.diagnostic,
            "original_message_id": bounce.original_message_id,
            "voice": bounce.voice,
        }
    if (complaint := reading.complaint) is not None:
        told["complaint"] = {
            "feedback_type": complaint.feedback_type,
            "recipients": list(complaint.recipients),
            "original_message_id": complaint.original_message_id,
        }
    if message.defects:
        told["defects"] = list(message.defects)
    return told
