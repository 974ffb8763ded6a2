"""What names a person in a text: the address in every spelling, the full name, and what else is said to.

An address stands in texts also as a browser or a mail program writes it (`ann%40site.example`), and a name
as a page's address does (`ann-hill`). A first name alone names somebody only where the text is about them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from linkwright.errors import InvalidInput
from linkwright.parsing.addresses import address_key, domains_of_mailbox, ignores_dots

ERASED: Final = "[erased]"
"""What stands where a person was named."""

ERASED_DOMAIN: Final = "erased.invalid"
"""A domain that nobody has (RFC 2606), for addresses and pages that may not be empty."""

LEAST: Final = 4
"""Letters and digits of the shortest text that can name somebody: less would be found in any word."""

_AT: Final = r"(?:@|%40|&#64;|&#x40;|&commat;|=40|\s?[(\[{]at[)\]}]\s?)"
_DOT: Final = r"(?:\.|%2e)"
_PLUS: Final = r"(?:\+|%2b|&#43;|&plus;)"
_GAP: Final = r"(?:[\W_]|&nbsp;|%20|=20)"
# Behind a percent sign two letters are one byte, such as the < of %3Cann%40site.example.
_BEFORE_ADDRESS: Final = r"(?:(?<=%[0-9a-f]{2})|(?<![\w+-])(?<!\w\.))"
# Not `.au` behind `.com`, which is another domain; a full stop and the next sentence may be.
_BEHIND_ADDRESS: Final = r"(?![\w-])(?!\.[a-z]{2,3}(?!\w))"
_BEFORE_NAME: Final = r"(?<![^\W\d_])"
_BEHIND_NAME: Final = r"(?![^\W\d_])"
_JOINED_FROM: Final = 7  # `annahill` is a name; of fewer letters it may be a word.
_SHORTEST_WORD: Final = 3
_NOBODY: Final = frozenset(
    [
        "abuse",
        "admin",
        "administrator",
        "author",
        "blog",
        "contact",
        "content",
        "contributor",
        "desk",
        "editor",
        "editorial",
        "editors",
        "guest",
        "hello",
        "help",
        "info",
        "inquiries",
        "mail",
        "mailer",
        "manager",
        "marketing",
        "media",
        "news",
        "newsletter",
        "noreply",
        "office",
        "outreach",
        "post",
        "posts",
        "postmaster",
        "press",
        "publisher",
        "sales",
        "service",
        "site",
        "staff",
        "submissions",
        "support",
        "team",
        "the",
        "webmaster",
        "writer",
    ]
)
"""Words of names that are no person's: "Editorial Team" would be found in everybody's pages."""


class Traces:
    """One person, as texts name them."""

    def __init__(self, address: str, names: Iterable[str] = (), also: Iterable[str] = ()) -> None:
        """Take a checked address, names as rows have them, and other texts that name the person.

        Raises:
            InvalidInput: another text is so short that it would be found in any word.
        """
        self.key: Final = address_key(address)
        self._words = [words for name in names if (words := _words(name))]
        self._also = [_named(text) for text in also]
        local, _, domain = self.key.rpartition("@")
        self._local, self._domains = local, domains_of_mailbox(address) or (domain,)
        far = [self._address(), *map(_exactly, self._also)]
        far += [_full(words) for words in self._full()]
        self._far = _any_of(far)
        self._near = _any_of(far + [_single(word) for word in self._near_words()])
        # What must be in a text before the expressions, a thousand times slower, look at it.
        self._far_pieces = [pattern.strip("%").split("%") for pattern in self.patterns()]
        self._near_pieces = self._far_pieces + [
            _like(word.lower()).strip("%").split("%") for word in self._near_words()
        ]

    def patterns(self) -> list[str]:
        """Return patterns of SQL's LIKE, in lower case, one of which is in every text that names the person.

        They find more than that: whoever asks looks again with `cleaned`.
        """
        dots = ignores_dots(self.key)
        local = _like(" ".join(self._local) if dots else self._local)
        found = {f"{local}{_like(domain)}".replace("%%", "%") for domain in self._domains}
        found.update(_like(text.lower()) for text in self._also)
        for words in self._full():
            found.add(_like(f"{words[0]} {words[-1]}".lower()))
            found.add(_like(f"{words[-1]} {words[0]}".lower()))
        return sorted(found)

    def theirs(self, address: object) -> bool:
        """Say whether an address is the person's, under any alias."""
        return isinstance(address, str) and address_key(address) == self.key

    def cleaned(self, text: str, *, near: bool = False, put: str = ERASED) -> str:
        """Return a text without what names the person; `near` also takes the first name alone."""
        lower = text.lower()
        pieces = self._near_pieces if near else self._far_pieces
        if not any(all(piece in lower for piece in some) for some in pieces):
            return text
        return (self._near if near else self._far).sub(put, text)

    def cleaned_value(self, value: Any, *, near: bool = False) -> Any:
        """Return a JSON value without what names the person, in its texts and in its keys."""
        if isinstance(value, str):
            return self.cleaned(value, near=near)
        if isinstance(value, list):
            return [self.cleaned_value(one, near=near) for one in value]
        if isinstance(value, dict):
            return {
                self.cleaned(key, near=near): self.cleaned_value(one, near=near) for key, one in value.items()
            }
        return value

    def _address(self) -> str:
        between = f"{_DOT}?" if ignores_dots(self.key) else ""
        local = between.join(_spelt(letter) for letter in self._local)
        tag = rf"(?:{_PLUS}[\w.%-]*)?" if domains_of_mailbox(self.key) else ""
        domains = "|".join(re.escape(domain).replace(r"\.", _DOT) for domain in self._domains)
        return f"{_BEFORE_ADDRESS}{local}{tag}{_AT}(?:{domains}){_BEHIND_ADDRESS}"

    def _full(self) -> list[list[str]]:
        found = [words for words in self._words if len(words) > 1]
        return found + [[words[0], words[-1]] for words in found if len(words) > 2]  # noqa: PLR2004

    def _near_words(self) -> set[str]:
        words = {word for words in self._words for word in words} | {self._local}
        return {word for word in words if len(word) >= _SHORTEST_WORD and word.lower() not in _NOBODY}


