"""What is in the columns of rows, for proving that two sides have the same without a look at each value."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from linkwright.archive.tables import load_arrow


class Contents:
    """The digest of rows, by column. Equal digests are equal rows, in whatever pieces they came."""

    def __init__(self, names: Sequence[str]) -> None:
        self._arrow, _ = load_arrow()
        # What is there, how long it is, and what it says: each is one stream over all rows.
        self._digests = {name: (sha256(), sha256(), sha256()) for name in names}

    def add(self, batch: Any) -> None:
        """Add rows, an Arrow batch."""
        types, compute = self._arrow.types, self._arrow.compute
        for (there, length, said), column in zip(self._digests.values(), batch.columns, strict=True):
            there.update(column.is_valid().to_numpy(zero_copy_only=False).tobytes())
            values = column.drop_null()
            if types.is_string(values.type) or types.is_binary(values.type):
                length.update(compute.binary_length(values).to_numpy(zero_copy_only=False).tobytes())
                if len(values):
                    _, ends, data = values.buffers()
                    place = memoryview(ends).cast("i")[values.offset : values.offset + len(values) + 1]
                    said.update(b"" if data is None else memoryview(data)[place[0] : place[-1]])
            else:
                said.update(values.to_numpy(zero_copy_only=False).tobytes())

    def digest(self) -> str:
        """Return the digest of all that was added."""
        whole = sha256()
        for name, streams in self._digests.items():
            whole.update(name.encode())
            for stream in streams:
                whole.update(stream.digest())
        return whole.hexdigest()


def agree(here: Any, kept: Any, forgets: Sequence[str] = ()) -> bool:
    """Say whether two Arrow tables have the same rows; in `forgets`, NULL may stand for anything.

    Columns in `forgets` are those whose value goes when the row that they point at is deleted.
    """
    arrow, _ = load_arrow()
    if len(here) != len(kept):
        return False
    for name in here.column_names:
        one, other = here[name], kept[name]
        if one.equals(other):
            continue
        if name not in forgets:
            return False
        same = arrow.compute.equal(one, other).fill_null(fill_value=False)
        if not arrow.compute.all(arrow.compute.or_(one.is_null(), same)).as_py():
            return False
    return True
