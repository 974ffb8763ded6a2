"""Statements on evidence: outcomes that are learned from, what is kept of them, and pools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Delete, Select, Update, and_, case, delete, func, or_, select, update
from sqlalchemy.sql.dml import Insert

from linkwright.db.locks import held
from linkwright.db.rows import table
from linkwright.db.upsert import insert_or_refresh, insert_or_update
from linkwright.models.archives import Archive
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.models.learning import AILearningData
from linkwright.models.pools import LearningPool
from linkwright.models.users import User
from linkwright.outcomes import VERSION
from linkwright.vocabulary import ArchiveState, DecisionKind, Factor, LearningType, OutcomeName, OutcomeState

_DECISION: Final = table(AIDecision)
_OUTCOME: Final = table(AIDecisionOutcome)
_DATA: Final = table(AILearningData)
_POOL: Final = table(LearningPool)
_ARCHIVE: Final = table(Archive)
_USER: Final = table(User)
_CAMPAIGN: Final = table(BacklinkingCampaign)

# Longer than any window and the time from a choice to its letter.
_UNDER_WAY: Final = timedelta(days=60)

_AS_CHOSEN: Final = or_(
    _DECISION.c.executed_action.is_(None), _DECISION.c.executed_action == _DECISION.c.action
)
# A choice that was carried out as it was made, and whether it was answered.
_COUNTS: Final = (
    _OUTCOME.c.name == OutcomeName.HUMAN_REPLY.value,
    _OUTCOME.c.rule == VERSION,
    _DECISION.c.kind == DecisionKind.CHOOSE.value,
    _DECISION.c.factor.in_([factor.value for factor in Factor]),
    _DECISION.c.action.is_not(None),
    _DECISION.c.executed_at.is_not(None),
    _AS_CHOSEN,
)
_FACTS: Final = (
    _OUTCOME.c.id,
    _OUTCOME.c.value,
    _OUTCOME.c.learned_value,
    _OUTCOME.c.occurred_at,
    _DECISION.c.id.label("decision_id"),
    _DECISION.c.factor,
    _DECISION.c.action,
    _DECISION.c.executed_at,
    _DECISION.c.campaign_id,
    _DECISION.c.opportunity_id,
)
_OF_DECISION: Final = (_OUTCOME.c.user_id == _DECISION.c.user_id) & (_OUTCOME.c.decision_id == _DECISION.c.id)


def alone(user_id: int) -> Select[Any]:
    """Keep everybody else from learning for the user until the transaction ends."""
    return held(select(_USER.c.id).where(_USER.c.id == user_id), _USER)


# Of a campaign that is being moved out, what its archive's row says counts instead.
_LEAVING: Final = _DECISION.c.campaign_id.in_(
    select(_ARCHIVE.c.campaign_id).where(_ARCHIVE.c.state == ArchiveState.DELETING.value)
)
_HERE: Final = or_(_DECISION.c.campaign_id.is_(None), ~_LEAVING)


def unlearned(user_id: int, limit: int) -> Select[Any]:
    """Select outcomes that learning has not looked at since they were written, and whether each counts."""
    counts = case((and_(*_COUNTS), 1), else_=0)
    return (
        select(*_FACTS, counts.label("counts"))
        .join(_DECISION, _OF_DECISION)
        .where(_OUTCOME.c.user_id == user_id, _OUTCOME.c.learned_at.is_(None))
        .order_by(_OUTCOME.c.id)
        .limit(limit)
    )


def claim(ids: Sequence[int], now: datetime, *, counted: bool) -> Update:
    """Say that outcomes have been looked at, and which value was counted."""
    return (
        update(_OUTCOME)
        .where(_OUTCOME.c.id.in_(ids), _OUTCOME.c.learned_at.is_(None))
        .values(learned_at=now, learned_value=_OUTCOME.c.value if counted else None)
    )


def unclaim(user_id: int) -> Update:
    """Say that nothing of the user's has been looked at."""
    return update(_OUTCOME).where(_OUTCOME.c.user_id == user_id).values(learned_at=None, learned_value=None)


def learned_of(campaign_id: str) -> Select[Any]:
    """Select what learning has counted of a campaign."""
    return (
        select(*_FACTS)
        .join(_DECISION, _OF_DECISION)
        .where(_DECISION.c.campaign_id == campaign_id, _OUTCOME.c.learned_value.is_not(None), *_COUNTS)
        .order_by(_OUTCOME.c.id)
    )


def unlearned_of(campaign_id: str) -> Select[Any]:
    """Select an outcome of a campaign that learning has still to count."""
    return (
        select(_OUTCOME.c.id)
        .join(_DECISION, _OF_DECISION)
        .where(_DECISION.c.campaign_id == campaign_id, _OUTCOME.c.learned_at.is_(None), *_COUNTS)
        .limit(1)
    )


def archived(user_id: int | None = None) -> Select[Any]:
    """Select what learning has counted of campaigns that are archived or on their way: a user's, or all."""
    away = (ArchiveState.DELETING.value, ArchiveState.DONE.value)
    columns = (_ARCHIVE.c.user_id, _ARCHIVE.c.campaign_id, _ARCHIVE.c.evidence)
    statement = select(*columns).where(_ARCHIVE.c.state.in_(away)).order_by(_ARCHIVE.c.id)
    return statement if user_id is None else statement.where(_ARCHIVE.c.user_id == user_id)


