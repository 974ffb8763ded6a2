"""Prospects: the pages of a campaign where a guest post could earn a link."""

from collections.abc import Iterable, Mapping
from typing import Any

from linkwright.db.planning import in_index_order
from linkwright.errors import Conflict, DuplicateRow, InvalidInput, NotFound, OpportunityLimitReached
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.parsing.urls import domain_of
from linkwright.queries import opportunities as queries
from linkwright.schemas.opportunities import OpportunityCreate, OpportunityUpdate
from linkwright.schemas.validation import parse
from linkwright.services.erased_people import require_kept
from linkwright.services.history import Move, record_moves
from linkwright.services.opportunity_bulk import BulkResult, Input, add_all
from linkwright.services.opportunity_contacts import standing
from linkwright.services.opportunity_entry import MAY_NOT_BE_SUPPRESSED, counted, row_of, suppressed
from linkwright.services.opportunity_judgement import OpportunityJudgement
from linkwright.services.opportunity_outcomes import OpportunityOutcomes
from linkwright.services.ownership import require_campaign
from linkwright.services.pages import Page, cursor, page_size, place
from linkwright.services.roll_up_marks import mark_counted
from linkwright.services.suppression_reach import cancel_letters
from linkwright.vocabulary import LifeKind
from linkwright.vocabulary import OpportunityStatus as S

_ELSEWHERE = {
    "status": "moves by its own verbs (qualify, approve, reject, ...)",
    "campaign_id": "never changes",
    "domain": "follows from url",
    "ai_relevance_score": "is set by record_analysis",
    "ai_authority_score": "is set by record_analysis",
    "ai_content_quality_score": "is set by record_analysis",
    "ai_spam_risk_score": "is set by record_analysis",
    "ai_content_analysis": "is set by record_analysis",
    "ai_contact_recommendation": "is set by record_analysis",
    "link_url": "is set by record_link",
    "link_acquired": "is set by record_link",
    "link_placement_date": "is set by record_link",
    "user_override_decision": "is set by override",
}
_NEVER_EMPTY = ("url", "requires_images", "allows_links", "spam_score", "quality_score")


