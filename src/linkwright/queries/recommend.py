"""Statements of a recommendation: what a choice depends on, in one row, and the choice written down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Select, bindparam, or_, select

from linkwright.db.expressions import fields_by
from linkwright.db.prepared import Prepared
from linkwright.db.rows import table
from linkwright.db.upsert import insert_or_skip
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.decisions import AIDecision
from linkwright.models.learning import AILearningData
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.pools import LearningPool
from linkwright.models.templates import BacklinkingTemplate

_DECISION: Final = table(AIDecision)
_DATA: Final = table(AILearningData)
_POOL: Final = table(LearningPool)
_CAMPAIGN: Final = table(BacklinkingCampaign)
_PROSPECT: Final = table(BacklinkOpportunity)
_TEMPLATE: Final = table(BacklinkingTemplate)

FIELDS: Final = ("faded_trials", "faded_replies", "exposed", "last_evidence")
"""What is read of what is kept of an arm, in this order."""

_KEPT: Final = (
    select(fields_by.of(_DATA.c.data_key, _DATA.c.data_value, *FIELDS))
    .where(_DATA.c.user_id == bindparam("user_id"), _DATA.c.data_type == bindparam("data_type"))
    .scalar_subquery()
    .label("kept")
)
# All that a choice depends on, in one row: preferences, `FIELDS` of what is kept of the user's evidence, by
# key, and the factor's pool, empty where there is none.
GROUNDS: Final = Prepared(
    select(
        _CAMPAIGN.c.ai_model_preference,
        _CAMPAIGN.c.tone_preference,
        _CAMPAIGN.c.personalization_level,
        _KEPT,
        *_POOL.c,
    )
    .outerjoin(_POOL, _POOL.c.factor == bindparam("factor"))
    .where(_CAMPAIGN.c.id == bindparam("campaign_id"), _CAMPAIGN.c.user_id == bindparam("user_id"))
)
RECORD: Final = Prepared(insert_or_skip(_DECISION).returning(_DECISION.c.id))


def prospects(campaign_id: str, ids: Iterable[int]) -> Select[Any]:
    """Select which of these prospects a campaign has."""
    return select(_PROSPECT.c.id).where(_PROSPECT.c.campaign_id == campaign_id, _PROSPECT.c.id.in_(list(ids)))


def templates(user_id: int) -> Select[Any]:
    """Select the names of the first letters that a user can write from."""
    return (
        select(_TEMPLATE.c.name)
        .where(
            or_(_TEMPLATE.c.created_by_user_id == user_id, _TEMPLATE.c.created_by_user_id.is_(None)),
            _TEMPLATE.c.is_active,
            _TEMPLATE.c.category.in_(("general", "initial")),
        )
        .order_by(_TEMPLATE.c.name)
        .distinct()
    )
