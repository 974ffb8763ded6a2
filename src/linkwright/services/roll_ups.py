"""The roll-up: facts to shares, shares to days, days to the records of days, weeks and months.

Three steps, each of which may be a transaction of its own, and be repeated:

`claim`   marks the shares of the prospects about whom something was written since the last time.
`count`   counts some of those prospects again, and adds the differences to the days.
`write`   adds the days up and writes the records that are then different.

A roll-up that dies in between has lost nothing: what is marked stays marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.errors import NotFound
from linkwright.queries import analytics as records
from linkwright.queries import roll_ups as queries
from linkwright.queries.retention import gone_before
from linkwright.services.analytics_periods import day_start, summed
from linkwright.services.context import Context
from linkwright.services.roll_up_records import records_of, totals_of
from linkwright.services.roll_up_shares import Share, difference, share_of
from linkwright.services.roll_up_stories import read_stories
from linkwright.vocabulary import DataClass, PeriodType

AT_ONCE: Final = 500
"""Prospects to count at once: their rows are in memory together."""


class RollUp:
    """The roll-up of one campaign, inside a transaction that somebody else opened and will close."""

    def __init__(self, context: Context, campaign_id: str) -> None:
        self._context, self._session = context, context.session
        self._campaign_id = campaign_id

    async def claim(self, since: date | None = None) -> None:
        """Mark whoever has something new, and with `since` whoever has a fact of that day or later.

        Raises:
            NotFound: the caller has no such campaign.
        """
        campaign_id = self._campaign_id
        alone = queries.alone_in(campaign_id, self._context.owner)
        if await self._session.scalar(alone) is None:
            raise NotFound("campaign", campaign_id)
        now = self._context.now()
        # Held before the shares, as those do who count.
        state = (await self._session.execute(queries.state(campaign_id, held=True))).first()
        newest = dict((await self._session.execute(queries.newest())).mappings().one())
        if state is None:
            await self._session.execute(queries.mark(campaign_id, queries.everybody(campaign_id), now))
        elif newest != state.seen:
            touched = queries.touched(campaign_id, state.seen)
            await self._session.execute(queries.mark(campaign_id, touched, now))
        if state is not None and since is not None:
            again = queries.since(campaign_id, day_start(since))
            await self._session.execute(queries.mark(campaign_id, again, now))
        if state is None or newest != state.seen:
            await self._session.execute(queries.see(campaign_id, newest, now))

    async def count(self, after: int = -1) -> Sequence[int]:
        """Count some of the marked prospects again, from behind an id; return which, none when that was all.

        Each time from behind the last: on PostgreSQL the entries of those that are done stay in the index
        while anybody may still see them, and starting before them would lead through all of them again.
        """
        await self._session.execute(queries.state(self._campaign_id, held=True))
        rows = await self._session.execute(queries.stale(self._campaign_id, after, AT_ONCE))
        before: dict[int, Share] = dict(rows.all())
        if not before:
            return []
        stories = await read_stories(self._context, self._campaign_id, before)
        anew = {id_: share_of(story) for id_, story in stories.items()}
        await self._add_to_days(changed(before, anew))
        await self._save(before, anew)
        return sorted(before)

    async def write(self) -> int:
        """Write the records that differ from what the days add up to; return how many."""
        campaign_id, now = self._campaign_id, self._context.now()
        state = (await self._session.execute(queries.state(campaign_id, held=True))).one()
        days = dict((await self._session.execute(queries.days(campaign_id))).all())
        stored = await stored_records(self._context, campaign_id)
        gone = await self._session.scalar(gone_before(campaign_id, DataClass.ANALYTICS_DAILY.value))
        stamp = {"campaign_id": campaign_id, "created_at": now, "updated_at": now}
        different: dict[str, list[dict[str, Any]]] = {}
        for row in records_of(days, now.astimezone(UTC).date()):
            key = row["period_type"], row["date"]
            # The days stay where they are added up; only their records are gone, and stay so.
            if gone is not None and key[0] == PeriodType.DAILY and key[1] < gone:
                continue
            names = records.derived(row["period_type"])
            if key not in stored or any(stored[key][name] != row[name] for name in names):
                different.setdefault(row["period_type"], []).append({**stamp, **row})
        for kind, rows in different.items():
            for piece in _pieces(rows):
                await self._session.execute(records.refresh(kind, piece))
        totals = totals_of(days)
        if totals != state.totals:
            await self._session.execute(queries.save_totals(campaign_id, totals, now))
        return sum(len(rows) for rows in different.values())

    async def _add_to_days(self, change: Mapping[date, Counter[str]]) -> None:
        known: dict[date, Mapping[str, int]] = {}
        for days in _pieces(sorted(change)):
            known |= dict((await self._session.execute(queries.days(self._campaign_id, days))).all())
        rows = [
            {"campaign_id": self._campaign_id, "day": day, "numbers": _added(known.get(day, {}), change[day])}
            for day in sorted(change)
        ]
        for piece in _pieces(rows):
            await self._session.execute(queries.save_days(piece))

    async def _save(self, before: Mapping[int, Share], after: Mapping[int, Share]) -> None:
        gone = sorted(before.keys() - after.keys())
        if gone:
            await self._session.execute(queries.drop_shares(self._campaign_id, gone))
        rows = [
            {"key_campaign": self._campaign_id, "key": id_, "numbers": share}
            for id_, share in sorted(after.items())
        ]
        if rows:
            await run(self._session, queries.SAVE_SHARE, rows)


async def days_now(context: Context, campaign_id: str) -> dict[date, Mapping[str, int]]:
    """Return what a roll-up would make of a campaign's days at this moment. Writes nothing."""
    session = context.session
    state = (await session.execute(queries.state(campaign_id))).first()
    days: dict[date, Mapping[str, int]] = dict((await session.execute(queries.days(campaign_id))).all())
    known = queries.everybody(campaign_id) if state is None else queries.pending(campaign_id, state.seen)
    before = {
        row.opportunity_id: row.numbers or {}
        for row in await session.execute(queries.shares(campaign_id, known))
    }
    for ids in _pieces(sorted(before), AT_ONCE):
        stories = await read_stories(context, campaign_id, ids)
        after = {id_: share_of(story) for id_, story in stories.items()}
        for day, numbers in changed({id_: before[id_] for id_ in ids}, after).items():
            days[day] = _added(days.get(day, {}), numbers)
    return days


def changed(before: Mapping[int, Share], after: Mapping[int, Share]) -> dict[date, Counter[str]]:
    """Return what prospects add to the days now that they did not add before."""
    change: dict[date, Counter[str]] = {}
    for id_, old in before.items():
        for day, numbers in difference(after.get(id_, {}), old).items():
            change.setdefault(date.fromisoformat(day), Counter()).update(numbers)
    return {day: numbers for day, numbers in change.items() if any(numbers.values())}


async def stored_records(context: Context, campaign_id: str) -> dict[tuple[str, datetime], Mapping[str, Any]]:
    """Return what stands in the table, by period."""
    rows = (await context.session.execute(records.stored(campaign_id))).mappings()
    return {(row["period_type"], row["date"]): dict(row) for row in rows}


def _added(numbers: Mapping[str, int], change: Counter[str]) -> dict[str, int]:
    total = summed([numbers, change])
    return {name: total[name] for name in sorted(total) if total[name]}


def _pieces(things: Sequence[Any], size: int = 200) -> list[Any]:
    return [things[start : start + size] for start in range(0, len(things), size)]