def waiting(user_id: int, now: datetime) -> Select[Any]:
    """Select the choices whose letters have left and may still be answered."""
    answered = (
        select(_OUTCOME.c.id)
        .where(_OF_DECISION, _OUTCOME.c.name == OutcomeName.HUMAN_REPLY.value, _OUTCOME.c.rule == VERSION)
        .exists()
    )
    return select(_DECISION.c.factor, _DECISION.c.action, _DECISION.c.executed_at).where(
        _DECISION.c.user_id == user_id,
        _DECISION.c.kind == DecisionKind.CHOOSE.value,
        _DECISION.c.decided_at > now - _UNDER_WAY,
        _DECISION.c.executed_at <= now,
        _DECISION.c.outcome_state != OutcomeState.CENSORED.value,
        _DECISION.c.action.is_not(None),
        _AS_CHOSEN,
        ~answered,
    )


def replies(user_id: int, limit: int) -> Select[Any]:
    """Select when letters were answered and when they had left, the latest answers first."""
    return _replies(limit).where(_OUTCOME.c.user_id == user_id, _HERE)


def replies_of(campaign_id: str, limit: int) -> Select[Any]:
    """Select the same of one campaign, also of one that is being moved out."""
    return _replies(limit).where(_DECISION.c.campaign_id == campaign_id)


def _replies(limit: int) -> Select[Any]:
    return (
        select(_DECISION.c.factor, _OUTCOME.c.occurred_at, _DECISION.c.executed_at, _OUTCOME.c.id)
        .join(_DECISION, _OF_DECISION)
        .where(_OUTCOME.c.value > 0, *_COUNTS)
        .order_by(_OUTCOME.c.occurred_at.desc(), _OUTCOME.c.id.desc())
        .limit(limit)
    )


def kept(user_id: int) -> Select[Any]:
    """Select what is kept of a user's evidence."""
    columns = (
        _DATA.c.data_type,
        _DATA.c.data_key,
        _DATA.c.data_value,
        _DATA.c.success_score,
        _DATA.c.source_campaign_id,
        _DATA.c.source_opportunity_id,
    )
    return select(*columns).where(
        _DATA.c.user_id == user_id, or_(*(_DATA.c.data_key.startswith(f"{factor}:") for factor in Factor))
    )


def kept_of_everybody() -> Select[Any]:
    """Select what is kept of everybody's evidence, by row."""
    ours = or_(*(_DATA.c.data_key.startswith(f"{factor}:") for factor in Factor))
    columns = (_DATA.c.id, _DATA.c.user_id, _DATA.c.data_type, _DATA.c.data_key, _DATA.c.data_value)
    return select(*columns).where(ours).order_by(_DATA.c.id)


def counted() -> Select[Any]:
    """Select how many outcomes were counted for each arm of each user, and how many answers they were."""
    return (
        select(
            _OUTCOME.c.user_id,
            _DECISION.c.factor,
            _DECISION.c.action,
            func.count().label("trials"),
            func.sum(_OUTCOME.c.learned_value).label("replies"),
        )
        .join(_DECISION, _OF_DECISION)
        .where(_OUTCOME.c.learned_value.is_not(None), _HERE)
        .group_by(_OUTCOME.c.user_id, _DECISION.c.factor, _DECISION.c.action)
        .order_by(_OUTCOME.c.user_id, _DECISION.c.factor, _DECISION.c.action)
    )


def keep(rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Insert what is kept of arms, or write it over what was kept."""
    columns = (
        "data_value",
        "success_score",
        "usage_count",
        "last_used",
        "source_campaign_id",
        "source_opportunity_id",
    )
    return insert_or_refresh(
        AILearningData,
        rows,
        key=("user_id", "data_type", "data_key"),
        columns=columns,
        touched="updated_at",
    )


def forget(user_id: int, data_type: str, data_keys: Iterable[str]) -> Delete:
    """Delete what was kept of arms that have no evidence."""
    return delete(_DATA).where(
        _DATA.c.user_id == user_id, _DATA.c.data_type == data_type, _DATA.c.data_key.in_(list(data_keys))
    )


def of_all_users(data_type: LearningType, factor: str) -> Select[Any]:
    """Select what is kept of one factor, of everybody."""
    return (
        select(_DATA.c.user_id, _DATA.c.data_key, _DATA.c.data_value)
        .where(_DATA.c.data_type == data_type.value, _DATA.c.data_key.startswith(f"{factor}:"))
        .order_by(_DATA.c.user_id, _DATA.c.data_key)
    )


def keep_pool(values: Mapping[str, Any]) -> Insert:
    """Write a factor's pool."""
    changed = {name: value for name, value in values.items() if name != "factor"}
    return insert_or_update(LearningPool, values, key=("factor",), update=changed)


def drop_pool(factor: str) -> Delete:
    """Delete a factor's pool."""
    return delete(_POOL).where(_POOL.c.factor == factor)


def pools() -> Select[Any]:
    """Select every pool."""
    return select(*_POOL.c)
