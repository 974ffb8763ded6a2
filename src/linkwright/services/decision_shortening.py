"""What is left of a decision's output when its texts have been kept for long enough. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

LONGEST_WORD: Final = 50
"""Characters: a value of a vocabulary is not longer."""

_TEXTS: Final = frozenset({"ai_suggested_reply"})


def shortened(output: Mapping[str, Any]) -> dict[str, Any]:
    """Return an output with its numbers and words, and without its texts.

    >>> shortened({"ai_intent_classification": "interested", "ai_suggested_reply": "Yes.", "why": "x" * 80})
    {'ai_intent_classification': 'interested'}
    """
    return {name: _short(value) for name, value in output.items() if name not in _TEXTS and not _long(value)}


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return shortened(value)
    return [_short(each) for each in value if not _long(each)] if isinstance(value, list) else value


def _long(value: object) -> bool:
    return isinstance(value, str) and len(value) > LONGEST_WORD
