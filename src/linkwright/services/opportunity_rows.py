"""One prospect, found, held and moved: what all its verbs are made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from linkwright.errors import IllegalMove, InvalidInput, NotFound
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.queries import opportunities as queries
from linkwright.services.attribution import attribute_prospect
from linkwright.services.context import Context
from linkwright.services.decision_rows import note, verdict_of
from linkwright.services.delivery_reports import known_id
from linkwright.services.history import record_moves, require_allowed, steps
from linkwright.services.roll_up_marks import COUNTED_OF_PROSPECTS, is_counted, mark_counted
from linkwright.vocabulary import DeciderKind, LifeKind

_LONGEST_REASON = 2_000


class OpportunityRows:
    """Prospects, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def get(self, opportunity_id: int) -> BacklinkOpportunity:
        """Return a prospect.

        Raises:
            NotFound: there is none for this owner.
        """
        found = await self._session.scalar(
            queries.by_id(known_id("opportunity", opportunity_id), self._context.owner)
        )
        if found is None:
            raise NotFound("opportunity", opportunity_id)
        return found

    async def _hold(
        self, opportunity_id: int, *, with_campaign: bool = False, from_children: bool = False
    ) -> BacklinkOpportunity:
        """Return a prospect as it is now and keep others from changing it, or from writing to it, too.

        A verb that will move the campaign's counters asks for the campaign too, and gets it
        first: see the lock order in `history`.
        """
        owner = self._context.owner
        if with_campaign:
            campaign_id = await self._session.scalar(
                queries.campaign_of(known_id("opportunity", opportunity_id), owner)
            )
            if campaign_id is not None:
                await self._session.execute(queries.campaign_locked(campaign_id, owner))
        # What a caller changed on an object but did not flush would be overwritten by the reading.
        await self._session.flush()
        found = await self._session.scalar(
            queries.locked(known_id("opportunity", opportunity_id), owner, from_children=from_children)
        )
        if found is None:
            raise NotFound("opportunity", opportunity_id)
        return found

    async def _step(
        self, opportunity_id: int, new: str, reason: str | None = None, **changes: Any
    ) -> BacklinkOpportunity:
        """Make the one move to `new` and set `changes` with it."""
        reason = checked_reason(reason)
        held = await self._hold(opportunity_id)
        require_allowed(LifeKind.OPPORTUNITY, held.id, held.status, new)
        return await self._walk(held, [new], reason, **changes)

    async def _walk(
        self,
        held: BacklinkOpportunity,
        path: Sequence[str],
        reason: str | None,
        *,
        at: datetime | None = None,
        decision: Mapping[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> BacklinkOpportunity:
        """Make moves that are known to be allowed, and write them down, with the `decision` behind them.

        `more` is what the caller adds to the decision about a model call.
        """
        old = held.status
        for name, value in changes.items():
            setattr(held, name, value)
        if path:
            held.status = str(path[-1])
        await self._session.flush()
        moves = steps(
            LifeKind.OPPORTUNITY,
            old,
            path,
            at or self._context.now(),
            opportunity_id=held.id,
            reason=reason,
        )
        counts = None
        if decision is not None:
            owner = self._context.owner or await self._session.scalar(queries.owner_of(held.campaign_id)) or 0
            entry = {**decision, "campaign_id": held.campaign_id, "opportunity_id": held.id}
            counts = await note(self._context, owner, entry, more)
        await record_moves(self._context, held.campaign_id, moves, also=counts)
        if not moves and is_counted(changes, COUNTED_OF_PROSPECTS):
            await mark_counted(self._session, held.campaign_id, [held.id], self._context.now())
        if decision is not None and decision["decided_by"] == DeciderKind.USER:
            await attribute_prospect(self._context, held.campaign_id, held.id)
        return held

    def _verdict(self, held: BacklinkOpportunity, action: str, reason: str | None) -> dict[str, Any]:
        """Return what the ledger says of a yes or no to writing to a prospect."""
        recommended = held.ai_contact_recommendation
        return {
            **verdict_of(self._context.actor),
            "factor": "contact",
            "action": action,
            "reasoning": reason,
            "context": None if recommended is None else {"recommended": recommended},
        }

    def _by_person(self, held: BacklinkOpportunity, new: str) -> None:
        """Refuse a move that only a person may make.

        Raises:
            IllegalMove: somebody else asks.
        """
        if not self._context.by_person:
            raise IllegalMove(
                "opportunity", held.id, old=held.status, new=new, rule="only a person may take it back"
            )


def checked_reason(reason: object, *, required: bool = False) -> str | None:
    """Return a reason that can be stored.

    Raises:
        InvalidInput: it is not text, too long, or missing where a move must be explained.
    """
    if reason is None and not required:
        return None
    if not isinstance(reason, str) or (required and not reason.strip()):
        raise InvalidInput("reason", "is required" if not reason else "must be text", reason)
    if len(reason) > _LONGEST_REASON or (not reason.isprintable() and _unstorable(reason)):
        raise InvalidInput("reason", f"must be at most {_LONGEST_REASON} characters without NUL", reason)
    return reason


def _unstorable(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text)
