"""Files that are there whole or not at all, however the program ends."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linkwright.errors import Conflict, StorageUnavailable

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def whole_file(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give an empty file to write in; leaving puts it in its place, an error leaves nothing.

    It is on the disk before it has its name, and nobody but its owner may read it. One that was left by
    a process that was killed is used again.

    Raises:
        Conflict: there is a file of this name, or another process is writing it.
        StorageUnavailable: the disk is full, or the folder cannot be written.
    """
    if path.exists() and not replace:
        raise Conflict(f"There already is a file {path}; nothing was written over it.")
    draft = path.parent / f".{path.name}.part"
    with storage_errors(path):
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"Another process is writing {path}.") from None
        try:
            with storage_errors(path):
                os.truncate(draft, 0)
                yield draft
                os.fsync(descriptor)
                draft.replace(path)
                _sync_folder(path.parent)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    finally:
        os.close(descriptor)


@contextmanager
def storage_errors(path: Path | str) -> Iterator[None]:
    """Turn what the system says of a file into a `StorageUnavailable` that names it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            problem, advice = f"The disk of {path} is full.", "Free space, then run the same command again."
        else:
            problem = f"{path} cannot be written ({error.strerror or type(error).__name__})."
            advice = "Check the path, the folder and its permissions."
        raise StorageUnavailable(problem, advice) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
