"""Statements on analytics records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Insert, Select, select

from linkwright.db.upsert import insert_or_refresh, insert_or_update
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.vocabulary import PeriodType

KEY: Final = ("campaign_id", "period_type", "date")
_NOT_DERIVED: Final = {"id", "created_at", "updated_at", *KEY}
DERIVED: Final = tuple(
    column.key for column in BacklinkingAnalytics.__table__.columns if column.key not in _NOT_DERIVED
)
"""Every column that a roll-up writes."""

_TEXTS: Final = ("ai_insights", "optimization_suggestions")


def derived(period_type: str) -> tuple[str, ...]:
    """Return the columns that a roll-up writes of such a period. The texts of days are anybody's."""
    return tuple(name for name in DERIVED if period_type != PeriodType.DAILY or name not in _TEXTS)


def store(values: Mapping[str, Any], given: frozenset[str]) -> Insert:
    """Insert a record, or change the columns in `given` of the one of its period."""
    changed = {name: values[name] for name in sorted(given | {"updated_at"}) if name not in KEY}
    return insert_or_update(BacklinkingAnalytics, values, key=KEY, update=changed).execution_options(
        populate_existing=True
    )


def records(
    campaign_id: str, date_from: datetime | None, date_to: datetime | None, period_type: str | None
) -> Select[BacklinkingAnalytics]:
    """Select a campaign's records in the order of their dates, both ends included."""
    table = BacklinkingAnalytics
    statement = select(table).where(table.campaign_id == campaign_id)
    if date_from is not None:
        statement = statement.where(table.date >= date_from)
    if date_to is not None:
        statement = statement.where(table.date <= date_to)
    if period_type is not None:
        statement = statement.where(table.period_type == period_type)
    return statement.order_by(table.date, table.period_type).execution_options(populate_existing=True)


def stored(campaign_id: str) -> Select[Any]:
    """Select a campaign's records as far as they are derived, past the session's objects."""
    columns = BacklinkingAnalytics.__table__.c
    return select(columns.period_type, columns.date, *(columns[name] for name in DERIVED)).where(
        columns.campaign_id == campaign_id
    )


def refresh(period_type: str, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Insert records of such periods, or put what is derived in the place of what was."""
    names = derived(period_type)
    return insert_or_refresh(BacklinkingAnalytics, rows, key=KEY, columns=names, touched="updated_at")
