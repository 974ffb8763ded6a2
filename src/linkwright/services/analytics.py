"""Analytics: what a campaign's days, weeks and months came to.

The columns, all counted by UTC day from the facts:

opportunities_discovered, _contacted, _responded, _published
    Prospects whose moment of that name is on the day.
links_acquired
    Prospects with a link that was placed on the day (or published, where the placing is not dated).
emails_sent, _delivered, _bounced
    Emails whose moment of that name is on the day.
emails_opened, emails_clicked
    Emails whose first opening or click by anything but a machine is on the day: an email
    counts once in its life, so days add up.
responses_received
    Responses by a person (positive, negative, neutral) received on the day.
positive_responses, negative_responses, auto_replies
    Responses of that type; automatic are `auto_reply` and `out_of_office`.
ai_emails_generated
    Emails written on the day with `ai_model_used`.
ai_responses_analyzed
    Responses received on the day that have been given an intent.
ai_accuracy_score
    Of the responses received on the day whose sentiment a person judged as well, the share in
    which the model's label was the person's. NULL when there is none.
ai_cost_incurred
    The cost of the decisions made on the day.
user_reviews_provided
    Ratings of prospects found, of emails written and reviews of responses received on the
    day. A rating has no moment of its own, so it counts for the day of what it rates.
user_satisfaction_score
    The mean rating of the emails written on the day, one star being 0 and five being 1.
    NULL when there is none.

A week or month is the sum of its stored days; its two scores are means over its things. A day
without facts has no record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ScalarResult

from linkwright.errors import InvalidInput, NotFound
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.queries import analytics as queries
from linkwright.queries import campaigns as campaign_queries
from linkwright.schemas.analytics import AnalyticsCreate, AnalyticsQuery, RollUpDays
from linkwright.schemas.validation import parse
from linkwright.services.analytics_periods import Days, day_start, surroundings
from linkwright.services.context import Context

ROWS_AT_ONCE = 200


class Analytics:
    """Analytics, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def create(
        self, campaign_id: str, analytics_data: Mapping[str, Any] | AnalyticsCreate
    ) -> BacklinkingAnalytics:
        """Store the record of one period; of one that is there, what is given changes.

        Counts of days that have facts are derived by `roll_up`, which will put its own in their place.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule, or `date` starts no such period.
            NotFound: the caller has no such campaign.
        """
        shape = parse(AnalyticsCreate, analytics_data)
        await self._require_campaign(campaign_id)
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

        Raises:
            InvalidInput: a date has no time zone, or `period_type` is not known.
            NotFound: the caller has no such campaign.
        """
        given = {"date_from": date_from, "date_to": date_to, "period_type": period_type}
        asked = parse(AnalyticsQuery, given)
        await self._require_campaign(campaign_id)
        rows = await self._session.scalars(
            queries.records(campaign_id, asked.date_from, asked.date_to, asked.period_type)
        )
        return rows.all()

    async def roll_up(self, campaign_id: str, first: date | None = None, last: date | None = None) -> int:
        """Derive the records of the days from `first` to `last`, and of their weeks and months.

        By default all days from the campaign's first fact until today. Again, with the same
        facts, changes nothing. Returns how many records are new or different.

        Raises:
            InvalidInput: `first` is after `last`, or a date is no date.
            NotFound: the caller has no such campaign.
        """
        days = parse(RollUpDays, {"first": first, "last": last})
        # Two roll-ups at once would each sum weeks from days the other is changing.
        locked = campaign_queries.locked_campaign(campaign_id, self._context.owner)
        if await self._session.scalar(locked) is None:
            raise NotFound("campaign", campaign_id)
        last = days.last or self._context.now().astimezone(UTC).date()
        first = days.first or await self._first_day(campaign_id) or last
        if first > last:
            if days.first is None:
                return 0
            raise InvalidInput("first", f"must not be after {last}", first)
        rows = await self._derive(campaign_id, first, last)
        changed = 0
        for start in range(0, len(rows), ROWS_AT_ONCE):
            written = await self._session.scalars(queries.refresh(rows[start : start + ROWS_AT_ONCE]))
            changed += len(written.all())
        return changed

    async def _derive(self, campaign_id: str, first: date, last: date) -> list[dict[str, Any]]:
        start, end = day_start(first), day_start(last + timedelta(days=1))
        around = [day_start(day) for day in surroundings(first, last)]
        days = Days(first, last)
        for row in await self._session.scalars(queries.daily_rows(campaign_id, *around)):
            days.add_stored(row.date.date(), row.__dict__)
        facts = await self._session.execute(queries.facts_by_day(campaign_id, start, end))
        days.add_facts(facts)
        sums = await self._session.execute(queries.sums_by_day(campaign_id, *around))
        days.add_sums(sums)
        now = self._context.now()
        stamp = {"campaign_id": campaign_id, "created_at": now, "updated_at": now}
        return [
            {**stamp, "period_type": kind.value, "date": day_start(first_day), **values}
            for kind, first_day, values in days.periods()
        ]

    async def _first_day(self, campaign_id: str) -> date | None:
        moment = await self._session.scalar(queries.first_fact(campaign_id))
        return None if moment is None else moment.astimezone(UTC).date()

    async def _require_campaign(self, campaign_id: str) -> None:
        exists = campaign_queries.campaign_exists(campaign_id, self._context.owner)
        if await self._session.scalar(exists) is None:
            raise NotFound("campaign", campaign_id)
