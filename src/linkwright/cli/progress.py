"""How far a long command is: shown where a person looks on; what programs read stays clean of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import Progress, ProgressColumn


class Told(Protocol):
    """Takes how much is done and, where it is known, of how much."""

    def __call__(self, done: int, total: int | None = None, /) -> None:
        """Show it."""


@contextmanager
def progress(*columns: ProgressColumn, what: str = "", quiet: bool = False) -> Iterator[Told | None]:
    """Give what is to be told of each step; None where nobody would see it."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def told(done: int, total: int | None = None, /) -> None:
            bar.update(task, completed=done, total=total or None)

        yield told
