"""How the place of a file is written down."""

import os


def written(path: str | os.PathLike[str]) -> str:
    r"""Return a path as text that can be kept, shown and sent.

    The names of files are bytes, and old ones are not always UTF-8: what is none becomes U+FFFD.

    >>> written("caf\udce9.csv") == "caf\ufffd.csv"
    True
    """
    return os.fsencode(path).decode("utf-8", "replace")
