"""Whose row is it: the one place that narrows a statement to its owner."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Delete, Select, Update, select
from sqlalchemy.orm import InstrumentedAttribute

from linkwright.models.campaigns import BacklinkingCampaign

S = TypeVar("S", Select[Any], Update, Delete)


def owned(statement: S, campaign_id: InstrumentedAttribute[str], owner: int | None) -> S:
    """Narrow a statement on a child of campaigns to the campaigns of `owner`.

    With no owner (a trusted caller: a job, the operator) nothing is narrowed.
    """
    if owner is None:
        return statement
    mine = select(BacklinkingCampaign.id).where(BacklinkingCampaign.user_id == owner)
    return statement.where(campaign_id.in_(mine))
