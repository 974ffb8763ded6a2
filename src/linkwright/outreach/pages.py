"""What a page is about: its title and its first words, without the frame that every page of a site has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

WORDS: Final = 200
READ: Final = 20_000
"""Characters that are looked at. A page of ten megabytes costs what a page costs."""

_FRAME: Final = re.compile(
    r"cookie|privacy|datenschutz|impressum|newsletter|subscri|sign up|log ?in|register|all rights reserved|"
    r"copyright|"
    r"©|powered by|share (?:this|on)|facebook|twitter|pinterest|linkedin|whatsapp|instagram|related posts|"
    r"you may also like|leave a comment|required fields|e-?mail address will not|skip to content|back to top|"
    r"affiliate|terms of (?:use|service)|accept all|manage choices|posted (?:by|in)|min read|\bcart\b|"
    r"abonnier|"
    r"alle rechte|tous droits|politique de confidentialit|derechos reservados|pol[íi]tica de privacidad|"
    r"diritti riservati|direitos reservados|voorwaarden|wszelkie prawa|follow us|search menu",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+")
_ENDS: Final = (".", "!", "?", "…", ":", '"', "”")
_FEW: Final = 4


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was fetched or as a list of prospects tells of it; any of the texts may be empty."""

    title: str
    text: str = ""
    url: str = ""

    @property
    def digest(self) -> str:
        """Return what the content is known by: the same words are scored once."""
        return sha256(f"{self.title}\x00{self.text}".encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def subject(self) -> str:
        r"""Return the title and the first 200 words of what is said.

        >>> Page("Sourdough", "Home About Cart (0)\nFeed it twice a day.\nWe use cookies.").subject
        'Sourdough. Feed it twice a day.'
        """
        words = " ".join(said_on(self.text)).split()[:WORDS]
        return ". ".join(part for part in (self.title.strip()[:500], " ".join(words)) if part)


def said_on(text: str) -> list[str]:
    """Return the lines of a page that say something: sentences, and not the menu, the notices, the footer.

    When nothing but such is there, all of it is returned: a short note is better than none.
    """
    lines = [line.strip() for line in text[:READ].splitlines() if line.strip()]
    kept = [cleaned for line in lines if (cleaned := _cleaned(line))]
    return kept or lines


def _cleaned(line: str) -> str:
    """Return the sentences of a line that are not part of the frame."""
    sentences = [one for one in _SENTENCE.split(line) if not _FRAME.search(one)]
    kept = " ".join(sentences)
    # A menu is a row of names: many words, no end.
    return kept if kept.endswith(_ENDS) and len(kept.split()) >= _FEW else ""
