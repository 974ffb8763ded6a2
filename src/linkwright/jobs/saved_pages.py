"""Pages that somebody saved: a folder of files, each named by the address of its page.

`https://trail-notes.example/write-for-us` is `trail-notes.example_write-for-us.html`, and where nobody
saved that page, `trail-notes.example.html` speaks for the whole site. A `.txt` begins with its title.
What is in them comes from strangers: it is read as words, and never run, loaded or followed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from linkwright.errors import InvalidInput
from linkwright.jobs.campaign_file_fields import read_text
from linkwright.outreach.pages import Page
from linkwright.parsing.mail.html_text import html_to_text

MAX_PAGE: Final = 2_000_000
SUFFIXES: Final = (".html", ".htm", ".txt")
_TITLE: Final = re.compile(r"<title[^<>]*>([^<]{1,2000})</title", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SavedPages:
    """The files of a folder by their names, without looking into them."""

    files: Mapping[str, Path]

    def of(self, url: str, domain: str, title: str | None) -> Page | None:
        """Return the page saved of an address, or of its site; None where there is none.

        Raises:
            InvalidInput: there is one that cannot be read.
        """
        path = next((self.files[name] for name in names_of(url, domain) if name in self.files), None)
        if path is None:
            return None
        text = read_text(path, limit=MAX_PAGE)
        if path.suffix.lower() == ".txt":
            first, _, rest = text.partition("\n")
            return Page(first.strip() or title or "", rest, url)
        found = _TITLE.search(text)
        said = " ".join(html.unescape(found[1]).split()) if found else ""
        return Page(said or title or "", html_to_text(text), url)


def names_of(url: str, domain: str) -> list[str]:
    """Return what a file with a saved page may be called, without its ending.

    >>> names_of("https://www.trail-notes.example/guests/how-to/?page=2", "trail-notes.example")
    ['trail-notes.example_guests_how-to', 'trail-notes.example']
    """
    path = unquote(re.split(r"[?#]", url.partition("://")[2], maxsplit=1)[0].partition("/")[2])
    whole = "_".join([domain, *filter(None, path.split("/"))]).lower()
    return list(dict.fromkeys([whole, domain.lower()]))


def saved_pages(folder: Path) -> SavedPages:
    """Return the saved pages of a folder.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise InvalidInput(str(folder), f"cannot be read: {error.strerror}") from None
    # Of two files of one page the first ending counts, whatever the order in the folder.
    ranked = sorted(
        (path for path in paths if path.suffix.lower() in SUFFIXES),
        key=lambda path: -SUFFIXES.index(path.suffix.lower()),
    )
    return SavedPages({path.stem.lower(): path for path in ranked})
