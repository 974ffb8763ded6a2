"""What may be said of arms does not get easier by asking more questions at once."""

from typing import Any

import pytest

from linkwright.schemas.comparison import PairRead, TrafficKind
from linkwright.services.comparison_traffic import Cell, Terms, traffic

NOTHING: dict[str, Any] = {
    "cost": 0,
    "replies": 0,
    "links": 0,
    "duration": None,
    "waiting": 0,
    "unpriced": 0,
}


def found(kind: TrafficKind, arms: str) -> PairRead:
    """Return the pair of `a`, with 25 % of success, and `b` with 10 %; others do as `b` does."""
    even = dict.fromkeys(arms, 1 / len(arms))
    cells = [
        Cell(f"2026-01-{day:02}", arm, even, 20, 5 if arm == "a" else 2)
        for day in range(1, 29)
        for arm in arms
    ]
    terms = Terms("b", 0.0, fewer_is_better=False)
    pairs = traffic(kind, cells, dict.fromkeys(arms, NOTHING), terms).pairs
    return next(pair for pair in pairs if pair.arm == "a")


@pytest.mark.parametrize("kind", [TrafficKind.ADAPTIVE, TrafficKind.RANDOMISED])
def test_four_pairs_ask_four_times_the_evidence_of_one(kind: TrafficKind) -> None:
    alone, beside = found(kind, "ab"), found(kind, "abcde")

    assert (alone.verdict, beside.verdict) == ("better", "better")
    assert alone.e_value == pytest.approx(beside.e_value)
    assert alone.decided_on is not None
    assert beside.decided_on is not None
    assert alone.decided_on < beside.decided_on
