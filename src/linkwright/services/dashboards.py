"""The dashboard: what all of a user's campaigns come to, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from linkwright.queries import archived_campaigns as archived
from linkwright.queries import dashboards as queries
from linkwright.schemas.fields import EARLIEST
from linkwright.schemas.figures import CampaignLine, Dashboard, Waiting
from linkwright.services.archived_campaigns import as_campaign
from linkwright.services.context import Context
from linkwright.services.figures import figures_of, rate_of
from linkwright.services.ownership import require_user
from linkwright.vocabulary import EmailStatus

_FUNNEL = {
    "found": "total_opportunities",
    "contacted": "contacted_opportunities",
    "responded": "responded_opportunities",
    "links": "successful_links",
}


class Dashboards:
    """Dashboards, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def get(self, user_id: int, *, include_archived: bool = False) -> Dashboard:
        """Return what a user's newest campaigns come to, at the same cost whatever their size.

        The funnel and the lines are counters, true at this moment; the figures are those of the last
        roll-ups, and `figures.counted_at` says when these last changed. Archived campaigns are in both with
        what they came to; only with `include_archived` have they lines of their own.

        Raises:
            NotFound: there is no such user, or the caller is bound to another.
        """
        await require_user(self._context, user_id)
        here = (await self._session.execute(queries.campaigns(user_id))).all()
        away = (await self._session.execute(archived.newest(user_id, queries.MOST_CAMPAIGNS + 1))).all()
        # As many and in the order in which they would be, were none of them archived.
        rows = sorted([*here, *map(as_campaign, away)], key=_age, reverse=True)
        shown = rows[: queries.MOST_CAMPAIGNS]
        moments = [row.counted_at for row in shown if row.counted_at is not None]
        totals = [row.totals for row in shown if row.totals]
        return Dashboard(
            user_id=user_id,
            funnel={
                name: sum(getattr(row, column) or 0 for row in shown) for name, column in _FUNNEL.items()
            },
            figures=figures_of(totals, self._context.now(), max(moments, default=None)),
            campaigns=[_line(row) for row in shown if include_archived or not _is_archived(row)],
            needs_a_person=await self._needs_a_person(user_id),
            more_campaigns=len(rows) > len(shown),
            archived_campaigns=sum(map(_is_archived, shown)),
        )

    async def _needs_a_person(self, user_id: int) -> list[Waiting]:
        letters = dict((await self._session.execute(queries.letters(user_id))).all())
        unread, asking = (await self._session.execute(queries.answers(user_id))).one()
        strangers = await self._session.scalar(queries.messages(user_id)) or 0
        most = queries.MOST_COUNTED
        found = (
            Waiting("answers to read", asking, unread >= most),
            *_letters(letters),
            Waiting("messages that belong to no letter", strangers, strangers >= most),
        )
        return [each for each in found if each.number]


def _age(row: Any) -> tuple[datetime, str]:
    return row.created_at or EARLIEST, row.id


def _is_archived(row: Any) -> bool:
    return getattr(row, "archived", False)


def _letters(letters: dict[str, int]) -> Iterator[Waiting]:
    stuck = (EmailStatus.SEND_UNKNOWN, EmailStatus.FAILED, EmailStatus.BLOCKED)
    yield Waiting("letters to approve", int(letters.get(EmailStatus.DRAFT, 0)))
    yield Waiting("letters to settle", int(sum(letters.get(state, 0) for state in stuck)))


def _line(row: Any) -> CampaignLine:
    contacted, responded = row.contacted_opportunities or 0, row.responded_opportunities or 0
    links = row.successful_links or 0
    return CampaignLine(
        campaign_id=row.id,
        name=row.name,
        status=row.status,
        total_opportunities=row.total_opportunities or 0,
        contacted_opportunities=contacted,
        responded_opportunities=responded,
        successful_links=links,
        actual_cost=row.actual_cost or 0.0,
        reply_rate=rate_of(responded, contacted),
        link_rate=rate_of(links, contacted),
        archived=_is_archived(row),
    )
