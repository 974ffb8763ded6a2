"""The shapes of the ledger of decisions and of what came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from linkwright.outcomes import VERSION
from linkwright.schemas.draws import require_distribution, require_draw
from linkwright.schemas.fields import (
    Amount,
    Count,
    JsonList,
    JsonObject,
    Moment,
    Ratio,
    Record,
    RowId,
    Shape,
    Text,
    known,
    upto,
)
from linkwright.vocabulary import DeciderKind, DecisionKind, Factor, OutcomeName, PropensityKind


def _hexadecimal(value: str) -> str:
    if value.strip("0123456789abcdef"):
        raise ValueError("must be hexadecimal, in lower case")
    return value


Digest = Annotated[str, Field(min_length=64, max_length=64), AfterValidator(_hexadecimal)]
TraceId = Annotated[str, Field(min_length=32, max_length=32), AfterValidator(_hexadecimal)]
Probability = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=-(2**63), lt=2**63)]


# What a yes or no is about, as the verbs write it down.
_OF_VERBS = frozenset({"contact", "send"})


class Drawn(Shape):
    """What a caller brings to a draw. All else of its decision is the policy's own."""

    context: JsonObject | None = None
    rng_seed: Seed


class DecisionCreate(Shape):
    """A decision as it was made. Money is in US dollars, as model providers price it."""

    idempotency_key: Annotated[str, upto(100, least=1)] | None = None
    trace_id: TraceId | None = None
    span_id: Annotated[str, Field(min_length=16, max_length=16), AfterValidator(_hexadecimal)] | None = None

    campaign_id: Annotated[str, upto(36)] | None = None
    opportunity_id: RowId | None = None
    email_id: RowId | None = None
    response_id: RowId | None = None
    template_id: RowId | None = None

    kind: Annotated[str, known(DecisionKind)]
    factor: Annotated[str, upto(50)] | None = None
    decided_by: Annotated[str, known(DeciderKind)]
    decider: Annotated[str, upto(200)] | None = None
    policy_version: Annotated[str, upto(100)] | None = None
    context: JsonObject | None = None
    candidates: JsonList | None = None
    excluded: JsonList | None = None
    action: Text | None = None
    propensity: Probability | None = None
    propensity_kind: Annotated[str, known(PropensityKind)] | None = None
    rng_seed: Seed | None = None
    output: JsonObject | None = None
    reasoning: Text | None = None
    confidence_raw: Ratio | None = None
    confidence: Ratio | None = None
    calibrator: Annotated[str, upto(100)] | None = None

    provider_name: Annotated[str, upto(50)] | None = None
    operation_name: Annotated[str, upto(30)] | None = None
    request_model: Annotated[str, upto(200)] | None = None
    response_model: Annotated[str, upto(200)] | None = None
    model_version: Annotated[str, upto(100)] | None = None
    model_response_id: Annotated[str, upto(200)] | None = None
    prompt_name: Annotated[str, upto(100)] | None = None
    prompt_version: Annotated[str, upto(50)] | None = None
    prompt_digest: Digest | None = None
    input_digest: Digest | None = None
    rendered_prompt_digest: Digest | None = None
    output_digest: Digest | None = None
    # Kept once per user, under its digest.
    rendered_prompt: Text | None = None
    output_text: Text | None = None
    parameters: JsonObject | None = None
    finish_reason: Annotated[str, upto(50)] | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    cost: Annotated[Amount, Field(lt=1_000_000)] | None = None
    # One campaign's `actual_cost` is one sum: dollars and euros cannot be added up in it.
    currency: Literal["USD"] | None = None
    price_source: Annotated[str, upto(100)] | None = None
    duration_ms: Count | None = None
    error_type: Annotated[str, upto(100)] | None = None
    attempts: Count | None = None
    decided_at: Moment | None = None
    outcome_due_at: Moment | None = None

    # What `Budgets.reserve` had set aside for the call: it is given back as the cost is written down.
    reservation_id: RowId | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        about = self.opportunity_id or self.email_id or self.response_id
        if about is not None and self.campaign_id is None:
            raise ValueError("campaign_id is required beside an opportunity, email or response")
        if (self.propensity is None) != (self.propensity_kind is None):
            raise ValueError("propensity and propensity_kind go together")
        if self.kind == DecisionKind.CHOOSE and self.factor not in {None, *Factor, *_OF_VERBS}:
            raise ValueError(f"factor must be one of: {', '.join(Factor)}")
        if self.candidates is not None:
            require_distribution(self.candidates)
            if self.propensity_kind == PropensityKind.EXACT:
                require_draw(self.candidates, self.action, self.propensity)
        return self


class OutcomeCreate(Shape):
    """One thing that came of a decision, under one rule of attribution."""

    name: Annotated[str, upto(50, least=1)]
    rule: Annotated[str, upto(50, least=1)]
    value: Annotated[float, Field(allow_inf_nan=False)]
    evidence: Annotated[str, upto(100)] | None = None
    occurred_at: Moment | None = None

    @model_validator(mode="after")
    def _speaks_as_the_rule_does(self) -> Self:
        # Rates, learning and calibration count these: 37 replies to one letter would be believed.
        if self.rule == VERSION and self.name not in set(OutcomeName):
            raise ValueError(f"name must be one of: {', '.join(OutcomeName)}; or the rule another")
        if self.rule == VERSION and self.value not in {0.0, 1.0}:
            raise ValueError(f"value must be 0 or 1 under rule {VERSION}")
        return self


class DecisionRead(Record):
    """A decision, every column."""

    id: int
    user_id: int
    idempotency_key: str | None
    trace_id: str | None
    span_id: str | None
    campaign_id: str | None
    opportunity_id: int | None
    email_id: int | None
    response_id: int | None
    template_id: int | None
    kind: str
    factor: str | None
    decided_by: str
    decider: str | None
    policy_version: str | None
    context: dict[str, Any] | None
    candidates: list[Any] | None
    excluded: list[Any] | None
    action: str | None
    propensity: float | None
    propensity_kind: str | None
    rng_seed: int | None
    output: dict[str, Any] | None
    reasoning: str | None
    confidence_raw: float | None
    confidence: float | None
    calibrator: str | None
    provider_name: str | None
    request_model: str | None
    response_model: str | None
    model_response_id: str | None
    prompt_name: str | None
    prompt_version: str | None
    prompt_digest: str | None
    input_digest: str | None
    parameters: dict[str, Any] | None
    finish_reason: str | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    cost: float | None
    currency: str | None
    price_source: str | None
    duration_ms: int | None
    error_type: str | None
    decided_at: datetime
    outcome_state: str
    outcome_due_at: datetime | None
    executed_at: datetime | None
    executed_action: str | None
    operation_name: str | None
    model_version: str | None
    rendered_prompt_digest: str | None
    output_digest: str | None
    attempts: int | None
    stripped_at: datetime | None


class OutcomeRead(Record):
    """An outcome, every column."""

    id: int
    user_id: int
    decision_id: int
    name: str
    rule: str
    value: float
    evidence: str | None
    occurred_at: datetime
    recorded_at: datetime
    late: bool
    value_before: float | None
    learned_at: datetime | None
    learned_value: float | None
    occurred_before: datetime | None
    recorded_before: datetime | None


class DecisionQuery(Shape):
    """Which decisions of a user, and how many at once."""

    campaign_id: Annotated[str, upto(36)] | None = None
    opportunity_id: RowId | None = None
    email_id: RowId | None = None
    response_id: RowId | None = None
    kind: Annotated[str, known(DecisionKind)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    before: RowId | None = None
