"""Percentiles from a sketch are as exact as promised, however many sketches they were gathered in."""

import random

from hypothesis import given
from hypothesis import strategies as st

from linkwright.monitoring.sketches import ERROR, LONGEST, SHORTEST, Sketch

SECONDS = st.floats(SHORTEST, LONGEST)


def sketch_of(seconds: list[float]) -> Sketch:
    sketch = Sketch()
    for each in seconds:
        sketch.add(each)
    return sketch


@given(st.lists(SECONDS, min_size=1, max_size=200), st.sampled_from([0.0, 0.5, 0.95, 0.99, 1.0]))
def test_a_percentile_is_off_by_two_per_cent_at_most(seconds: list[float], share: float) -> None:
    exact = sorted(seconds)[int(share * (len(seconds) - 1))]

    assert abs(sketch_of(seconds).quantile(share) - exact) <= exact * ERROR * 1.000001


@given(st.lists(SECONDS, max_size=50), st.lists(SECONDS, max_size=50))
def test_two_sketches_merged_are_the_sketch_of_both(first: list[float], second: list[float]) -> None:
    merged, whole = sketch_of(first), sketch_of(first + second)
    merged.merge(sketch_of(second))

    assert (merged.buckets, merged.count, merged.longest) == (whole.buckets, whole.count, whole.longest)
    assert abs(merged.total - whole.total) <= 1e-9 * whole.total


def test_takes_little_room_whatever_it_is_given() -> None:
    chance = random.Random(1)
    sketch = sketch_of([10 ** chance.uniform(-12, 12) for _ in range(20_000)])

    assert len(sketch.buckets) <= 577
    assert Sketch().quantile(0.5) == 0.0


@given(st.lists(SECONDS, max_size=50))
def test_comes_back_from_json_as_it_was(seconds: list[float]) -> None:
    sketch = sketch_of(seconds)

    assert Sketch.from_json(sketch.as_json()) == sketch
