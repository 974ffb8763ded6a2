"""The history of every life: moves written down, and the counts that follow from them.

Lock order, everywhere: campaign, opportunity, email, `campaign_counts` (sorted), then templates.
Two workers that touch the same campaign can then wait for each other, never deadlock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.prepared import Prepared
from linkwright.db.rows import run, table
from linkwright.db.upsert import add_to
from linkwright.errors import IllegalMove
from linkwright.lives import allowed
from linkwright.models.campaigns import CampaignCount
from linkwright.models.status_changes import StatusChange
from linkwright.services.context import Context
from linkwright.vocabulary import LifeKind

_WRITE: Final = Prepared(insert(table(StatusChange)).inline())  # Nobody asks for its id.
_ADD: Final = Prepared(add_to(CampaignCount, key=("campaign_id", "subject", "state"), amount="count"))

Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Move:
    """One step of one life. `old` is None when the thing enters the record in that state."""

    kind: LifeKind
    old: str | None
    new: str
    at: datetime
    opportunity_id: int | None = None
    email_id: int | None = None
    reason: str | None = None


def require_allowed(kind: LifeKind, identity: object, old: str, new: str) -> None:
    """Refuse a move that is not in the life.

    Raises:
        IllegalMove: naming both states.
    """
    if not allowed(kind, old, new):
        raise IllegalMove(kind.value, identity, old=old, new=new)


def steps(
    kind: LifeKind,
    old: str,
    path: Sequence[str],
    at: datetime,
    *,
    opportunity_id: int | None = None,
    email_id: int | None = None,
    reason: str | None = None,
) -> list[Move]:
    """Return the moves that lead from `old` along `path`."""
    states = [old, *path]
    return [
        Move(kind, before, after, at, opportunity_id, email_id, reason) for before, after in pairwise(states)
    ]


def counts_of(moves: Iterable[Move]) -> Counter[tuple[str, str]]:
    """Return what the moves change in `campaign_counts`; campaigns themselves are not counted."""
    counts: Counter[tuple[str, str]] = Counter()
    for move in moves:
        if move.kind is LifeKind.CAMPAIGN:
            continue
        if move.old is not None:
            counts[move.kind.value, move.old] -= 1
        counts[move.kind.value, move.new] += 1
    return counts


async def record_moves(
    ctx: Context,
    campaign_id: str,
    moves: Sequence[Move],
    *,
    actor: str | None = None,
    also: Counts | None = None,
) -> None:
    """Write the moves down and keep the campaign's counts.

    `actor` is who moved, if not who asks; `also` counts what has no life: responses and events.

    Call it last in a verb: it takes the locks that come last.
    """
    if moves:
        now = ctx.now()
        rows = [
            {
                "campaign_id": campaign_id,
                "kind": move.kind.value,
                "opportunity_id": move.opportunity_id,
                "email_id": move.email_id,
                "old_status": move.old,
                "new_status": move.new,
                "actor": actor or ctx.actor,
                "reason": move.reason,
                "changed_at": move.at,
                "recorded_at": now,
            }
            for move in moves
        ]
        await run(ctx.session, _WRITE, rows)
    counts = counts_of(moves)
    counts.update(also or {})
    await add_counts(ctx.session, campaign_id, counts)


async def add_counts(session: AsyncSession, campaign_id: str, counts: Counts) -> None:
    """Add to a campaign's counts, in key order, so that two transactions lock them alike."""
    rows = [
        {"campaign_id": campaign_id, "subject": subject, "state": state, "count": number}
        for (subject, state), number in sorted(counts.items())
        if number
    ]
    if rows:
        await run(session, _ADD, rows)
