"""What is wrong with a campaign file, in words for the person who wrote it.

Pydantic finds the faults; its sentences are for programmers. Here each becomes a key, a
rule, and where a word was probably misspelt, the word that was meant.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from linkwright.jobs.letter_variables import did_you_mean

TEMPLATE_FAULTS: Final = "template_faults"
"""Pydantic's name for an error that brings its own faults, in its context."""

_WANTED = {
    "string_type": "must be text, in quotes",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list, in [ ]",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "finite_number": "must be a finite number",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule and where it is."""

    path: tuple[str | int, ...]
    rule: str
    value: object
    line: int = 0
    """Of a template: the line of its text; 0 of everything else."""
    file: Path | None = None
    """The file that a template stands in, where that is not the campaign file."""

    @property
    def key(self) -> str:
        """The path as a person writes it: `templates[2].subject`, counted from one."""
        words = ""
        for part in self.path:
            words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
        return words or "the file"


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """Return every fault of `error`, which came from validating `model`.

    What is there and wrong comes before what is not there: a misspelt key is both.
    """
    found = sorted(error.errors(include_url=False), key=lambda details: details["type"] == "missing")
    faults: list[Fault] = []
    for details in found:
        if details["type"] == TEMPLATE_FAULTS:
            faults += [
                replace(fault, path=(*details["loc"], *fault.path)) for fault in details["ctx"]["faults"]
            ]
        else:
            faults.append(_fault(details, model))
    return faults


def _fault(details: ErrorDetails, model: type[BaseModel]) -> Fault:
    path = details["loc"]
    simple = details["input"] if isinstance(details["input"], str | int | float | bool) else None
    match details["type"]:
        case "missing":
            return Fault(path, "is required", None)
        case "extra_forbidden":
            keys = _keys_at(model, path[:-1])
            return Fault(path, f"is not a key{did_you_mean(str(path[-1]), keys) or _listed(keys)}", None)
        case "enum" | "literal_error":
            words = [word.strip("' ") for word in details["ctx"]["expected"].replace(" or ", ",").split(",")]
            hint = did_you_mean(str(simple), words)
            return Fault(path, f"must be one of {', '.join(words)}{hint}", simple)
        case "string_pattern_mismatch":
            return Fault(path, "must not hold control characters", simple)
        case "value_error":
            return Fault(path, str(details["ctx"]["error"]), simple)
        case kind:
            message = details["msg"].replace("Input should be", "must be").replace("String should", "must")
            return Fault(path, _WANTED.get(kind, message[:1].lower() + message[1:]), simple)


def _listed(keys: list[str]) -> str:
    return f"; there are {', '.join(keys)}" if keys else ""


def _keys_at(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Return the keys of the table at `path`."""
    here: Any = model
    for part in path:
        if isinstance(part, int):
            continue
        field = here.model_fields.get(part) if _is_model(here) else None
        here = _model_in(field.annotation) if field is not None else None
    return list(here.model_fields) if _is_model(here) else []


def _is_model(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, BaseModel)


def _model_in(annotation: object) -> object:
    """Return the model in `Model`, `list[Model]` or `Model | None`."""
    if _is_model(annotation):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
