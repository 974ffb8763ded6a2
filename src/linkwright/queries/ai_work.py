"""Statements of the main job on what it scores, chooses and learns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Select, case, func, select, type_coerce

from linkwright.db.rows import table
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.models.decisions import AIDecision
from linkwright.models.learning import AILearningData
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.schemas.draws import SLICE, UNIFORM
from linkwright.vocabulary import DecisionKind, Factor, Intent, OpportunityStatus, PeriodType

_DECISION: Final = table(AIDecision)
_PROSPECT: Final = table(BacklinkOpportunity)
_ANALYTICS: Final = table(BacklinkingAnalytics)
_DATA: Final = table(AILearningData)


def scores(campaign_id: str, opportunity_ids: Sequence[int]) -> Select[Any]:
    """Select the scores of prospects, the last of each at the end."""
    columns = (_DECISION.c.opportunity_id, _DECISION.c.decided_by, _DECISION.c.input_digest)
    return (
        select(*columns)
        .where(
            _DECISION.c.campaign_id == campaign_id,
            _DECISION.c.opportunity_id.in_(opportunity_ids),
            _DECISION.c.kind == DecisionKind.SCORE.value,
        )
        .order_by(_DECISION.c.id)
    )


def open_choice(campaign_id: str, opportunity_id: int, factor: Factor) -> Select[Any]:
    """Select the last choice about a prospect that no letter has been written under."""
    return (
        select(_DECISION.c.id, _DECISION.c.action)
        .where(
            _DECISION.c.campaign_id == campaign_id,
            _DECISION.c.opportunity_id == opportunity_id,
            _DECISION.c.kind == DecisionKind.CHOOSE.value,
            _DECISION.c.factor == factor.value,
            _DECISION.c.email_id.is_(None),
        )
        .order_by(_DECISION.c.id.desc())
        .limit(1)
    )


def scored(campaign_id: str, high: float) -> Select[Any]:
    """Count the prospects that have been looked at, and those of them whose page fits."""
    fits = case((_PROSPECT.c.ai_relevance_score >= high, 1), else_=0)
    return select(func.count().label("pages"), func.coalesce(func.sum(fits), 0).label("fit")).where(
        _PROSPECT.c.campaign_id == campaign_id, _PROSPECT.c.analyzed_at.is_not(None)
    )


def not_scored(campaign_id: str) -> Select[Any]:
    """Count the prospects that wait to be judged and that nobody has looked at."""
    return select(func.count()).where(
        _PROSPECT.c.campaign_id == campaign_id,
        _PROSPECT.c.status == OpportunityStatus.DISCOVERED.value,
        _PROSPECT.c.analyzed_at.is_(None),
    )


def chosen(campaign_id: str, factor: Factor) -> Select[Any]:
    """Count the letters of a campaign by what was chosen for them, and how many were drawn evenly."""
    evenly = type_coerce(_DECISION.c.context, JSON())[SLICE].as_string() == UNIFORM
    return (
        select(
            _DECISION.c.action.label("arm"),
            func.count().label("letters"),
            func.sum(case((evenly, 1), else_=0)).label("evenly"),
        )
        .where(
            _DECISION.c.campaign_id == campaign_id,
            _DECISION.c.kind == DecisionKind.CHOOSE.value,
            _DECISION.c.factor == factor.value,
            _DECISION.c.email_id.is_not(None),
        )
        .group_by(_DECISION.c.action)
        .order_by(func.count().desc(), _DECISION.c.action)
    )


def read_by(campaign_id: str) -> Select[Any]:
    """Count the responses of a campaign by their reader, and those that it could not make out."""
    intent = type_coerce(_DECISION.c.output, JSON())["ai_intent_classification"].as_string()
    return (
        select(
            _DECISION.c.decider.label("reader"),
            _DECISION.c.decided_by.label("by"),
            func.count(_DECISION.c.response_id.distinct()).label("responses"),
            func.sum(case((intent == Intent.UNCLEAR.value, 1), else_=0)).label("unclear"),
        )
        .where(_DECISION.c.campaign_id == campaign_id, _DECISION.c.kind == DecisionKind.CLASSIFY.value)
        .group_by(_DECISION.c.decider, _DECISION.c.decided_by)
        .order_by(func.count().desc(), _DECISION.c.decider)
    )


def insights(campaign_id: str) -> Select[Any]:
    """Select what is proven up to the last week that has a record, and what to do about it."""
    return (
        select(_ANALYTICS.c.ai_insights, _ANALYTICS.c.optimization_suggestions)
        .where(_ANALYTICS.c.campaign_id == campaign_id, _ANALYTICS.c.period_type == PeriodType.WEEKLY.value)
        .order_by(_ANALYTICS.c.date.desc())
        .limit(1)
    )


def kept_before(user_id: int, day: datetime) -> Select[Any]:
    """Select the evidence that was last looked at before a day began."""
    return select(_DATA.c.data_type, _DATA.c.data_key, _DATA.c.data_value).where(
        _DATA.c.user_id == user_id, _DATA.c.updated_at < day
    )
