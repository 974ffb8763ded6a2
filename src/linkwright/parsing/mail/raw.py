"""One message as bytes, kept small however large it was.

A collector takes a message line by line. It fingerprints all of it and keeps the headers and
the first megabytes of every part, so a 50 MB attachment costs its name and type but not its memory.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

PIECE: Final = 64 * 1024
HEADER_LIMIT: Final = 256 * 1024
PART_HEADER_LIMIT: Final = 16 * 1024
PART_LIMIT: Final = 3 * 1024 * 1024
MESSAGE_LIMIT: Final = 12 * 1024 * 1024
_BOUNDARY_COUNT: Final = 200

_BOUNDARY: Final = re.compile(rb'boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_QUOTED_FROM: Final = re.compile(rb">*From ")
# Mail programs rewrite these each time the mailbox is read: the message stays the same message.
_BOOKKEEPING: Final = re.compile(
    rb"(?:Status|X-Status|X-Keywords|X-UID|X-UIDL|X-IMAP\w*|X-Mozilla-\w+|Content-Length|Lines|X-Evolution)\s*:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as it was found: where, what is kept of it, and the fingerprint of the whole.

    `digest` is a SHA-256 that does not depend on newline style, mbox quoting, trailing blank
    lines or the status headers of mail programs, so a message moved from a Maildir to an mbox
    is still the same one. `cut` says that `raw` is less than the `size` bytes that were read.
    """

    source: str
    position: int
    raw: bytes = field(repr=False)
    digest: str
    size: int
    cut: bool = False


class MessageCollector:
    """Takes the lines of one message and keeps what is worth keeping."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._newlines_owed = 0
        self._skipping_header = False
        self._kept = bytearray()
        self._size = 0
        self._dropped = 0
        self._line_start = True
        self._in_headers = True
        self._on_top = True
        self._headers = bytearray()
        self._in_part = 0
        self._boundaries: set[bytes] = set()

    def feed(self, piece: bytes) -> None:
        """Take a line, or a piece of one line that is too long to hold."""
        self._size += len(piece)
        self._fingerprint(piece)
        must_keep = self._line_start and self._turn(piece.rstrip())
        limit = HEADER_LIMIT if self._on_top else PART_HEADER_LIMIT
        if not self._in_headers:
            limit = PART_LIMIT
        elif len(self._headers) < limit:
            self._headers += piece
        if (must_keep or self._in_part < limit) and len(self._kept) < MESSAGE_LIMIT:
            self._kept += piece
            self._in_part += len(piece)
        else:
            self._dropped += len(piece)
        self._line_start = piece.endswith(b"\n")

    def finish(self, source: str, position: int) -> RawMessage:
        """Return what was collected."""
        return RawMessage(
            source, position, bytes(self._kept), self._hash.hexdigest(), self._size, cut=self._dropped > 0
        )

    def _turn(self, line: bytes) -> bool:
        """Note where headers end and parts begin; say whether this line is such a place."""
        if self._in_headers:
            if line:
                return False
            for quoted, bare in _BOUNDARY.findall(bytes(self._headers)):
                if len(self._boundaries) < _BOUNDARY_COUNT:
                    self._boundaries.add(b"--" + (quoted or bare).rstrip())
            self._in_headers = self._on_top = False
            self._in_part = 0
            return True
        if not (line.startswith(b"--") and self._boundaries):
            return False
        opens = line in self._boundaries
        if not opens and not (line.endswith(b"--") and line[:-2] in self._boundaries):
            return False
        self._in_headers = opens
        self._headers.clear()
        self._in_part = 0
        return True

    def _fingerprint(self, piece: bytes) -> None:
        if self._line_start:
            if self._on_top:
                if not piece.startswith((b" ", b"\t")):
                    self._skipping_header = _BOOKKEEPING.match(piece) is not None
            elif piece.startswith((b">", b"From ")) and (quoted := _QUOTED_FROM.match(piece)):
                piece = piece[quoted.end() - len(b"From ") :]
        if self._skipping_header:
            # A bookkeeping header may be the last line before the blank one.
            self._skipping_header = self._on_top and bool(piece.strip())
            return
        piece = piece.replace(b"\r", b"")
        text = piece.rstrip(b"\n")
        if not text:
            self._newlines_owed += len(piece)
            return
        while self._newlines_owed:
            owed = min(self._newlines_owed, PIECE)
            self._hash.update(b"\n" * owed)
            self._newlines_owed -= owed
        self._hash.update(text)
        self._newlines_owed = len(piece) - len(text)


def collect(raw: bytes, source: str = "", position: int = 0) -> RawMessage:
    """Collect a message that is already in memory."""
    collector = MessageCollector()
    stream = BytesIO(raw)
    while piece := stream.readline(PIECE):
        collector.feed(piece)
    return collector.finish(source, position)
