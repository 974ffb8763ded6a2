"""What makes two files the same import: their bytes and the options that change their meaning."""

import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from linkwright.errors import InvalidInput

_PIECE: Final = 1 << 20


class Fingerprint:
    """The digest of one or many files, and whether they are still as they were when it was taken.

    With `lenient` a file that cannot be read counts as just that: whoever reads it refuses it.

    Raises:
        InvalidInput: a file cannot be read.
    """

    def __init__(
        self,
        files: Iterable[Path],
        options: Mapping[str, Any],
        *,
        field: str = "file",
        lenient: bool = False,
    ) -> None:
        self._field = field
        self._seen: dict[Path, tuple[int, int]] = {}
        self.size = 0
        whole = sha256(orjson.dumps(dict(options), option=orjson.OPT_SORT_KEYS))
        for path in files:
            try:
                with path.open("rb") as stream:
                    status = os.fstat(stream.fileno())
                    self._seen[path] = (status.st_size, status.st_mtime_ns)
                    one = sha256()
                    while piece := stream.read(_PIECE):
                        one.update(piece)
            except (OSError, ValueError) as error:
                if lenient:
                    whole.update(b"unreadable")
                    continue
                reason = getattr(error, "strerror", None) or "the name is not one a file can have"
                raise InvalidInput(field, f"must be readable: {reason}", str(path)) from None
            self.size += status.st_size
            whole.update(one.digest())
        self.digest: Final = whole.hexdigest()

    def check_unchanged(self) -> None:
        """Make sure that nobody wrote to the files since.

        Raises:
            InvalidInput: somebody did.
        """
        for path, seen in self._seen.items():
            try:
                status = path.stat()
                now = (status.st_size, status.st_mtime_ns)
            except OSError:
                now = (-1, -1)
            if now != seen:
                rule = "must not change while it is imported; run this again when nobody writes to it"
                raise InvalidInput(self._field, rule, str(path))
