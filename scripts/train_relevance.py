"""Learn how near a page is to a campaign from training/pages*.txt; print how good that is.

    .venv/bin/python scripts/train_relevance.py

Needs the extra `local`. Nothing is drawn but the frames around the pages, and those by a seed. What is
printed of each file was learned from the others, and so was the curve that makes a score of a nearness.
"""

from hashlib import sha256
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax

from linkwright.outreach.nearness import less
from linkwright.outreach.pages import Page
from linkwright.outreach.relevance import without
from linkwright.outreach.vectors import Embedder, Vectors, embedder, of_length_one

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "training").glob("pages*.txt"))
FRAMES = ROOT / "training" / "page-frames.txt"
PLACE = ROOT / "src" / "linkwright" / "outreach" / "data"
SEED = 1
HEAT = 0.05
PENALTY = 0.03
"""How strongly the square is held to doing nothing: chosen on the files, each by what the others taught."""

STEPS = 60
Floats = NDArray[np.float64]


class Learnt(NamedTuple):
    """The middle of keywords, the middle of pages, and the square between them."""

    keywords: Vectors
    pages: Vectors
    square: Floats


class Source:
    """The vectors of one file: campaigns, pages, pages without a campaign's words, and what belongs."""

    def __init__(self, path: Path, model: Embedder) -> None:
        campaigns: list[list[str]] = []
        pages: list[tuple[int, str, str]] = []
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("=== "):
                campaigns.append([word.strip() for word in line[4:].split(",")])
            elif line.startswith(("+ ", "- ")):
                pages.append((len(campaigns) - 1, line[0], subject(*line[2:].split(" | "))))
        self.name = path.name
        self.wanted = of_length_one(np.array([model.vectors(words).mean(0) for words in campaigns]))
        self.whole = model.vectors([text for _, _, text in pages])
        self.rest = np.tile(self.whole, (len(campaigns), 1, 1))
        for campaign, words in enumerate(campaigns):
            for place, (_, _, text) in enumerate(pages):
                if (left := without(text, words)) != text:
                    self.rest[campaign, place] = model.vectors([left])[0]
        owners = np.array([owner for owner, _, _ in pages])
        fits = np.array([sign == "+" for _, sign, _ in pages])
        own = owners == np.arange(len(campaigns))[:, None]
        self.belongs, self.misleads = own & fits, own & ~fits

    def nearness(self, learnt: Learnt) -> Floats:
        """Return how near each page (a column) is to each campaign (a row)."""
        wanted = less(self.wanted, learnt.keywords) @ learnt.square
        rest = np.array([less(rows, learnt.pages) for rows in self.rest])
        near: Floats = (wanted @ less(self.whole, learnt.pages).T + np.einsum("cd,cpd->cp", wanted, rest)) / 2
        return near


def subject(title: str, text: str) -> str:
    """Return what is read of a page when the frame of a site is around it."""
    lines = FRAMES.read_text("utf-8").splitlines()
    Random(f"{SEED}{title}").shuffle(lines)  # noqa: S311  (no secret: the same page has the same frame)
    return Page(title, "\n".join([*lines[:3], text, *lines[3:7]])).subject


def learn(sources: list[Source]) -> Learnt:
    """Return what lets each page find its campaign, and each campaign its pages, among all of a file."""
    keywords = np.concatenate([source.wanted for source in sources]).mean(0)
    pages = np.concatenate([source.whole for source in sources]).mean(0)
    rows = [
        (less(one.wanted, keywords).astype(float), less(one.whole, pages).astype(float), one.belongs)
        for one in sources
    ]
    size, total = len(pages), sum(belongs.sum() for _, _, belongs in rows)

    def loss(flat: Floats) -> tuple[float, Floats]:
        square = flat.reshape(size, size)
        more = square - np.eye(size)
        value, slope = PENALTY / 2 * (more**2).sum(), PENALTY * more
        for wanted, offered, belongs in rows:
            near = wanted @ square @ offered.T / HEAT
            some = belongs.any(0)
            shares = belongs / belongs.sum(1, keepdims=True) / len(wanted) / len(rows)
            finds, found = log_softmax(near, 0), log_softmax(near, 1)
            value -= (finds[belongs].sum() / total) + (found * shares).sum()
            pull = (np.exp(finds) - belongs) * some / total
            pull += np.exp(found) * shares.sum(1, keepdims=True) - shares
            slope = slope + wanted.T @ pull @ offered / HEAT
        return value, slope.ravel()

    found = minimize(loss, np.eye(size).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return Learnt(keywords, pages, found.x.reshape(size, size))


def curve(near: Floats, belongs: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the middle and the steepness of a logistic curve; both kinds of pages weigh the same in all."""
    weights = np.where(belongs, 0.5 / belongs.mean(), 0.5 / (1 - belongs.mean())) / len(near)
    sign = np.where(belongs, 1, -1)

    def loss(given: Floats) -> float:
        return float(-(weights * np.log(expit(sign * given[1] * (near - given[0])) + 1e-12)).sum())

    middle, steepness = minimize(loss, np.array([0.2, 10.0]), method="Nelder-Mead").x
    return float(middle), float(steepness)


def area(mine: Floats, others: Floats) -> float:
    """Return how often a page that belongs is nearer than one that does not."""
    return float(((mine[:, None] > others) + 0.5 * (mine[:, None] == others)).mean())


def main() -> None:
    """Write a file for each model."""
    digest = sha256(b"".join(path.read_bytes() for path in (*SOURCES, FRAMES))).hexdigest()
    for name in ("static", "minilm"):
        model = embedder(name)
        assert model is not None  # noqa: S101  (both have names)
        sources = [Source(path, model) for path in SOURCES]
        near, truth = [], []
        for source in sources:
            found = source.nearness(learn([other for other in sources if other is not source]))
            mine, hard = found[source.belongs], found[source.misleads]
            told = f", {area(mine, hard):.3f} against pages that mislead" if hard.size else ""
            print(f"{name}, {source.name}: AUC {area(mine, found[~source.belongs]):.3f}{told}")
            near.append(found.ravel())
            truth.append(source.belongs.ravel())
        middle, steepness = curve(np.concatenate(near), np.concatenate(truth))
        learnt = learn(sources)
        more = learnt.square - np.eye(len(learnt.square))
        scale = np.abs(more).max() / 127
        path = PLACE / f"nearness-{name}.npz"
        np.savez_compressed(
            path,
            keywords=learnt.keywords.astype(np.float16),
            pages=learnt.pages.astype(np.float16),
            square=np.round(more / scale).astype(np.int8),
            scale=np.float32(scale),
            middle=middle,
            steepness=steepness,
            source=digest,
        )
        print(f"{path.name}: middle {middle:.3f}, steepness {steepness:.1f}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
