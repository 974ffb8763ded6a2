"""Many prospects at once: checked, canonical, each page once, counted, in one transaction.

While PostgreSQL takes in one chunk, the next is being checked; and between the pieces of a
chunk everybody else on the event loop gets a turn.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any, Final

from linkwright.db.bulk import insert_many, next_ids
from linkwright.db.planning import in_index_order
from linkwright.errors import InvalidInput, OpportunityLimitReached
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.status_changes import StatusChange
from linkwright.queries import opportunities as queries
from linkwright.schemas.opportunities import OpportunityCreate
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.erased_people import erased_of, refused
from linkwright.services.history import Move, record_moves
from linkwright.services.opportunity_contacts import standing
from linkwright.services.opportunity_entry import (
    COLUMNS,
    counted,
    in_order,
    row_of,
    suppressed,
)
from linkwright.services.opportunity_merge import COMPARED, FILLED, additions
from linkwright.services.roll_up_marks import mark_counted
from linkwright.vocabulary import LifeKind
from linkwright.vocabulary import OpportunityStatus as S

CHUNK: Final = 1_000
_TURN: Final = 100
"""Rows to check before others get their turn: some three milliseconds."""

_HISTORY: Final = ("campaign_id", "kind", "opportunity_id", "new_status", "actor", "changed_at")

Input = Mapping[str, Any] | OpportunityCreate
Values = dict[str, Any]


@dataclass(slots=True)
class BulkResult:
    """What became of each row: new, known and the same, known and now fuller, or refused.

    `ids` has the prospect of each row, in the order of the rows; None where it was refused.
    `filled` are those that were known and got something they lacked.
    """

    new: int = 0
    same: int = 0
    merged: int = 0
    refused: list[InvalidInput] = field(default_factory=list)
    ids: list[int | None] = field(default_factory=list)
    filled: set[int] = field(default_factory=set)


async def add_all(
    context: Context,
    campaign_id: str,
    rows: Iterable[Input],
    numbers: Iterable[int] | None,
    *,
    limit: int | None,
    present: int,
) -> BulkResult:
    """Add prospects to a campaign that the caller holds. See `Opportunities.add_many`."""
    adding = _Adding(context, campaign_id, limit, present)
    arriving: asyncio.Task[None] | None = None
    try:
        for chunk in _chunks(zip(numbers or count(1), rows, strict=False)):
            checked = await adding.check(chunk)
            numbered = [number for number, _ in chunk]
            if arriving is not None:
                await arriving
            arriving = asyncio.create_task(adding.insert(await adding.settle(checked, numbered)))
        if arriving is not None:
            await arriving
    finally:
        # Nobody may use the connection, or roll it back, under a running insert.
        if arriving is not None and not arriving.done():
            await asyncio.wait([arriving])
    await adding.count()
    return adding.result


def _chunks(rows: Iterable[tuple[int, Input]]) -> Iterator[list[tuple[int, Input]]]:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


class _Adding:
    """One call of `add_all`: what it has counted so far, and what becomes of a chunk."""

    def __init__(self, context: Context, campaign_id: str, limit: int | None, present: int) -> None:
        self._context, self._session, self._now = context, context.session, context.now()
        self._campaign_id, self._limit, self._present = campaign_id, limit, present
        self._counters: Counter[str] = Counter()
        self._states: Counter[tuple[str, str]] = Counter()
        self._moves: list[Move] = []
        self._unwilling: Mapping[str, str] = {}
        self.result = BulkResult()

    async def check(self, chunk: Sequence[tuple[int, Input]]) -> list[Values | None]:
        """Return the values of each row, None for the refused ones. The database is not asked."""
        checked: list[Values | None] = []
        for place, (number, data) in enumerate(chunk):
            if place % _TURN == 0:
                await asyncio.sleep(0)
            try:
                shape = parse(OpportunityCreate, data, row=number)
                checked.append(row_of(self._campaign_id, shape, self._now, row=number))
            except InvalidInput as error:
                self.result.refused.append(error)
                checked.append(None)
        return checked

    async def settle(self, checked: list[Values | None], numbers: Sequence[int]) -> list[Values]:
        """Compare a chunk with the database and with itself; return the new rows, with their ids."""
        await self._keep_out(checked, numbers)
        rows = [values for values in checked if values is not None]
        if not rows:
            self.result.ids += [None] * len(checked)
            return []
        asked = queries.ids_by_url(self._campaign_id, {values["url"]: None for values in rows})
        async with in_index_order(self._session):
            found = await self._session.execute(asked)
        known: dict[str, int] = {url: id_ for url, id_ in found if id_ is not None}
        fresh: dict[str, Values] = {}
        repeated: dict[int, list[Values]] = {}
        for values in rows:
            url = values["url"]
            if url in known:
                repeated.setdefault(known[url], []).append(values)
            elif url in fresh:
                self._count_repeated(_merge(fresh[url], values))
            else:
                fresh[url] = values
        await self._enter(list(fresh.values()))
        if repeated:
            await self._merge_into_known(repeated)
        self.result.ids += [
            None if values is None else known.get(values["url"]) or fresh[values["url"]]["id"]
            for values in checked
        ]
        return list(fresh.values())

    async def insert(self, fresh: Sequence[Values]) -> None:
        """Insert rows that are new, and the history of those that do not begin at the beginning."""
        await insert_many(
            self._session,
            BacklinkOpportunity,
            ["id", *COLUMNS],
            [(values["id"], *in_order(values)) for values in fresh],
        )
        await insert_many(
            self._session,
            StatusChange,
            _HISTORY,
            [
                (
                    self._campaign_id,
                    LifeKind.OPPORTUNITY.value,
                    values["id"],
                    values["status"],
                    self._context.actor,
                    self._now,
                )
                for values in fresh
                if values["status"] != S.DISCOVERED
            ],
        )

    async def count(self) -> None:
        """Move the campaign's counters and counts, at the very end: these locks come last."""
        if self._counters["total"]:
            await self._session.execute(queries.count_up(self._campaign_id, **self._counters))
        await record_moves(self._context, self._campaign_id, self._moves, also=self._states)

    async def _keep_out(self, checked: list[Values | None], numbers: Sequence[int]) -> None:
        """Refuse the rows of who was erased; find out who of the others may not be contacted."""
        addresses = {values["contact_email"] for values in checked if values is not None} - {None}
        self._unwilling = (
            await standing(self._context, self._campaign_id, addresses) if addresses else dict[str, str]()
        )
        erased = erased_of(self._unwilling)
        for place, values in enumerate(checked):
            if values is not None and values["contact_email"] in erased:
                self.result.refused.append(refused("contact_email", row=numbers[place]))
                checked[place] = None

    async def _enter(self, fresh: Sequence[Values]) -> None:
        if not fresh:
            return
        self._present += len(fresh)
        if self._limit is not None and self._present > self._limit:
            raise OpportunityLimitReached(self._campaign_id, self._limit)
        ids = await next_ids(self._session, BacklinkOpportunity, len(fresh))
        for id_, values in zip(ids, fresh, strict=True):
            values["id"] = id_
            if values["contact_email"] in self._unwilling:
                suppressed(values)
            self._counters.update(counted(values))
            self._states[LifeKind.OPPORTUNITY.value, values["status"]] += 1
        self.result.new += len(fresh)

    async def _merge_into_known(self, repeated: Mapping[int, Sequence[Values]]) -> None:
        found = await self._session.execute(
            queries.known_of(list(repeated), filled=FILLED, compared=COMPARED)
        )
        changed: dict[int, tuple[str, Values]] = {}
        for row in found.mappings():
            before = dict(row)
            added: Values = {}
            for values in repeated[row["id"]]:
                more = _merge(before, values)
                self._count_repeated(more)
                added |= more
            if added:
                changed[row["id"]] = (row["status"], added)
        self.result.filled.update(changed)
        by_columns: dict[tuple[str, ...], list[Values]] = {}
        for id_, (_, added) in changed.items():
            by_columns.setdefault(tuple(sorted(added)), []).append({"row_id": id_, **added})
        connection = await self._session.connection()
        for names, parameters in by_columns.items():
            await connection.execute(queries.fill_in(names), parameters)
        await self._leave_alone(changed)
        await mark_counted(self._session, self._campaign_id, list(changed), self._now)

    async def _leave_alone(self, changed: Mapping[int, tuple[str, Values]]) -> None:
        """Suppress known prospects to whom a row has added the address of somebody who said no."""
        moves = [
            Move(LifeKind.OPPORTUNITY, status, S.SUPPRESSED, self._now, opportunity_id=id_)
            for id_, (status, added) in changed.items()
            if added.get("contact_email") in self._unwilling
            and status not in {S.SUPPRESSED, S.PUBLISHED, S.LINK_LOST}
        ]
        if moves:
            ids = [move.opportunity_id for move in moves if move.opportunity_id is not None]
            await self._session.execute(queries.suppress(ids))
            self._moves += moves

    def _count_repeated(self, added: Values) -> None:
        if added:
            self.result.merged += 1
        else:
            self.result.same += 1


def _merge(into: Values, again: Values) -> Values:
    """Fill the row `into` from another of the same page; return what that added."""
    added = additions(into, again)
    into |= added
    return added
