"""What is said of a draw when a decision is recorded must be able to be true."""

from __future__ import annotations

from typing import Any

import pytest

from linkwright import InvalidInput
from linkwright.schemas.decisions import DecisionCreate
from linkwright.schemas.draws import probabilities
from linkwright.schemas.validation import parse

DRAW = {
    "kind": "choose",
    "decided_by": "policy",
    "factor": "tone",
    "action": "formal",
    "propensity": 0.3,
    "propensity_kind": "exact",
    "candidates": [{"arm": "formal", "p": 0.3}, {"arm": "friendly", "p": 0.7}],
}


def test_a_sound_draw_is_taken() -> None:
    assert parse(DecisionCreate, DRAW).propensity == 0.3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"candidates": [{"arm": "formal", "p": 0.3}, {"arm": "friendly", "p": 0.6}]}, "sum to 1"),
        ({"candidates": [{"arm": "formal", "p": 0.3}, {"arm": "formal", "p": 0.7}]}, "sum to 1"),
        ({"candidates": ["formal", "friendly"]}, "sum to 1"),
        ({"candidates": []}, "sum to 1"),
        ({"candidates": [{"arm": "formal", "p": -0.3}, {"arm": "friendly", "p": 1.3}]}, "sum to 1"),
        ({"action": "casual"}, "one of the candidates"),
        (
            {"candidates": [{"arm": "formal", "p": 0}, {"arm": "friendly", "p": 1}], "propensity": 1e-7},
            "could have been drawn",
        ),
        ({"propensity": 0.7}, "probability of the action"),
        ({"propensity": float("nan")}, "finite"),
    ],
)
def test_another_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        parse(DecisionCreate, DRAW | change)


def test_a_guess_may_be_anything() -> None:
    guess = DRAW | {"propensity_kind": "estimated", "candidates": ["formal", "friendly"]}

    assert parse(DecisionCreate, guess).candidates == ["formal", "friendly"]


@pytest.mark.parametrize("kind", ["estimated", "deterministic", None])
def test_what_is_called_probabilities_is_a_distribution_even_where_nobody_drew(kind: str | None) -> None:
    told = {"propensity_kind": kind, "propensity": None if kind is None else 0.3}
    candidates = [{"arm": "formal", "p": 0.3}, {"arm": "friendly", "p": 0.9}]

    with pytest.raises(InvalidInput, match="sum to 1"):
        parse(DecisionCreate, DRAW | told | {"candidates": candidates})


def test_probabilities_may_be_off_by_rounding() -> None:
    thirds = [{"arm": str(place), "p": 0.3333333} for place in range(3)]

    assert probabilities(thirds) is not None
