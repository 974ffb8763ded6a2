"""What workers and providers report, checked before any row is touched."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from linkwright.errors import InvalidInput, NotFound
from linkwright.schemas.fields import LARGEST_INTEGER, Text
from linkwright.schemas.mail_fields import MessageId

_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_MESSAGE_ID: TypeAdapter[str] = TypeAdapter(MessageId)
LONGEST_TEXT = 100_000


def known_id(kind: str, value: object) -> int:
    """Return an id that a row can have.

    Raises:
        NotFound: no row has such an id, whatever was sent.
    """
    if type(value) is not int or not 1 <= value <= LARGEST_INTEGER:
        raise NotFound(kind, value)
    return value


def known_campaign(value: object) -> str:
    """Return an id that a campaign can have.

    Raises:
        NotFound: no campaign has such an id, whatever was sent.
    """
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise NotFound("campaign", value)
    return value


def checked_text(
    value: object, field: str, *, most: int = LONGEST_TEXT, required: bool = False
) -> str | None:
    """Return a text that both databases can store, or None when there is none.

    Raises:
        InvalidInput: it is no text, too long, missing where it is required, or holds a NUL.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        if required:
            raise InvalidInput(field, "is required", value)
        return None
    found = _validated(_TEXT, value, field, "must be text without NUL characters")
    if len(found) > most:
        raise InvalidInput(field, f"must have at most {most} characters", found)
    return found


def message_id_of(value: object) -> str | None:
    """Return a Message-ID as it is stored, or None when there is none.

    Raises:
        InvalidInput: it is no text of one line.
    """
    if value is None:
        return None
    return _validated(_MESSAGE_ID, value, "message_id", "must be one line of text") or None


def _validated(adapter: TypeAdapter[str], value: Any, field: str, rule: str) -> str:
    try:
        return adapter.validate_python(value, strict=True)
    except ValidationError:
        raise InvalidInput(field, rule, value) from None
