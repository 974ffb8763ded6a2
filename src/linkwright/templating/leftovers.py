"""Placeholders that nobody filled.

A letter that starts with "Hi {name}" or "Dear [First Name]" costs more than no letter. The
patterns are those of the tools people come from: Python and mustache braces, Mailchimp's
`*|FNAME|*`, mail-merge `%NAME%` and `<<name>>`, square brackets of shared templates, and the
`None` that a careless program prints. A false alarm asks a person; a miss is read by a stranger.
"""

import re

_NOUNS = (
    r"first|last|full|your|their|my|our|name|company|organi[sz]ation|site|website|blog|url|link|topic|title"
    r"|insert|recipient|contact|editor|author|sender|email|date|keyword|niche|industry|article|post|placeholder"
)
_PATTERNS = (
    re.compile(r"\{\{[^{}\n]{0,60}\}\}|\{%[^{}\n]{0,60}%\}|\{%|%\}|\{#|#\}|\{\{|\}\}"),
    re.compile(r"[$#]?\{ ?[A-Za-z_][\w .\-]{0,40}\}"),
    re.compile(rf"\[\[?\s*(?:{_NOUNS})\b[^\]\n]{{0,40}}\]", re.IGNORECASE),
    re.compile(r"\*\|[A-Za-z_:]{1,40}\|\*"),
    # Four letters at least: `%E2%80%99` is an ordinary address in percent encoding.
    re.compile(r"%[A-Z][A-Z_]{3,}%|%[a-z]+(?:[._][a-z]+)+%"),
    re.compile(rf"<<?\s*(?:first|last|your|company|contact)(?:[ _]?(?:{_NOUNS}))?\s*>>?", re.IGNORECASE),
    re.compile(r"<<[^<>\n]{1,40}>>"),
    re.compile(r"\b(?:hi|hey|hello|dear)[ ,]+(?:none|null|undefined|n/a)(?=\s*(?:[,.!:]|$))", re.IGNORECASE),
    re.compile(r"\b(?:[Hh]i|[Hh]ey|[Hh]ello|[Dd]ear) +,"),
    re.compile(r"\b[Ll]orem ipsum\b|\bTODO\b|\bXXX+\b|\bFIXME\b"),  # "todo" is Spanish for "all"
)
_STYLE = re.compile(r"<style\b[^>]*>.*?</style\s*>", re.IGNORECASE | re.DOTALL)
_AT_MOST = 10


def leftovers_in(text: str) -> tuple[str, ...]:
    """Return what looks like an unfilled placeholder in a finished text, in order, each once.

    >>> leftovers_in("Hi {name}, I read [Post Title].")
    ('{name}', '[Post Title]')
    """
    visible = _STYLE.sub(" ", text)  # CSS is full of braces that mean nothing here.
    spans = sorted(hit.span() for pattern in _PATTERNS for hit in pattern.finditer(visible))
    found: dict[str, None] = {}
    end = 0
    for start, stop in spans:
        if start >= end:  # `{{name}}` is one placeholder, not also the `{name}` inside it
            found[visible[start:stop]] = None
            end = stop
    return tuple(found)[:_AT_MOST]
