"""Reports that a reader pressed "this is spam" (RFC 5965)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkwright.parsing.mail.bounces import fields, original_message_id, typed_address
from linkwright.parsing.mail.headers import addresses, message_ids

if TYPE_CHECKING:
    from linkwright.parsing.mail.message import ParsedMessage


@dataclass(frozen=True, slots=True)
class Complaint:
    """A feedback report. `feedback_type` is abuse, fraud, opt-out and so on, as it was sent."""

    feedback_type: str
    recipients: tuple[str, ...]
    original_message_id: str | None


def read_complaint(message: ParsedMessage) -> Complaint | None:
    """Read a feedback report, or return None when the message is none or says "not spam"."""
    block = next(
        (
            {name: value for found in reversed(fields(part.text)) for name, value in found.items()}
            for part in message.reports
            if part.type == "message/feedback-report"
        ),
        None,
    )
    if block is None:
        return None
    kind = block.get("feedback-type", "").strip().lower() or "abuse"
    # dmarc, virus and authentication reports use the same envelope and complain about nobody's mail.
    if kind not in {"abuse", "fraud", "other", "opt-out", "opt-out-list", "complaint", "unsubscribe"}:
        return None
    named = [typed_address(block.get(name, "")) for name in ("original-rcpt-to", "removal-recipient")]
    found = [address for address in named if address] or _returned_to(message)
    return Complaint(kind, tuple(dict.fromkeys(found)), _returned_id(message))


def _returned_to(message: ParsedMessage) -> list[str]:
    for block in _returned(message):
        if "to" in block:
            return [mailbox.address for mailbox in addresses([block["to"]])]
    return []


def _returned_id(message: ParsedMessage) -> str | None:
    for block in _returned(message):
        if found := message_ids(block.get("message-id", "")):
            return found[0]
    return original_message_id(message)


def _returned(message: ParsedMessage) -> list[dict[str, str]]:
    kinds = {"message/rfc822", "text/rfc822-headers"}
    return [block for part in message.reports if part.type in kinds for block in fields(part.text)[:1]]
