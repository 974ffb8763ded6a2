"""Statements on the ledger of decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Update, exists, select, true, update
from sqlalchemy.sql.dml import ReturningInsert

from linkwright.db.upsert import insert_or_skip
from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.vocabulary import OutcomeState


def add(values: Mapping[str, Any]) -> ReturningInsert[AIDecision]:
    """Insert a decision unless its idempotency key is taken."""
    statement = insert_or_skip(AIDecision, key=["user_id", "idempotency_key"])
    return statement.values(dict(values)).returning(AIDecision)


def in_campaign(
    campaign_id: str, opportunity_id: int | None, email_id: int | None, response_id: int | None
) -> Select[bool, bool, bool]:
    """Select, for each thing that is named, whether the campaign has it; true for what is not named."""

    def has(
        table: type[BacklinkOpportunity | BacklinkingEmail | BacklinkingResponse], row: int | None
    ) -> Any:
        if row is None:
            return true()
        return exists().where(table.campaign_id == campaign_id, table.id == row)

    return select(
        has(BacklinkOpportunity, opportunity_id),
        has(BacklinkingEmail, email_id),
        has(BacklinkingResponse, response_id),
    )


def by_key(user_id: int, idempotency_key: str) -> Select[AIDecision]:
    """Select the decision with an idempotency key."""
    return select(AIDecision).where(
        AIDecision.user_id == user_id, AIDecision.idempotency_key == idempotency_key
    )


def decision(decision_id: int, owner: int | None) -> Select[AIDecision]:
    """Select one decision of the owner."""
    statement = select(AIDecision).where(AIDecision.id == decision_id)
    return statement if owner is None else statement.where(AIDecision.user_id == owner)


def decisions(
    user_id: int, about: Mapping[str, Any], *, before: int | None, limit: int
) -> Select[AIDecision]:
    """Select a user's decisions whose columns have the values in `about`, last recorded first."""
    statement = select(AIDecision).where(AIDecision.user_id == user_id)
    for name, value in about.items():
        statement = statement.where(AIDecision.__table__.c[name] == value)
    if before is not None:
        statement = statement.where(AIDecision.id < before)
    return statement.order_by(AIDecision.id.desc()).limit(limit)


def add_outcome(values: Mapping[str, Any]) -> ReturningInsert[AIDecisionOutcome]:
    """Insert an outcome unless its rule has spoken."""
    statement = insert_or_skip(AIDecisionOutcome, key=["user_id", "decision_id", "name", "rule"])
    return statement.values(dict(values)).returning(AIDecisionOutcome)


def outcome(user_id: int, decision_id: int, name: str, rule: str) -> Select[AIDecisionOutcome]:
    """Select what a rule said about a decision."""
    table = AIDecisionOutcome
    return select(table).where(
        table.user_id == user_id, table.decision_id == decision_id, table.name == name, table.rule == rule
    )


def outcomes(user_id: int, decision_id: int) -> Select[AIDecisionOutcome]:
    """Select all that came of a decision."""
    table = AIDecisionOutcome
    return select(table).where(table.user_id == user_id, table.decision_id == decision_id).order_by(table.id)


def set_outcome_state(decision_id: int, state: OutcomeState) -> Update:
    """Say whether it is known what came of a decision. What is known stays known."""
    final = (state.value, OutcomeState.KNOWN.value)
    return (
        update(AIDecision)
        .where(AIDecision.id == decision_id, AIDecision.outcome_state.not_in(final))
        .values(outcome_state=state.value)
    )
