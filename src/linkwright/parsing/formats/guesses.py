"""What the columns of an unknown file are probably called for: said in advice, never acted on."""

from __future__ import annotations

import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from linkwright.parsing.formats.own import FIELDS
from linkwright.parsing.tables.rows import header_key

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS: Final = {
    "url": "url website webseite web site homepage page seite link adresse domain blog",
    "title": "title titel sitename blogname publication publikation",
    "contact_email": "email emailaddress mail contact mailadresse emailadresse kontakt",
    "contact_name": "name contactname contactperson person editor author ansprechpartner redaktion",
    "domain_authority": "da dr authority domainrating domainauthority",
    "user_notes": "notes note comment comments bemerkung bemerkungen notiz notizen kommentar",
    "discovered_at": "found foundon addedon added date datum",
}
_MEANINGS: Final = {word: field for field, words in _WORDS.items() for word in words.split()}
_MOST: Final = 4


def options_for(headers: Sequence[str]) -> str:
    """Return the options that would probably name a file's columns, ready to be typed.

    >>> options_for(["Webseite", "Price", "E-Mail", "Domain Rating"])
    "--map Webseite=url --map E-Mail=contact_email --map 'Domain Rating=domain_authority'"
    >>> options_for(["a", "b"])
    '--map a=url'
    """
    named: dict[str, str] = {}
    for header in headers:
        field = field_like(header)
        if field is not None and field not in named.values():
            named[header] = field
    if "url" not in named.values() and headers:
        named = {next((one for one in headers if one not in named), headers[0]): "url"} | named
    chosen = sorted(named.items(), key=lambda pair: pair[1] != "url")[:_MOST]
    return " ".join(f"--map {shlex.quote(f'{header[:60]}={field}')}" for header, field in chosen)


def field_like(header: str) -> str | None:
    """Return the field that a column is probably meant for, or None."""
    key = header_key(header)
    if key in _MEANINGS:
        return _MEANINGS[key]
    near = get_close_matches(key, FIELDS, n=1, cutoff=0.8)
    return near[0] if near else None
