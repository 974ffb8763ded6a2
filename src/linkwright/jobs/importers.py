"""What an import is made of: a file's items, what became of each batch, and the sum of it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from linkwright.db.rows import run
from linkwright.parsing.refusals import Refusal
from linkwright.queries import imported
from linkwright.services.context import Context
from linkwright.services.email_sent_elsewhere import Outcome
from linkwright.vocabulary import ImportKind

SHOWN_REFUSALS: Final = 100
_COUNTED: Final = ("new", "same", "merged", "refused")


@dataclass(slots=True)
class Taken:
    """What became of one batch."""

    new: int = 0
    same: int = 0
    merged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    details: dict[str, int] = field(default_factory=dict)
    moved: bool = False

    @property
    def changed(self) -> bool:
        """Whether the database is not as it was."""
        return self.new > 0 or self.merged > 0 or self.moved

    def count(self, outcome: Outcome) -> None:
        """Count one item."""
        self.new += outcome is Outcome.NEW
        self.same += outcome is Outcome.SAME
        self.merged += outcome is Outcome.MERGED

    def tell(self, what: str, number: int, *, change: bool = True) -> None:
        """Count what else came of the batch; `change` says that it is written somewhere."""
        if number:
            self.details[what] = self.details.get(what, 0) + number
            self.moved = self.moved or change


@dataclass(slots=True)
class Summary:
    """What became of a whole file, over all runs that it took.

    `refusals` are the first of those that this run met; all are in the rejects file.
    """

    source: str
    kind: str
    target: str
    new: int = 0
    same: int = 0
    merged: int = 0
    refused: int = 0
    items: int = 0
    resumed_at: int = 0
    changed: bool = False
    dry_run: bool = False
    rejects: Path | None = None
    refusals: list[Refusal] = field(default_factory=list)
    details: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, taken: Taken, items: int) -> None:
        """Add a batch."""
        self.new += taken.new
        self.same += taken.same
        self.merged += taken.merged
        self.refused += len(taken.refused)
        self.items += items
        self.changed = self.changed or taken.changed
        self.refusals += taken.refused[: SHOWN_REFUSALS - len(self.refusals)]
        for what, number in taken.details.items():
            self.details[what] = self.details.get(what, 0) + number

    def counts(self) -> dict[str, int]:
        """Return what became of the items."""
        return {name: getattr(self, name) for name in _COUNTED}

    def as_kept(self) -> dict[str, Any]:
        """Return what the job's row keeps."""
        return {**self.counts(), "details": dict(self.details)}

    def go_on_from(self, kept: Mapping[str, Any], position: int) -> None:
        """Take over what a killed run had counted up to `position`."""
        self.items = self.resumed_at = position
        for name in _COUNTED:
            setattr(self, name, int(kept.get(name, 0)))
        self.details = {what: int(number) for what, number in (kept.get("details") or {}).items()}


class Importer(Protocol):
    """One kind of file: what it is made of, and how a batch of it enters the record."""

    kind: ClassVar[ImportKind]
    target: str
    source: str
    digest: str
    batch_size: int
    notes: list[str]

    def items(self) -> Iterator[Any]:
        """Yield the file's items, in the same order every time."""
        ...

    def weight(self, item: Any) -> int:
        """Return how much of `batch_size` an item takes, so that no batch outgrows the memory."""
        ...

    async def take(self, context: Context, items: Sequence[Any], *, last: bool) -> Taken:
        """Bring a batch into the record, inside a transaction that somebody else commits.

        Repeated, it must find everything the same.
        """
        ...

    def progress(self) -> tuple[int, int | None]:
        """Return how far `items` has come and how far it goes, in whatever measures both."""
        ...

    def check_unchanged(self) -> None:
        """Make sure that the file is still the one whose digest was taken.

        Raises:
            InvalidInput: it was written to in the meantime.
        """
        ...


async def hold_campaigns(context: Context) -> None:
    """Lock all campaigns of the user, before a batch that may touch several of them touches one.

    The rows of a file name campaigns in any order; two who lock in two orders wait for each other for good.
    """
    await run(context.session, imported.ALL_CAMPAIGNS, {"user_id": context.owner})
