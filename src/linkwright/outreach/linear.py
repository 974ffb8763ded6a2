"""A linear classifier, as learned by `scripts/train_replies.py` and kept in a small file beside this one.

Weights are bytes with one scale per class. The file is named by its digest, so that a reading says
which weights it came of.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from typing import Self

import numpy as np
from numpy.typing import NDArray

from linkwright.outreach.features import SIZE, Numbers, row

_DIGITS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """The weights: one column per class, a row per feature, and below them a row per part of a vector.

    `heat` divides the scores before they become probabilities. It was fitted on messages that each
    fold had not seen; a raw score claims too much.
    """

    name: str
    classes: tuple[str, ...]
    rarity: Numbers
    weights: NDArray[np.int8]
    scale: Numbers
    bias: Numbers
    heat: float

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Read the weights of a file."""
        with np.load(BytesIO(raw), allow_pickle=False) as kept:
            return cls(
                name=sha256(raw).hexdigest()[:_DIGITS],
                classes=tuple(str(name) for name in kept["classes"]),
                rarity=kept["rarity"].astype(np.float32),
                weights=kept["weights"],
                scale=kept["scale"].astype(np.float32),
                bias=kept["bias"].astype(np.float32),
                heat=float(kept["heat"]),
            )

    @property
    def dimensions(self) -> int:
        """How long a vector of meaning it expects besides the text; 0 when it expects none."""
        return len(self.weights) - SIZE

    def probabilities(self, text: str, vector: Numbers | None = None) -> dict[str, float]:
        """Return how probable each class is."""
        places, numbers = row(text, self.rarity)
        scores = numbers @ self.weights[places].astype(np.float32)
        if vector is not None:
            scores = scores + (3 * vector) @ self.weights[SIZE:].astype(np.float32)
        scores = (scores * self.scale + self.bias) / self.heat
        shares = np.exp(scores - scores.max())
        return dict(zip(self.classes, (shares / shares.sum()).tolist(), strict=True))


@cache
def weights(name: str) -> Linear:
    """Return the weights of a file of this package's data."""
    return Linear.read(files("linkwright.outreach").joinpath(f"data/{name}.npz").read_bytes())