def _named(text: object) -> str:
    if not isinstance(text, str):
        raise InvalidInput("also", "must be text", text)
    if sum(letter.isalnum() for letter in text) < LEAST:
        raise InvalidInput("also", f"must have at least {LEAST} letters or digits", text)
    return text.strip()


def _words(name: str) -> list[str]:
    words = re.findall(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W\d_]+)*", name)
    return [] if any(word.lower() in _NOBODY for word in words) else words


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _full(words: list[str]) -> str:
    letters = sum(map(len, words))
    gap = f"{_GAP}{{0,6}}" if letters >= _JOINED_FROM else f"{_GAP}{{1,6}}"
    ahead = gap.join(map(_either, words))
    back = f"{_either(words[-1])}{_GAP}{{1,6}}" + gap.join(map(_either, words[:-1]))
    return f"{_BEFORE_NAME}(?:{ahead}|{back}){_BEHIND_NAME}"


def _single(word: str) -> str:
    return f"{_BEFORE_NAME}{_either(word)}{_BEHIND_NAME}"


def _exactly(text: str) -> str:
    return rf"{_GAP}{{1,6}}".join(re.escape(word) for word in text.split())


def _either(word: str) -> str:
    """Match a word composed or decomposed, and as page addresses spell it: `José` is in /jose-garcia/."""
    whole, parts = unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word)
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return f"(?:{'|'.join(re.escape(form) for form in dict.fromkeys((whole, parts, plain)))})"


def _spelt(letter: str) -> str:
    return {".": _DOT, "+": _PLUS}.get(letter, re.escape(letter))


def _like(text: str) -> str:
    """Keep what every spelling has: anything may stand between two pieces of letters and digits."""
    return "%".join(["", *re.findall(r"[a-z0-9]+", text), ""])
