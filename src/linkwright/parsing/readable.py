"""Hosts as people read them: stored as `xn--htten-kva.example`, shown as `hütten.example`."""

import re
from typing import Final
from unicodedata import name

import idna

_HOST: Final = re.compile(r"(?:(?<=://)|(?<![\w./-]))(?:[a-z0-9-]+\.)*xn--[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_TOGETHER: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA"})  # One language writes with all three.


def readable(text: str) -> str:
    """Return a text with the hosts in it, of addresses and of URLs, in their own letters.

    A label of several scripts stays as it is stored: those are made to look like another one.

    >>> readable("tomas@xn--htten-kva.example")
    'tomas@hütten.example'
    >>> readable("https://xn--pple-43d.example/xn--a")  # the first letter is Cyrillic
    'https://xn--pple-43d.example/xn--a'
    """
    return (
        _HOST.sub(lambda found: ".".join(map(_label, found[0].split("."))), text) if "xn--" in text else text
    )


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        letters = idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label
    scripts = {name(letter, "?").partition(" ")[0] for letter in letters if letter.isalpha()}
    return letters if len(scripts) <= 1 or scripts <= _TOGETHER else label
