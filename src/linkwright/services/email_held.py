"""One email held with its prospect and campaign: the working set of every verb that moves an email.

A verb holds the three rows by one locking statement, notes what becomes of them, and saves it
all at the end in the order in which locks are taken everywhere: campaign, opportunity, email,
counts. Nothing is written in between, so a verb that raises has written nothing.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import cache
from typing import Any, Self

from sqlalchemy import Row

from linkwright import lives
from linkwright.db.rows import detached, run
from linkwright.errors import IllegalMove, NotFound
from linkwright.models.emails import BacklinkingEmail
from linkwright.queries import email_moves, events, template_use
from linkwright.services.context import Context
from linkwright.services.decision_effects import take_effect
from linkwright.services.delivery_reports import known_campaign, known_id
from linkwright.services.history import Move, record_moves, require_allowed
from linkwright.services.roll_up_marks import (
    COUNTED_OF_EMAILS,
    COUNTED_OF_PROSPECTS,
    is_counted,
    mark_counted,
)
from linkwright.services.suppression_keys import address_hash
from linkwright.vocabulary import EmailStatus, EventAgent, EventKind, LifeKind

# Events that have a state of the same name are counted by that state.
COUNTED_EVENTS = frozenset({EventKind.OPENED, EventKind.CLICKED, EventKind.UNSUBSCRIBED})


@cache
def way(kind: LifeKind, old: str, new: str, avoiding: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return `lives.path`, remembered: there are some hundred of them."""
    return tuple(lives.path(kind, old, new, avoiding=avoiding))


