"""Statements on confidences and what became of what they were about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.models.learning import AILearningData
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.outcomes import VERSION, Rule, Since
from linkwright.vocabulary import LearningType, OutcomeState


def outcomes_of_confidences(
    user_id: int, rules: Mapping[str, Rule], now: datetime, *, limit: int
) -> Select[str, str, str | None, str | None, float | None, float]:
    """Select confidences with what happened, the latest first, of kinds and the outcome each is about.

    Only those whose window has closed: what happens is heard of before what does not. A score is waited for
    since the first mail to its prospect, which may leave long after.
    """
    decision, outcome, page = AIDecision, AIDecisionOutcome, BacklinkOpportunity
    decided = func.coalesce(decision.executed_at, decision.decided_at)

    def began(rule: Rule) -> ColumnElement[datetime]:
        return func.coalesce(page.contacted_at, decided) if rule.since is Since.FIRST_MAIL else decided

    wanted = [
        and_(
            decision.kind == kind,
            outcome.name == rule.name.value,
            *([began(rule) <= now - rule.window] if rule.closes_with_zero else []),
        )
        for kind, rule in rules.items()
    ]
    return (
        select(
            decision.kind,
            func.coalesce(decision.request_model, decision.decider).label("model"),
            decision.prompt_name,
            decision.prompt_version,
            decision.confidence_raw,
            outcome.value,
        )
        .join(outcome, and_(outcome.user_id == decision.user_id, outcome.decision_id == decision.id))
        .outerjoin(page, and_(page.campaign_id == decision.campaign_id, page.id == decision.opportunity_id))
        .where(
            decision.user_id == user_id,
            decision.confidence_raw.is_not(None),
            decision.outcome_state != OutcomeState.CENSORED.value,
            outcome.rule == VERSION,
            or_(*wanted),
        )
        .order_by(decision.decided_at.desc(), decision.id.desc())
        .limit(limit)
    )


def calibrators(user_id: int, keys: Sequence[str] | None = None) -> Select[AILearningData]:
    """Select a user's calibrators, or those of some groups."""
    table = AILearningData
    statement = select(table).where(
        table.user_id == user_id, table.data_type == LearningType.CALIBRATION.value
    )
    if keys is not None:
        statement = statement.where(table.data_key.in_(keys))
    return statement.execution_options(populate_existing=True)
