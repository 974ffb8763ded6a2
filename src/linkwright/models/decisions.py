"""Decisions: what an AI, a rule or a person decided, and what came of it.

`ai_decisions` is append-only but for what is learned of it later, each of which is written once:
the email it was carried out by, when it took effect and as what, and its outcome's state. Columns of
model calls carry the names of the OpenTelemetry conventions for generative AI, without their prefix:
`request_model` is `gen_ai.request.model`, `input_tokens` is `gen_ai.usage.input_tokens`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    and_,
    column,
    false,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from linkwright.db.base import Base, between_zero_and_one, not_negative, one_of, primary_key_id, where
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.users import User
from linkwright.vocabulary import DeciderKind, DecisionKind, OutcomeState, PropensityKind


class AIDecision(Base):
    """One decision, with what it saw, what else it could have chosen, and how sure it was."""

    __tablename__ = "ai_decisions"
    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        # A worker that repeats itself repeats its key.
        UniqueConstraint("user_id", "idempotency_key"),
        ForeignKeyConstraint(
            ["campaign_id", "opportunity_id"],
            ["backlinking_opportunities.campaign_id", "backlinking_opportunities.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["campaign_id", "email_id"],
            ["backlinking_emails.campaign_id", "backlinking_emails.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["campaign_id", "response_id"],
            ["backlinking_responses.campaign_id", "backlinking_responses.id"],
            ondelete="CASCADE",
        ),
        one_of("kind", DecisionKind),
        one_of("decided_by", DeciderKind),
        one_of("propensity_kind", PropensityKind),
        one_of("outcome_state", OutcomeState),
        *between_zero_and_one("confidence_raw", "confidence"),
        CheckConstraint("propensity > 0 AND propensity <= 1", name="propensity_probability"),
        *not_negative("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"),
        *not_negative("reasoning_tokens", "cost", "duration_ms", "attempts"),
        Index("ix_ai_decisions_campaign", "campaign_id", "decided_at"),
        Index("ix_ai_decisions_opportunity", "campaign_id", "opportunity_id"),
        Index("ix_ai_decisions_email", "campaign_id", "email_id"),
        Index("ix_ai_decisions_response", "campaign_id", "response_id"),
        Index("ix_ai_decisions_kind", "user_id", "kind", "decided_at"),
        # Serves the job that attributes outcomes: what is due, the oldest first.
        Index(
            "ix_ai_decisions_due",
            "outcome_due_at",
            "id",
            **where(column("outcome_state") == OutcomeState.PENDING.value),
        ),
        # Serves retention: what still has texts.
        Index(
            "ix_ai_decisions_with_texts",
            "user_id",
            "decided_at",
            **where(
                and_(
                    column("stripped_at").is_(None),
                    or_(column("reasoning").is_not(None), column("output").is_not(None)),
                )
            ),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    idempotency_key: Mapped[str | None] = mapped_column(String(100))
    trace_id: Mapped[str | None] = mapped_column(String(32))
    span_id: Mapped[str | None] = mapped_column(String(16))

    # What it is about.
    campaign_id: Mapped[str | None] = mapped_column(
        String(36), ForeignKey(BacklinkingCampaign.id, ondelete="CASCADE")
    )
    opportunity_id: Mapped[int | None] = mapped_column(Integer)
    email_id: Mapped[int | None] = mapped_column(Integer)
    response_id: Mapped[int | None] = mapped_column(Integer)
    # No foreign key: templates are retired, decisions stay.
    template_id: Mapped[int | None] = mapped_column(Integer)

    # What was decided, by whom, out of what.
    kind: Mapped[str] = mapped_column(String(20))
    factor: Mapped[str | None] = mapped_column(String(50))
    decided_by: Mapped[str] = mapped_column(String(10))
    decider: Mapped[str | None] = mapped_column(String(200))
    policy_version: Mapped[str | None] = mapped_column(String(100))
    context: Mapped[dict[str, Any] | None]
    candidates: Mapped[list[Any] | None]
    excluded: Mapped[list[Any] | None]
    action: Mapped[str | None] = mapped_column(Text)
    propensity: Mapped[float | None]
    propensity_kind: Mapped[str | None] = mapped_column(String(20))
    rng_seed: Mapped[int | None] = mapped_column(BigInteger)
    output: Mapped[dict[str, Any] | None]
    reasoning: Mapped[str | None] = mapped_column(Text)
    confidence_raw: Mapped[float | None]
    confidence: Mapped[float | None]
    calibrator: Mapped[str | None] = mapped_column(String(100))

    # The model call behind it.
    provider_name: Mapped[str | None] = mapped_column(String(50))
    request_model: Mapped[str | None] = mapped_column(String(200))
    response_model: Mapped[str | None] = mapped_column(String(200))
    model_response_id: Mapped[str | None] = mapped_column(String(200))
    prompt_name: Mapped[str | None] = mapped_column(String(100))
    prompt_version: Mapped[str | None] = mapped_column(String(50))
    prompt_digest: Mapped[str | None] = mapped_column(String(64))
    input_digest: Mapped[str | None] = mapped_column(String(64))
    parameters: Mapped[dict[str, Any] | None]
    finish_reason: Mapped[str | None] = mapped_column(String(50))
    input_tokens: Mapped[int | None] = mapped_column(Integer)
    output_tokens: Mapped[int | None] = mapped_column(Integer)
    cache_read_tokens: Mapped[int | None] = mapped_column(Integer)
    cache_write_tokens: Mapped[int | None] = mapped_column(Integer)
    reasoning_tokens: Mapped[int | None] = mapped_column(Integer)
    # An unknown price is NULL, never 0.
    cost: Mapped[float | None] = mapped_column(Numeric(14, 8, asdecimal=False))
    currency: Mapped[str | None] = mapped_column(String(3))
    price_source: Mapped[str | None] = mapped_column(String(100))
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    error_type: Mapped[str | None] = mapped_column(String(100))

    decided_at: Mapped[datetime]
    outcome_state: Mapped[str] = mapped_column(
        String(10), default=OutcomeState.PENDING.value, server_default=OutcomeState.PENDING.value
    )
    # When to look next for what came of it. NULL: nothing to wait for, or not yet.
    outcome_due_at: Mapped[datetime | None]

    # When it took effect, such as when the email left that was written under it; and what really
    # happened. Another `executed_action` than `action` is an override: nothing is learned from it.
    executed_at: Mapped[datetime | None]
    executed_action: Mapped[str | None] = mapped_column(Text)

    # More of the model call. `prompt_digest` is of the prompt template; these point at `ai_contents`.
    operation_name: Mapped[str | None] = mapped_column(String(30))
    model_version: Mapped[str | None] = mapped_column(String(100))
    rendered_prompt_digest: Mapped[str | None] = mapped_column(String(64))
    output_digest: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int | None] = mapped_column(Integer)

    # When its reasons and long texts were removed because they had been kept for long enough.
    stripped_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class AIDecisionOutcome(Base):
    """One thing that came of one decision, under one rule of attribution.

    A rule speaks once of each decision, and corrects itself when an event is heard of late:
    `value_before` is then what it had said since `recorded_before`, and `learned_at` is empty again,
    so that whoever had counted `learned_value` takes that back and counts `value` instead.
    """

    __tablename__ = "ai_decision_outcomes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "decision_id"], ["ai_decisions.user_id", "ai_decisions.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("user_id", "decision_id", "name", "rule"),
        Index("ix_ai_decision_outcomes_name", "user_id", "name", "occurred_at"),
        # Serves learning: what nobody has counted yet.
        Index("ix_ai_decision_outcomes_unlearned", "user_id", "id", **where(column("learned_at").is_(None))),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key_id()
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    decision_id: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(50))
    rule: Mapped[str] = mapped_column(String(50))
    value: Mapped[float]
    # What proves it, such as "response:12".
    evidence: Mapped[str | None] = mapped_column(String(100))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # Whether the window had closed before the event was heard of.
    late: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # What it had said until it was corrected last, of when, and since when.
    value_before: Mapped[float | None]
    # Empty until learning has counted the value, or again since it changed.
    learned_at: Mapped[datetime | None]
    learned_value: Mapped[float | None]

    occurred_before: Mapped[datetime | None]
    recorded_before: Mapped[datetime | None]
