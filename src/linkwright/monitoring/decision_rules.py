"""What must be true of the ledger: it agrees with the columns that say the same, and with itself."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Table, and_, func, literal_column, or_, select, type_coerce

from linkwright.db.expressions import has_key
from linkwright.db.rows import table
from linkwright.models.decisions import AIDecisionOutcome
from linkwright.monitoring.checks import Check
from linkwright.outcomes import BY_EMAIL
from linkwright.queries.recounts import DECISION, EMAIL, OPPORTUNITY, RESPONSE
from linkwright.vocabulary import DecisionKind, OutcomeState

OUTCOME: Final = table(AIDecisionOutcome)

_TEXTS: Final = ("ai_suggested_reply",)
# The columns that a decision's output says, by the table they are in.
_NUMBERS: Final = (
    "ai_relevance_score",
    "ai_authority_score",
    "ai_content_quality_score",
    "ai_spam_risk_score",
)
_SAID: Final[tuple[tuple[Table, str, DecisionKind, tuple[str, ...]], ...]] = (
    (OPPORTUNITY, "opportunity", DecisionKind.SCORE, (*_NUMBERS, "ai_contact_recommendation")),
    (OPPORTUNITY, "opportunity", DecisionKind.CHOOSE, ("user_override_decision",)),
    (
        RESPONSE,
        "response",
        DecisionKind.CLASSIFY,
        (
            "response_type",
            "ai_intent_classification",
            "ai_urgency_level",
            "ai_recommended_action",
            "ai_suggested_reply",
            "user_sentiment_override",
        ),
    ),
)


def checks() -> Iterator[Check]:
    """Return the checks."""
    for subject, name, kind, columns in _SAID:
        for column in columns:
            yield _agrees(subject, name, kind, column)
    yield _felt()
    yield _generated()
    yield _took_effect()
    yield _outcomes()


def _agrees(subject: Table, name: str, kind: DecisionKind, column: str) -> Check:
    last = _last(f"{name}_id", DECISION.c.kind == kind.value, has_key(DECISION.c.output, _key(column)))
    output = type_coerce(DECISION.c.output, JSON())[column]
    said = output.as_float() if column in _NUMBERS else output.as_string()
    return Check(
        f"decisions.{column}",
        f"The last decision that speaks of it says what {subject.name}.{column} says.",
        "The column was changed past the verbs: set it to what the decision said, or decide anew.",
        select(subject.c.id, subject.c[column], said.label("decided"))
        .join(last, last.c.subject == subject.c.id)
        .join(DECISION, DECISION.c.id == last.c.id)
        # A column that was never said holds its default.
        .where(
            _or_zero(subject.c[column], column).is_distinct_from(_or_zero(said, column)),
            *_not_removed(subject, column),
        ),
    )


def _felt() -> Check:
    name = "ai_sentiment_analysis"
    last = _last(
        "response_id", DECISION.c.kind == DecisionKind.CLASSIFY.value, has_key(DECISION.c.output, _key(name))
    )
    said = type_coerce(DECISION.c.output, JSON())[(name, "label")].as_string()
    label = type_coerce(RESPONSE.c[name], JSON())["label"].as_string()
    return Check(
        f"decisions.{name}",
        "The last decision that speaks of a response's feeling says what its ai_sentiment_analysis says.",
        "The column was changed past the verbs: set it to what the decision said, or decide anew.",
        select(RESPONSE.c.id, label.label("label"), said.label("decided"))
        .join(last, last.c.subject == RESPONSE.c.id)
        .join(DECISION, DECISION.c.id == last.c.id)
        .where(label.is_distinct_from(said)),
    )


def _generated() -> Check:
    last = _last("email_id", DECISION.c.kind == DecisionKind.GENERATE.value)
    model, confidence = DECISION.c.request_model, DECISION.c.confidence_raw
    another_model = and_(
        EMAIL.c.ai_model_used.is_distinct_from(func.substr(model, 1, 50)),
        EMAIL.c.ai_model_used.is_distinct_from(func.substr(DECISION.c.response_model, 1, 50)),
    )
    temperature = type_coerce(DECISION.c.parameters, JSON())["temperature"].as_float()
    return Check(
        "decisions.generated",
        "The last decision to generate an email has its model, prompt, confidence and temperature.",
        "The email's ai_ columns were changed past the verbs: set them to what the decision says.",
        select(EMAIL.c.id, EMAIL.c.ai_model_used, model, EMAIL.c.ai_confidence_score, confidence)
        .join(last, last.c.subject == EMAIL.c.id)
        .join(DECISION, DECISION.c.id == last.c.id)
        .where(
            or_(
                another_model,
                func.coalesce(EMAIL.c.ai_confidence_score, 0.0) != func.coalesce(confidence, 0.0),
                EMAIL.c.ai_temperature.is_distinct_from(temperature),
                EMAIL.c.ai_prompt_used.is_(None) != DECISION.c.rendered_prompt_digest.is_(None),
            )
        ),
    )


def _took_effect() -> Check:
    return Check(
        "decisions.took_effect",
        "A decision that a letter carries out took effect when the letter left, and not before.",
        "`linkwright attribute` fills in what is missing.",
        select(DECISION.c.id, DECISION.c.kind, DECISION.c.executed_at, EMAIL.c.sent_at)
        .join(EMAIL, EMAIL.c.id == DECISION.c.email_id)
        .where(
            DECISION.c.kind.in_(sorted(BY_EMAIL)),
            or_(
                and_(DECISION.c.executed_at.is_(None), EMAIL.c.sent_at.is_not(None)),
                DECISION.c.executed_at < EMAIL.c.sent_at,
            ),
            # What a person chose about the letter took effect at once.
            or_(DECISION.c.executed_at.is_(None), DECISION.c.executed_at != DECISION.c.decided_at),
        ),
    )


def _outcomes() -> Check:
    there = (
        select(OUTCOME.c.id)
        .where(OUTCOME.c.user_id == DECISION.c.user_id, OUTCOME.c.decision_id == DECISION.c.id)
        .exists()
    )
    known = DECISION.c.outcome_state == OutcomeState.KNOWN.value
    censored = DECISION.c.outcome_state == OutcomeState.CENSORED.value
    return Check(
        "decisions.outcome",
        "What came of a decision is known where an outcome is written down, and censored where none is.",
        "Set outcome_state to known where outcomes are, and to pending where none is.",
        select(DECISION.c.id, DECISION.c.kind, DECISION.c.outcome_state).where(
            or_(and_(known, ~there), and_(censored, there))
        ),
    )


def _last(column: str, *conditions: ColumnElement[bool]) -> Any:
    subject = DECISION.c[column]
    statement = select(subject.label("subject"), func.max(DECISION.c.id).label("id"))
    return statement.where(subject.is_not(None), *conditions).group_by(subject).subquery("last")


def _key(column: str) -> ColumnElement[Any]:
    return literal_column(f"'{column}'")


def _not_removed(subject: Table, column: str) -> tuple[ColumnElement[bool], ...]:
    """A text that retention removed is empty; the decision still has its words, until those go too."""
    return (subject.c[column].is_distinct_from(literal_column("''")),) if column in _TEXTS else ()


def _or_zero(value: ColumnElement[Any], column: str) -> ColumnElement[Any]:
    return func.coalesce(value, 0.0) if column in _NUMBERS else value
