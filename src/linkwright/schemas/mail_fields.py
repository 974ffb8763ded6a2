"""Field types of mail: foreign addresses, subjects and Message-IDs."""

from hashlib import sha256
from typing import Annotated, Final

from pydantic import AfterValidator, Field

LONGEST_MESSAGE_ID: Final = 200
ONE_LINE: Final = r"^[^\x00\r\n]*$"


def _foreign_address(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not at or not local or not domain or "@" in local or " " in value:
        raise ValueError("must be an email address")
    return value


def stored_message_id(value: str) -> str:
    """Return a Message-ID as `VARCHAR(200)` can hold it: itself, or the digest of a longer one.

    >>> stored_message_id(" <1@example.com> ")
    '<1@example.com>'
    >>> stored_message_id("x" * 300)[:15]
    'sha256:0d4e2ca9'
    """
    value = value.strip()
    if len(value) <= LONGEST_MESSAGE_ID:
        return value
    return f"sha256:{sha256(value.strip('<>').encode()).hexdigest()}"


def spellings(message_id: str) -> tuple[str, ...]:
    """Return every form in which one Message-ID may be stored: with and without its angle brackets.

    >>> spellings("<1@example.com>")
    ('<1@example.com>', '1@example.com')
    """
    bare = message_id.strip().strip("<>")
    return tuple(dict.fromkeys(stored_message_id(form) for form in (f"<{bare}>", bare))) if bare else ()


ForeignAddress = Annotated[str, Field(max_length=254, pattern=ONE_LINE), AfterValidator(_foreign_address)]
"""An address that mail claims to come from: of the shape the table demands, which is all one can ask."""

MessageId = Annotated[
    str, Field(min_length=1, max_length=100_000, pattern=ONE_LINE), AfterValidator(stored_message_id)
]
"""A Message-ID of any length, kept as `stored_message_id` says."""

Subject = Annotated[str, Field(max_length=200, pattern=ONE_LINE)]
"""One line: a line break in a subject would begin a header of the writer's choosing."""
