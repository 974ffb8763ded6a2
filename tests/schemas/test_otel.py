"""The names of OpenTelemetry: nothing is lost on the way there and back."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from linkwright.models import AIDecision
from linkwright.schemas.otel import ATTRIBUTES, OLDER, PARAMETERS, from_gen_ai, to_gen_ai

VALUES = (
    st.text(min_size=1) | st.integers() | st.floats(allow_nan=False) | st.lists(st.integers(), min_size=1)
)
DECISIONS = st.dictionaries(st.sampled_from(sorted(set(ATTRIBUTES) - {"finish_reason"})), VALUES)
CALLS = st.dictionaries(st.sampled_from(sorted(PARAMETERS)) | st.text(min_size=1), VALUES)


@given(DECISIONS, CALLS, st.none() | st.text(min_size=1))
def test_there_and_back(decision: dict[str, Any], parameters: dict[str, Any], reason: str | None) -> None:
    if parameters:
        decision["parameters"] = parameters
    if reason:
        decision["finish_reason"] = reason

    assert from_gen_ai(to_gen_ai(decision)) == decision


def test_every_column_of_a_model_call_has_a_name() -> None:
    columns = {column.key for column in AIDecision.__table__.columns}
    ours = {
        "id", "user_id", "idempotency_key", "campaign_id", "opportunity_id", "email_id", "response_id",
        "template_id", "parameters", "decided_at", "outcome_state", "outcome_due_at", "executed_at",
        "executed_action", "stripped_at",
    }  # fmt: skip

    assert columns - ours == set(ATTRIBUTES)
    assert len(set(ATTRIBUTES.values())) == len(ATTRIBUTES)


def test_older_names_are_read_and_newer_ones_believed() -> None:
    assert set(OLDER.values()) <= set(ATTRIBUTES)
    both = {"gen_ai.provider.name": "gcp.gemini", "gen_ai.system": "gemini"}

    assert from_gen_ai(both) == {"provider_name": "gcp.gemini"}
    assert from_gen_ai(dict(reversed(both.items()))) == {"provider_name": "gcp.gemini"}


def test_what_is_not_known_is_left_out() -> None:
    assert to_gen_ai({"request_model": None, "parameters": {"seed": None}, "id": 7}) == {}
    assert from_gen_ai({"gen_ai.response.finish_reasons": [], "gen_ai.system": None}) == {}
