"""Field types for pages and mailboxes, in the one spelling under which they are stored."""

from typing import Annotated

from pydantic import BeforeValidator

from linkwright.errors import InvalidInput
from linkwright.parsing.addresses import parse_address
from linkwright.parsing.urls import canonical_url


def _page(value: object) -> str:
    try:
        return canonical_url(value)
    except InvalidInput as error:
        # The field's name is pydantic's to say, beside the other broken rules of the row.
        raise ValueError(error.rule) from None


def _mailbox(value: object) -> str:
    try:
        return parse_address(value)
    except InvalidInput as error:
        raise ValueError(error.rule) from None


PageUrl = Annotated[str, BeforeValidator(_page)]
"""The address of a web page, canonical."""

Mailbox = Annotated[str, BeforeValidator(_mailbox)]
"""The address of a mailbox, as it is stored."""
