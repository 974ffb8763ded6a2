"""Statements on learning data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, func, select, update
from sqlalchemy.sql.dml import ReturningInsert

from linkwright.db.upsert import insert_or_update
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.learning import AILearningData
from linkwright.models.opportunities import BacklinkOpportunity

KEY = ("user_id", "data_type", "data_key")


def store(values: Mapping[str, Any], given: frozenset[str]) -> ReturningInsert[AILearningData]:
    """Insert an entry, or change the columns in `given` of the one with its key; return it."""
    changed = {name: values[name] for name in sorted(given | {"updated_at"}) if name not in KEY}
    return (
        insert_or_update(AILearningData, values, key=KEY, update=changed)
        .returning(AILearningData)
        .execution_options(populate_existing=True)
    )


def use(user_id: int, data_type: str, data_key: str, now: datetime) -> Update:
    """Count one use of an entry."""
    table = AILearningData
    return (
        update(table)
        .where(table.user_id == user_id, table.data_type == data_type, table.data_key == data_key)
        .values(usage_count=func.coalesce(table.usage_count, 0) + 1, last_used=now)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def entries(
    user_id: int, *, data_type: str | None, data_key: str | None, limit: int
) -> Select[AILearningData]:
    """Select a user's entries, most successful first."""
    table = AILearningData
    statement = select(table).where(table.user_id == user_id)
    if data_type is not None:
        statement = statement.where(table.data_type == data_type)
    if data_key is not None:
        statement = statement.where(table.data_key == data_key)
    statement = statement.order_by(table.success_score.desc().nulls_last(), table.id).limit(limit)
    return statement.execution_options(populate_existing=True)


def campaign_of_user(campaign_id: str, user_id: int) -> Select[str]:
    """Select the id of a campaign that belongs to the user."""
    table = BacklinkingCampaign
    return select(table.id).where(table.id == campaign_id, table.user_id == user_id)


def opportunity_of_user(opportunity_id: int, user_id: int, campaign_id: str | None) -> Select[int]:
    """Select the id of a prospect that belongs to the user, and to the campaign if one is named."""
    conditions: list[ColumnElement[bool]] = [
        BacklinkOpportunity.id == opportunity_id,
        BacklinkingCampaign.user_id == user_id,
    ]
    if campaign_id is not None:
        conditions.append(BacklinkOpportunity.campaign_id == campaign_id)
    return (
        select(BacklinkOpportunity.id)
        .join(BacklinkingCampaign, BacklinkingCampaign.id == BacklinkOpportunity.campaign_id)
        .where(*conditions)
    )
