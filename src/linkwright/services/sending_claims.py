"""Claims: which queued emails may leave now, and what happens when a worker vanishes with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from linkwright.db.rows import detached, run
from linkwright.db.types import UtcDateTime
from linkwright.errors import InvalidInput
from linkwright.models.emails import BacklinkingEmail
from linkwright.queries import email_moves, emails, events, sending
from linkwright.services.context import Context
from linkwright.services.email_held import Held
from linkwright.services.email_rules import objection, objection_elsewhere
from linkwright.services.history import Move, record_moves
from linkwright.services.pages import page_size
from linkwright.services.suppression_keys import address_hash
from linkwright.vocabulary import UNDER_WAY, EmailStatus, EventKind, LifeKind

LEASE: Final = timedelta(minutes=10)
LONGEST_LEASE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """An email that one worker may send until `lease_until`; `attempt` tells its claims apart, from 1 on."""

    email: BacklinkingEmail
    attempt: int
    lease_until: datetime


class Claims:
    """The queue of a user's active campaigns, or of everybody's for a trusted worker."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def claim_due(self, limit: int = 10, *, lease: timedelta = LEASE) -> list[Claim]:
        """Take up to `limit` queued emails to send, oldest first, each until its lease ends.

        Policy is asked again here, because a queue can wait long: an email to somebody who was
        suppressed or has answered meanwhile becomes blocked. What does not fit into the day's
        limit stays queued for tomorrow: nothing is wrong with it. Paused campaigns give nothing.
        Hand the claim's `attempt` to the verb that reports what became of it: a report that comes
        late, or twice, then changes nothing for the worker who has the email by now.

        Raises:
            InvalidInput: the limit or the lease makes no sense.
        """
        limit = page_size(limit)
        if not timedelta(0) < lease <= LONGEST_LEASE:
            raise InvalidInput("lease", "must be longer than nothing and at most a day", str(lease))
        owner = self._ctx.owner
        found = await run(self._ctx.session, sending.WITH_QUEUE[owner is not None], {"owner": owner})
        claimed: list[Claim] = []
        # In the order of their ids, so that two workers that need several wait, and never for each other.
        for campaign_id in found.scalars().all():
            if len(claimed) < limit:
                claimed += await self._claim_in(campaign_id, limit - len(claimed), lease)
        return claimed

    async def expire_leases(self, now: datetime | None = None) -> list[BacklinkingEmail]:
        """Move emails whose worker did not come back in time to send_unknown: they may have left, or not.

        They are never queued again by themselves; evidence or a person settles them.

        Raises:
            InvalidInput: `now` is no moment with a zone.
        """
        if now is not None and not isinstance(now, datetime):
            raise InvalidInput("now", "must be a moment with its zone", now)
        owner = self._ctx.owner
        now = self._ctx.now() if now is None else UtcDateTime.in_utc(now)
        found = await run(self._ctx.session, sending.ON_THE_WAY[owner is not None], {"owner": owner})
        expired = [(row.email_id, row.attempt) for row in found.all() if _lease_end(row) <= now]
        settled: list[BacklinkingEmail] = []
        for email_id, attempt in expired:
            held = await Held.email(self._ctx, email_id)
            # Else its worker came back just now, and perhaps another one has it already.
            if held.email_status == EmailStatus.SENDING and await claims_of(held) == attempt:
                held.move_email(EmailStatus.SEND_UNKNOWN.value, at=now, reason="the lease ran out")
                settled.append(await held.saved(actor="rule:lease"))
        return settled

    async def _claim_in(self, campaign_id: str, limit: int, lease: timedelta) -> list[Claim]:
        session, now = self._ctx.session, self._ctx.now()
        turn = (await run(session, sending.TURN, {"campaign_id": campaign_id})).first()
        if turn is None:  # Paused since we looked.
            return []
        of_day = {"campaign_id": campaign_id, **email_moves.day_of(now)}
        taken = (await run(session, email_moves.TAKEN, of_day)).scalar_one()
        room = min(limit, (turn.max_emails_per_day or 0) - taken)
        claimed: list[Claim] = []
        while room > len(claimed):
            wanted = {"campaign_id": campaign_id, "limit": room - len(claimed)}
            due = (await run(session, sending.DUE, wanted)).all()
            if not due:
                break
            good, bad = await self._judged(turn, due)
            await self._block(campaign_id, bad, now)
            claimed += await self._take(campaign_id, good, now, lease)
        return claimed

    async def _judged(self, turn: Row[Any], due: Any) -> tuple[list[Row[Any]], list[tuple[Row[Any], str]]]:
        good: list[Row[Any]] = []
        bad: list[tuple[Row[Any], str]] = []
        for row in due:
            person = {
                "user_id": turn.user_id,
                "address_hash": address_hash(row.to_email, turn.address_key, self._ctx.pepper),
            }
            suppressed = (await run(self._ctx.session, emails.SUPPRESSED, person)).scalar()
            reason = objection(row, suppressed) or await objection_elsewhere(self._ctx, turn.user_id, row)
            if reason is None:
                good.append(row)
            else:
                bad.append((row, reason))
        return good, bad

    async def _block(self, campaign_id: str, bad: list[tuple[Row[Any], str]], now: datetime) -> None:
        if not bad:
            return
        keys = {"key_campaign": campaign_id, "keys": [row.id for row, _ in bad]}
        await run(self._ctx.session, sending.BLOCK, keys)
        moves = [_from_queue(row, EmailStatus.BLOCKED, now, reason) for row, reason in bad]
        await record_moves(self._ctx, campaign_id, moves, actor="rule:policy")

    async def _take(
        self, campaign_id: str, good: list[Row[Any]], now: datetime, lease: timedelta
    ) -> list[Claim]:
        if not good:
            return []
        session, until, ids = self._ctx.session, now + lease, [row.id for row in good]
        keys = {"key_campaign": campaign_id, "keys": ids}
        rows = (await run(session, sending.CLAIM, keys)).mappings().all()
        of = {"campaign_id": campaign_id, "email_ids": ids}
        before = {row.email_id: row.claims for row in await run(session, events.CLAIMS_OF_EACH, of)}
        attempts = {key: before.get(key, 0) + 1 for key in ids}
        await run(session, events.ADD, [_claim_event(row, attempts[row.id], now, until) for row in good])
        moves = [_from_queue(row, EmailStatus.SENDING, now) for row in good]
        await record_moves(self._ctx, campaign_id, moves)
        taken = sorted((detached(BacklinkingEmail, row) for row in rows), key=lambda email: email.id)
        return [Claim(email, attempts[email.id], until) for email in taken]


