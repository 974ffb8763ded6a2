"""Where archives lie: a folder of this machine, or whatever a URL names (`s3://`, `gs://`, `memory://`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import IO, Any, Final, Self

from linkwright.errors import Damaged, InvalidInput, StorageUnavailable
from linkwright.settings import Settings

_CHUNK: Final = 1 << 20


class Storage:
    """One place for archives. Its URL may hold a secret, and is in no message."""

    def __init__(self, url: str) -> None:
        """Open the place; nothing is made there before something is written.

        Raises:
            InvalidInput: the URL is of a kind that is not known here.
            StorageUnavailable: the packages of the extra `archive` are missing.
        """
        self._filesystem, self.root = _opened(url)
        self.local: Final = "file" in _names(self._filesystem.protocol)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Open the place that the settings name."""
        return cls(settings.archive_url.get_secret_value())

    @property
    def filesystem(self) -> Any:
        """The file system, as fsspec knows it."""
        return self._filesystem

    def path(self, *names: str) -> str:
        """Return the path of something in the place."""
        return "/".join([self.root.rstrip("/"), *names])

    @contextmanager
    def writing(self, *names: str) -> Iterator[IO[bytes]]:
        """Give a file to write in; leaving brings it to the disk."""
        with _failures(names):
            new = not self._filesystem.exists(self.path(*names[:-1]))
            self._filesystem.makedirs(self.path(*names[:-1]), exist_ok=True)
            with self._filesystem.open(self.path(*names), "wb") as stream:
                yield stream
            if self.local:
                for path in (self.path(*names), self.path(*names[:-1]), *([self.root] if new else [])):
                    _sync(path)

    @contextmanager
    def reading(self, *names: str) -> Iterator[IO[bytes]]:
        """Give a file to read."""
        with _failures(names), self._filesystem.open(self.path(*names), "rb") as stream:
            yield stream

    def read(self, *names: str) -> bytes:
        """Return what is in a file."""
        with self.reading(*names) as stream:
            return stream.read()

    def digest(self, *names: str) -> str:
        """Return the SHA-256 of a file."""
        digest = sha256()
        with self.reading(*names) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def has(self, folder: str) -> bool:
        """Say whether a folder is there."""
        with _failures((folder,)):
            return bool(self._filesystem.exists(self.path(folder)))

    def remove(self, folder: str) -> None:
        """Remove a folder with what is in it; one that is not there is no harm."""
        with _failures((folder,)):
            if self._filesystem.exists(self.path(folder)):
                self._filesystem.rm(self.path(folder), recursive=True)


def _opened(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415  (only archives need it)
        from fsspec.registry import known_implementations  # noqa: PLC0415
    except ImportError:
        raise missing("fsspec") from None
    try:
        filesystem, root = url_to_fs(url)
    except ImportError:
        # Which package it is: fsspec's own words for the kind, never those of the URL.
        kind = url.partition("://")[0].rpartition("::")[2]
        how = known_implementations.get(kind, {}).get("err", "Install the one that fsspec needs for it")
        raise StorageUnavailable(
            "This kind of storage needs a package that is not here.", f"{how}."
        ) from None
    except Exception:  # noqa: BLE001  (whatever a file system says of its URL may repeat a secret)
        raise InvalidInput("archive_url", "must be a folder, or a URL of a kind that fsspec knows") from None
    return filesystem, root


def missing(package: str) -> StorageUnavailable:
    """Return the error that says which package is not installed."""
    return StorageUnavailable(f"{package} is not installed.", "Install Linkwright with the extra `archive`.")


@contextmanager
def _failures(names: tuple[str, ...]) -> Iterator[None]:
    what = "/".join(names)
    try:
        yield
    except FileNotFoundError as error:
        raise Damaged(f"The archive {names[0]}", f"{what} is not there") from error
    except OSError as error:
        raise StorageUnavailable(
            f"The storage of archives fails at {what} ({error.strerror or type(error).__name__}).",
            "Free space or give this user access, then run the same command again.",
        ) from error


def _names(protocol: Any) -> tuple[str, ...]:
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
