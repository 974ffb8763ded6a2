"""A person out of files beside the database: lists of refused rows, exports, reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from linkwright.errors import InvalidInput, StorageUnavailable
from linkwright.jobs.export import FORMAT
from linkwright.jobs.whole_files import whole_file
from linkwright.parsing.traces import Traces

_TEXTS: Final = frozenset(
    {".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt", ".md", ".html", ".log", ".toml"}
)

_FIRST: Final = 200


def is_ours(sources: Iterable[str]) -> Iterator[Path]:
    """Give the lists of refused rows of imported files, where they are in their usual places."""
    for source in sources:
        path = Path(source)
        for folder in (Path(), path.parent):
            rejects = folder / f"{path.name}.rejects.csv"
            if rejects.is_file():
                yield rejects.resolve()


def clean_file(path: Path, traces: Traces) -> int | None:
    """Take a person out of a file; return the lines that changed, or None where that cannot be done.

    Raises:
        InvalidInput: there is no such file.
        StorageUnavailable: it cannot be read, or not be written.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InvalidInput("file", "must be a file or a folder that is there", str(path)) from None
    except OSError as error:
        problem = f"{path} cannot be read ({error.strerror or type(error).__name__})."
        raise StorageUnavailable(problem, "Check the path and its permissions.") from error
    text = content.decode("utf-8", "surrogateescape")
    cleaned = traces.cleaned(text)
    if cleaned == text:
        return 0
    if path.suffix.lower() not in _TEXTS or FORMAT.encode() in content[:_FIRST]:
        return None  # An exported campaign says by a digest that nobody changed it.
    with whole_file(path, replace=True) as draft:
        draft.write_bytes(cleaned.encode("utf-8", "surrogateescape"))
    before, after = text.split("\n"), cleaned.split("\n")
    return sum(was != now for was, now in zip(before, after, strict=False)) or 1
