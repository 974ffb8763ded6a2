"""A draw among candidates: what must hold before anything may be concluded from its probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from linkwright.errors import InvalidInput

# Probabilities are sums of shares: how far such a sum may be from what it stands for.
ROUNDING: Final = 1e-6
NO_DISTRIBUTION: Final = 'candidates must be [{"arm": ..., "p": ...}, ...] with probabilities that sum to 1'


# How a choice says that it was drawn evenly, apart from what the policy has learned.
SLICE, UNIFORM = "slice", "uniform"


def is_slice(context: Mapping[str, Any] | None) -> bool:
    """Whether a choice is to be drawn evenly.

    Raises:
        InvalidInput: it names another slice than there is; misspelt, it would be lost to every experiment.
    """
    named = None if context is None else context.get(SLICE)
    if named not in {None, UNIFORM}:
        raise InvalidInput(f"context.{SLICE}", f"must be {UNIFORM}, or not be there", named)
    return named is not None


def probabilities(candidates: Sequence[Any] | None) -> dict[str, float] | None:
    """Return the probability of each arm, or None where the candidates are no distribution.

    >>> probabilities([{"arm": "a", "p": 0.25}, {"arm": "b", "p": 0.75}])
    {'a': 0.25, 'b': 0.75}
    >>> probabilities([{"arm": "a", "p": 0.25}, {"arm": "b", "p": 0.8}])
    """
    found: dict[str, float] = {}
    for one in candidates or ():
        arm, p = (one.get("arm"), one.get("p")) if isinstance(one, dict) else (None, None)
        if not isinstance(arm, str) or arm in found or not isinstance(p, int | float) or not 0 <= p <= 1:
            return None
        found[arm] = float(p)
    return found if abs(sum(found.values()) - 1) <= ROUNDING else None


def require_draw(candidates: Sequence[Any], action: str | None, propensity: float | None) -> None:
    """Make sure that an action was drawn from its candidates with the probability that is said.

    Raises:
        ValueError: it was not, in words for whoever recorded it.
    """
    drawn = probabilities(candidates)
    if drawn is None:
        raise ValueError(NO_DISTRIBUTION)
    if action is not None and action not in drawn:
        raise ValueError("action must be one of the candidates")
    if action is not None and not drawn[action]:
        raise ValueError("action must be a candidate that could have been drawn")
    if action is not None and propensity is not None and abs(drawn[action] - propensity) > ROUNDING:
        raise ValueError("propensity must be the probability of the action")


def require_distribution(candidates: Sequence[Any]) -> None:
    """Make sure that candidates which are given probabilities are given a distribution, drawn from or not.

    Raises:
        ValueError: they are not, in words for whoever recorded them.
    """
    told = any(isinstance(one, dict) and one.get("p") is not None for one in candidates)
    if told and probabilities(candidates) is None:
        raise ValueError(NO_DISTRIBUTION)
