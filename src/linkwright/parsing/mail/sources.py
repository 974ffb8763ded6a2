"""Find the messages of an mbox, a Maildir, a folder of .eml files or one file.

One message is in memory at a time. Order and positions are the same on every run, so that an
interrupted import can go on where it stopped. Links to folders are not followed and anything
that is not a plain file is left alone: opening a pipe would wait for ever.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.mail.mbox import split_mbox
from linkwright.parsing.mail.raw import PIECE, MessageCollector, RawMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Refuse = Callable[[InvalidInput], None]

_MAILDIR_ROOMS: Final = frozenset({"cur", "new"})
_MESSAGE_SUFFIXES: Final = frozenset({".eml", ".msg822", ".mbox", ".mbx"})
_HEADER: Final = re.compile(rb"(?:from|date|message-id|received|subject|to)[ \t]*:", re.IGNORECASE)
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n|\r\r")
_NO_MAIL: Final = (
    "is neither a mailbox nor a message: "
    "it has none of the headers From, To, Date, Subject, Message-ID, Received"
)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def read_messages(path: Path | str, *, refuse: Refuse | None = None) -> Iterator[RawMessage]:
    """Yield every message under `path`, in a stable order.

    `source` is the file's path relative to a folder, or the file's name; `position` is the byte
    offset of the message in it. A single file in a folder that cannot be read, or is empty, goes
    to `refuse` and the rest is read; without `refuse` it is raised.

    Raises:
        InvalidInput: `path` is missing, unreadable, empty, or holds no mail.
    """
    root = Path(path)
    try:
        mode = root.stat().st_mode
    except (OSError, ValueError) as error:
        raise InvalidInput("path", _reason(error), str(path)) from error
    if stat.S_ISDIR(mode):
        return _read_folder(root, refuse)
    if not stat.S_ISREG(mode):
        raise InvalidInput("path", "must be a file or a folder", str(path))
    return _read_file(root, root.name, must_be_mail=True)


def mail_files(path: Path | str) -> Iterator[Path]:
    """Yield the files that `read_messages` would open, in its order; unreadable folders are passed over."""
    root = Path(path)
    if root.is_dir():
        yield from _files(root, lambda _error: None)
    else:
        yield root


def _read_folder(root: Path, refuse: Refuse | None) -> Iterator[RawMessage]:
    found = False
    for file in _files(root, refuse):
        found = True
        try:
            yield from _read_file(file, file.relative_to(root).as_posix(), must_be_mail=False)
        except InvalidInput as error:
            if refuse is None:
                raise
            refuse(error)
    if not found:
        raise InvalidInput("path", "holds no mail: no Maildir, .eml or .mbox file was found in it", str(root))


def _files(root: Path, refuse: Refuse | None) -> Iterator[Path]:
    def complain(error: OSError) -> None:
        problem = InvalidInput("path", _reason(error), error.filename)
        if refuse is None:
            raise problem from error
        refuse(problem)

    for folder, rooms, names in os.walk(root, onerror=complain):
        here = Path(folder)
        # `tmp` holds messages that are still being delivered.
        if _MAILDIR_ROOMS & set(rooms) and "tmp" in rooms:
            rooms.remove("tmp")
        rooms.sort()
        in_maildir = here.name in _MAILDIR_ROOMS
        for name in sorted(names):
            file = here / name
            if not file.is_file() or (name.startswith(".") and in_maildir):
                continue
            if in_maildir or file.suffix.lower() in _MESSAGE_SUFFIXES or _is_bare_mbox(file):
                yield file


def _is_bare_mbox(file: Path) -> bool:
    """Recognise the mailboxes of Thunderbird and Apple Mail, which have no suffix."""
    if file.suffix:
        return False
    try:
        with file.open("rb") as stream:
            return stream.read(5) == b"From "
    except OSError:
        return False


def _read_file(file: Path, source: str, *, must_be_mail: bool) -> Iterator[RawMessage]:
    try:
        with file.open("rb") as stream:
            start = stream.read(PIECE)
            if not start.strip():
                raise InvalidInput("path", "is empty", source)
            body = start.removeprefix(_BYTE_ORDER_MARK).lstrip(b"\r\n")
            if must_be_mail and not _looks_like_mail(body):
                raise InvalidInput("path", _NO_MAIL, source)
            stream.seek(len(start) - len(body))
            if body.startswith(b"From "):
                yield from split_mbox(stream, source)
                return
            collector = MessageCollector()
            while piece := stream.readline(PIECE):
                collector.feed(piece)
            yield collector.finish(source, 0)
    except OSError as error:
        raise InvalidInput("path", _reason(error), source) from error


def _looks_like_mail(start: bytes) -> bool:
    """Say whether a file begins as mail does: any text may have a colon in a line."""
    head = _END_OF_HEAD.split(start, maxsplit=1)[0]
    return start.startswith(b"From ") or any(map(_HEADER.match, head.splitlines()))


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "may not be read by this user"
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
