"""Statements on what campaigns may spend on AI."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Delete, Select, and_, bindparam, delete, func, or_, select
from sqlalchemy.sql.dml import ReturningDelete

from linkwright.db.prepared import Prepared
from linkwright.db.rows import table
from linkwright.models.budgets import AIBudget, AIReservation
from linkwright.models.campaigns import CampaignCount

RESERVATION: Final = table(AIReservation)
LIFETIME: Final = timedelta(hours=1)
"""A call lasts ten minutes at most. What was set aside for longer was left by a process that died.

Counted in both directions: what is dated an hour ahead was written by a clock that was wrong.
"""

# A row that is gone already is no fault: it had been taken for left behind.
SETTLE: Final = Prepared(
    delete(RESERVATION).where(
        RESERVATION.c.campaign_id == bindparam("key_campaign"), RESERVATION.c.id == bindparam("key")
    )
)


def budget(campaign_id: str) -> Select[AIBudget]:
    """Select a campaign's limit, as it is in the database now."""
    statement = select(AIBudget).where(AIBudget.campaign_id == campaign_id)
    return statement.execution_options(populate_existing=True)


def unlimited(campaign_id: str) -> Delete:
    """Take a campaign's limit away."""
    return delete(AIBudget).where(AIBudget.campaign_id == campaign_id)


def spending(campaign_id: str, now: datetime) -> Select[Any]:
    """Select a campaign's limit, what its calls under way may cost, and its count of unpriced calls."""
    reserved = (
        select(func.coalesce(func.sum(RESERVATION.c.estimated_cost), 0.0))
        .where(RESERVATION.c.campaign_id == campaign_id, *_alive(now))
        .scalar_subquery()
    )
    unpriced = (
        select(CampaignCount.count)
        .where(
            CampaignCount.campaign_id == campaign_id,
            CampaignCount.subject == "decision",
            CampaignCount.state == "unpriced",
        )
        .scalar_subquery()
    )
    one = select(reserved.label("reserved"), func.coalesce(unpriced, 0).label("unpriced")).subquery("one")
    return select(one.c.reserved, one.c.unpriced, AIBudget.cost_limit, AIBudget.allows_unpriced).select_from(
        one.outerjoin(AIBudget, AIBudget.campaign_id == campaign_id)
    )


def left_behind(campaign_id: str, now: datetime) -> ReturningDelete[Any]:
    """Delete what processes that died had set aside, and return it."""
    dead = or_(RESERVATION.c.reserved_at < now - LIFETIME, RESERVATION.c.reserved_at > now + LIFETIME)
    return (
        delete(RESERVATION)
        .where(and_(RESERVATION.c.campaign_id == campaign_id, dead))
        .returning(*RESERVATION.c)
    )


def _alive(now: datetime) -> tuple[Any, Any]:
    return RESERVATION.c.reserved_at >= now - LIFETIME, RESERVATION.c.reserved_at <= now + LIFETIME
