"""Bytes and characters of unknown honesty, made into text that every database takes.

A charset label is a claim, not a fact: mail says iso-8859-1 and holds UTF-8, says nothing and
holds Windows-1252, or names a charset nobody has heard of. Nothing here raises.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

# Codecs that Python calls text but that are no charset of mail. Some of them take quadratic time.
_NOT_CHARSETS: Final = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"})
# What Windows programs write under these labels is Windows-1252, as every browser assumes.
_REALLY_CP1252: Final = frozenset({"iso8859-1", "latin-1", "ascii", "us-ascii"})
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff]")
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
_SPACES: Final = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return `text` with plain newlines, without NULs and controls, and with every character encodable."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub("", text))


def one_line(text: str) -> str:
    """Return `text` cleaned and on one line, as a header or a name must be."""
    return _SPACES.sub(" ", clean(text)).strip()


def decode(data: bytes, charset: str | None = None) -> str:
    """Decode `data`, believing `charset` only as far as the bytes bear it out."""
    name = _known(charset)
    try:
        # Hardly any other text is valid UTF-8 by accident, so this outranks a one-byte label.
        if name is None or name in _REALLY_CP1252 or name.startswith(("cp125", "iso8859")):
            return data.decode("utf-8")
        return data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return _second_try(data, name)


def _second_try(data: bytes, name: str | None) -> str:
    if name == "utf-8":
        text = data.decode("utf-8", "replace")
        strange = sum(1 for character in text if character > "\x7f")
        # A few bad bytes in a UTF-8 text are damage; mostly bad bytes are another charset.
        if text.count("\N{REPLACEMENT CHARACTER}") * 2 <= strange:
            return text
        name = None
    if name is None or name in _REALLY_CP1252:
        name = "cp1252"
    try:
        return data.decode(name, "replace")
    except (UnicodeError, LookupError, ValueError):
        return data.decode("latin-1")


def _known(charset: str | None) -> str | None:
    if not charset or len(charset) > 40 or "\x00" in charset:  # noqa: PLR2004  (no charset has a longer name)
        return None
    try:
        name = codecs.lookup(charset.strip().strip("\"'")).name
        "".encode(name)  # Refuses hex, zlib, rot13 and other codecs that do not make text of bytes.
    except (LookupError, UnicodeError, ValueError, TypeError):
        return None
    return None if name.replace("_", "-") in _NOT_CHARSETS else name
