"""How near a page is to what a campaign wants, as learned by `scripts/train_relevance.py`.

Keywords are short and pages are long, and a vector tells which of the two it came of. So the middle of
many keywords is taken off the ones, the middle of many pages off the others, and a square of numbers
says which directions tell subjects apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Self

import numpy as np

from linkwright.outreach.vectors import Vectors, of_length_one


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """What was learned of one model's vectors; `middle` and `steepness` make a score of a nearness."""

    keywords: Vectors
    pages: Vectors
    square: Vectors
    middle: float
    steepness: float

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Read what was learned; the square is kept as bytes beside what it is more than doing nothing."""
        with np.load(BytesIO(raw), allow_pickle=False) as kept:
            more = kept["square"].astype(np.float32) * float(kept["scale"])
            return cls(
                keywords=kept["keywords"].astype(np.float32),
                pages=kept["pages"].astype(np.float32),
                square=np.eye(len(more), dtype=np.float32) + more,
                middle=float(kept["middle"]),
                steepness=float(kept["steepness"]),
            )

    def wanted(self, vectors: Vectors) -> Vectors:
        """Return what to compare pages with: a row per keyword, and last a row for all of them together."""
        together = of_length_one(vectors.mean(0, keepdims=True))
        rows: Vectors = less(np.concatenate([vectors, together]), self.keywords) @ self.square
        return rows

    def offered(self, vectors: Vectors) -> Vectors:
        """Return what to compare keywords with: a row per text of a page."""
        return less(vectors, self.pages)

    def score(self, near: float) -> float:
        """Return a nearness as a score from 0 to 1: how probable it is that the page fits, if half do."""
        return 1 / (1 + math.exp(-self.steepness * (near - self.middle)))


def less(vectors: Vectors, middle: Vectors) -> Vectors:
    """Return rows without what is common to all, of length one; a text without a known word stays zero."""
    return of_length_one((vectors - middle) * vectors.any(1, keepdims=True))


@cache
def learned(model: str) -> Nearness:
    """Return what was learned of a model's vectors."""
    return Nearness.read(files("linkwright.outreach").joinpath(f"data/nearness-{model}.npz").read_bytes())
