"""Mail that says that mail did not arrive, and what it says about the address.

The standard report (RFC 3464) is believed first, then `X-Failed-Recipients`, then the wording of
servers that write no report, and last the flufl.bounce library. That library raises on some real
mail and now and then returns words that are no address, so its voice is fenced and checked.
"""

from __future__ import annotations

import email
import logging
import re
from dataclasses import dataclass
from email.policy import compat32
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flufl.bounce import all_failures

from linkwright.parsing.mail import bounce_words
from linkwright.parsing.mail.headers import is_address, message_ids

if TYPE_CHECKING:
    from linkwright.parsing.mail.message import ParsedMessage

_STATUS_TYPES: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES: Final = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
    }
)
_FIELD: Final = re.compile(r"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)")
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_MESSAGE_ID: Final = re.compile(r"^[> \t]*message-id:\s*(<[^<>\n]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_MAX_BLOCKS: Final = 200
_SHOWN: Final = 1000
_LIBRARY_LIMIT: Final = 64 * 1024

# The library logs a traceback for each report that it trips over, before it raises. We catch it.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())
logging.getLogger("flufl.bounce").propagate = False


class BounceKind(StrEnum):
    """What a delivery report means for the address."""

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report. `delayed` is a warning, not a failure: the server is still trying.

    `recipients` are the failed addresses in lower case, the address first written to before the
    one it was forwarded to; there may be none. `voice` says who recognised it.
    """

    kind: BounceKind
    recipients: tuple[str, ...]
    action: str
    status: str
    diagnostic: str
    original_message_id: str | None
    voice: str

    @property
    def failed(self) -> bool:
        """Whether the mail is known not to have arrived."""
        return self.kind is not BounceKind.DELAYED


def read_bounce(message: ParsedMessage) -> Bounce | None:
    """Read a delivery report, or return None when the message is none.

    A report that all went well is no bounce either.
    """
    report = _standard(message)
    if report is not None or any(part.type in _STATUS_TYPES for part in message.reports):
        return report
    if not bounce_words.looks_returned(message):
        return None
    return _worded(message)


def original_message_id(message: ParsedMessage) -> str | None:
    """Return the id of the mail that came back, from its returned copy or the report's own headers."""
    for part in message.reports:
        if part.type in _RETURNED_TYPES and (found := _MESSAGE_ID.search(part.text)):
            return next(iter(message_ids(found[1])), None)
    if found := _MESSAGE_ID.search(message.body_text):
        return next(iter(message_ids(found[1])), None)
    return message.in_reply_to or next(reversed(message.references), None)


def fields(text: str) -> list[dict[str, str]]:
    """Split a report into its blocks of fields, names in lower case, folded lines joined."""
    blocks: list[dict[str, str]] = [{}]
    name = ""
    for line in text.split("\n"):
        if not line.strip():
            if blocks[-1] and len(blocks) < _MAX_BLOCKS:
                blocks.append({})
            name = ""
        elif line[:1] in " \t" and name:
            blocks[-1][name] += " " + line.strip()
        elif found := _FIELD.match(line):
            name = found[1].lower()
            blocks[-1].setdefault(name, found[2].strip())
    return [block for block in blocks if block]


def typed_address(value: str) -> str | None:
    """Read "rfc822; jane@example.com" as an address."""
    kind, _, rest = value.rpartition(";")
    if kind and kind.strip().lower() not in {"rfc822", "utf-8", "smtp"}:
        return None
    address = rest.strip().strip("<>\"'").split(" ")[0].strip("<>").lower()
    return address if is_address(address) else None


def _standard(message: ParsedMessage) -> Bounce | None:
    blocks = [
        block
        for part in message.reports
        if part.type in _STATUS_TYPES
        for block in fields(part.text)
        if {"action", "status", "final-recipient", "original-recipient"} & set(block)
    ]
    worst: Bounce | None = None
    recipients: list[str] = []
    for block in blocks:
        action = block.get("action", "").split(" ")[0].strip(";,.").lower()
        status = _STATUS.search(block.get("status", "")) or _STATUS.search(block.get("diagnostic-code", ""))
        code = status[1] if status else ""
        if action in {"delivered", "relayed", "expanded"} or (not action and code.startswith("2")):
            continue
        if action not in {"delayed", "failed", "failure", "error"} and not code:
            continue
        diagnostic = block.get("diagnostic-code", "")
        kind = (
            BounceKind.DELAYED
            if action == "delayed"
            else judge(code, diagnostic or message.body_text[:_SHOWN])
        )
        names = (
            block.get("original-recipient", ""),
            block.get("final-recipient", ""),
            block.get("x-actual-recipient", ""),
        )
        found = [address for name in names if (address := typed_address(name))]
        if worst is None or _weight(kind) > _weight(worst.kind):
            original = original_message_id(message)
            worst = Bounce(kind, (), action, code, diagnostic[:_SHOWN], original, "rfc3464")
            recipients = found + recipients
        else:
            recipients += found
    if worst is None:
        return None
    recipients = recipients or list(bounce_words.failed_recipients(message))
    return _with(worst, recipients)


def _worded(message: ParsedMessage) -> Bounce | None:
    text = message.body_text[: bounce_words.LIMIT]
    recipients = list(bounce_words.failed_recipients(message))
    voice = "header" if message.has("x-failed-recipients") else "wording"
    delayed = bounce_words.is_delay(message)
    if not recipients:
        temporary, permanent = _library(message)
        recipients = permanent or temporary
        voice = "flufl.bounce" if recipients else voice
    explained = bounce_words.explanation(text)
    if not recipients and not explained and not bounce_words.has_failure_subject(message):
        return None
    status = _STATUS.search(explained) or _STATUS.search(text)
    code = status[1] if status else ""
    kind = BounceKind.DELAYED if delayed else judge(code, explained or text)
    action = "delayed" if delayed else "failed"
    bounce = Bounce(kind, (), action, code, explained[:_SHOWN], original_message_id(message), voice)
    return _with(bounce, recipients)


def judge(status: str, diagnostic: str) -> BounceKind:
    """Say whether a failure is the address's own and lasting.

    Hard means that nobody should write there again, so whatever is about this message, this
    moment or our own server (full mailbox, size, content, policy, reputation) stays soft, and so
    does a failure that nobody explained.
    """
    words = bounce_words.verdict(diagnostic)
    if status.startswith("4"):
        return BounceKind.SOFT
    if status.startswith("5"):
        subject = status.split(".")[1]
        if status in {"5.2.2", "5.2.3", "5.2.122", "5.3.4", "5.4.7", "5.4.6"} or subject == "6":
            return BounceKind.SOFT
        if status.startswith("5.1.") or status in {"5.2.1", "5.4.4"}:
            return BounceKind.SOFT if words == "soft" and status == "5.1.0" else BounceKind.HARD
        if subject == "7":
            return BounceKind.HARD if words == "hard" else BounceKind.SOFT
        return BounceKind.SOFT if words == "soft" else BounceKind.HARD
    return BounceKind.HARD if words == "hard" else BounceKind.SOFT


def _weight(kind: BounceKind) -> int:
    return (BounceKind.DELAYED, BounceKind.SOFT, BounceKind.HARD).index(kind)


def _with(bounce: Bounce, recipients: list[str]) -> Bounce:
    unique = tuple(dict.fromkeys(recipients))
    return Bounce(
        bounce.kind,
        unique,
        bounce.action,
        bounce.status,
        bounce.diagnostic,
        bounce.original_message_id,
        bounce.voice,
    )


def _library(message: ParsedMessage) -> tuple[list[str], list[str]]:
    try:
        temporary, permanent = all_failures(
            email.message_from_bytes(message.raw[:_LIBRARY_LIMIT], policy=compat32)
        )
    except Exception:  # noqa: BLE001  (it raises on damaged reports; its word is one of several)
        return [], []
    return _valid(temporary, message), _valid(permanent, message)


def _valid(found: object, message: ParsedMessage) -> list[str]:
    """Keep what is an address, and not the server's or the reader's own."""
    own = {message.from_address, *(mailbox.address for mailbox in message.to)}
    items = found if isinstance(found, (set, frozenset)) else ()
    texts = (item.decode("ascii", "replace") if isinstance(item, bytes) else str(item) for item in items)
    return sorted(text.lower() for text in texts if is_address(text) and text.lower() not in own)
