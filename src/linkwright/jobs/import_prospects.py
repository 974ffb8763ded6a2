"""Bring prospects into a campaign, from any of the formats that are known or mapped.

A page that is there already gets what it lacked and loses nothing; its life is moved on where the
file knows more of it, and never back (see `services.opportunity_imported`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from linkwright.jobs.fingerprints import Fingerprint
from linkwright.jobs.importing import Taken
from linkwright.parsing.formats import (
    Format,
    Prospect,
    Record,
    open_prospects,
    read_prospects,
)
from linkwright.parsing.refusals import Refusal
from linkwright.services.context import Context
from linkwright.services.opportunities import Opportunities
from linkwright.vocabulary import ImportKind

BATCH: Final = 5_000
_PIECE: Final = 4_000
# Our own export has them, and they follow from the mails that are recorded.
_DERIVED: Final = ("email_open_rate", "response_time_hours")


class ProspectsImporter:
    """One file of prospects, or of the mails and answers that another tool kept of them.

    Raises:
        InvalidInput: the file cannot be read, or its format is not known.
    """

    kind: ClassVar[ImportKind] = ImportKind.PROSPECTS

    def __init__(
        self,
        path: Path | str,
        campaign_id: str = "",
        *,
        mapping: Mapping[str, str] | None = None,
        sheet: str | None = None,
    ) -> None:
        self._table, self._format = open_prospects(path, mapping=mapping, sheet=sheet)
        self._print = Fingerprint([Path(path)], {"map": dict(mapping or {}), "sheet": sheet})
        self._row = 0
        self.target, self.source, self.digest = campaign_id, str(path), self._print.digest
        self.batch_size = BATCH
        self.notes = [f"Format: {self._format.title}.", *self._table.notes]

    @property
    def format(self) -> Format:
        """The format that was recognised."""
        return self._format

    @property
    def lines(self) -> int | None:
        """How many lines the file has, where its kind says."""
        return self._table.lines

    def items(self) -> Iterator[Record | Refusal]:
        """Yield what each row says."""
        for record in read_prospects(self._table, self._format):
            self._row = record.row
            yield record

    def progress(self) -> tuple[int, int | None]:
        """Return the line that was read last, and the number of lines."""
        return self._row, self._table.lines

    def check_unchanged(self) -> None:
        """Make sure that the file is still the one that was opened."""
        self._print.check_unchanged()

    def weight(self, item: Record | Refusal) -> int:
        """Return how much of a batch a row takes: long texts and refused lines count for many."""
        if isinstance(item, Refusal):
            return 1 + (len(item.value) // _PIECE if isinstance(item.value, str) else 0)
        texts: list[Any] = [*item.extra.values()]
        if isinstance(item, Prospect):
            texts += [*item.values.values(), item.description]
        else:
            texts.append(item.body)
        return 1 + sum(len(text) for text in texts if isinstance(text, str)) // _PIECE

    async def take(self, context: Context, items: Sequence[Record | Refusal], *, last: bool) -> Taken:  # noqa: ARG002
        """Bring a batch into the campaign."""
        taken = Taken(refused=[item for item in items if isinstance(item, Refusal)])
        prospects = [item for item in items if isinstance(item, Prospect)]
        if prospects:
            await _take_prospects(context, self.target, prospects, taken)
        taken.refused.sort(key=lambda refusal: refusal.row)
        return taken


async def _take_prospects(
    context: Context, campaign_id: str, prospects: Sequence[Prospect], taken: Taken
) -> None:
    result = await Opportunities(context).add_many(
        campaign_id, map(_columns, prospects), numbers=(prospect.row for prospect in prospects)
    )
    taken.new += result.new
    taken.same += result.same
    taken.merged += result.merged
    taken.refused += [Refusal.of(error, 0) for error in result.refused]


def _columns(prospect: Prospect) -> dict[str, Any]:
    columns = prospect.as_opportunity()
    for name in _DERIVED:
        columns.pop(name, None)
    return columns
