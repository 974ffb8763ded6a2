"""How well a page fits a campaign: how near its words are to the nearest keywords.

With vectors two texts can be near without a word in common. Without them only the words count, and
the answer says that it rests on those alone.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from linkwright.outreach.pages import Page
from linkwright.outreach.vectors import Embedder, Vectors
from linkwright.outreach.words import fold

WORDS_ALONE: Final = "rule:keywords"
_CACHED: Final = 4096
_STEM: Final = 5
_NEAREST: Final = 3
_WORD: Final = re.compile(r"\w{3,}")
# A logistic curve over the nearness: its middle and its steepness, fitted on the pages of development.
_CURVES: Final = {"static": (-0.07, 21.0), "minilm": (0.19, 18.0), WORDS_ALONE: (0.5, 8.0)}
_NEAR_TO_ALL: Final = frozenset({"static"})
"""Models under which a page that rambles is near to everything: what it has in common with the topics
of the world is taken off. It makes the other model worse."""

_COMMON: Final = 10


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
        return f"embedding:{self.model.name}" if self.model else WORDS_ALONE

    def score(self, page: Page, keywords: Sequence[str]) -> Relevance | None:
        """Say how well a page fits; None when the page says nothing, or the campaign wants nothing."""
        wanted = [keyword for keyword in dict.fromkeys(keywords) if keyword.strip()]
        subject = page.subject
        if not wanted or not subject.strip(" ."):
            return None
        nearness = self._by_meaning(subject, wanted) if self.model else _by_words(subject, wanted)
        ranked = sorted(zip(wanted, nearness, strict=True), key=lambda pair: -pair[1])
        raw = 0.3 * ranked[0][1] + 0.7 * sum(near for _, near in ranked) / len(ranked) - self._common(subject)
        middle, steepness = _CURVES[self.model.name if self.model else WORDS_ALONE]
        score = 1 / (1 + math.exp(-steepness * (raw - middle)))
        return Relevance(
            round(score, 4), tuple((word, round(near, 3)) for word, near in ranked[:_NEAREST]), self.name
        )

    def _by_meaning(self, subject: str, keywords: Sequence[str]) -> list[float]:
        page = self._vectors([subject])[0]
        nearness: list[float] = (self._vectors(keywords) @ page).tolist()
        return nearness

    def _common(self, subject: str) -> float:
        """Return how near a page is to the ten nearest topics of the world."""
        if self.model is None or self.model.name not in _NEAR_TO_ALL:
            return 0.0
        page = self._vectors([subject])[0]
        return float(np.sort(self._vectors(_topics()) @ page)[-_COMMON:].mean())

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


@cache
def _topics() -> tuple[str, ...]:
    return tuple(files("linkwright.outreach").joinpath("data/topics.txt").read_text("utf-8").splitlines())


def _by_words(subject: str, keywords: Sequence[str]) -> list[float]:
    """Return for each keyword the share of its words that the page has; endings do not count."""
    present = {word[:_STEM] for word in _WORD.findall(fold(subject))}
    shares = []
    for keyword in keywords:
        words = _WORD.findall(fold(keyword)) or [fold(keyword)]
        shares.append(sum(word[:_STEM] in present for word in words) / len(words))
    return shares
