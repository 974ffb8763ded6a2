"""How well a page fits a campaign: how near it is to the keywords, with and without their own words in it.

With vectors two texts can be near without a word in common. And a page can have the words and mean
something else ("a tour with a string quartet"), so half of the nearness is that of the page without
them. Without vectors only the words count, and the answer says that it rests on those alone.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from linkwright.outreach.nearness import learned
from linkwright.outreach.pages import Page
from linkwright.outreach.vectors import Embedder, Vectors
from linkwright.outreach.words import fold

WORDS_ALONE: Final = "rule:keywords"
METHOD: Final = 2
"""The ledger names it: what scores are worth is learned of each method apart."""
_CACHED: Final = 4096
_STEM: Final = 5
_NEAREST: Final = 3
_FEW: Final = 4
"""Words that must be left without the keywords for what is left to be judged."""

_WORD: Final = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Relevance:
    """A score from 0 to 1, and which keywords it rests on, the nearest first."""

    score: float
    nearest: tuple[tuple[str, float], ...]
    decider: str


@dataclass(slots=True)
class PageScorer:
    """Scores pages against keywords. The vectors of the last few thousand texts are kept."""

    model: Embedder | None = None
    _kept: OrderedDict[str, Vectors] = field(default_factory=OrderedDict, repr=False)

    @property
    def name(self) -> str:
        """Return what scores, as the ledger calls it."""
        return f"embedding:{self.model.name}@{METHOD}" if self.model else WORDS_ALONE

    def score(self, page: Page, keywords: Sequence[str]) -> Relevance | None:
        """Say how well a page fits; None when the page says nothing, or the campaign wants nothing."""
        wanted = [keyword for keyword in dict.fromkeys(keywords) if keyword.strip()]
        subject = page.subject
        if not wanted or not subject.strip(" ."):
            return None
        if self.model:
            score, nearness = self._by_meaning(self.model.name, subject, wanted)
        else:
            score, nearness = _by_words(subject, wanted)
        ranked = sorted(zip(wanted, nearness, strict=True), key=lambda pair: -pair[1])
        nearest = tuple((word, round(near, 3)) for word, near in ranked[:_NEAREST])
        return Relevance(round(score, 4), nearest, self.name)

    def _by_meaning(self, model: str, subject: str, keywords: Sequence[str]) -> tuple[float, list[float]]:
        how = learned(model)
        offered = how.offered(self._vectors([subject, without(subject, keywords)])).mean(0)
        *nearness, together = (how.wanted(self._vectors(keywords)) @ offered).tolist()
        return how.score(together), nearness

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        assert self.model is not None  # noqa: S101  (asked for by `_by_meaning` alone)
        for text in texts:
            if text not in self._kept:
                self._kept[text] = self.model.vectors([text])[0]
            self._kept.move_to_end(text)
        found = np.array([self._kept[text] for text in texts])
        while len(self._kept) > _CACHED:
            self._kept.popitem(last=False)
        return found


def without(subject: str, keywords: Sequence[str]) -> str:
    """Return what a page says besides the words of a campaign; all of it when nearly nothing else is left.

    >>> without("Tours with a string quartet and a cello", ["bicycle tours"])
    ' with a string quartet and a cello'
    """
    stems = {word[:_STEM] for keyword in keywords for word in _WORD.findall(fold(keyword))}
    left = _WORD.sub(lambda found: "" if fold(found[0])[:_STEM] in stems else found[0], subject)
    return left if len(_WORD.findall(left)) >= _FEW else subject


def _by_words(subject: str, keywords: Sequence[str]) -> tuple[float, list[float]]:
    """Return a score, and of each keyword the share of its words that the page has, endings aside."""
    present = {word[:_STEM] for word in _WORD.findall(fold(subject))}
    shares = []
    for keyword in keywords:
        words = _WORD.findall(fold(keyword)) or [fold(keyword)]
        shares.append(sum(word[:_STEM] in present for word in words) / len(words))
    near = 0.3 * max(shares) + 0.7 * sum(shares) / len(shares)
    return 1 / (1 + math.exp(-8 * (near - 0.5))), shares
