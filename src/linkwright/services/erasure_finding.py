"""Where a person is in a user's records: their own rows first, then whatever else names them.

Nothing is held while looking; who changes the rows looks at them again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import RowMapping, Select, Table
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.rows import table
from linkwright.models import (
    AIDecision,
    BacklinkingEmail,
    BacklinkingResponse,
    BacklinkOpportunity,
    EmailEvent,
    InboundMessage,
    StatusChange,
)
from linkwright.parsing.traces import Traces
from linkwright.queries import erasure as queries
from linkwright.services.decision_texts import TEXTS
from linkwright.services.erasure_rows import Own, changes

_PROSPECT: Final = table(BacklinkOpportunity)
_EMAIL: Final = table(BacklinkingEmail)
_RESPONSE: Final = table(BacklinkingResponse)
_MESSAGE: Final = table(InboundMessage)
_DECISION: Final = table(AIDecision)

_ROOTS: Final = (
    (_PROSPECT, "contact_email"),
    (_EMAIL, "to_email"),
    (_RESPONSE, "from_email"),
    (_MESSAGE, "from_address"),
)
_KEYS_AT_ONCE: Final = 5000
_ROWS_AT_ONCE: Final = 500


@dataclass(slots=True)
class Found:
    """All rows that tell of a person, by table, by key; and how the person is known."""

    traces: Traces
    own: Own = field(default_factory=Own)
    rows: defaultdict[Table, set[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(set))
    contents: set[str] = field(default_factory=set)
    spellings: set[str] = field(default_factory=set)
    theirs: defaultdict[Table, dict[tuple[Any, ...], RowMapping]] = field(
        default_factory=lambda: defaultdict(dict)
    )


async def find(
    session: AsyncSession, user_id: int, address: str, known: Mapping[str, Sequence[str]]
) -> Found:
    """Look through all of a user's records for a person."""
    also = known.get("also", ())
    found = Found(Traces(address, known.get("names", ()), also), spellings={address})
    found.own.names.update(known.get("names", ()))
    found.own.digests.update(known.get("digests", ()))
    looking = _Looking(session, user_id, found)
    for one, column in _ROOTS:
        await looking.roots(one, column)
    # The names that the records have: found elsewhere, they are the person's too.
    found.traces = Traces(address, sorted(found.own.names), also)
    await looking.children()
    for one in queries.tables_with_texts():
        await looking.mentions(one)
    await looking.contents()
    return found


class _Looking:
    """One search, in the order in which own rows are known by their parents."""

    def __init__(self, session: AsyncSession, user_id: int, found: Found) -> None:
        self._session, self._user_id, self._found = session, user_id, found

    async def roots(self, one: Table, column: str) -> None:
        patterns = self._found.traces.patterns()
        for row in await self._rows(queries.with_address(one, column, self._user_id, patterns)):
            if self._found.traces.theirs(row[column]):
                self._take(one, row)
                if one in {_PROSPECT, _EMAIL}:
                    self._found.spellings.add(row[column])

    async def children(self) -> None:
        own = self._found.own
        for one, column in (
            (_RESPONSE, "email_id"),
            (_MESSAGE, "email_id"),
            (table(EmailEvent), "email_id"),
            (table(StatusChange), "email_id"),
            (_DECISION, "email_id"),
        ):
            await self._children(one, column, own.emails)
        for one in (_MESSAGE, _DECISION):
            await self._children(one, "response_id", own.responses)
        for one in (table(StatusChange), _DECISION):
            await self._children(one, "opportunity_id", own.opportunities)

    async def mentions(self, one: Table) -> None:
        """Look again with Python: the database finds somewhat more."""
        found = self._found
        statement = queries.mentioning(one, self._user_id, found.traces.patterns())
        result = await self._session.stream(statement.execution_options(yield_per=_ROWS_AT_ONCE))
        try:
            async for row in result.mappings():
                if changes(one, row, found.traces, found.own):
                    found.rows[one].add(queries.key_of(one, row))
        finally:
            await result.close()

    async def contents(self) -> None:
        """Find the prompts and outputs that name the person, or are of the person alone."""
        found = self._found
        statement = queries.contents_mentioning(self._user_id, found.traces.patterns())
        for row in await self._rows(statement):
            if found.traces.cleaned(row["text"]) != row["text"]:
                found.own.gone.add(row["digest"])
        shared: set[str] = set()
        for row in await self._pointing_at(found.own.digests | found.own.gone):
            if changes(_DECISION, row, found.traces, found.own):
                found.rows[_DECISION].add((row["id"],))
            if not found.own.has(_DECISION.name, row, found.traces):
                shared.update(row[name] for name in TEXTS.values())
        found.contents.update(found.own.gone | (found.own.digests - shared))

    async def _pointing_at(self, digests: set[str]) -> list[RowMapping]:
        keys, rows = sorted(digests), list[RowMapping]()
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            rows += await self._rows(queries.pointing_at(self._user_id, some))
        return rows

    async def _children(self, one: Table, column: str, ids: set[int]) -> None:
        keys = sorted(ids)
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            for row in await self._rows(queries.children(one, self._user_id, column, some)):
                if self._found.own.has(one.name, row, self._found.traces):
                    self._take(one, row)

    def _take(self, one: Table, row: RowMapping) -> None:
        self._found.own.meet(one.name, row, self._found.traces)
        self._found.theirs[one][queries.key_of(one, row)] = row
        if changes(one, row, self._found.traces, self._found.own):
            self._found.rows[one].add(queries.key_of(one, row))

    async def _rows(self, statement: Select[Any]) -> Sequence[RowMapping]:
        found: Sequence[RowMapping] = (await self._session.execute(statement)).mappings().all()
        return found