class Opportunities(OpportunityJudgement, OpportunityOutcomes):
    """Prospects, inside one transaction that somebody else opened and will close."""

    async def create(
        self, campaign_id: str, opportunity_data: Mapping[str, Any] | OpportunityCreate
    ) -> BacklinkOpportunity:
        """Add a prospect to a campaign. One whose contact may not be contacted enters as suppressed.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule; or the contact was erased.
            NotFound: the caller has no such campaign.
            DuplicateRow: the campaign has the page already.
            OpportunityLimitReached: the campaign has as many prospects as it may.
        """
        shape = parse(OpportunityCreate, opportunity_data)
        limit, present = await self._hold_campaign(campaign_id)
        values = row_of(campaign_id, shape, self._context.now())
        await self._require_new(campaign_id, shape.url)
        if limit is not None and present >= limit:
            raise OpportunityLimitReached(campaign_id, limit)
        unwilling = await self._unwilling(campaign_id, shape.contact_email)
        require_kept(unwilling.get(shape.contact_email or ""), "contact_email")
        if unwilling:
            suppressed(values)
        opportunity = BacklinkOpportunity(**values)
        self._session.add(opportunity)
        await self._session.flush()
        await self._session.execute(queries.count_up(campaign_id, **counted(values)))
        entered = Move(
            LifeKind.OPPORTUNITY, None, values["status"], self._context.now(), opportunity_id=opportunity.id
        )
        await self._record_entry(campaign_id, entered)
        return opportunity

    async def add_many(
        self, campaign_id: str, rows: Iterable[Input], *, numbers: Iterable[int] | None = None
    ) -> BulkResult:
        """Add many prospects, each page once. A broken row is refused and the others still land.

        A page that is there already is filled in where it was empty (see `opportunity_merge`),
        so that the same rows twice change nothing. `numbers` are the rows' numbers in the file they
        come from, for the refusals; otherwise they count from 1.

        Raises:
            NotFound: the caller has no such campaign.
            OpportunityLimitReached: the campaign may not have that many prospects. None of the rows lands.
        """
        limit, present = await self._hold_campaign(campaign_id)
        # The limit may be met in the middle. Whoever catches that and goes on with the
        # transaction must not keep the first half.
        async with self._session.begin_nested():
            return await add_all(self._context, campaign_id, rows, numbers, limit=limit, present=present)

    async def page(
        self, campaign_id: str, status: str | None = None, *, limit: int = 50, after: str | None = None
    ) -> Page[BacklinkOpportunity]:
        """Return a campaign's prospects, best first, from behind the cursor `after`.

        Raises:
            InvalidInput: the status, the limit or the cursor is none.
            NotFound: the caller has no such campaign.
        """
        if status is not None and status not in {member.value for member in S}:
            raise InvalidInput("status", f"must be one of: {', '.join(S)}", status)
        size = page_size(limit)
        scope = ("opportunities", campaign_id, status)
        key = None if after is None else place(after, scope, (float, float, int))
        await require_campaign(self._context, campaign_id)
        start = None if key is None else (float(key[0]), float(key[1]), int(key[2]))
        found = (await self._session.scalars(queries.page(campaign_id, status, size + 1, start))).all()
        if len(found) <= size:
            return Page(found, None)
        last = found[size - 1]
        ends = (last.ai_relevance_score, last.ai_authority_score, last.id)
        return Page(found[:size], cursor(scope, ends))

    async def update(
        self, opportunity_id: int, changes: Mapping[str, Any] | OpportunityUpdate
    ) -> BacklinkOpportunity:
        """Change what is known about a prospect; None clears a field that may be empty.

        A new contact who may not be contacted suppresses the prospect, and what waits to be sent to it
        is cancelled.

        Raises:
            InvalidInput: a key is unknown, has its own verb, or a value breaks a rule; or the new contact
                was erased.
            NotFound: there is none for this owner.
            DuplicateRow: the new url is another prospect's of the campaign.
        """
        values = _changes(changes)
        # With the campaign where letters may be cancelled: the counts are locked twice then.
        held = await self._hold(opportunity_id, with_campaign=values.get("contact_email") is not None)
        least, most = (values.get(name, getattr(held, name)) for name in ("word_count_min", "word_count_max"))
        if least is not None and most is not None and least > most:
            raise InvalidInput("word_count_min", "must not be above word_count_max", least)
        if "url" in values and values["url"] != held.url:
            await self._require_new(held.campaign_id, values["url"])
            values["domain"] = domain_of(values["url"])
        path: list[str] = []
        email = values.get("contact_email")
        unwilling = {} if email == held.contact_email else await self._unwilling(held.campaign_id, email)
        require_kept(unwilling.get(email or ""), "contact_email")
        if unwilling:
            path = [] if held.status in MAY_NOT_BE_SUPPRESSED else [S.SUPPRESSED]
        why = "the new contact may not be contacted"
        changed = await self._walk(held, path, why if path else None, **values)
        if path:
            await cancel_letters(self._context, held.campaign_id, held.id, why)
        return changed

    async def delete(self, opportunity_id: int) -> None:
        """Remove a prospect that was recorded by mistake.

        Raises:
            NotFound: there is none for this owner.
            Conflict: something was written to it, even a draft, or decided about it, which may
                have cost money: that would be forgotten with it.
        """
        held = await self._hold(opportunity_id, with_campaign=True, from_children=True)
        emails, decisions = (await self._session.execute(queries.children(held.campaign_id, held.id))).one()
        if emails or decisions:
            raise Conflict(
                f"Opportunity {held.id} has {emails} emails and {decisions} decisions and stays;"
                " expire or reject it instead."
            )
        counters = counted(held.__dict__)
        counts = {(LifeKind.OPPORTUNITY.value, held.status): -1}
        await self._session.delete(held)
        await self._session.flush()
        lost = {name: -number for name, number in counters.items()}
        await self._session.execute(queries.count_up(held.campaign_id, **lost))
        await record_moves(self._context, held.campaign_id, [], also=counts)
        await mark_counted(self._session, held.campaign_id, [opportunity_id], self._context.now())

    async def _require_new(self, campaign_id: str, url: str) -> None:
        """Refuse a page that the campaign has already."""
        async with in_index_order(self._session):
            found = await self._session.execute(queries.ids_by_url(campaign_id, [url]))
        if found.one()[1] is not None:
            raise DuplicateRow("opportunity", url)

    async def _hold_campaign(self, campaign_id: str) -> tuple[int | None, int]:
        """Keep others from adding to a campaign; return its limit and how many prospects it has."""
        found = (
            await self._session.execute(queries.campaign_locked(campaign_id, self._context.owner))
        ).one_or_none()
        if found is None:
            raise NotFound("campaign", campaign_id)
        return found.max_opportunities, found.total_opportunities or 0

    async def _unwilling(self, campaign_id: str, address: str | None) -> Mapping[str, str]:
        return {} if address is None else await standing(self._context, campaign_id, [address])

    async def _record_entry(self, campaign_id: str, entered: Move) -> None:
        """Count a prospect; where it begins elsewhere than at the beginning, write that down."""
        if entered.new == S.DISCOVERED:
            also = {(LifeKind.OPPORTUNITY.value, S.DISCOVERED.value): 1}
            await record_moves(self._context, campaign_id, [], also=also)
        else:
            await record_moves(self._context, campaign_id, [entered])


def _changes(changes: Mapping[str, Any] | OpportunityUpdate) -> dict[str, Any]:
    if isinstance(changes, Mapping):
        for name, rule in _ELSEWHERE.items():
            if name in changes:
                raise InvalidInput(name, rule)
    values = parse(OpportunityUpdate, changes).model_dump(exclude_unset=True)
    for name in _NEVER_EMPTY:
        if name in values and values[name] is None:
            raise InvalidInput(name, "is required")
    return values
