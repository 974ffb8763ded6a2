"""Split an mbox into its messages without reading it into memory.

The format has no grammar that everybody follows. A line that starts with "From " is a separator
only if it looks like one and a header comes next; a blank line before it is usual but not certain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from linkwright.parsing.mail.raw import PIECE, MessageCollector, RawMessage

if TYPE_CHECKING:
    from collections.abc import Iterator

_DATED: Final = re.compile(
    rb"From\s+\S.{0,300}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s.{0,40}\d{1,2}:\d{2}.{0,40}\d{4}|"
    rb"From\s+\S.{0,300}?\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}",
    re.IGNORECASE,
)
_BARE: Final = re.compile(rb"From (?:[^\s@]+@[^\s@]+|-|MAILER-DAEMON)(?:\s|$)", re.IGNORECASE)
_HEADER: Final = re.compile(rb"[!-9;-~]{1,100}[ \t]*:")
_QUOTED_FROM: Final = re.compile(rb">+From ")


def is_separator(line: bytes, following: bytes, *, after_blank: bool) -> bool:
    """Say whether `line` starts a new message, given the lines around it."""
    if not line.startswith(b"From "):
        return False
    heads = _HEADER.match(following) is not None or following.startswith(b">From ")
    if _DATED.match(line):
        # At the end of the file, or before an empty message, no header can follow.
        return heads or (after_blank and not following.strip())
    return after_blank and heads and _BARE.match(line) is not None


def split_mbox(stream: BinaryIO, source: str) -> Iterator[RawMessage]:
    """Yield the messages of an mbox; each position is the offset of the message's separator.

    Both quotings of body lines that start with "From " are undone by taking one ">" away
    (mboxrd means exactly this; in mboxo it is what the writer meant nearly always). Lines before
    the first separator, if there are any but blank ones, are a message too: nothing is lost.
    """
    collector: MessageCollector | None = None
    start = offset = 0
    in_headers = line_start = after_blank = True
    line = stream.readline(PIECE)
    while line:
        following = stream.readline(PIECE)
        blank = line_start and not line.strip()
        if line_start and is_separator(line, following, after_blank=after_blank):
            if collector is not None:
                yield collector.finish(source, start)
            collector, start, in_headers = MessageCollector(), offset, True
        elif collector is not None or not blank:
            if collector is None:
                collector, start = MessageCollector(), offset
            in_headers = in_headers and not blank
            quoted = line_start and line.startswith(b">") and _QUOTED_FROM.match(line) is not None
            if not (quoted and in_headers):  # Among headers it is an older separator, not a text.
                collector.feed(line[1:] if quoted else line)
        offset += len(line)
        line_start = line.endswith(b"\n")
        after_blank = blank
        line = following
    if collector is not None:
        yield collector.finish(source, start)
