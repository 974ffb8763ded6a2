"""Words of a text, and what they mean: one lexicon of concepts over the languages that answers come in.

"Bitte löschen Sie", "veuillez supprimer" and "please delete" share no letters and one thought. The
lexicon says so, and what is learned from one language then holds in the others.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

_NOT_DECOMPOSED: Final = str.maketrans("łøæœđ", "loaod")
_URL: Final = re.compile(r"https?://\S+|www\.\S+")
_MAILBOX: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_MONEY: Final = re.compile(
    r"[$€£]\s?\d+|r\$\s?\d+|\d+\s?(?:usd|eur|euros?|gbp|dollars?|pounds?|zl|pln)\b|\d+\s?[€$£]"
)
_NUMBER: Final = re.compile(r"\d+")
_NOT: Final = re.compile(r"n't\b")
_ELISION: Final = re.compile(r"\b(l|d|j|m|n|s|c|qu|t|dell|all|un)'")
_TOKEN: Final = re.compile(r"[\w'-]+|[?!¿.;:\n]")
_STEM: Final = 2
_ENDS: Final = frozenset(".;:\n!")
_ASKS: Final = frozenset("?¿")
PLACES: Final = frozenset({"_url_", "_mail_", "_money_", "_n_"})
"""What stands for a URL, a mailbox, a sum of money and any other number."""


def fold(text: str) -> str:
    """Return a text in small letters and without accents.

    >>> fold("Löschen Sie, żądam, été")
    'loschen sie, zadam, ete'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(
        _NOT_DECOMPOSED
    )


def plain(text: str) -> str:
    """Return a text folded, with a name in the place of each URL, mailbox, sum and number.

    >>> plain("It's 80 € at https://a.example/x")
    "it's  _money_  at  _url_ "
    """
    text = _MAILBOX.sub(" _mail_ ", _URL.sub(" _url_ ", fold(text)))
    text = _NUMBER.sub(" _n_ ", _MONEY.sub(" _money_ ", text))
    return _ELISION.sub(r"\1 ", _NOT.sub(" n't", text))


def sentences(plain_text: str) -> list[list[tuple[str, ...]]]:
    """Return the concepts of each sentence of a `plain` text, word by word, words without one left out.

    >>> sentences(plain("Bitte Link entfernen!"))
    [[('link',), ('remove',)]]
    """
    found: list[list[tuple[str, ...]]] = [[]]
    for token in _TOKEN.findall(plain_text):
        if token in _ENDS:
            if found[-1]:
                found.append([])
        elif token in _ASKS:
            found[-1].append(("?",))
        elif meant := concepts(token):
            found[-1].append(meant)
    return [sentence for sentence in found if sentence]


@lru_cache(maxsize=20_000)
def concepts(word: str) -> tuple[str, ...]:
    """Return what a folded word may mean; nothing when the lexicon does not know it."""
    whole, stems, longest = _lexicon()
    meant = set(whole.get(word, ()))
    for length in range(_STEM, min(len(word), longest) + 1):
        meant.update(stems.get(word[:length], ()))
    if word in PLACES:
        meant.add(word)
    return tuple(sorted(meant))


@cache
def _lexicon() -> tuple[dict[str, set[str]], dict[str, set[str]], int]:
    """Return what whole words mean, what beginnings of words mean, and the longest beginning."""
    whole: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    concept = ""
    text = files("linkwright.outreach").joinpath("data/concepts.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, colon, rest = line.partition(": ")
        if colon and not line.startswith(" "):
            concept, line = name, rest  # noqa: PLW2901  (the line without its name)
        for word in line.split():
            kind, key = (whole, word[1:]) if word.startswith("=") else (stems, word)
            kind.setdefault(key, set()).add(concept)
    return whole, stems, max(map(len, stems))
