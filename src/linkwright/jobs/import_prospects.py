"""Bring prospects into a campaign, from any of the formats that are known or mapped.

A page that is there already gets what it lacked and loses nothing; its life is moved on where the
file knows more of it, and never back (see `services.opportunity_imported`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from linkwright.jobs.fingerprints import Fingerprint
from linkwright.jobs.import_alwrity import LEADS, take_attempts, take_replies
from linkwright.jobs.importers import Taken, hold_campaigns
from linkwright.jobs.places import written
from linkwright.parsing.formats import (
    Attempt,
    Format,
    Prospect,
    Record,
    Reply,
    open_prospects,
    read_prospects,
)
from linkwright.parsing.refusals import Refusal
from linkwright.services.context import Context
from linkwright.services.inbound_rematching import match_again
from linkwright.services.opportunities import Opportunities
from linkwright.services.opportunity_imported import Claim, ImportedProspects
from linkwright.vocabulary import ImportKind, OpportunityStatus

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
        self.target, self.source, self.digest = campaign_id, written(path), self._print.digest
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

    def progress(self) -> tuple[int, int | None]:
        """Return the line that was read last, and the number of lines."""
        return self._row, self._table.lines

    def check_unchanged(self) -> None:
        """Make sure that the file is still the one that was opened."""
        self._print.check_unchanged()

    async def take(self, context: Context, items: Sequence[Record | Refusal], *, last: bool) -> Taken:
        """Bring a batch into the campaign."""
        if any(_reaches_elsewhere(item) for item in items):
            await hold_campaigns(context)
        taken = Taken(refused=[item for item in items if isinstance(item, Refusal)])
        if prospects := [item for item in items if isinstance(item, Prospect)]:
            await _take_prospects(context, self.target, prospects, taken)
        if attempts := [item for item in items if isinstance(item, Attempt)]:
            await take_attempts(context, self.target, attempts, taken)
        if replies := [item for item in items if isinstance(item, Reply)]:
            await take_replies(context, self.target, replies, taken)
        if attempts and last and context.owner is not None:
            taken.tell("answers found", await match_again(context, context.owner))
        taken.refused.sort(key=lambda refusal: refusal.row)
        return taken


def _reaches_elsewhere(item: Record | Refusal) -> bool:
    """Say whether a row may touch other campaigns: of whoever is left alone, or has answered."""
    if isinstance(item, Prospect):
        return item.status == OpportunityStatus.SUPPRESSED
    return isinstance(item, (Attempt, Reply))


async def _take_prospects(
    context: Context, campaign_id: str, prospects: Sequence[Prospect], taken: Taken
) -> None:
    rows = [_columns(prospect) for prospect in prospects]
    result = await Opportunities(context).add_many(
        campaign_id, rows, numbers=(prospect.row for prospect in prospects)
    )
    imported = ImportedProspects(context)
    pairs = [(row, id_) for row, id_ in zip(rows, result.ids, strict=True) if id_ is not None]
    fuller: set[int] = set()
    if result.same or result.merged:
        told = [(id_, facts) for row, id_ in pairs if (facts := row.get("ai_content_analysis")) is not None]
        fuller = await imported.add_facts(campaign_id, told)
    claims = [_claim(row, id_) for row, id_ in pairs if row.get("status", _FRESH) != _FRESH]
    if claims:
        fuller |= await imported.bring_forward(campaign_id, claims)
    # Rows that `add_many` found nothing new in, and that turned out to say more after all.
    more = min(len(fuller - result.filled), result.same)
    taken.new += result.new
    taken.same += result.same - more
    taken.merged += result.merged + more
    taken.refused += [Refusal.of(error, 0) for error in result.refused]


_FRESH: Final = OpportunityStatus.DISCOVERED


def _columns(prospect: Prospect) -> dict[str, Any]:
    columns = prospect.as_opportunity()
    for name in _DERIVED:
        columns.pop(name, None)
    if prospect.source == LEADS and (lead_id := prospect.extra.get("lead_id")) is not None:
        # A list, because two leads may turn out to be one page.
        columns["ai_content_analysis"][LEADS] = {
            **columns["ai_content_analysis"][LEADS],
            "lead_ids": [lead_id],
        }
    return columns


def _claim(row: Mapping[str, Any], opportunity_id: int) -> Claim:
    facts = (row.get("ai_content_analysis") or {}).get(LEADS)
    word = facts.get("status") if isinstance(facts, dict) else None
    return Claim(
        opportunity_id,
        row["status"],
        row.get("contact_email"),
        row,
        unsubscribed=isinstance(word, str) and word.strip().lower() == "unsubscribed",
    )
