"""Delivery: what providers and recipients do with an email after it left. Each report counts once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from linkwright.db.rows import detached, run
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.queries import events
from linkwright.schemas.events import BounceReport, EventReport
from linkwright.schemas.validation import parse
from linkwright.services.attribution import attribute_prospect
from linkwright.services.context import Context
from linkwright.services.delivery_consequences import Farewell, bounce, complain, require_left
from linkwright.services.email_held import Held
from linkwright.services.email_rules import moment
from linkwright.vocabulary import EmailStatus, EventAgent, EventKind, SuppressionReason


class Delivery:
    """What became of emails. A report with the provider's `key` may be repeated; it is kept once."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def mark_delivered(
        self, email_id: int, *, delivered_at: datetime | None = None, key: str | None = None
    ) -> BacklinkingEmail:
        """Record that the recipient's server took an email. Saying so twice changes nothing.

        A report with a `key` that was heard before changes nothing either, whatever has happened since.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the moment names no time zone or lies in the future.
            IllegalMove: it bounced or was complained about.
            Conflict: it was never sent.
        """
        report = parse(EventReport, {"occurred_at": delivered_at, "key": key})
        held = await Held.email(self._ctx, email_id)
        at = self._at(report)
        event = held.event(EventKind.DELIVERED, at, key=report.key)
        if held.email_status == EmailStatus.DELIVERED or await held.was_reported(event):
            return await held.read()
        require_left(held, at, "delivered")
        held.move_email(EmailStatus.DELIVERED.value, at=at, delivered_at=at)
        held.events.append(event)
        return await held.saved()

    async def record_bounce(
        self,
        email_id: int,
        *,
        kind: str = "hard",
        recipient: str | None = None,
        diagnostic: str | None = None,
        occurred_at: datetime | None = None,
        key: str | None = None,
    ) -> BacklinkingEmail:
        """Record that an email did not arrive.

        A hard bounce (no such mailbox) suppresses the address that refused, `recipient` or the
        email's own, and what waits to be sent to it is cancelled. A soft one (mailbox full,
        after the server gave up) only ends this email.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the kind is neither hard nor soft, or the moment makes no sense.
            Conflict: it was never sent.
        """
        given = {"kind": kind, "recipient": recipient, "diagnostic": diagnostic}
        report = parse(BounceReport, {**given, "occurred_at": occurred_at, "key": key})
        seen = await Held.seen_email(self._ctx, email_id)
        farewell = None
        if report.kind == "hard":
            reason = SuppressionReason.HARD_BOUNCE
            farewell = await Farewell.prepare(self._ctx, seen, reason, report.recipient)
        detail = {name: value for name, value in given.items() if value is not None}
        held = await Held.email(self._ctx, email_id)
        if held.email_status == EmailStatus.BOUNCED and report.key is None:
            return await held.read()
        at = self._at(report)
        require_left(held, at, "it bounced")
        if not await held.add_if_new(held.event(EventKind.BOUNCED, at, key=report.key, detail=detail)):
            return await held.read()
        bounce(held, at, report.diagnostic)
        return await self._finish(held, farewell, at, report.diagnostic)

    async def record_complaint(
        self, email_id: int, *, occurred_at: datetime | None = None, key: str | None = None
    ) -> BacklinkingEmail:
        """Record that the recipient called an email spam; they are left alone from now on.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the moment names no time zone or lies in the future.
            Conflict: it was never sent.
        """
        report = parse(EventReport, {"occurred_at": occurred_at, "key": key})
        seen = await Held.seen_email(self._ctx, email_id)
        farewell = await Farewell.prepare(self._ctx, seen, SuppressionReason.COMPLAINT)
        held = await Held.email(self._ctx, email_id)
        if held.email_status == EmailStatus.COMPLAINED and report.key is None:
            return await held.read()
        at = self._at(report)
        require_left(held, at, "the recipient complained")
        if not await held.add_if_new(
            held.event(EventKind.COMPLAINED, at, key=report.key, agent=EventAgent.HUMAN.value)
        ):
            return await held.read()
        complain(held, at)
        return await self._finish(held, farewell, at, None)

    async def record_unsubscribe(
        self, email_id: int, *, occurred_at: datetime | None = None, key: str | None = None
    ) -> BacklinkingEmail:
        """Record that the recipient wants no more mail; they are left alone from now on.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the moment names no time zone or lies in the future.
            Conflict: it was never sent.
        """
        report = parse(EventReport, {"occurred_at": occurred_at, "key": key})
        seen = await Held.seen_email(self._ctx, email_id)
        farewell = await Farewell.prepare(self._ctx, seen, SuppressionReason.UNSUBSCRIBE)
        held = await Held.email(self._ctx, email_id)
        at = self._at(report)
        require_left(held, at, "the recipient unsubscribed")
        if not await held.add_if_new(held.event(EventKind.UNSUBSCRIBED, at, key=report.key)):
            return await held.read()
        return await self._finish(held, farewell, at, None)

    async def record_open(
        self,
        email_id: int,
        *,
        occurred_at: datetime | None = None,
        agent: str = EventAgent.UNKNOWN.value,
        key: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> BacklinkingEmail:
        """Record that an email was opened.

        `open_count` counts what people, or nobody knows who, did; an open by a machine (a privacy
        proxy, a scanner) is kept as an event and not counted. `open_rate` is 1.0 once opened: an
        email has one recipient. The prospect's `email_open_rate` is opened over sent emails.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the moment or the agent makes no sense.
            Conflict: it was never sent.
        """
        given = {"occurred_at": occurred_at, "agent": agent, "key": key, "detail": detail}
        return await self._looked_at(email_id, EventKind.OPENED, parse(EventReport, given), "open")

    async def record_click(
        self,
        email_id: int,
        *,
        occurred_at: datetime | None = None,
        agent: str = EventAgent.UNKNOWN.value,
        key: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> BacklinkingEmail:
        """Record that a link in an email was followed; counted as opens are.

        Raises:
            NotFound: there is no such email for this owner.
            InvalidInput: the moment or the agent makes no sense.
            Conflict: it was never sent.
        """
        given = {"occurred_at": occurred_at, "agent": agent, "key": key, "detail": detail}
        return await self._looked_at(email_id, EventKind.CLICKED, parse(EventReport, given), "click")

    async def events(self, email_id: int) -> list[EmailEvent]:
        """Return all that happened to an email, in order.

        Raises:
            NotFound: there is no such email for this owner.
        """
        seen = await Held.seen_email(self._ctx, email_id)
        of = {"campaign_id": seen.campaign_id, "email_id": email_id}
        rows = (await run(self._ctx.session, events.OF_EMAIL, of)).mappings().all()
        return [detached(EmailEvent, row) for row in rows]

    async def _looked_at(
        self, email_id: int, kind: EventKind, report: EventReport, name: str
    ) -> BacklinkingEmail:
        held = await Held.email(self._ctx, email_id)
        at = self._at(report)
        require_left(held, at, kind.value)
        event = held.event(kind, at, agent=report.agent, key=report.key, detail=report.detail)
        if not await held.add_if_new(event):
            return await held.read()
        if report.agent != EventAgent.MACHINE:
            before = getattr(held.row, f"{name}_count") or 0
            held.email_changes |= {f"{name}_count": before + 1, f"{name}_rate": 1.0}
            held.reopen_rate = kind is EventKind.OPENED and before == 0
        return await held.saved()

    def _at(self, report: EventReport) -> datetime:
        return moment(report.occurred_at, "occurred_at", self._ctx.now())

    async def _finish(
        self, held: Held, farewell: Farewell | None, at: datetime, note: str | None
    ) -> BacklinkingEmail:
        email = await held.saved()
        if farewell is not None:
            await farewell.carry_out(held, at, note=note)
        await attribute_prospect(self._ctx, held.campaign_id, held.opportunity_id)
        return email
