"""Hostile bytes in, one typed message out; no input makes it raise.

What was wrong with the message is listed in `defects`. A message that the standard parser cannot
take apart at all still has its headers and its text.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass, field
from email.message import Message
from email.policy import compat32
from typing import TYPE_CHECKING, Final

from linkwright.parsing.mail.body import Attachment, Body, Report, held_by, read_body
from linkwright.parsing.mail.headers import Address, addresses, header_text, message_ids, moment
from linkwright.parsing.mail.quotes import cut_quoted
from linkwright.parsing.mail.raw import RawMessage, collect
from linkwright.parsing.mail.texts import clean, decode, one_line

if TYPE_CHECKING:
    from datetime import datetime

_FIELD: Final = re.compile(rb"[!-9;-~]{1,200}[ \t]*:")
_COMMON: Final = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|in-reply-to|references|reply-to|return-path|received|"
    rb"mime-version|content-[a-z-]+|x-[a-z0-9-]+|auto-submitted|precedence|list-[a-z]+|dkim-signature)"
    rb"[ \t]*:",
    re.IGNORECASE,
)
_MAX_BOUNDARIES: Final = 1000
_MAX_HEADERS: Final = 1000
_FIELD_LIMIT: Final = 64 * 1024
_PARAMETER_LIMIT: Final = 8 * 1024
_RAW_HEADER_LIMIT: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A received or sent message. Texts hold no NUL, no control character and no lone surrogate.

    Addresses are lower case and have the shape of addresses; what is none is left out. Ids have
    no angle brackets. `sent_at` and `received_at` are aware UTC moments, or None when the header
    is absent or absurd. `body_text` is everything, `reply_text` only what the sender wrote now.
    """

    digest: str
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    from_address: str | None
    from_name: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: str | None
    subject: str
    sent_at: datetime | None
    received_at: datetime | None
    raw_headers: str = field(repr=False)
    body_text: str = field(repr=False)
    body_html: str = field(repr=False)
    reply_text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()
    reports: tuple[Report, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    defects: tuple[str, ...] = ()
    raw: bytes = field(default=b"", repr=False, compare=False)

    def header(self, name: str) -> str:
        """Return the first header of this name, decoded, or an empty text."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), "")

    def has(self, name: str) -> bool:
        """Say whether there is a header of this name."""
        wanted = name.lower()
        return any(key == wanted for key, _ in self.headers)


def parse_message(raw: bytes | RawMessage) -> ParsedMessage:
    """Parse one message. Never raises; larger messages than `raw.MESSAGE_LIMIT` are read in part."""
    found = raw if isinstance(raw, RawMessage) else collect(raw)
    head, content, defects = _split(found.raw)
    message = _parse(head, content, defects)
    body = _read(message, content, defects, cut=found.cut)
    raw_fields = [(name.lower(), str(value)) for name, value in list(message.raw_items())[:_MAX_HEADERS]]

    def values(name: str) -> list[str]:
        return [value for key, value in raw_fields if key == name]

    def first(name: str) -> str:
        return next(iter(values(name)), "")

    sender = next(iter(addresses(values("from")) or addresses(values("sender"))), None)
    if found.cut:
        defects.append(f"cut: {found.size} bytes were read, {len(found.raw)} kept")
    if not raw_fields:
        defects.append("no headers")
    return ParsedMessage(
        digest=found.digest,
        message_id=next(iter(message_ids(first("message-id"))), None),
        in_reply_to=next(iter(message_ids(first("in-reply-to"))), None),
        references=message_ids(" ".join(values("references"))),
        from_address=sender.address if sender else None,
        from_name=sender.name if sender else header_text(first("from"))[:200],
        to=addresses(values("to")),
        cc=addresses(values("cc")),
        reply_to=next((found.address for found in addresses(values("reply-to"))), None),
        subject=header_text(first("subject")),
        sent_at=moment(first("date")),
        received_at=moment(first("received").rpartition(";")[2]),
        raw_headers=clean(decode(head))[:_RAW_HEADER_LIMIT],
        body_text=body.text,
        body_html=body.html,
        reply_text=cut_quoted(body.text),
        attachments=tuple(body.attachments),
        reports=tuple(body.reports),
        headers=tuple((one_line(name), header_text(value)) for name, value in raw_fields),
        defects=tuple(dict.fromkeys([*defects, *body.defects])),
        raw=found.raw,
    )


def reply_keys(message: ParsedMessage) -> tuple[str, ...]:
    """Return the ids this message may answer, the likeliest first, without angle brackets.

    In-Reply-To comes first, then References from the newest back to the start of the thread.
    """
    direct = message_ids(message.header("in-reply-to"))
    return tuple(dict.fromkeys([*direct, *reversed(message.references)]))


def _split(raw: bytes) -> tuple[bytes, bytes, list[str]]:
    """Part headers from content, and mend headers that would end the header block too soon.

    The standard parser takes the first line without a colon for the start of the text, so one
    damaged line would cost every header below it.
    """
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").replace(b"\x00", b"")
    lines = raw.splitlines(keepends=True)
    end = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    last_known = max((i for i in range(end) if _COMMON.match(lines[i])), default=-1)
    kept: list[bytes] = []
    defects: list[str] = []
    room = 0
    for i, line in enumerate(lines[:end]):
        if _FIELD.match(line):
            # The parameter parser takes quadratic time, and no honest content type is this long.
            room = _PARAMETER_LIMIT if line[:8].lower() == b"content-" else _FIELD_LIMIT
            kept.append(line if len(line) <= room else line[:room] + b"\n")
            room -= len(line)
        elif kept and line[:1] in b" \t":
            if room > 0:
                kept.append(line if len(line) <= room else line[:room] + b"\n")
            room -= len(line)
        elif line.startswith((b"From ", b">From ")):
            continue
        elif i < last_known:
            defects.append("header line without a colon")
        else:
            defects.append("no blank line after the headers")
            return b"".join(kept), b"".join(lines[i:]), defects
    return b"".join(kept), b"".join(lines[end + 1 :]), defects


def _parse(head: bytes, content: bytes, defects: list[str]) -> Message:
    try:
        if content.lower().count(b"boundary=") > _MAX_BOUNDARIES:
            raise ValueError("too many parts")  # noqa: TRY301  (handled right below)
        message = email.message_from_bytes(head + b"\n" + content, policy=compat32)
    except Exception as error:  # noqa: BLE001  (deep nesting ends in RecursionError, and more)
        defects.append(f"unreadable structure: {type(error).__name__}")
        try:
            return email.message_from_bytes(head + b"\n", policy=compat32)
        except Exception:  # noqa: BLE001
            return Message()
    defects += [type(defect).__name__ for part in _some(message) for defect in part.defects]
    return message


def _some(message: Message) -> list[Message]:
    children = held_by(message)
    return (
        [message, *(child for child in children[:50] if isinstance(child, Message))]
        if isinstance(children, list)
        else [message]
    )


def _read(message: Message, content: bytes, defects: list[str], *, cut: bool) -> Body:
    try:
        body = read_body(message, cut=cut)
    except Exception as error:  # noqa: BLE001  (the last fence: a message is never lost)
        defects.append(f"unreadable body: {type(error).__name__}")
        body = Body()
    if any(defect.startswith("unreadable") for defect in defects) and not body.text:
        body.text = clean(decode(content))[:100_000].strip()
    return body
