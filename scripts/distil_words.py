"""Take vectors of words out of all-MiniLM-L6-v2: what each word piece means alone, in 128 numbers.

    .venv/bin/python scripts/distil_words.py

Needs the extra `local`, and gives the same file on the same machine. The pieces stand in their order
of use in the vocabulary, so how rare one is can be told from its place (Zipf's law). A piece weighs
a / (a + share), after Arora, Liang and Ma (2017), "A simple but tough-to-beat baseline for sentence
embeddings"; little words, names of one letter and numbers weigh nothing.
"""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwright.outreach.vectors import SentenceVectors

PLACE = Path(__file__).parent.parent / "src" / "linkwright" / "outreach" / "data"
NUMBERS = 128
WEIGHT = 1e-5
"""`a`: chosen on the pages of development among 1e-3 to 3e-6."""

FIRST = 1995
"""Where the words begin; before them stand marks and single letters."""

BATCH = 512
LITTLE = """
the a an and or of to in on at for from with without by is are was were be been it its this
that these those i you he she we they me my your his her our their them as but not no so if
then than too very can could will would should may might do does did have has had what which
who whom how why when where there here all any both each few more most other some such only own
same just also about into over under again out up down off once one two three four five six
seven eight ten
""".split()  # noqa: SIM905  (a list of a hundred strings is worse to read)


def alone(pieces: list[str]) -> NDArray[np.float32]:
    """Return what the model makes of each piece when nothing stands beside it."""
    session: Any = SentenceVectors()._session  # noqa: SLF001  (what makes the file may look inside)
    begin, end = pieces.index("[CLS]"), pieces.index("[SEP]")
    found = np.zeros((len(pieces), 384), np.float32)
    wanted = [place for place, piece in enumerate(pieces) if piece and not piece.startswith("[")]
    for start in range(0, len(wanted), BATCH):
        places = wanted[start : start + BATCH]
        ids = np.array([[begin, place, end] for place in places], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        found[places] = session.run(["last_hidden_state"], given)[0].mean(1)
    return found


def share(count: int) -> NDArray[np.float64]:
    """Return how often each piece is used, judged by its place."""
    places = np.maximum(np.arange(count), FIRST + 1)
    often = 1 / (places - FIRST + 50.0)
    shares: NDArray[np.float64] = often / often.sum()
    return shares


def main() -> None:
    """Write the file and say its digest."""
    pieces = (PLACE / "wordpieces.txt").read_text("utf-8").split("\n")
    table = alone(pieces)
    said = np.flatnonzero((table**2).sum(1) > 0)
    table[said] -= table[said].mean(0)
    # The directions in which the pieces differ most.
    _, _, directions = np.linalg.svd(table[said][::2], full_matrices=False)
    kept = np.array([place for place, piece in enumerate(pieces) if _means(piece)])
    rare = WEIGHT / (WEIGHT + share(len(pieces))[kept])
    rows = (table[kept] @ directions[:NUMBERS].T) * rare[:, None]
    scale = np.abs(rows).max(1) / 127
    path = PLACE / "meanings.npz"
    np.savez_compressed(
        path,
        rows=np.round(rows / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float32),
        places=kept.astype(np.uint16),
    )
    print(f"{path.name}: {len(kept):,} pieces, {path.stat().st_size:,} bytes")
    print(sha256(path.read_bytes()).hexdigest())


def _means(piece: str) -> bool:
    return piece not in LITTLE and bool(re.fullmatch(r"##[a-z]+|[a-z]{2,}", piece))


if __name__ == "__main__":
    main()
