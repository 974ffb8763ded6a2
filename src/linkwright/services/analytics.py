"""Analytics: what a campaign's days, weeks and months came to.

What each number means is said in `roll_up_columns`, how it is kept up to date in `roll_ups`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ScalarResult

from linkwright.errors import InvalidInput
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.queries import analytics as queries
from linkwright.schemas.analytics import AnalyticsCreate, AnalyticsQuery, RollUpSince
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.ownership import require_campaign
from linkwright.services.roll_up_records import records_of
from linkwright.services.roll_ups import RollUp, days_now


class Analytics:
    """Analytics, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def create(
        self, campaign_id: str, analytics_data: Mapping[str, Any] | AnalyticsCreate
    ) -> BacklinkingAnalytics:
        """Store the record of one period; of one that is there, what is given changes.

        Whatever a period's facts say is derived by `roll_up`, which will put its own in its place.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule, or `date` starts no such period.
            NotFound: the caller has no such campaign.
        """
        shape = parse(AnalyticsCreate, analytics_data)
        await require_campaign(self._context, campaign_id)
        now = self._context.now()
        values = {**shape.model_dump(), "campaign_id": campaign_id, "created_at": now, "updated_at": now}
        statement = queries.store(values, frozenset(shape.model_fields_set))
        rows: ScalarResult[BacklinkingAnalytics] = await self._session.scalars(
            statement.returning(BacklinkingAnalytics)
        )
        return rows.one()

    async def page(
        self,
        campaign_id: str,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        period_type: str | None = None,
    ) -> Sequence[BacklinkingAnalytics]:
        """Return a campaign's records whose period starts from `date_from` to `date_to`, in order.

        They are those that a roll-up would write at this moment. Nothing is written: what no roll-up has
        stored yet is counted for this answer alone, and such a record has no `id`.

        Raises:
            InvalidInput: a date has no time zone, the first is after the last, or `period_type` is not known.
            NotFound: the caller has no such campaign.
        """
        given = {"date_from": date_from, "date_to": date_to, "period_type": period_type}
        asked = parse(AnalyticsQuery, given)
        await require_campaign(self._context, campaign_id)
        rows = await self._session.scalars(
            queries.records(campaign_id, asked.date_from, asked.date_to, asked.period_type)
        )
        days = await days_now(self._context, campaign_id)
        return records_as_of(campaign_id, rows, days, asked, self._context.now())

    async def roll_up(self, campaign_id: str, since: date | None = None) -> int:
        """Bring the records of a campaign's days, weeks and months up to date.

        Only prospects about whom something was written since the last time are counted again; a late event
        restates the periods it belongs to. With `since`, whoever has a fact of that day or later is counted
        again whether known to have changed or not. Again, with the same facts on the same day, changes
        nothing. Returns how many records are new or different.

        Raises:
            InvalidInput: `since` is no date, or lies in the future.
            NotFound: the caller has no such campaign.
        """
        day = parse(RollUpSince, {"since": since}).since
        today = self._context.now().astimezone(UTC).date()
        if day is not None and day > today:
            raise InvalidInput("since", f"must not be after today, {today}", day.isoformat())
        work = RollUp(self._context, campaign_id)
        await work.claim(day)
        counted = await work.count()
        while counted:
            counted = await work.count(after=counted[-1])
        return await work.write()


def records_as_of(
    campaign_id: str,
    stored: Iterable[BacklinkingAnalytics],
    days: Mapping[date, Mapping[str, int]],
    asked: AnalyticsQuery,
    now: datetime,
) -> list[BacklinkingAnalytics]:
    """Return the records that a roll-up would leave of stored ones and of days, in order."""
    found = {(row.period_type, row.date): row for row in stored}
    for values in records_of(days, now.astimezone(UTC).date(), asked.asks_for):
        key = values["period_type"], values["date"]
        found[key] = _as_derived(campaign_id, found.get(key), values, now)
    return [found[key] for key in sorted(found, key=lambda key: (key[1], key[0]))]


def _as_derived(
    campaign_id: str, stored: BacklinkingAnalytics | None, values: Mapping[str, Any], now: datetime
) -> BacklinkingAnalytics:
    """Return a record as a roll-up would leave it, in no session: the stored one where that is the same."""
    if stored is None:
        return BacklinkingAnalytics(campaign_id=campaign_id, created_at=now, updated_at=now, **values)
    names = queries.derived(stored.period_type)
    if all(getattr(stored, name) == values[name] for name in names):
        return stored
    kept = {column.key: getattr(stored, column.key) for column in stored.__table__.columns}
    return BacklinkingAnalytics(**{**kept, **{name: values[name] for name in names}, "updated_at": now})
