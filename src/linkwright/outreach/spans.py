"""A call to a model as an OpenTelemetry span, by its conventions for generative AI; never a word of it."""

from __future__ import annotations

from collections.abc import Mapping
from time import time_ns
from typing import Any, Final

from linkwright.schemas.otel import to_gen_ai

_MILLISECOND: Final = 1_000_000
_WORDS: Final = frozenset({"gen_ai.evaluation.explanation", "trace_id", "span_id"})
_OURS: Final = frozenset({"linkwright.kind", "linkwright.cost", "linkwright.currency", "linkwright.attempts"})


def trace_call(told: Mapping[str, Any]) -> None:
    """Make the span of a call that has just ended, from what the ledger is told of it."""
    from opentelemetry import trace  # noqa: PLC0415  (only who asked for spans needs it)

    said = {
        name: value
        for name, value in to_gen_ai(told).items()
        if (name.startswith(("gen_ai.", "error.")) or name in _OURS) and name not in _WORDS
    }
    ended = time_ns()
    span = trace.get_tracer("linkwright").start_span(
        f"{told['operation_name']} {told['request_model']}",
        kind=trace.SpanKind.CLIENT,
        start_time=ended - (told.get("duration_ms") or 0) * _MILLISECOND,
        attributes=said,
    )
    if error := told.get("error_type"):
        span.set_status(trace.Status(trace.StatusCode.ERROR, error))
    span.end(ended)
