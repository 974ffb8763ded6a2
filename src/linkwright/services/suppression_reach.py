"""Leave a person alone: the suppression, and what it reaches in all of the user's campaigns."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from linkwright.db.rows import detached, run
from linkwright.errors import InvalidInput
from linkwright.models.suppressions import Suppression
from linkwright.parsing.addresses import address_key, parse_address
from linkwright.queries import sending, suppressions
from linkwright.services.context import Context
from linkwright.services.history import Move, record_moves
from linkwright.services.suppression_keys import address_hash
from linkwright.vocabulary import EmailStatus, LifeKind, OpportunityStatus, SuppressionReason


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is to be left alone: whose prospect, at which address, known by which key."""

    user_id: int
    key: bytes = field(repr=False)
    address: str

    def spellings(self) -> list[str]:
        """Return the forms in which the address may stand in our rows.

        Other aliases of the same mailbox are still recognised, by hash, whenever a letter
        is written, queued or claimed; only the tidying up below does not see them.
        """
        forms = {self.address, self.address.lower(), address_key(self.address)}
        with suppress(InvalidInput):  # A foreign address of a shape that nobody writes to.
            forms.add(parse_address(self.address))
        return sorted(forms)


async def lock_reach(ctx: Context, campaign_id: str | None, *people: Person) -> list[str]:
    """Lock every campaign that leaving people of one user alone will touch, and `campaign_id`.

    Returns their ids.

    To be called before any other lock is taken, and once: by two calls, two callers could wait for
    each other.
    """
    spellings = sorted({form for person in people for form in person.spellings()})
    of = {"user_id": people[0].user_id, "spellings": spellings, "campaign_id": campaign_id}
    return list((await run(ctx.session, suppressions.REACH, of)).scalars())


async def leave_alone(
    ctx: Context,
    person: Person,
    reason: SuppressionReason,
    campaigns: list[str],
    *,
    at: datetime,
    campaign_id: str | None = None,
    note: str | None = None,
    also: int | None = None,
) -> Suppression:
    """Suppress a person, drop what waits to be sent to them, and take them out of every sequence.

    Somebody who is suppressed already stays so, for the first reason. `campaigns` are those that
    `lock_reach` locked; `also` is a prospect to suppress under whatever address it has now.
    """
    hashed = address_hash(person.address, person.key, ctx.pepper)
    values = {
        "user_id": person.user_id,
        "address_hash": hashed,
        "address": person.address,
        "reason": reason.value,
        "campaign_id": campaign_id,
        "actor": ctx.actor,
        "note": note,
        "created_at": at,
    }
    of = {"user_id": person.user_id, "address_hash": hashed}
    row = None
    # Again, if somebody lifts the one that was in the way before it is looked at.
    while row is None:
        for statement, parameters in ((suppressions.ADD, values), (suppressions.BY_HASH, of)):
            row = row or (await run(ctx.session, statement, parameters)).mappings().first()
    await _take_out(ctx, person, reason, campaigns, at, also)
    return detached(Suppression, row)


async def _take_out(
    ctx: Context,
    person: Person,
    reason: SuppressionReason,
    campaigns: list[str],
    at: datetime,
    also: int | None,
) -> None:
    if not campaigns:
        return
    found: dict[str, Any] = {"campaigns": campaigns, "spellings": person.spellings(), "also": also}
    prospects = (await run(ctx.session, suppressions.PROSPECTS, found)).all()
    found["prospects"] = [row.id for row in prospects]
    letters = (await run(ctx.session, suppressions.LETTERS, found)).all()
    why = f"{suppressions.BECAUSE}{reason.value}"
    moves: defaultdict[str, list[Move]] = defaultdict(list)
    for row in prospects:
        new = OpportunityStatus.SUPPRESSED.value
        step = Move(LifeKind.OPPORTUNITY, row.status, new, at, opportunity_id=row.id, reason=why)
        moves[row.campaign_id].append(step)
    for row in letters:
        new = EmailStatus.CANCELLED.value
        step = Move(LifeKind.EMAIL, row.status, new, at, row.opportunity_id, row.id, why)
        moves[row.campaign_id].append(step)
    for campaign_id in sorted(moves):
        await apply_moves(ctx, campaign_id, moves[campaign_id])


async def cancel_letters(ctx: Context, campaign_id: str, opportunity_id: int, reason: str) -> None:
    """Cancel what waits to be sent to a prospect."""
    of = {"campaigns": [campaign_id], "spellings": [], "prospects": [opportunity_id]}
    new, now = EmailStatus.CANCELLED.value, ctx.now()
    letters = (await run(ctx.session, suppressions.LETTERS, of)).all()
    if letters:
        moves = [
            Move(LifeKind.EMAIL, row.status, new, now, opportunity_id, row.id, reason) for row in letters
        ]
        await apply_moves(ctx, campaign_id, moves)


async def apply_moves(ctx: Context, campaign_id: str, moves: list[Move]) -> None:
    """Put many rows of one campaign into their new states, of which there is one for each kind."""
    prospects = [move for move in moves if move.kind is LifeKind.OPPORTUNITY]
    letters = [move for move in moves if move.kind is LifeKind.EMAIL]
    if prospects:
        keys = [move.opportunity_id for move in prospects]
        to = {"key_campaign": campaign_id, "keys": keys, "new_status": prospects[0].new}
        await run(ctx.session, suppressions.MOVE_PROSPECTS, to)
    if letters:
        of = {"key_campaign": campaign_id, "keys": [move.email_id for move in letters]}
        await run(ctx.session, sending.CANCEL, of)
    await record_moves(ctx, campaign_id, moves)
