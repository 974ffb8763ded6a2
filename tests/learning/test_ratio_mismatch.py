"""Sample-ratio mismatch: found where letters are held back, and not cried where none are."""

from __future__ import annotations

import numpy as np
import pytest

from linkwright.learning.ratio_mismatch import against_propensities


@pytest.mark.parametrize(
    ("shares", "a_day"),
    [([0.9, *[0.02] * 5], 3), ([0.62, *[0.02] * 19], 3), ([1 / 2] * 2, 10), ([1 / 6] * 6, 50)],
)
def test_who_looks_every_day_for_a_quarter_hears_no_false_alarm(shares: list[float], a_day: int) -> None:
    names = [str(place) for place in range(len(shares))]
    probabilities = dict(zip(names, shares, strict=True))
    alarmed = 0
    for seed in range(100):
        taken = np.random.default_rng(seed).multinomial(a_day, shares, 90).cumsum(axis=0)
        looks = (zip(names, day.tolist(), strict=True) for day in taken)
        alarmed += any(
            against_propensities((arm, probabilities, count) for arm, count in look).alarming
            for look in looks
        )

    assert alarmed <= 1


def test_an_arm_of_which_a_third_is_held_back_is_found_and_named() -> None:
    even = {"a": 0.5, "b": 0.5}

    found = against_propensities([("a", even, 600), ("b", even, 400)])

    assert found.alarming
    assert not against_propensities([("a", even, 520), ("b", even, 480)]).alarming


def test_what_could_not_have_been_drawn_was_not_drawn() -> None:
    found = against_propensities([("a", {"a": 0.0, "b": 1.0}, 5), ("b", {"a": 0.0, "b": 1.0}, 95)])

    assert found.alarming


def test_probabilities_that_moved_are_each_counted_for_themselves() -> None:
    early, late = {"a": 0.5, "b": 0.5}, {"a": 0.9, "b": 0.1}
    sound = [("a", early, 100), ("b", early, 100), ("a", late, 360), ("b", late, 40)]
    swapped = [("a", late, 100), ("b", late, 100), ("a", early, 360), ("b", early, 40)]

    assert against_propensities(sound).p_value == 1.0
    assert against_propensities(swapped).alarming


def test_of_nothing_nothing_is_found() -> None:
    assert against_propensities([]).p_value == 1.0
    assert against_propensities([("a", {}, 3)]).p_value == 1.0
