"""Marks for the roll-up, by verbs that change a counted fact and write nothing it watches.

A roll-up finds what is new by the ids of history, events, responses and decisions. A rating has no such
trace, so its verb says whom it is about. Who was never counted needs no mark, and gets none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.prepared import Prepared
from linkwright.db.rows import run
from linkwright.queries.roll_ups import MARK

_MARK: Final = Prepared(MARK)

COUNTED_OF_PROSPECTS: Final = frozenset(
    {
        "discovered_at",
        "analyzed_at",
        "contacted_at",
        "responded_at",
        "published_at",
        "link_acquired",
        "link_placement_date",
        "user_rating",
        "ai_contact_recommendation",
        "user_override_decision",
        "ai_relevance_score",
    }
)
COUNTED_OF_EMAILS: Final = frozenset(
    {"sent_at", "delivered_at", "bounced_at", "ai_model_used", "user_feedback_rating"}
)


async def mark_counted(
    session: AsyncSession, campaign_id: str, opportunity_ids: Collection[int], now: datetime
) -> None:
    """Have prospects counted again by the next roll-up. Call it late: it takes a lock of each."""
    rows = [{"key_campaign": campaign_id, "key": id_, "now": now} for id_ in sorted(opportunity_ids)]
    if rows:
        await run(session, _MARK, rows)


def is_counted(names: Iterable[str], counted: frozenset[str]) -> bool:
    """Say whether any of the changed columns is one that analytics count."""
    return not counted.isdisjoint(names)
