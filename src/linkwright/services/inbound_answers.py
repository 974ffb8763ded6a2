"""A received message as an answer: what its response takes from it. Pure: no database is asked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from linkwright.parsing.addresses import address_key
from linkwright.parsing.mail import cut_quoted
from linkwright.schemas.inbound import InboundCreate
from linkwright.schemas.validation import parse
from linkwright.services.inbound_matching import Match
from linkwright.vocabulary import DeciderKind, Intent, RecommendedAction, ResponseType, Sentiment, Urgency

READ_BY: Final = "rule:mail"
# The name in a reading, the column, and the words it may be.
_JUDGED: Final[tuple[tuple[str, str, type[StrEnum]], ...]] = (
    ("intent", "ai_intent_classification", Intent),
    ("urgency", "ai_urgency_level", Urgency),
    ("action", "ai_recommended_action", RecommendedAction),
)
_LONGEST_SUBJECT: Final = 200
_LONGEST_ADDRESS: Final = 254


def sender(message: InboundCreate, found: Match) -> str:
    """Return who wrote. Where the mail does not say it in a usable way, the person we wrote to did."""
    address = message.from_address or ""
    return address if _is_usable(address) else found.to_email


def _is_usable(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    whole = bool(at and local and domain) and "@" not in local and " " not in address
    return whole and address.isprintable() and len(address) <= _LONGEST_ADDRESS


def one_word(message_id: str | None) -> str | None:
    """Return a Message-ID without the white space that folding has left in it."""
    return "".join(message_id.split()) or None if message_id else None


def cut(subject: str) -> str:
    """Return a subject as long as a response can hold."""
    return subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 1]}…"


def bounce_of(message: InboundCreate, to_email: str) -> dict[str, Any] | None:
    """Return the report on the matched email.

    It ends that email, but it suppresses nobody else than whom that email was written to: a report can
    name any address, as one of a forwarded mail does, and a forged one.
    """
    if message.response_type != ResponseType.BOUNCE:
        return None
    named = [name for name in _recipients(message) if _is_usable(name)]
    ours = next((name for name in named if address_key(name) == address_key(to_email)), None)
    about_another = bool(named) and ours is None
    given = {
        "kind": "soft" if about_another else message.bounce_kind or "hard",
        "recipient": named[0] if about_another else None,
        "diagnostic": message.bounce_diagnostic,
    }
    return {name: value for name, value in given.items() if value is not None}


def _recipients(message: InboundCreate) -> list[str]:
    """Return all whom a delivery report says could not be reached."""
    report = (message.reading or {}).get("bounce")
    listed = report.get("recipients") if isinstance(report, dict) else None
    others = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    return [*([message.bounced_recipient] if message.bounced_recipient else []), *others]


def as_it_came(row: Mapping[str, Any]) -> InboundCreate:
    """Return a stored message as it was when it came."""
    kept = {name: row[name] for name in InboundCreate.model_fields if row.get(name) is not None}
    if row["body_text"]:
        kept["reply_text"] = cut_quoted(row["body_text"])
    return parse(InboundCreate, kept | _reported_in(row["reading"] or {}))


def _reported_in(reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a stored reading knows of the mail that a delivery report or a complaint is about."""
    report = reading.get("bounce") or reading.get("complaint")
    if not isinstance(report, dict):
        return {}
    recipients, kind = report.get("recipients"), report.get("kind")
    told = {
        "bounce_kind": kind if kind in {"hard", "soft"} else None,
        "bounced_recipient": recipients[0] if isinstance(recipients, list) and recipients else None,
        "bounced_message_id": report.get("original_message_id"),
        "bounce_diagnostic": report.get("diagnostic"),
    }
    return {name: value for name, value in told.items() if isinstance(value, str)}


def judged(message: InboundCreate) -> dict[str, Any]:
    """Return what a reading says of an answer, in the response's columns; a word that is none is left out."""
    reading = message.reading or {}
    found: dict[str, Any] = {
        column: reading[name]
        for name, column, known in _JUDGED
        if isinstance(reading.get(name), str) and reading[name] in set(known)
    }
    feeling = reading.get("sentiment")
    if isinstance(feeling, str) and feeling in set(Sentiment):
        found["ai_sentiment_analysis"] = {"label": feeling, "confidence": reading.get("confidence")}
    return found


def reader_of(message: InboundCreate) -> dict[str, Any] | None:
    """Return who read a message before it came here: whom the caller names, else the rules of `parsing`."""
    if message.decision is not None or message.reading is None:
        return message.decision
    return {"decided_by": DeciderKind.RULE.value, "decider": READ_BY, "context": {"reading": message.reading}}
