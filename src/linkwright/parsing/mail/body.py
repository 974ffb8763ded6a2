"""What a message holds: its text, its HTML, its attachments and its machine-readable reports."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any, Final

from linkwright.parsing.mail.headers import header_text
from linkwright.parsing.mail.html_text import html_to_text
from linkwright.parsing.mail.raw import PART_LIMIT
from linkwright.parsing.mail.texts import clean, decode, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTS: Final = 1000
_TEXT_LIMIT: Final = 1_000_000
_REPORT_LIMIT: Final = 64 * 1024
_NAME_LIMIT: Final = 255
REPORT_TYPES: Final = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/feedback-report",
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
    }
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along. `size` and `sha256` are None when it was too large to be kept whole."""

    name: str
    type: str
    size: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A part written for machines: a delivery status, a feedback report, or the returned message."""

    type: str
    text: str = field(repr=False)


@dataclass(slots=True)
class Body:
    """The parts of a message, sorted by what they are for."""

    text: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def read_body(message: Message, *, cut: bool) -> Body:
    """Sort the parts of a parsed message. A part that cannot be read becomes a defect, not an error."""
    body = Body()
    texts: list[str] = []
    pages: list[str] = []
    for part in _parts(message):
        kind = _content_type(part)
        try:
            if kind in REPORT_TYPES:
                body.reports.append(Report(kind, _report_text(part)))
            if kind in {"text/plain", "text/html"} and not _is_attached(part):
                (texts if kind == "text/plain" else pages).append(_text(part))
            elif part is not message or not kind.startswith("text/"):
                body.attachments.append(_attachment(part, kind, cut=cut))
            else:
                texts.append(_text(part))
        except Exception as error:  # noqa: BLE001  (hostile parts fail in more ways than can be listed)
            body.defects.append(f"{kind}: {type(error).__name__}")
    body.text = "\n\n".join(text for text in texts if text.strip())[:_TEXT_LIMIT].strip()
    body.html = "\n".join(pages)[:_TEXT_LIMIT]
    if not body.text:
        body.text = html_to_text(body.html)
    return body


def held_by(part: Message) -> Any:
    """Return what a part holds: its parts, or its text as it was sent.

    The standard library decodes here, by whatever codec the mail names; some of those raise on any bytes.
    """
    try:
        return part.get_payload()
    except Exception:  # noqa: BLE001  (idna and punycode know no "replace"; others may not either)
        return ""


def _parts(message: Message) -> Iterator[Message]:
    """Yield the leaves in order. A message inside the message is a leaf: its words are not the sender's."""
    waiting = [message]
    for _ in range(_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        children = held_by(part)
        if isinstance(children, list) and part.get_content_maintype() == "multipart":
            waiting += [child for child in reversed(children) if isinstance(child, Message)]
        else:
            yield part


def _content_type(part: Message) -> str:
    try:
        return one_line(part.get_content_type())[:127]
    except Exception:  # noqa: BLE001  (a damaged Content-Type makes the parameter parser raise)
        return "application/octet-stream"


def _is_attached(part: Message) -> bool:
    disposition = header_text(str(part.get("Content-Disposition", ""))).lower()
    return disposition.startswith("attachment") or (_content_type(part) == "text/plain" and bool(_name(part)))


def _name(part: Message) -> str:
    try:
        return header_text(part.get_filename() or "")[:_NAME_LIMIT]
    except Exception:  # noqa: BLE001  (RFC 2231 continuations out of order make it raise)
        return ""


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except Exception:  # noqa: BLE001  (a charset parameter in an unknown charset)
        charset = None
    return clean(decode(_bytes(part), charset))


def _bytes(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _attachment(part: Message, kind: str, *, cut: bool) -> Attachment:
    payload = held_by(part)
    if not isinstance(payload, str):
        return Attachment(_name(part), kind, None, None)
    # Newline handling may have cost the kept part its last two bytes.
    if cut and len(payload.encode("utf-8", "surrogateescape")) >= PART_LIMIT - 2:
        return Attachment(_name(part), kind, None, None)
    data = _bytes(part)
    return Attachment(_name(part), kind, len(data), hashlib.sha256(data).hexdigest())


def _report_text(part: Message) -> str:
    """Return a report as header-like blocks, whichever way the parser took it apart."""
    payload = held_by(part)
    if not isinstance(payload, list):
        return _text(part)[:_REPORT_LIMIT]
    if header_text(str(part.get("Content-Transfer-Encoding", ""))).lower() == "base64":
        # Not allowed by the RFC and done all the same; the parser took base64 for headers.
        blob = "".join(str(held_by(block) or "") for block in payload if isinstance(block, Message))
        part.set_payload(blob)
        return _text(part)[:_REPORT_LIMIT]
    blocks = []
    for block in payload:
        if isinstance(block, Message):
            fields = "\n".join(f"{name}: {one_line(str(value))}" for name, value in block.raw_items())
            inner = held_by(block)
            blocks.append(f"{fields}\n\n{inner}" if isinstance(inner, str) and inner else fields)
    return clean("\n\n".join(blocks))[:_REPORT_LIMIT]
