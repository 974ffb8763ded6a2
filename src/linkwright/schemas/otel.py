"""The ledger's columns and the names that OpenTelemetry's conventions for generative AI give them.

A map both ways, so that spans of an agent become decisions and decisions become spans. What the
conventions have no name for is under `linkwright.`; older names are read, and never written.
Names as of https://github.com/open-telemetry/semantic-conventions-genai, autumn 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ATTRIBUTES: Final[Mapping[str, str]] = {
    "operation_name": "gen_ai.operation.name",
    "provider_name": "gen_ai.provider.name",
    "request_model": "gen_ai.request.model",
    "response_model": "gen_ai.response.model",
    "model_response_id": "gen_ai.response.id",
    "finish_reason": "gen_ai.response.finish_reasons",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_write.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
    "prompt_name": "gen_ai.prompt.name",
    "prompt_version": "gen_ai.prompt.version",
    "confidence_raw": "gen_ai.evaluation.score.value",
    "reasoning": "gen_ai.evaluation.explanation",
    "error_type": "error.type",
    "trace_id": "trace_id",
    "span_id": "span_id",
    **{
        name: f"linkwright.{name}"
        for name in (
            "kind",
            "factor",
            "decided_by",
            "decider",
            "action",
            "policy_version",
            "candidates",
            "excluded",
            "propensity",
            "propensity_kind",
            "rng_seed",
            "confidence",
            "calibrator",
            "model_version",
            "prompt_digest",
            "rendered_prompt_digest",
            "input_digest",
            "output_digest",
            "attempts",
            "cost",
            "currency",
            "price_source",
            "duration_ms",
            "output",
            "context",
        )
    },
}
PARAMETERS: Final[Mapping[str, str]] = {
    name: f"gen_ai.request.{name}"
    for name in (
        "temperature",
        "top_p",
        "top_k",
        "max_tokens",
        "seed",
        "frequency_penalty",
        "presence_penalty",
        "stop_sequences",
    )
}
OLDER: Final[Mapping[str, str]] = {
    "gen_ai.system": "provider_name",
    "gen_ai.usage.prompt_tokens": "input_tokens",
    "gen_ai.usage.completion_tokens": "output_tokens",
    "gen_ai.usage.cache_creation.input_tokens": "cache_write_tokens",
    "operation.cost": "cost",
}
_PARAMETER: Final = "linkwright.request."
_COLUMNS: Final = {**OLDER, **{attribute: column for column, attribute in ATTRIBUTES.items()}}
_OF_PARAMETERS: Final = {attribute: name for name, attribute in PARAMETERS.items()}


def to_gen_ai(decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a decision's span; what is not known is left out.

    >>> to_gen_ai({"request_model": "gpt-4o-mini", "input_tokens": 7, "parameters": {"temperature": 0.2}})
    {'gen_ai.request.model': 'gpt-4o-mini', 'gen_ai.usage.input_tokens': 7, 'gen_ai.request.temperature': 0.2}
    """
    found = {
        attribute: [value] if column == "finish_reason" else value
        for column, attribute in ATTRIBUTES.items()
        if (value := decision.get(column)) is not None
    }
    for name, value in (decision.get("parameters") or {}).items():
        if value is not None:
            found[PARAMETERS.get(name, _PARAMETER + name)] = value
    return found


def from_gen_ai(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a span's attributes say of a decision, by the ledger's columns; others are left out.

    >>> from_gen_ai({"gen_ai.system": "openai", "gen_ai.usage.input_tokens": 7, "http.method": "POST"})
    {'provider_name': 'openai', 'input_tokens': 7}
    """
    found: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    # Of two names for one thing, the newer one is believed.
    for attribute, value in sorted(attributes.items(), key=lambda each: each[0] not in OLDER):
        if value is None:
            continue
        if attribute in _OF_PARAMETERS:
            parameters[_OF_PARAMETERS[attribute]] = value
        elif attribute.startswith(_PARAMETER):
            parameters[attribute.removeprefix(_PARAMETER)] = value
        elif (column := _COLUMNS.get(attribute)) == "finish_reason":
            if reasons := [value] if isinstance(value, str) else list(value):
                found[column] = reasons[0]
        elif column is not None:
            found[column] = value
    return found | ({"parameters": parameters} if parameters else {})
