"""What a reply is judged by: its concepts and their order, its letters, and the rules that it meets.

Every feature is a number at a place found by hashing its name, so there is no vocabulary to ship
and an unknown word costs nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from linkwright.outreach.words import plain, sentences
from linkwright.parsing.mail import wording

MEANING: Final = 1 << 13
SPELLING: Final = 1 << 15
READ: Final = 2000
"""Characters that are looked at: what somebody wants stands at the beginning."""

_WORD: Final = re.compile(r"[\w']+|[?!¿]")
_NEAR: Final = 4
_SHORT: Final = 25
RULES: Final = (
    (wording.UNSUBSCRIBE, *wording.UNSUBSCRIBE_BUILT),
    (wording.ERASURE,),
    (wording.LEGAL,),
    (wording.NOT_UNSUBSCRIBE,),
    *((pattern,) for _, pattern in wording.HUMAN),
)
_FLAGS: Final = ("?", "_url_", "_mail_", "_money_", "_n_")
RULE_COUNT: Final = len(RULES) + len(_FLAGS) + 1
SIZE: Final = MEANING + SPELLING + RULE_COUNT
"""The length of the whole row: meanings, spellings, rules."""

Places = NDArray[np.int64]
Numbers = NDArray[np.float32]


def counts(text: str) -> tuple[dict[int, float], dict[int, float], list[int]]:
    """Return how often each meaning and each spelling occurs, and which rules a text meets."""
    text = text[:READ]
    clear = plain(text)
    return (
        _hashed(_meanings(clear), MEANING),
        _hashed(_spellings(clear), SPELLING),
        _met(text.replace("\u2019", "'"), clear),
    )


def met_rules(text: str) -> list[re.Match[str]]:
    """Return where the rules meet a text, in the order of the rules."""
    text = text[:READ].replace("\u2019", "'")
    return [
        found
        for patterns in RULES
        if (found := next(filter(None, (one.search(text) for one in patterns)), None))
    ]


def row(text: str, rarity: Numbers) -> tuple[Places, Numbers]:
    """Return the places and the numbers of a text's row; the rest of it is zero.

    `rarity` weighs meanings and spellings by how rare they were in training. Meanings have length
    two and spellings four, so that long mail weighs no more than short.
    """
    meanings, spellings, rules = counts(text)
    places: list[int] = []
    numbers: list[float] = []
    for block, start, wanted in ((meanings, 0, 2), (spellings, MEANING, 4)):
        found = [(start + place, (1 + math.log(number))) for place, number in block.items()]
        weighed = [(place, number * float(rarity[place])) for place, number in found if rarity[place]]
        length = math.sqrt(sum(number * number for _, number in weighed)) or 1.0
        places += [place for place, _ in weighed]
        numbers += [wanted * number / length for _, number in weighed]
    start = MEANING + SPELLING
    places += [start + rule for rule in rules]
    numbers += [0.7] * len(rules)
    return np.array(places, np.int64), np.array(numbers, np.float32)


def _meanings(clear: str) -> Iterator[str]:
    """Yield each sentence's concepts, its pairs of concepts, and which stands shortly before which."""
    for sentence in sentences(clear):
        single = sorted({concept for word in sentence for concept in word})
        yield from single
        for index, concept in enumerate(single):
            for other in single[index + 1 :]:
                yield f"{concept}+{other}"
        for index, word in enumerate(sentence):
            for later in sentence[index + 1 : index + _NEAR]:
                for concept in word:
                    for other in later:
                        yield f"{concept}>{other}"


def _spellings(clear: str) -> Iterator[str]:
    words = _WORD.findall(clear)
    for length in (1, 2, 3):
        for index in range(len(words) - length + 1):
            yield " ".join(words[index : index + length])
    for word in words:
        edged = f"<{word}>"
        for length in (3, 4, 5):
            for index in range(len(edged) - length + 1):
                yield f"#{edged[index : index + length]}"


def _met(text: str, clear: str) -> list[int]:
    met = [index for index, patterns in enumerate(RULES) if any(one.search(text) for one in patterns)]
    met += [len(RULES) + index for index, flag in enumerate(_FLAGS) if flag in clear]
    if len(text) < _SHORT:
        met.append(RULE_COUNT - 1)
    return met


def _hashed(names: Iterable[str], size: int) -> dict[int, float]:
    found: dict[int, float] = {}
    for name in names:
        place = crc32(name.encode()) % size
        found[place] = found.get(place, 0.0) + 1.0
    return found