class Held:
    """A prospect in its campaign, with one of its emails or none, and what is about to be saved."""

    def __init__(self, ctx: Context, row: Row[Any]) -> None:
        self.ctx = ctx
        self.row = row
        self.campaign_id: str = row.campaign_id
        self.user_id: int = row.user_id
        self.opportunity_id: int = row.opportunity_id
        self.opportunity_status: str = row.opportunity_status
        self.email_id: int = getattr(row, "email_id", 0)
        self.email_status: str = getattr(row, "email_status", "")
        self.email_changes: dict[str, Any] = {}
        self.opportunity_changes: dict[str, Any] = {}
        self.contacted = self.responded = 0
        self.counts: Counter[tuple[str, str]] = Counter()
        self.moves: list[Move] = []
        self.events: list[dict[str, Any]] = []
        self.template_used: str | None = getattr(row, "template_used", None)
        self.template_uses = 0
        self.template_answers: tuple[int, float] | None = None
        self._saved: BacklinkingEmail | None = None
        self.reopen_rate = False
        self.left_at: datetime | None = None

    @classmethod
    async def email(cls, ctx: Context, email_id: int) -> Self:
        """Hold an email.

        Raises:
            NotFound: there is no such email for this owner.
        """
        return await cls._by(
            ctx, email_moves.HELD, "email", email_id, {"email_id": known_id("email", email_id)}
        )

    @classmethod
    async def seen_email(cls, ctx: Context, email_id: int) -> Self:
        """Look at an email without holding it."""
        return await cls._by(
            ctx, email_moves.SEEN, "email", email_id, {"email_id": known_id("email", email_id)}
        )

    @classmethod
    async def prospect(cls, ctx: Context, campaign_id: str, opportunity_id: int, *, hold: bool) -> Self:
        """Take a prospect that has no email yet.

        Raises:
            NotFound: this owner's campaign has no such prospect.
        """
        statements = email_moves.PROSPECT_HELD if hold else email_moves.PROSPECT
        ids = {
            "campaign_id": known_campaign(campaign_id),
            "opportunity_id": known_id("opportunity", opportunity_id),
        }
        return await cls._by(ctx, statements, "opportunity", opportunity_id, ids)

    @classmethod
    async def _by(
        cls, ctx: Context, statements: dict[bool, Any], kind: str, identity: object, ids: dict[str, Any]
    ) -> Self:
        result = await run(ctx.session, statements[ctx.owner is not None], {**ids, "owner": ctx.owner})
        row = result.first()
        if row is None:
            raise NotFound(kind, identity)
        return cls(ctx, row)

    def hash_of(self, address: str) -> bytes:
        """Return the hash under which this owner's suppressions know an address."""
        return address_hash(address, self.row.address_key, self.ctx.pepper)

    def move_email(self, *states: str, at: datetime, reason: str | None = None, **changes: Any) -> None:
        """Move the email through `states`, which must be legal one after the other.

        Raises:
            IllegalMove: naming both states.
        """
        for new in states:
            require_allowed(LifeKind.EMAIL, self.email_id, self.email_status, new)
            self.moves.append(
                Move(
                    LifeKind.EMAIL,
                    self.email_status,
                    new,
                    at,
                    opportunity_id=self.opportunity_id,
                    email_id=self.email_id,
                    reason=reason,
                )
            )
            self.email_status = new
        if states:
            self.email_changes["status"] = self.email_status
        self.email_changes.update(changes)

    def move_opportunity(self, *states: str, at: datetime, reason: str | None = None) -> None:
        """Move the prospect through `states`, which must be legal one after the other."""
        for new in states:
            require_allowed(LifeKind.OPPORTUNITY, self.opportunity_id, self.opportunity_status, new)
            self.moves.append(
                Move(
                    LifeKind.OPPORTUNITY,
                    self.opportunity_status,
                    new,
                    at,
                    opportunity_id=self.opportunity_id,
                    reason=reason,
                )
            )
            self.opportunity_status = new
        if states:
            self.opportunity_changes["status"] = self.opportunity_status

    def refuse(self, new: str, rule: str) -> IllegalMove:
        """Return the error that says why the email cannot become `new`."""
        return IllegalMove("email", self.email_id, old=self.email_status, new=new, rule=rule)

    def event(
        self,
        kind: EventKind,
        at: datetime,
        *,
        agent: str = EventAgent.UNKNOWN.value,
        key: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the row of an event of this email."""
        return {
            "campaign_id": self.campaign_id,
            "email_id": self.email_id,
            "kind": kind.value,
            "agent": agent,
            "event_key": key or kind.value,
            "detail": detail,
            "occurred_at": at,
            "recorded_at": self.ctx.now(),
        }

    async def add_if_new(self, event: dict[str, Any]) -> bool:
        """Write a reported event down at once; say whether it was new.

        Who repeats a key may not repeat the moment: a report without one happened "now", each time.
        """
        if await self.was_reported(event):
            return False
        result = await run(self.ctx.session, events.ADD_IF_NEW, event)
        new = result.first() is not None
        if new and EventKind(event["kind"]) in COUNTED_EVENTS and event["agent"] != EventAgent.MACHINE.value:
            self.counts["event", event["kind"]] += 1
        return new

    async def was_reported(self, event: dict[str, Any]) -> bool:
        """Say whether an event with its key is known; one without a key of its own never is."""
        if event["event_key"] == event["kind"]:
            return False
        return (await run(self.ctx.session, events.REPORTED, event)).first() is not None

    async def saved(self, *, actor: str | None = None) -> BacklinkingEmail:
        """Write down all that was noted, and return the email as it is now."""
        await self.save(actor=actor)
        return self._saved or await self.read()

    async def save(self, *, actor: str | None = None) -> None:
        """Write down all that was noted."""
        session = self.ctx.session
        if self.contacted or self.responded:
            added = {"key": self.campaign_id, "contacted": self.contacted, "responded": self.responded}
            await run(session, email_moves.ADD_TO_CAMPAIGN, added)
        if self.opportunity_changes:
            keys = {"key": self.opportunity_id, "key_campaign": self.campaign_id}
            await run(session, email_moves.SAVE_OPPORTUNITY, {**keys, **self.opportunity_changes})
        if self.email_changes:
            keys = {"key": self.email_id, "key_campaign": self.campaign_id}
            result = await run(session, email_moves.SAVE_EMAIL, {**keys, **self.email_changes})
            self._saved = detached(BacklinkingEmail, result.mappings().one())
        if self.left_at is not None and self.row.awaited:
            first = self.opportunity_changes.get("contacted_at") or self.row.contacted_at or self.left_at
            await take_effect(self.ctx, self.campaign_id, self.email_id, self.left_at, first)
        if self.reopen_rate:
            keys = {"key": self.opportunity_id, "key_campaign": self.campaign_id}
            await run(session, email_moves.OPEN_RATE, keys)
        if self.events:
            await run(session, events.ADD, self.events)
        if self.moves or self.counts:
            await record_moves(self.ctx, self.campaign_id, self.moves, actor=actor, also=self.counts)
        elif is_counted(self.email_changes, COUNTED_OF_EMAILS) or is_counted(
            self.opportunity_changes, COUNTED_OF_PROSPECTS
        ):
            await mark_counted(session, self.campaign_id, [self.opportunity_id], self.ctx.now())
        # Last of all: every campaign of the user may write from the same template, so its row is
        # the one that all workers meet at. It is held for no longer than the commit takes.
        await self._save_template()

    def use_template(self, name: str | None) -> None:
        """Note that an email of this template left."""
        self.template_used = name
        self.template_uses = 1

    async def read(self) -> BacklinkingEmail:
        """Return the email as it is in the database."""
        result = await run(self.ctx.session, email_moves.EMAIL_ROW[False], {"email_id": self.email_id})
        return detached(BacklinkingEmail, result.mappings().one())

    async def _save_template(self) -> None:
        if self.template_used is None:
            return
        of = {"template": self.template_used, "template_owner": self.user_id}
        if self.template_uses:
            await run(self.ctx.session, template_use.USED, of)
        if self.template_answers is not None:
            answers, hours = self.template_answers
            await run(self.ctx.session, template_use.ANSWERED, {**of, "answers": answers, "hours": hours})

    @property
    def was_sent(self) -> bool:
        """Whether the email is known to have left."""
        return self.email_status in SENT_STATES


SENT_STATES = frozenset(
    {
        EmailStatus.SENT.value,
        EmailStatus.DELIVERED.value,
        EmailStatus.BOUNCED.value,
        EmailStatus.COMPLAINED.value,
    }
)
"""States of an email that left."""
