"""A part of a class of data goes from the database, a short transaction at a time, each written down.

Nobody waits for a batch for longer than it takes: a quarter of a second is aimed at. Rows that somebody else
holds are left for the next run. Between two batches there is a pause, in which who waits to write gets to.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any, Final

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.clock import Clock
from linkwright.db.engine import Database
from linkwright.db.pace import Pace
from linkwright.db.rows import run
from linkwright.queries import retention as records
from linkwright.queries import retention_due as queries
from linkwright.queries.retention_parts import COUNTED_LOOKS, Part
from linkwright.services.decision_shortening import shortened
from linkwright.services.retention_rules import Due
from linkwright.vocabulary import DataClass

_FIRST: Final = 100
_MOST: Final = 2000
_PAUSE: Final = 0.1


class Batches:
    """The removal of what is due of one policy of one user."""

    def __init__(self, database: Database, due: Due, *, clock: Clock, until: float) -> None:
        self._database, self._due, self._clock, self._until = database, due, clock, until
        self._pace = Pace(_FIRST, _MOST)
        self._records: dict[str | None, int] = {}
        self.rows = self.bytes = 0
        self.longest = 0.0

    async def run(self, part: Part) -> bool:
        """Remove all that is due of a part; return whether that was done in time."""
        async with self._database.reading() as session:
            statement = queries.scopes(part, self._due.user_id, self._due.before)
            scopes = (await session.scalars(statement)).all()
        for scope in scopes:
            after: tuple[Any, Any] | None = None
            while True:
                if monotonic() >= self._until:
                    return False
                async with self._database.transaction() as session:
                    await run(session, queries.BEGIN)
                    began = monotonic()
                    number, after = await self._batch(session, part, scope, after)
                took = monotonic() - began
                self.longest = max(self.longest, took)
                full = number == self._pace.number
                self._pace.took(took)
                if not full:
                    break
                await asyncio.sleep(min(took, _PAUSE))
        return True

    async def _batch(
        self, session: AsyncSession, part: Part, scope: Any, after: tuple[Any, Any] | None
    ) -> tuple[int, tuple[Any, Any] | None]:
        due, now = self._due, self._clock()
        statement = queries.batch(part, due.user_id, scope, due.before, after, self._pace.number)
        rows = (await run(session, statement)).mappings().all()
        if not rows:
            return 0, after
        keys = [row["key"] for row in rows]
        if part.change is not None:
            await run(session, queries.strip(part, keys, now))
        else:
            if part.data_class is DataClass.EVENTS and (looks := _looks(rows)):
                await run(session, queries.KEEP_LOOKS, looks)
            await run(session, queries.remove(part, scope, keys, rows[0]["moment"], rows[-1]["moment"]))
        if part.data_class is DataClass.DECISIONS:
            shorter = [
                {"row": row["key"], "shorter": shortened(row["output"])} for row in rows if row["output"]
            ]
            if shorter:
                await run(session, queries.SHORTEN, shorter)
        await self._write_down(session, part, scope, rows, now)
        return len(rows), (rows[-1]["moment"], rows[-1]["key"])

    async def _write_down(
        self, session: AsyncSession, part: Part, scope: Any, rows: Sequence[RowMapping], now: datetime
    ) -> None:
        number, size = Counter[str | None](), Counter[str | None]()
        for row in rows:
            place = scope if part.by_campaign else row["campaign_id"]
            number[place] += 1
            size[place] += row["bytes"]
        for place, count in number.items():
            if place in self._records:
                await run(session, records.note_more(self._records[place], count, size[place], now))
                continue
            values = {
                **self._due.written(),
                "campaign_id": place,
                "row_count": count,
                "byte_count": size[place],
                "removed_at": now,
            }
            self._records[place] = (await run(session, records.note(values))).scalar_one()
        self.rows += len(rows)
        self.bytes += size.total()


def _looks(rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Return what events have counted: of each letter, kind and agent the first moment and the number."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        if row["kind"] in COUNTED_LOOKS:
            names = ("campaign_id", "email_id", "kind", "agent")
            place = tuple(row[name] for name in names)
            # The oldest comes first.
            begun = {**dict(zip(names, place, strict=True)), "first_at": row["moment"], "number": 0}
            found.setdefault(place, begun)["number"] += 1
    return [found[place] for place in sorted(found)]
