"""Learn the weights that replies are read with, from training/replies*.txt; print how good they are.

    .venv/bin/python scripts/train_replies.py

The same text gives the same weights: nothing is drawn but the folds, and those by a seed. Which
settings are good was judged on folds of the training text alone, and on each file of it by what was
learned from the others.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_matrix, hstack

from linkwright.outreach.features import MEANING, SIZE, SPELLING, counts, row
from linkwright.outreach.letters import said
from linkwright.outreach.vectors import embedder

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "training").glob("replies*.txt"))
FRAMES = ROOT / "training" / "frames.txt"
PLACE = ROOT / "src" / "linkwright" / "outreach" / "data"
SEED = 20261124
FOLDS = 5
PENALTY = 0.3
STEPS = 120
FRAMED = 2
"""How often each text is learned from once more, with thanks before it or a card below."""
Floats = NDArray[np.float64]


def labelled(source: Path) -> list[tuple[str, str, str]]:
    """Return the intent, the language and the text of each line."""
    found, intent = [], ""
    for line in source.read_text("utf-8").splitlines():
        if line.startswith("== "):
            intent = line[3:]
        elif line and not line.startswith("#"):
            language, text = line.split(": ", 1)
            found.append((intent, language, text))
    return found


def digest_of_sources() -> str:
    """Return the digest of all that the weights come of, so that a test can tell that they are old."""
    texts = [path.read_bytes() for path in (*SOURCES, FRAMES, PLACE / "concepts.txt")]
    return sha256(b"".join(texts)).hexdigest()


def framed(text: str, language: str, seed: int) -> str:
    """Return a text as people send it: perhaps with a sentence before it, perhaps with a card below."""
    chance = Random(f"{seed}{text}")  # noqa: S311  (no secret: the same text is framed in the same way)
    before, cards = _frames(language), _frames("card")
    if chance.random() < 0.6:  # noqa: PLR2004  (more often than not)
        text = f"{chance.choice(before)}{chance.choice((' ', chr(10) * 2))}{text}"
    if chance.random() < 0.4:  # noqa: PLR2004
        text = f"{text}\n\n{chance.choice(cards)}"
    return text


@cache
def _frames(name: str) -> list[str]:
    lines = FRAMES.read_text("utf-8").splitlines()
    return [line.split(": ", 1)[1].replace("|", "\n") for line in lines if line.startswith(f"{name}: ")]


def rarity(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the weight of each meaning and spelling: the rarer the heavier, 0 if in fewer than two texts."""
    seen = np.zeros(MEANING + SPELLING)
    for text in texts:
        meanings, spellings, _ = counts(text)
        seen[list(meanings)] += 1
        seen[[MEANING + place for place in spellings]] += 1
    weights = np.log((1 + len(texts)) / (1 + seen)) + 1
    kept: NDArray[np.float32] = np.where(seen > 1, weights, 0).astype(np.float32)
    return kept


def matrix(texts: Sequence[str], weighed: NDArray[np.float32], model: str) -> csr_matrix:
    """Return the rows of texts, and beside them their vectors if a model is named."""
    places, numbers, starts = [], [], [0]
    for text in texts:
        where, what = row(text, weighed)
        places.append(where)
        numbers.append(what)
        starts.append(starts[-1] + len(where))
    rows = csr_matrix((np.concatenate(numbers), np.concatenate(places), starts), shape=(len(texts), SIZE))
    found = embedder(model)
    if found is None:
        return rows
    return hstack([rows, 3 * np.array([_vector(model, text) for text in texts])]).tocsr()


@cache
def _vector(model: str, text: str) -> NDArray[np.float32]:
    found = embedder(model)
    assert found is not None  # noqa: S101  (the caller asked)
    vector: NDArray[np.float32] = found.vectors([text])[0]
    return vector


