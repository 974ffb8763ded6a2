"""Turn what somebody sent into a shape, or say which fields break which rules."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from linkwright.errors import InvalidInput

S = TypeVar("S", bound=BaseModel)

_WORDED = {
    "missing": "is required",
    "string_pattern_mismatch": "must not contain NUL characters",
    "string_unicode": "must be valid Unicode text",
    "finite_number": "must be a finite number",
}


def parse(shape: type[S], data: Mapping[str, Any] | BaseModel, *, row: int | None = None) -> S:
    """Return `data` as a `shape`.

    Raises:
        InvalidInput: a key is unknown, a value is of a wrong type or breaks a rule; every
            problem is listed, the first one is worded.
    """
    if isinstance(data, shape):
        return data
    if isinstance(data, BaseModel):
        data = data.model_dump(exclude_unset=True)
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise _as_invalid_input(shape, error, row) from None


def _as_invalid_input(shape: type[BaseModel], error: ValidationError, row: int | None) -> InvalidInput:
    # What is misspelt first: it is mostly why something else is missing.
    details = sorted(
        error.errors(include_url=False, include_context=True),
        key=lambda one: one["type"] != "extra_forbidden",
    )
    problems = tuple((_place(detail), _rule(shape, detail)) for detail in details)
    first = details[0]
    # Of a rule about the whole, the whole is no answer to what is wrong: it is long, and full of mail.
    value = None if first["type"] == "missing" or not first["loc"] else first["input"]
    return InvalidInput(*problems[0], value, row=row, problems=problems)


def _place(detail: ErrorDetails) -> str:
    return ".".join(str(step) for step in detail["loc"]) or "input"


def _rule(shape: type[BaseModel], detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        near = get_close_matches(str(detail["loc"][-1]), shape.model_fields, n=1)
        return f"is not a known field; did you mean {near[0]}?" if near else "is not a known field"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return _WORDED.get(detail["type"]) or detail["msg"].removeprefix("Input ").removeprefix("String ")
