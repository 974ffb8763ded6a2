"""Statements on which arm a letter was written under, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from linkwright.db.days import utc_day
from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.outcomes import VERSION
from linkwright.schemas.comparison import Dimension
from linkwright.schemas.draws import SLICE, UNIFORM
from linkwright.vocabulary import DeciderKind, DecisionKind, OutcomeName, OutcomeState, PropensityKind


def arm_of(dimension: str) -> Any:
    """Return the arm of a decision: what was chosen, or for prompts the one a text was written from."""
    if dimension != Dimension.PROMPT:
        return AIDecision.action
    named = AIDecision.prompt_name + "@" + AIDecision.prompt_version
    return func.coalesce(named, AIDecision.prompt_version, AIDecision.prompt_name)


def traffic_of(*, exact: str, even: str, other: str) -> ColumnElement[str]:
    """Return how a decision got its arm, in the caller's three words."""
    drawn = and_(AIDecision.propensity_kind == PropensityKind.EXACT.value, AIDecision.candidates.is_not(None))
    evenly = type_coerce(AIDecision.context, JSON())[SLICE].as_string() == UNIFORM
    return case(
        (and_(drawn, evenly), literal_column(f"'{even}'")),
        (drawn, literal_column(f"'{exact}'")),
        else_=literal_column(f"'{other}'"),
    )


def carried_out(user_id: int, dimension: str, campaign_id: str | None, since: datetime | None) -> list[Any]:
    """Return the conditions of decisions that took effect as decided, and whose outcome can be known."""
    table = AIDecision
    conditions: list[ColumnElement[bool]] = [
        table.user_id == user_id,
        table.executed_at.is_not(None),
        table.outcome_state != OutcomeState.CENSORED.value,
        arm_of(dimension).is_not(None),
    ]
    if dimension == Dimension.PROMPT:
        # A template that was filled in is no prompt; its choice is compared as a template's.
        conditions += [
            table.kind == DecisionKind.GENERATE.value,
            table.decided_by == DeciderKind.MODEL.value,
        ]
    else:
        conditions += [
            table.kind == DecisionKind.CHOOSE.value,
            table.factor == dimension,
            or_(table.executed_action.is_(None), table.executed_action == table.action),
        ]
    if campaign_id is not None:
        conditions.append(table.campaign_id == campaign_id)
    if since is not None:
        conditions.append(table.executed_at >= since)
    return conditions


def results(
    conditions: list[Any], dimension: str, traffic: ColumnElement[str], metric: str, closed: datetime
) -> Select[Any]:
    """Select, per day, arm and probabilities, how many decisions took effect and how many succeeded.

    Of those whose window has closed: a success is heard of before a failure, so open ones would
    flatter. A closed window without a word is a failure, whether or not a job has said so.
    """
    day = utc_day(AIDecision.executed_at).label("day")
    arm = arm_of(dimension).label("arm")
    outcome = AIDecisionOutcome
    return (
        select(
            traffic.label("traffic"),
            day,
            arm,
            AIDecision.candidates,
            func.count().label("sent"),
            func.coalesce(func.sum(outcome.value), 0).label("succeeded"),
        )
        .outerjoin(
            outcome,
            and_(
                outcome.user_id == AIDecision.user_id,
                outcome.decision_id == AIDecision.id,
                outcome.name == metric,
                outcome.rule == VERSION,
            ),
        )
        .where(*conditions, AIDecision.executed_at <= closed)
        .group_by("traffic", "day", "arm", AIDecision.candidates)
        .order_by("day", "arm")
    )


def totals(
    user_id: int, conditions: list[Any], dimension: str, traffic: ColumnElement[str], closed: datetime
) -> Select[Any]:
    """Select, per arm, how many wait, what answers and links came, and what its letters' decisions cost."""
    came, spent = _came(user_id), _spent(user_id)
    arm = arm_of(dimension).label("arm")
    open_ = AIDecision.executed_at > closed
    settled = case((open_, 0), else_=1)
    return (
        select(
            traffic.label("traffic"),
            arm,
            func.sum(1 - settled).label("waiting"),
            func.coalesce(func.sum(came.c.replies * settled), 0).label("replies"),
            func.coalesce(func.sum(came.c.links * settled), 0).label("links"),
            func.coalesce(func.sum(func.coalesce(spent.c.cost, AIDecision.cost) * settled), 0).label("cost"),
            func.coalesce(func.sum(spent.c.unpriced * settled), 0).label("unpriced"),
            func.avg(case((open_, None), else_=spent.c.duration)).label("duration"),
        )
        .outerjoin(came, came.c.decision_id == AIDecision.id)
        .outerjoin(spent, spent.c.email_id == AIDecision.email_id)
        .where(*conditions)
        .group_by("traffic", "arm")
    )


def _came(user_id: int) -> Subquery:
    outcome = AIDecisionOutcome
    names = {"replies": OutcomeName.HUMAN_REPLY, "links": OutcomeName.LINK_LIVE}
    return (
        select(
            outcome.decision_id,
            *(
                func.max(case((outcome.name == name.value, outcome.value), else_=0)).label(label)
                for label, name in names.items()
            ),
        )
        .where(outcome.user_id == user_id, outcome.rule == VERSION)
        .group_by(outcome.decision_id)
        .subquery("came")
    )


def _spent(user_id: int) -> Subquery:
    call = aliased(AIDecision)
    unpriced = and_(call.decided_by == DeciderKind.MODEL.value, call.cost.is_(None))
    return (
        select(
            call.email_id,
            func.sum(call.cost).label("cost"),
            func.sum(case((unpriced, 1), else_=0)).label("unpriced"),
            func.avg(case((call.kind == DecisionKind.GENERATE.value, call.duration_ms))).label("duration"),
        )
        .where(call.user_id == user_id, call.email_id.is_not(None))
        .group_by(call.email_id)
        .subquery("spent")
    )
