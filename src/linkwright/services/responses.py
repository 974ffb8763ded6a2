"""Responses: what came back to an email, with everything that follows from it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import RowMapping

from linkwright.db.rows import detached, run
from linkwright.errors import InvalidInput, NotFound
from linkwright.models.responses import BacklinkingResponse
from linkwright.queries import emails, responses
from linkwright.schemas.events import BounceReport
from linkwright.schemas.responses import ResponseCreate, ResponseReading
from linkwright.schemas.validation import parse
from linkwright.services.attribution import attribute_prospect
from linkwright.services.context import Context
from linkwright.services.decision_rows import note
from linkwright.services.delivery_reports import known_campaign, known_id
from linkwright.services.email_held import SENT_STATES, Held
from linkwright.services.email_rules import moment
from linkwright.services.erased_people import require_kept
from linkwright.services.ownership import require_campaign
from linkwright.services.pages import Page, cursor, page_size, place
from linkwright.services.response_effects import Effects
from linkwright.services.same_answer import Source, fuller, known_answer
from linkwright.vocabulary import DeciderKind, DecisionKind

_PAGES: Final = {
    shape: responses.page(
        owned=shape[0], campaign=shape[1], prospect=shape[2], awaiting=shape[3], after=shape[4]
    )
    for shape in product((True, False), repeat=5)
}
_BY_AI: Final = frozenset(name for name in ResponseReading.model_fields if name.startswith("ai_"))


class Responses:
    """A user's responses, inside one transaction that somebody else opened and will close."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def create(
        self,
        campaign_id: str,
        opportunity_id: int | None,
        email_id: int | None,
        response_data: Mapping[str, Any] | BaseModel,
        *,
        bounce: Mapping[str, Any] | BounceReport | None = None,
        decision: Mapping[str, Any] | None = None,
    ) -> BacklinkingResponse:
        """Record an answer to an email; without `email_id`, to the last email sent to the prospect.

        The same `message_id` again returns the response that is there. What follows happens in
        the same transaction: a person's answer makes the prospect responded and cancels
        the follow-ups that wait for them in all of the user's campaigns; an unsubscribe, a complaint
        or a hard bounce suppresses the recipient everywhere. An automatic reply, an absence note or
        a bounce never makes a prospect responded. `bounce` tells a soft bounce from a hard one, and
        who refused. How an AI or a rule read it is a decision in the ledger; `decision` adds to that: model,
        prompt, confidence, cost.

        Raises:
            NotFound: this owner's campaign has no such prospect or email.
            InvalidInput: a field breaks a rule, or neither email nor prospect is named.
            Conflict: the email was never sent.
        """
        return await self.add(
            campaign_id, opportunity_id, email_id, response_data, bounce=bounce, decision=decision
        )

    async def add(
        self,
        campaign_id: str,
        opportunity_id: int | None,
        email_id: int | None,
        response_data: Mapping[str, Any] | BaseModel,
        *,
        bounce: Mapping[str, Any] | BounceReport | None = None,
        source: Source = Source.CALLER,
        decision: Mapping[str, Any] | None = None,
    ) -> BacklinkingResponse:
        """Record an answer as `create` does, once even when a mailbox and another tool's file tell of it.

        Raises:
            NotFound: this owner's campaign has no such prospect or email.
            InvalidInput: a field breaks a rule, or neither email nor prospect is named.
            Conflict: the email was never sent.
        """
        new = parse(ResponseCreate, response_data)
        seen = await self._seen(campaign_id, opportunity_id, email_id)
        effects = await Effects.prepare(self._ctx, seen, new.response_type, bounce, sender=new.from_email)
        held = await Held.email(self._ctx, seen.email_id)
        person = {"user_id": held.user_id, "address_hash": held.hash_of(new.from_email)}
        require_kept((await run(self._ctx.session, emails.SUPPRESSED, person)).scalar(), "from_email")
        at = moment(new.received_at, "received_at", self._ctx.now())
        known, new = await known_answer(held, new, at, source)
        if known is not None:
            return await self._told_again(known, new, source)
        before = await effects.before(held, at)
        values = new.model_dump() | {
            "campaign_id": campaign_id,
            "opportunity_id": held.opportunity_id,
            "email_id": held.email_id,
            "received_at": at,
        }
        row = (await run(self._ctx.session, responses.ADD, values)).mappings().one()
        held.counts["response", new.response_type] += 1
        if (entry := _reading(self._ctx, row, new, decision)) is not None:
            held.counts += await note(self._ctx, held.user_id, entry, decision)
        await effects.apply(held, before, at)
        await attribute_prospect(self._ctx, campaign_id, held.opportunity_id)
        return detached(BacklinkingResponse, row)

    async def get(self, response_id: int) -> BacklinkingResponse:
        """Return one response.

        Raises:
            NotFound: there is no such response for this owner.
        """
        owner, wanted = self._ctx.owner, {"response_id": known_id("response", response_id)}
        statement = responses.ONE[owner is not None]
        row = (await run(self._ctx.session, statement, {**wanted, "owner": owner})).mappings().first()
        if row is None:
            raise NotFound("response", response_id)
        return detached(BacklinkingResponse, {name: row[name] for name in responses.RESPONSE.c.keys()})  # noqa: SIM118

    async def page(
        self,
        campaign_id: str,
        *,
        opportunity_id: int | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[BacklinkingResponse]:
        """Return a campaign's responses, or those of one prospect of it, newest first.

        Raises:
            NotFound: there is no such campaign for this owner.
            InvalidInput: the cursor or the limit is none.
        """
        return await self._page(campaign_id, opportunity_id, after, limit, awaiting=False)

    async def awaiting_review(
        self, campaign_id: str | None = None, *, after: str | None = None, limit: int = 50
    ) -> Page[BacklinkingResponse]:
        """Return what no person has looked at yet, newest first; in all campaigns when none is named.

        Raises:
            NotFound: there is no such campaign for this owner.
            InvalidInput: the cursor or the limit is none.
        """
        return await self._page(campaign_id, None, after, limit, awaiting=True)

    async def _page(
        self,
        campaign_id: str | None,
        opportunity_id: int | None,
        after: str | None,
        limit: int,
        *,
        awaiting: bool,
    ) -> Page[BacklinkingResponse]:
        limit, owner = page_size(limit), self._ctx.owner
        if campaign_id is not None:
            known_campaign(campaign_id)
        scope = ("responses", campaign_id, str(opportunity_id), str(awaiting))
        values: dict[str, Any] = {"campaign_id": campaign_id, "owner": owner, "limit": limit + 1}
        values["opportunity_id"] = opportunity_id
        if after is not None:
            values["after"] = place(after, scope, [int])[0]
        statement = _PAGES[
            owner is not None,
            campaign_id is not None,
            opportunity_id is not None,
            awaiting,
            after is not None,
        ]
        rows = (await run(self._ctx.session, statement, values)).mappings().all()
        if not rows and campaign_id is not None:
            await require_campaign(self._ctx, campaign_id)
        found = [detached(BacklinkingResponse, row) for row in rows[:limit]]
        return Page(found, cursor(scope, [found[-1].id]) if len(rows) > limit else None)

    async def _seen(self, campaign_id: str, opportunity_id: int | None, email_id: int | None) -> Held:
        if email_id is None:
            if opportunity_id is None:
                raise InvalidInput("email_id", "is required, or opportunity_id")
            held = await Held.prospect(self._ctx, campaign_id, opportunity_id, hold=False)
            of = {"campaign_id": campaign_id, "opportunity_id": held.opportunity_id}
            thread = (await run(self._ctx.session, emails.THREAD, of)).all()
            sent = [email.id for email in thread if email.status in SENT_STATES]
            if not sent:
                raise NotFound("email sent to opportunity", opportunity_id)
            email_id = sent[-1]
        seen = await Held.seen_email(self._ctx, email_id)
        if seen.campaign_id != campaign_id or opportunity_id not in {None, seen.opportunity_id}:
            raise NotFound("email", email_id)
        return seen

    async def _told_again(
        self, known: RowMapping, new: ResponseCreate, source: Source
    ) -> BacklinkingResponse:
        more = fuller(known, new) if source is Source.MAIL else {}
        if more:
            keys = {"key": known["id"], "key_campaign": known["campaign_id"]}
            known = (await run(self._ctx.session, responses.SAVE, {**keys, **more})).mappings().one()
        return detached(BacklinkingResponse, {name: known[name] for name in responses.RESPONSE.c.keys()})  # noqa: SIM118


def _reading(
    ctx: Context, row: RowMapping, new: ResponseCreate, more: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return what the ledger says of how a new response was read; None where nobody says that it was."""
    said = new.model_dump(include=set(ResponseReading.model_fields), exclude_unset=True, exclude_none=True)
    if more is None and said.keys().isdisjoint(_BY_AI):
        return None
    return {
        "campaign_id": row["campaign_id"],
        "opportunity_id": row["opportunity_id"],
        "email_id": row["email_id"],
        "response_id": row["id"],
        "kind": DecisionKind.CLASSIFY.value,
        "decided_by": (more or {}).get("decided_by", DeciderKind.MODEL.value),
        "decider": ctx.actor,
        "action": new.response_type,
        "output": said | {"response_type": new.response_type},
    }
