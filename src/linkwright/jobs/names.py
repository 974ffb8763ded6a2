"""The name to greet somebody by, or nothing: "Hello Editorial," is worse than "Hello,"."""

import re

_TITLES = frozenset(
    {"dr", "prof", "mr", "mrs", "ms", "miss", "mx", "sir", "herr", "frau", "mme", "sr", "sra"}
)
_NOT_A_PERSON = re.compile(
    r"\b(?:admin|blog|contact|contributors?|customer|desk|editor|editorial|editors|guest|hello|help|info|marketing"
    r"|media|newsletter|office|partnerships?|pitches|press|redaction|redaktion|sales|submissions?|support|team"
    r"|webmaster|writers?)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*")


def first_name(name: str | None) -> str | None:
    """Return the given name in a contact's name, if it is a person's.

    >>> first_name("Dr. Inés Robledo"), first_name("Brandl, Tomas"), first_name("Pitches Desk")
    ('Inés', 'Tomas', None)
    """
    if name is None or _NOT_A_PERSON.search(name):
        return None
    last, comma, given = name.partition(",")
    words = (given if comma and given.strip() else last).split()
    while words and words[0].rstrip(".").lower() in _TITLES:
        words.pop(0)
    # An initial greets nobody, and an address or a number is no name.
    if not words or len(words[0].rstrip(".")) < 2 or not _GIVEN.fullmatch(words[0]):  # noqa: PLR2004
        return None
    return words[0].title() if words[0].isupper() or words[0].islower() else words[0]