def fit(rows: csr_matrix, truth: NDArray[np.int64], classes: int) -> Floats:
    """Return the weights of a multinomial logistic regression, the bias in the last row."""
    n, size = rows.shape
    back = rows.T.tocsr()
    target = np.zeros((n, classes))
    target[np.arange(n), truth] = 1

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(size + 1, classes)
        shares = softmax(rows @ weights[:-1] + weights[-1])
        value = -np.log(shares[np.arange(n), truth] + 1e-12).sum() + 0.5 * PENALTY * (weights[:-1] ** 2).sum()
        wrong = shares - target
        slope = np.vstack([back @ wrong + PENALTY * weights[:-1], wrong.sum(0)])
        return float(value), slope.ravel()

    found: Any = minimize(
        loss, np.zeros((size + 1) * classes), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    return np.asarray(found.x).reshape(size + 1, classes)


def softmax(scores: Floats) -> Floats:
    """Return shares that sum to one, a row at a time."""
    powers = np.exp(scores - scores.max(1, keepdims=True))
    shares: Floats = powers / powers.sum(1, keepdims=True)
    return shares


def train(model: str) -> None:
    """Learn one file of weights and write it."""
    data = [one for source in SOURCES for one in labelled(source)]
    classes = sorted({intent for intent, _, _ in data})
    truth = np.array([classes.index(intent) for intent, _, _ in data])
    # A row per text as it is, then the same texts framed: row i and row i + n are one text.
    texts = [said(text) for _, _, text in data]
    texts += [said(framed(text, language, seed)) for seed in range(FRAMED) for _, language, text in data]
    truth, own = np.tile(truth, 1 + FRAMED), np.tile(np.arange(len(data)), 1 + FRAMED)
    folds = (np.random.default_rng(SEED).permutation(len(data)) % FOLDS)[own]
    scores = np.zeros((len(texts), len(classes)))
    for fold in range(FOLDS):
        scores[folds == fold] = _learned(texts, truth, folds != fold, model)

    def surprise(heat: float) -> float:
        return float(-np.log(softmax(scores / heat)[np.arange(len(truth)), truth]).mean())

    best: Any = minimize_scalar(surprise, bounds=(0.2, 5), method="bounded")
    shares = softmax(scores / best.x)
    print(f"{model}: {len(data)} texts, heat {best.x:.2f}")
    for name, rows in _parts(len(data)):
        print(f"  {name}: {_told(shares[rows], truth[rows], classes.index('unsubscribe_request'))}")
    weighed = rarity(texts[: len(data)])
    weights = fit(matrix(texts, weighed, model), truth, len(classes))
    scale = np.abs(weights[:-1]).max(0) / 127
    name = "replies" if model == "none" else f"replies-{model}"
    np.savez_compressed(
        PLACE / f"{name}.npz",
        classes=np.array(classes),
        rarity=weighed.astype(np.float16),
        weights=np.round(weights[:-1] / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=weights[-1].astype(np.float32),
        heat=np.float32(round(float(best.x), 3)),
        source=np.array(digest_of_sources()),
    )
    print(f"  {name}.npz: {(PLACE / f'{name}.npz').stat().st_size:,} bytes")


def _learned(texts: Sequence[str], truth: NDArray[np.int64], known: NDArray[np.bool_], model: str) -> Floats:
    """Return the scores of the texts that are not known, by what the known ones teach."""
    inside, outside = np.flatnonzero(known).tolist(), np.flatnonzero(~known).tolist()
    seen = [texts[i] for i in inside]
    weighed = rarity(seen[: len(seen) // (1 + FRAMED)])
    weights = fit(matrix(seen, weighed, model), truth[inside], int(truth.max()) + 1)
    scores: Floats = matrix([texts[i] for i in outside], weighed, model) @ weights[:-1] + weights[-1]
    return scores


def _parts(count: int) -> Iterator[tuple[str, slice]]:
    """Yield a name and the rows of each file, of all of them, and of all of them framed."""
    start = 0
    for source in SOURCES:
        end = start + len(labelled(source))
        yield source.name, slice(start, end)
        start = end
    yield "all", slice(0, count)
    yield "all, framed", slice(count, 2 * count)


def _told(shares: Floats, truth: NDArray[np.int64], leaving: int) -> str:
    right = shares.argmax(1) == truth
    surest = np.argsort(-shares.max(1))[: int(0.7 * len(truth))]
    left = shares[truth == leaving].argmax(1) == leaving
    return (
        f"{right.mean():.3f} right, {right[surest].mean():.3f} on the surest 70 %, "
        f"{left.mean():.3f} of {len(left)} wishes to leave"
    )


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ("none", "minilm"):
        train(wanted)
