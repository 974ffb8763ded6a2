"""The old file-based storage: `{keyword}_sent_emails.log`, one Python dict literal per line.

A line is read with `ast.literal_eval`, which runs nothing, and only after it has been checked for
length and shape: the parser below it can be brought to its knees by brackets alone. There are no dates
and no ids in these files; the line is all the identity a mail has.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.addresses import parse_address
from linkwright.parsing.refusals import Refusal
from linkwright.parsing.tables.files import FileKind, SourceFile, inspect
from linkwright.parsing.values import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

_ENDING: Final = "_sent_emails.log"
_LONGEST_LINE: Final = 1 << 20
_LONGEST_SUBJECT: Final = 200
_LONGEST_KEYWORD: Final = 100
_NEEDED: Final = ("to", "subject", "body")
_TITLE = re.compile(r"\s*guest\s+post\s+proposal\s+for\s+(\S.*)", re.IGNORECASE | re.DOTALL)
# A string to its end, or to the end of the line when it has none: so the search never starts over.
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*+(?:'|\\?\Z)|"(?:[^"\\]|\\.)*+(?:"|\\?\Z)""", re.DOTALL)
_FLAT = re.compile(
    r"\{[\s:,u]*\}"
)  # what is left of a dict of strings; u'...' was once how they were written


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail in the log. `title` is what the subject proposed to write about, where it says so."""

    row: int
    to: str
    subject: str
    body: str
    title: str | None = None


def keyword_of(path: str | PathLike[str]) -> str:
    """Return the keyword that a log's name stands for: its campaign.

    >>> keyword_of("logs/home_garden_sent_emails.log")
    'home garden'

    Raises:
        InvalidInput: field `file`: the name is not of that form.
    """
    name = Path(path).name
    if not name.lower().endswith(_ENDING):
        raise InvalidInput("file", f"must be named KEYWORD{_ENDING}", str(path))
    keyword = clean_text(name[: -len(_ENDING)].replace("_", " "), field="file", limit=_LONGEST_KEYWORD)
    if keyword is None:
        raise InvalidInput("file", f"must be named KEYWORD{_ENDING}", str(path))
    return keyword


def read_sent_log(path: str | PathLike[str]) -> Iterator[SentMail | Refusal]:
    """Yield the mails of a log, and a refusal for every line that is none. Blank lines are passed over.

    Raises:
        InvalidInput: field `file`: the file cannot be read as text.
    """
    source = inspect(path)
    if source.kind is FileKind.WORKBOOK:
        raise InvalidInput("file", "must be a text file", str(path))
    return _read(source)


def _read(source: SourceFile) -> Iterator[SentMail | Refusal]:
    with source.open_text() as stream:
        number = 0
        while line := stream.readline(_LONGEST_LINE):
            number += 1
            if len(line) == _LONGEST_LINE and line[-1] not in "\r\n":
                start = line
                while line and line[-1] not in "\r\n":
                    line = stream.readline(_LONGEST_LINE)
                yield Refusal(number, "row", start, f"must be a line of at most {_LONGEST_LINE} characters")
                continue
            text = line.strip()
            if text:
                yield _parse(number, text)


def _parse(number: int, text: str) -> SentMail | Refusal:
    try:
        said = _literal(text)
        to = parse_address(said["to"], field="to")
        subject = clean_text(said["subject"], field="subject", limit=_LONGEST_SUBJECT)
        body = clean_text(said["body"], field="body", lines=True)
    except InvalidInput as error:
        return Refusal.of(error, number)
    if subject is None or body is None:
        return Refusal(number, "subject" if subject is None else "body", None, "must not be empty")
    match = _TITLE.fullmatch(subject)
    return SentMail(number, to, subject, body, match[1].strip() if match is not None else None)


def _literal(text: str) -> dict[str, str]:
    """Return the dict that a line is.

    Raises:
        InvalidInput: it is not one, or not of text alone, or a part of it is missing.
    """
    if _FLAT.fullmatch(_STRING.sub("", text)) is None:
        raise InvalidInput("row", "must be a Python dict literal of text", text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" is a matter of whoever wrote it
            said = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise InvalidInput("row", "must be a Python dict literal of text", text) from None
    if not isinstance(said, dict) or not all(isinstance(part, str) for pair in said.items() for part in pair):
        raise InvalidInput("row", "must be a Python dict literal of text", text)
    for name in _NEEDED:
        if name not in said:
            raise InvalidInput(name, "must be there", text)
    return said
