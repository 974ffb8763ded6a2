"""Statements that find what is due, the facts of prospects, and write down what came of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, Update, and_, bindparam, case, func, or_, select, update

from linkwright.db.locks import held
from linkwright.db.rows import table
from linkwright.db.types import UtcDateTime
from linkwright.db.upsert import insert_or_skip
from linkwright.models.decisions import AIDecisionOutcome
from linkwright.outcomes import BY_EMAIL, RULES, VERSION
from linkwright.queries.decisions import DECISION
from linkwright.queries.email_moves import EMAIL, OPPORTUNITY
from linkwright.queries.events import EVENT
from linkwright.queries.responses import RESPONSE
from linkwright.vocabulary import (
    HUMAN_RESPONSES,
    DeciderKind,
    DecisionKind,
    EmailStatus,
    EventKind,
    OutcomeState,
)

OUTCOME: Final = table(AIDecisionOutcome)
_KINDS: Final = sorted({kind.value for kind, _ in RULES})
_PENDING: Final = OutcomeState.PENDING.value
_COLUMNS: Final = tuple(
    DECISION.c[name]
    for name in (
        "id",
        "user_id",
        "campaign_id",
        "opportunity_id",
        "kind",
        "factor",
        "action",
        "decided_at",
        "executed_at",
        "executed_action",
        "email_id",
        "response_id",
        "output",
        "outcome_state",
        "outcome_due_at",
    )
)
_JUDGED: Final = and_(
    DECISION.c.kind.in_(_KINDS),
    DECISION.c.decided_by != DeciderKind.USER.value,
    DECISION.c.executed_at.is_not(None),
    DECISION.c.opportunity_id.is_not(None),
    # What nobody will know stays so.
    DECISION.c.outcome_state != OutcomeState.CENSORED.value,
)

# Held in the order of their ids, so that two who judge the same prospect wait for each other.
OF_PROSPECT: Final = held(
    select(*_COLUMNS)
    .where(
        DECISION.c.campaign_id == bindparam("campaign_id"),
        DECISION.c.opportunity_id == bindparam("opportunity_id"),
        _JUDGED,
    )
    .order_by(DECISION.c.id),
    DECISION,
)

ADD: Final = insert_or_skip(OUTCOME, key=["user_id", "decision_id", "name", "rule"])
# Who had counted the value before counts it back: `learned_value` stays until then.
CORRECT: Final = (
    update(OUTCOME)
    .where(OUTCOME.c.id == bindparam("key"), OUTCOME.c.value != bindparam("new_value"))
    .values(
        value=bindparam("new_value"),
        value_before=OUTCOME.c.value,
        occurred_before=OUTCOME.c.occurred_at,
        recorded_before=OUTCOME.c.recorded_at,
        evidence=bindparam("new_evidence"),
        occurred_at=bindparam("new_occurred_at", type_=UtcDateTime()),
        recorded_at=bindparam("new_recorded_at", type_=UtcDateTime()),
        late=bindparam("new_late"),
        learned_at=None,
    )
)
SETTLE: Final = (
    update(DECISION)
    .where(DECISION.c.id == bindparam("key"))
    .values(outcome_state=bindparam("state"), outcome_due_at=bindparam("due", type_=UtcDateTime()))
)


def due(until: datetime, user_id: int | None, limit: int) -> Select[Any]:
    """Select the decisions whose windows have closed by a moment, those that closed first at first."""
    statement = select(DECISION.c.id, DECISION.c.campaign_id, DECISION.c.opportunity_id).where(
        DECISION.c.outcome_state == _PENDING, DECISION.c.outcome_due_at <= until, _JUDGED
    )
    if user_id is not None:
        statement = statement.where(DECISION.c.user_id == user_id)
    return statement.order_by(DECISION.c.outcome_due_at, DECISION.c.id).limit(limit)


def number_due(until: datetime, user_id: int | None) -> Select[int]:
    """Count them."""
    everything = due(until, user_id, 2**31 - 1).order_by(None).subquery()
    return select(func.count()).select_from(everything)


def by_ids(ids: Sequence[int]) -> Select[Any]:
    """Select and hold decisions that are to be judged."""
    return held(select(*_COLUMNS).where(DECISION.c.id.in_(ids), _JUDGED).order_by(DECISION.c.id), DECISION)


def judged_after(decision_id: int, user_id: int | None, limit: int) -> Select[Any]:
    """Select decisions that can be judged at all, from after an id: to look at all of history again."""
    statement = select(DECISION.c.id, DECISION.c.campaign_id, DECISION.c.opportunity_id)
    statement = statement.where(DECISION.c.id > decision_id, _JUDGED)
    if user_id is not None:
        statement = statement.where(DECISION.c.user_id == user_id)
    return statement.order_by(DECISION.c.id).limit(limit)


def without_effect(user_id: int | None, limit: int) -> Select[Any]:
    """Select what waits for a letter that has left, or was cancelled, without anybody having said so."""
    statement = (
        select(DECISION.c.id, EMAIL.c.id.label("email_id"), EMAIL.c.campaign_id, EMAIL.c.sent_at)
        .add_columns(func.coalesce(OPPORTUNITY.c.contacted_at, EMAIL.c.sent_at).label("first_mail_at"))
        .join(EMAIL, and_(EMAIL.c.id == DECISION.c.email_id, EMAIL.c.campaign_id == DECISION.c.campaign_id))
        .join(OPPORTUNITY, OPPORTUNITY.c.id == EMAIL.c.opportunity_id)
        .where(
            DECISION.c.outcome_state == _PENDING,
            DECISION.c.outcome_due_at.is_(None),
            DECISION.c.executed_at.is_(None),
            DECISION.c.kind.in_(sorted(BY_EMAIL)),
            or_(EMAIL.c.sent_at.is_not(None), EMAIL.c.status == EmailStatus.CANCELLED.value),
        )
    )
    if user_id is not None:
        statement = statement.where(DECISION.c.user_id == user_id)
    return statement.order_by(DECISION.c.id).limit(limit)


def censor(ids: Sequence[int]) -> Update:
    """Say that nobody will know what came of decisions."""
    return (
        update(DECISION)
        .where(DECISION.c.id.in_(ids), DECISION.c.outcome_state == _PENDING)
        .values(outcome_state=OutcomeState.CENSORED.value, outcome_due_at=None)
    )


def letters(campaigns: Sequence[str], prospects: Sequence[int]) -> Select[Any]:
    """Select the emails of prospects."""
    return select(EMAIL.c.id, EMAIL.c.opportunity_id, EMAIL.c.status, EMAIL.c.sent_at).where(
        EMAIL.c.campaign_id.in_(campaigns), EMAIL.c.opportunity_id.in_(prospects)
    )


def responses(campaigns: Sequence[str], prospects: Sequence[int]) -> Select[Any]:
    """Select the responses of prospects: whether a person wrote them, and whether one has looked."""
    human = RESPONSE.c.response_type.in_(sorted(kind.value for kind in HUMAN_RESPONSES))
    return select(
        RESPONSE.c.id,
        RESPONSE.c.opportunity_id,
        RESPONSE.c.email_id,
        RESPONSE.c.received_at,
        RESPONSE.c.response_type,
        RESPONSE.c.user_reviewed,
        case((human, 1), else_=0).label("human"),
    ).where(RESPONSE.c.campaign_id.in_(campaigns), RESPONSE.c.opportunity_id.in_(prospects))


def prospects(prospects: Sequence[int]) -> Select[Any]:
    """Select when prospects were first written to, and when their links went live."""
    live = func.coalesce(OPPORTUNITY.c.link_placement_date, OPPORTUNITY.c.published_at, type_=UtcDateTime())
    link_at = case((OPPORTUNITY.c.link_acquired.is_(True), live))
    return select(OPPORTUNITY.c.id, OPPORTUNITY.c.contacted_at, link_at.label("link_at")).where(
        OPPORTUNITY.c.id.in_(prospects)
    )


def complaints(campaigns: Sequence[str], emails: Sequence[int]) -> Select[Any]:
    """Select when emails were first complained about."""
    return (
        select(EVENT.c.email_id, func.min(EVENT.c.occurred_at).label("at"))
        .where(
            EVENT.c.campaign_id.in_(campaigns),
            EVENT.c.email_id.in_(emails),
            EVENT.c.kind == EventKind.COMPLAINED.value,
        )
        .group_by(EVENT.c.email_id)
    )


def words(campaigns: Sequence[str], prospects: Sequence[int]) -> Select[Any]:
    """Select what people decided about prospects and their responses."""
    kinds = (DecisionKind.CLASSIFY.value, DecisionKind.CHOOSE.value)
    return select(
        DECISION.c.id,
        DECISION.c.opportunity_id,
        DECISION.c.response_id,
        DECISION.c.decided_at,
        DECISION.c.action,
        DECISION.c.output,
    ).where(
        DECISION.c.campaign_id.in_(campaigns),
        DECISION.c.opportunity_id.in_(prospects),
        DECISION.c.decided_by == DeciderKind.USER.value,
        DECISION.c.kind.in_(kinds),
        or_(DECISION.c.kind == DecisionKind.CLASSIFY.value, DECISION.c.factor == "contact"),
    )


def outcomes(users: Sequence[int], decisions: Sequence[int]) -> Select[Any]:
    """Select what our rule has said of decisions."""
    return select(OUTCOME.c.id, OUTCOME.c.decision_id, OUTCOME.c.name, OUTCOME.c.value).where(
        OUTCOME.c.user_id.in_(users), OUTCOME.c.decision_id.in_(decisions), OUTCOME.c.rule == VERSION
    )