async def claims_of(held: Held) -> int:
    """Return how often an email was claimed: the number of its latest attempt."""
    of = {"campaign_id": held.campaign_id, "email_id": held.email_id}
    return int((await run(held.ctx.session, events.CLAIMS, of)).scalar_one())


async def is_over(held: Held, attempt: int | None) -> bool:
    """Say whether a report is about an attempt that has ended, so that it may change nothing any more.

    A report that names no attempt is taken to be about the latest.

    Raises:
        InvalidInput: the email was not claimed so often.
    """
    if attempt is None:
        return False
    latest = await claims_of(held)
    if not 1 <= attempt <= latest:
        rule = f"must be that of the claim, from 1 to {latest}" if latest else "must be that of a claim"
        raise InvalidInput("attempt", rule, attempt)
    return attempt < latest or held.email_status not in UNDER_WAY


def _from_queue(row: Row[Any], new: EmailStatus, at: datetime, reason: str | None = None) -> Move:
    return Move(
        LifeKind.EMAIL,
        EmailStatus.QUEUED.value,
        new.value,
        at,
        opportunity_id=row.opportunity_id,
        email_id=row.id,
        reason=reason,
    )


def _claim_event(row: Row[Any], attempt: int, now: datetime, until: datetime) -> dict[str, Any]:
    return {
        "campaign_id": row.campaign_id,
        "email_id": row.id,
        "kind": EventKind.SENDING.value,
        "agent": "unknown",
        # Its own, or two claims of one moment would be one, and two workers would have the same attempt.
        "event_key": f"{EventKind.SENDING.value} {attempt}",
        "detail": {"lease_until": until.isoformat()},
        "occurred_at": now,
        "recorded_at": now,
    }


def _lease_end(row: Row[Any]) -> datetime:
    until = (row.detail or {}).get("lease_until")
    return datetime.fromisoformat(until) if until else row.occurred_at + LEASE
