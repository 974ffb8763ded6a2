"""What a response does, by its type, to its email, its prospect and the person behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Self

from linkwright.schemas.events import BounceReport
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.delivery_consequences import Farewell, bounce, complain, require_left
from linkwright.services.email_held import Held
from linkwright.services.response_answers import Firsts, first_answers, note_answer
from linkwright.services.same_person import Sequences
from linkwright.vocabulary import HUMAN_RESPONSES, EventAgent, EventKind, ResponseType, SuppressionReason

_REASONS: Final = {
    ResponseType.UNSUBSCRIBE: SuppressionReason.UNSUBSCRIBE,
    ResponseType.COMPLAINT: SuppressionReason.COMPLAINT,
    ResponseType.BOUNCE: SuppressionReason.HARD_BOUNCE,
}


class Effects:
    """The effects of one type of response: prepared before anything is locked, applied once it is written."""

    def __init__(
        self,
        kind: str,
        report: BounceReport | None,
        farewell: Farewell | None,
        sequences: Sequences | None = None,
    ) -> None:
        self._kind, self._report, self._farewell = ResponseType(kind), report, farewell
        self._sequences = sequences

    @classmethod
    async def prepare(
        cls,
        ctx: Context,
        seen: Held,
        kind: str,
        given: Mapping[str, Any] | BounceReport | None,
        *,
        sender: str,
    ) -> Self:
        """Lock what a suppression will reach, or the end of a sequence, if there is to be one."""
        if ResponseType(kind) in HUMAN_RESPONSES:
            return cls(kind, None, None, await Sequences.prepare(ctx, seen, sender))
        report = None
        if kind == ResponseType.BOUNCE:
            # Nothing known of it: then it is what mail systems call a failure, for good.
            report = parse(BounceReport, given if given is not None else {"kind": "hard"})
        reason = _REASONS.get(ResponseType(kind))
        if reason is None or (report is not None and report.kind == "soft"):
            return cls(kind, report, None)
        address = report.recipient if report is not None else None
        # A bounce or a complaint is sent by a machine; who wants no more mail says so in person.
        by_person = sender if reason is SuppressionReason.UNSUBSCRIBE else None
        return cls(kind, report, await Farewell.prepare(ctx, seen, reason, address, sender=by_person))

    async def before(self, held: Held, at: datetime) -> Firsts:
        """Check that there is something to answer; return the answers there were."""
        require_left(held, at, f"it was answered ({self._kind.value})")
        return await first_answers(held)

    async def apply(self, held: Held, before: Firsts, at: datetime) -> None:
        """Write down all that follows."""
        note = None
        if self._sequences is not None:
            note_answer(held, before, await first_answers(held), at)
            await self._sequences.stop(held, at)
        elif self._report is not None:
            note = self._report.diagnostic
            detail = self._report.model_dump(include={"kind", "recipient", "diagnostic"}, exclude_none=True)
            await held.add_if_new(held.event(EventKind.BOUNCED, at, detail=detail))
            bounce(held, at, note)
        elif self._kind is ResponseType.COMPLAINT:
            await held.add_if_new(held.event(EventKind.COMPLAINED, at, agent=EventAgent.HUMAN.value))
            complain(held, at)
        elif self._kind is ResponseType.UNSUBSCRIBE:
            await held.add_if_new(held.event(EventKind.UNSUBSCRIBED, at, agent=EventAgent.HUMAN.value))
        await held.save()
        if self._farewell is not None:
            await self._farewell.carry_out(held, at, note=note)
