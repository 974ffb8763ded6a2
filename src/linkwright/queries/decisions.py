"""Statements on the ledger of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Select,
    Update,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import Insert, ReturningInsert

from linkwright.db.prepared import Prepared
from linkwright.db.rows import table
from linkwright.db.types import Real, UtcDateTime
from linkwright.db.upsert import insert_or_refresh, insert_or_skip
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.contents import AIContent
from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.outcomes import BY_EMAIL, SEQUENCE_FACTORS
from linkwright.vocabulary import OutcomeState

DECISION: Final = table(AIDecision)
_CAMPAIGN: Final = table(BacklinkingCampaign)


def _moment(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=UtcDateTime())


# No row comes back when the idempotency key is taken.
NOTE: Final = Prepared(insert_or_skip(DECISION, key=["user_id", "idempotency_key"]).returning(DECISION.c.id))
ADD_COST: Final = Prepared(
    update(_CAMPAIGN)
    .where(_CAMPAIGN.c.id == bindparam("key"))
    .values(actual_cost=func.coalesce(_CAMPAIGN.c.actual_cost, 0.0) + bindparam("cost", type_=Real))
)

# What was decided about an email takes effect when it leaves: no clock says that it did so before.
TAKE_EFFECT: Final = Prepared(
    update(DECISION)
    .where(
        DECISION.c.campaign_id == bindparam("key_campaign"),
        DECISION.c.email_id == bindparam("key"),
        DECISION.c.executed_at.is_(None),
        or_(*(DECISION.c.kind == kind for kind in sorted(BY_EMAIL))),
    )
    .values(
        executed_at=case(
            (DECISION.c.decided_at > bindparam("left_at"), DECISION.c.decided_at),
            else_=bindparam("left_at"),
        ),
        executed_action=func.coalesce(DECISION.c.executed_action, DECISION.c.action),
        outcome_due_at=case(
            (
                or_(*(DECISION.c.factor == factor for factor in sorted(SEQUENCE_FACTORS))),
                _moment("sequence_due"),
            ),
            else_=_moment("letter_due"),
        ),
    )
)


def add(values: Mapping[str, Any]) -> ReturningInsert[AIDecision]:
    """Insert a decision unless its idempotency key is taken."""
    statement = insert_or_skip(AIDecision, key=["user_id", "idempotency_key"])
    return statement.values(dict(values)).returning(AIDecision)


def in_campaign(
    campaign_id: str, opportunity_id: int | None, email_id: int | None, response_id: int | None
) -> Select[bool, bool, bool]:
    """Select, for each thing that is named, whether the campaign has it; true for what is not named."""

    def there(
        table: type[BacklinkOpportunity | BacklinkingEmail | BacklinkingResponse], row: int | None
    ) -> Any:
        if row is None:
            return true()
        return exists().where(table.campaign_id == campaign_id, table.id == row)

    return select(
        there(BacklinkOpportunity, opportunity_id),
        there(BacklinkingEmail, email_id),
        there(BacklinkingResponse, response_id),
    )


def keep_contents(rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Insert texts; of one that the user has already, say that it was seen again."""
    key, moment = ("user_id", "digest"), "created_at"
    return insert_or_refresh(AIContent, rows, key=key, columns=(moment,), touched=moment)


def content(user_id: int, digest: str) -> Select[AIContent]:
    """Select a text of a user's by its digest."""
    return select(AIContent).where(AIContent.user_id == user_id, AIContent.digest == digest)


def open_choices(user_id: int, ids: Sequence[int]) -> Select[Any]:
    """Select what a letter may have been written under: decisions of a user's by their ids."""
    columns = (DECISION.c[name] for name in _OF_A_CHOICE)
    return select(*columns).where(DECISION.c.user_id == user_id, DECISION.c.id.in_(ids))


_OF_A_CHOICE: Final = (
    "id",
    "kind",
    "factor",
    "action",
    "candidates",
    "campaign_id",
    "opportunity_id",
    "email_id",
)


def write_under(decision_id: int, email: Mapping[str, Any], executed_action: str | None) -> Update:
    """Say by which letter a decision is carried out, unless another has been written under it."""
    return (
        update(DECISION)
        .where(DECISION.c.id == decision_id, DECISION.c.email_id.is_(None))
        .values(**email, executed_action=executed_action)
        .returning(DECISION.c.id)
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


def has(user_id: int, about: Mapping[str, Any]) -> Select[Any]:
    """Select, for each id that is named in `about`, whether the user has such a thing."""
    campaigns = select(BacklinkingCampaign.id).where(BacklinkingCampaign.user_id == user_id)
    tables: dict[str, type[BacklinkOpportunity | BacklinkingEmail | BacklinkingResponse]] = {
        "opportunity_id": BacklinkOpportunity,
        "email_id": BacklinkingEmail,
        "response_id": BacklinkingResponse,
    }
    columns: list[Any] = []
    for name, value in about.items():
        if name == "campaign_id":
            columns.append(exists(campaigns.where(BacklinkingCampaign.id == value)).label(name))
        elif name in tables:
            row = tables[name]
            columns.append(exists().where(row.id == value, row.campaign_id.in_(campaigns)).label(name))
    return select(*columns)


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
    """Say whether it is known what came of a decision. What is known stays known.

    Where a rule still waits for more, one outcome does not make all of it known.
    """
    final = (state.value, OutcomeState.KNOWN.value)
    said = update(AIDecision).where(AIDecision.id == decision_id, AIDecision.outcome_state.not_in(final))
    if state is OutcomeState.KNOWN:
        said = said.where(AIDecision.outcome_due_at.is_(None))
    return said.values(outcome_state=state.value, outcome_due_at=None)
