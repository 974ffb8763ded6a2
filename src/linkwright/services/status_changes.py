"""Histories: who moved what from which state to which, why and when. Read here, written by every verb."""

from __future__ import annotations

from linkwright.errors import InvalidInput, NotFound
from linkwright.models.status_changes import StatusChange
from linkwright.queries import status_changes as queries
from linkwright.services.context import Context
from linkwright.services.delivery_reports import known_campaign, known_id
from linkwright.services.pages import Page, cursor, page_size, place
from linkwright.vocabulary import LifeKind


class StatusChanges:
    """The histories of lives, inside one transaction that somebody else opened and will close."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def page(
        self, kind: str, identity: str | int, *, after: str | None = None, limit: int = 50
    ) -> Page[StatusChange]:
        """Return the moves of a campaign, an opportunity or an email, in the order they were written down.

        An opportunity's history has the moves of its emails in it. A fact that was heard of late
        stands where it was heard of; `changed_at` is when it happened.

        Raises:
            InvalidInput: `kind` has no life, or the cursor or the limit is none.
            NotFound: there is no such thing for this owner.
        """
        if kind not in {member.value for member in LifeKind}:
            raise InvalidInput("kind", f"must be one of: {', '.join(LifeKind)}", kind)
        life, size = LifeKind(kind), page_size(limit)
        known = known_campaign(identity) if life is LifeKind.CAMPAIGN else known_id(life.value, identity)
        scope = ("history", life.value, str(known))
        start = None if after is None else int(place(after, scope, [int])[0])
        session = self._ctx.session
        campaign_id = await session.scalar(queries.campaign_of(life, known, self._ctx.owner))
        if campaign_id is None:
            raise NotFound(life.value, identity)
        statement = queries.page(life, known, campaign_id, after=start, limit=size + 1)
        found = (await session.scalars(statement)).all()
        return Page(found[:size], cursor(scope, [found[size - 1].id]) if len(found) > size else None)
