"""Header values as text, addresses, moments and ids, whatever was written there.

The standard library's header classes raise on real mail, and its older decoder raises on damaged
encoded words, so values are taken raw and decoded here, where damage costs only the damaged piece.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import quopri
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import getaddresses, parsedate_tz
from typing import Final, NamedTuple

from linkwright.parsing.mail.texts import clean, decode, one_line

_ENCODED_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\n]*)\?=")
_ADDRESS: Final = re.compile(
    r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[^\s@<>()\[\],;:\\\"._-][^\s@<>()\[\],;:\\\"]{0,252})"
)
_BRACKETED_ID: Final = re.compile(r"<([^<>]{1,998})>")
# The parser would take the year 0001 for 2001.
_ANCIENT: Final = re.compile(r"(?:^|[\s-])0\d{3}(?=[\s-]|$)")
_HEADER_LIMIT: Final = 64 * 1024
_ID_LIMIT: Final = 500
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


class Address(NamedTuple):
    """A mailbox: the address in lower case, and the name beside it or an empty text."""

    address: str
    name: str


def header_text(raw: str) -> str:
    """Decode a raw header value to one clean line."""
    raw = _from_surrogates(raw[:_HEADER_LIMIT])
    if "=?" not in raw:
        return one_line(raw)
    pieces: list[str] = []
    pending, charset, end = b"", "", 0
    for word in _ENCODED_WORD.finditer(raw):
        between = raw[end : word.start()]
        # RFC 2231 lets a language follow the charset: =?utf-8*en?q?...?=
        label = word[1].partition("*")[0].lower()
        if pending and (between.strip() or label != charset):
            pieces.append(decode(pending, charset))
            pending = b""
        # White space between two encoded words is not text; any other is.
        if between.strip() or end == 0:
            pieces.append(between)
        # One character may be cut in two by a careless encoder: join the bytes before decoding.
        pending, charset, end = pending + _word_bytes(word[2], word[3]), label, word.end()
    pieces += [decode(pending, charset), raw[end:]]
    return one_line("".join(pieces))


def addresses(raw_values: list[str]) -> tuple[Address, ...]:
    """Read every valid address of some raw header values, in order, each once."""
    found: dict[str, Address] = {}
    for raw in raw_values:
        value = _from_surrogates(raw[:_HEADER_LIMIT]).replace("\n", " ").replace("\r", " ")
        for name, text in _pairs(value) or _pairs(header_text(value)):
            address = one_line(text).lower()
            found.setdefault(address, Address(address, header_text(name).strip("'\" ")[:200]))
    return tuple(found.values())


def _pairs(value: str) -> list[tuple[str, str]]:
    with contextlib.suppress(Exception):  # The parser indexes past the end of some damaged values.
        pairs = [(name, text.strip()) for name, text in getaddresses([value])]
        if valid := [(name, text) for name, text in pairs if is_address(text)]:
            return valid
    return [
        ("", found[0].strip("'.")) for found in _ADDRESS.finditer(value) if is_address(found[0].strip("'."))
    ]


def is_address(text: str) -> bool:
    """Say whether `text` has the shape of one mailbox with a domain that could exist."""
    if not _ADDRESS.fullmatch(text):
        return False
    local, _, domain = text.rpartition("@")
    labels = domain.split(".")
    return len(labels) > 1 and all(labels) and not local.startswith(".") and text.isprintable()


def moment(raw: str) -> datetime | None:
    """Read a date header as an aware UTC moment, or None when it is absent or absurd.

    A date without a zone is taken as UTC. Years before 1990 and from 2100 on are absurd.
    """
    value = one_line(raw[:200])
    if _ANCIENT.search(value):
        return None
    with contextlib.suppress(Exception):  # Overflow, odd zones, and what else a date can hide.
        parts = parsedate_tz(value)
        if parts is None:
            found = datetime.fromisoformat(value)
        else:
            zone = timezone(timedelta(seconds=parts[9] or 0))
            found = datetime(*parts[:6], tzinfo=zone)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        if _EARLIEST <= found < _LATEST:
            return found
    return None


def message_ids(raw: str) -> tuple[str, ...]:
    """Read message ids without their angle brackets, in order, each once."""
    value = one_line(raw[:_HEADER_LIMIT])
    # A folded header may have cut an id: white space is never part of one.
    found = [re.sub(r"\s+", "", text) for text in _BRACKETED_ID.findall(value)]
    found = found or [word.strip("<>,;\"'") for word in value.split() if "@" in word]
    return tuple(dict.fromkeys(text for text in found if 0 < len(text) <= _ID_LIMIT))


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    if encoding in "qQ":
        return quopri.decodestring(data.replace(b"_", b" "), header=False)
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return b"\xef\xbf\xbd"  # One replacement character stands for what cannot be read.


def _from_surrogates(raw: str) -> str:
    """Decode the raw 8-bit bytes that the parser smuggles through as lone surrogates."""
    if raw.isascii():
        return raw
    try:
        return decode(raw.encode("ascii", "surrogateescape"))
    except UnicodeEncodeError:
        return clean(raw)
