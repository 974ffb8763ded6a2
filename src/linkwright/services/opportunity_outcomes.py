"""What comes of a prospect: an answer, terms, a link, silence, or a wish to be left alone."""

from datetime import datetime
from typing import Final

from linkwright.errors import Conflict, IllegalMove, InvalidInput, Suppressed
from linkwright.lives import path
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.parsing.urls import canonical_url
from linkwright.queries import opportunities as queries
from linkwright.services.attribution import attribute_prospect
from linkwright.services.email_rules import moment
from linkwright.services.history import require_allowed
from linkwright.services.opportunity_contacts import standing
from linkwright.services.opportunity_rows import OpportunityRows, checked_reason
from linkwright.services.suppression_reach import cancel_letters
from linkwright.vocabulary import LifeKind
from linkwright.vocabulary import OpportunityStatus as S

# The way to a link that is there does not lead over states that say there will be none.
_NOT_TO_A_LINK: Final = frozenset({S.SUPPRESSED, S.REJECTED, S.DECLINED, S.NO_RESPONSE, S.EXPIRED})


class OpportunityOutcomes(OpportunityRows):
    """The moves after contact that are not an email's doing, and those of the link."""

    async def decline(self, opportunity_id: int, reason: str | None = None) -> BacklinkOpportunity:
        """Record that they said no.

        Raises:
            IllegalMove: nobody was asked, or the link is there.
            NotFound: there is none for this owner.
        """
        return await self._step(opportunity_id, S.DECLINED, reason)

    async def expire(self, opportunity_id: int, reason: str | None = None) -> BacklinkOpportunity:
        """Give a prospect up because its time is over.

        Raises:
            IllegalMove: the life has no such move from here.
            NotFound: there is none for this owner.
        """
        return await self._step(opportunity_id, S.EXPIRED, reason)

    async def negotiate(self, opportunity_id: int, reason: str | None = None) -> BacklinkOpportunity:
        """Talk terms with somebody who answered.

        Raises:
            IllegalMove: nobody answered.
            NotFound: there is none for this owner.
        """
        return await self._step(opportunity_id, S.NEGOTIATING, reason)

    async def accept(self, opportunity_id: int, reason: str | None = None) -> BacklinkOpportunity:
        """Record that they said yes.

        Raises:
            IllegalMove: nobody answered.
            NotFound: there is none for this owner.
        """
        return await self._step(opportunity_id, S.ACCEPTED, reason)

    async def mark_no_response(self, opportunity_id: int, reason: str | None = None) -> BacklinkOpportunity:
        """Stop waiting for an answer.

        Raises:
            IllegalMove: nothing is waited for.
            NotFound: there is none for this owner.
        """
        return await self._step(opportunity_id, S.NO_RESPONSE, reason)

    async def record_link(
        self, opportunity_id: int, url: str, *, evidence: str, published_at: datetime | None = None
    ) -> BacklinkOpportunity:
        """Record that the link is live: where, since when, and who or what says so.

        A fact may come before the states that lead to it: each of those is then recorded too.
        A link that nobody asked for leaves `contacted_at` empty. Saying it twice changes nothing.

        Raises:
            InvalidInput: no page, no evidence, or a moment before the prospect was written to.
            Conflict: another link is recorded as live.
            IllegalMove: the prospect was rejected or is suppressed.
            NotFound: there is none for this owner.
        """
        page = canonical_url(url, field="link_url")
        evidence = _evidence(evidence)
        now = self._context.now()
        held = await self._hold(opportunity_id, with_campaign=True)
        if held.status == S.PUBLISHED and held.link_url in {None, page}:
            if held.link_url == page:
                return held
        elif held.status == S.PUBLISHED:
            raise Conflict(
                f"Opportunity {held.id} has a live link on {held.link_url}; record that as lost first."
            )
        at = _link_moment(held, published_at, now)
        way = _way_to_a_link(held)
        if not held.link_acquired:
            await self._session.execute(queries.count_up(held.campaign_id, links=1))
        linked = await self._walk(
            held,
            way,
            evidence,
            published_at=held.published_at or at,
            link_acquired=True,
            link_url=page,
            link_placement_date=held.link_placement_date or at,
        )
        await attribute_prospect(self._context, held.campaign_id, held.id)
        return linked

    async def record_link_lost(self, opportunity_id: int, *, evidence: str) -> BacklinkOpportunity:
        """Record that a live link is gone. That it was acquired stays true. Saying it twice changes nothing.

        Raises:
            IllegalMove: no link is live, or was.
            NotFound: there is none for this owner.
        """
        evidence = _evidence(evidence)
        held = await self._hold(opportunity_id)
        if held.status == S.LINK_LOST:
            return held
        require_allowed(LifeKind.OPPORTUNITY, held.id, held.status, S.LINK_LOST)
        return await self._walk(held, [S.LINK_LOST], evidence)

    async def record_link_restored(self, opportunity_id: int, *, evidence: str) -> BacklinkOpportunity:
        """Record that a lost link is live again, on the page where it was.

        Raises:
            IllegalMove: no link was lost.
            NotFound: there is none for this owner.
        """
        evidence = _evidence(evidence)
        held = await self._hold(opportunity_id)
        if held.status != S.LINK_LOST:
            raise IllegalMove(
                "opportunity", held.id, old=held.status, new=S.PUBLISHED, rule="no link was lost"
            )
        return await self._walk(held, [S.PUBLISHED], evidence)

    async def suppress(self, opportunity_id: int, reason: str) -> BacklinkOpportunity:
        """Leave this one prospect alone, and cancel what waits to be sent to it.

        To leave a person alone, in all campaigns, see `Suppressions`.

        Raises:
            InvalidInput: no reason is given.
            IllegalMove: its link is or was live, or it is suppressed already.
            NotFound: there is none for this owner.
        """
        checked_reason(reason, required=True)
        # With the campaign: the counts are locked twice, which only those may who are alone in it.
        held = await self._hold(opportunity_id, with_campaign=True)
        require_allowed(LifeKind.OPPORTUNITY, held.id, held.status, S.SUPPRESSED)
        await self._walk(held, [S.SUPPRESSED], reason)
        await cancel_letters(self._context, held.campaign_id, held.id, reason)
        return held

    async def lift(self, opportunity_id: int, reason: str) -> BacklinkOpportunity:
        """Let a suppressed prospect be written to again; the history says who lifted it and why.

        Raises:
            InvalidInput: no reason is given.
            Suppressed: the person behind it is still suppressed; that is to be lifted first.
            IllegalMove: it is not suppressed.
            NotFound: there is none for this owner.
        """
        checked_reason(reason, required=True)
        held = await self._hold(opportunity_id)
        if held.status != S.SUPPRESSED:
            raise IllegalMove(
                "opportunity", held.id, old=held.status, new=S.QUALIFIED, rule="it is not suppressed"
            )
        if held.contact_email is not None:
            still = await standing(self._context, held.campaign_id, [held.contact_email])
            if held.contact_email in still:
                raise Suppressed(still[held.contact_email])
        return await self._walk(held, [S.QUALIFIED], reason)


def _way_to_a_link(held: BacklinkOpportunity) -> list[str]:
    if held.status == S.PUBLISHED:
        return []
    if held.status == S.REJECTED:
        raise IllegalMove("opportunity", held.id, old=held.status, new=S.PUBLISHED, rule="qualify it first")
    way = path(LifeKind.OPPORTUNITY, held.status, S.PUBLISHED, avoiding=_NOT_TO_A_LINK)
    if held.status == S.SUPPRESSED or not way:
        raise IllegalMove("opportunity", held.id, old=held.status, new=S.PUBLISHED)
    return way


def _evidence(evidence: object) -> str:
    try:
        return checked_reason(evidence, required=True) or ""
    except InvalidInput as error:
        raise InvalidInput("evidence", error.rule, evidence) from None


def _link_moment(held: BacklinkOpportunity, given: datetime | None, now: datetime) -> datetime:
    if given is None:
        return now
    given = moment(given, "published_at", now)
    before = [at for at in (held.contacted_at, held.responded_at) if at is not None]
    if before and given < max(before):
        raise InvalidInput(
            "published_at", "must not be before the prospect was written to or answered", given
        )
    if given > now:
        raise InvalidInput("published_at", "must not lie in the future", given)
    return given
