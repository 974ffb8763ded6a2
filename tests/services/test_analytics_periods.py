"""Days, weeks and months as laws."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from linkwright.queries.analytics import COST, COUNTS, MEANS
from linkwright.services.analytics_periods import Days, period_end, period_start, surroundings
from linkwright.vocabulary import PeriodType

DAYS = st.dates(date(2025, 11, 1), date(2026, 4, 30))
FACTS = st.lists(st.tuples(st.sampled_from(COUNTS), DAYS, st.integers(1, 9)), max_size=30)
SUMS = st.lists(
    st.tuples(st.sampled_from(MEANS), DAYS, st.integers(0, 4), st.integers(1, 4)),
    max_size=10,
    unique_by=lambda row: row[:2],
)
KINDS = st.sampled_from(PeriodType)


@given(KINDS, DAYS)
def test_a_day_lies_in_its_period_and_periods_touch(kind: PeriodType, day: date) -> None:
    start, end = period_start(kind, day), period_end(kind, day)

    assert start <= day < end
    assert period_start(kind, end) == end
    assert period_end(kind, start - timedelta(days=1)) == start
    assert kind is not PeriodType.WEEKLY or start.isoweekday() == 1
    assert kind is not PeriodType.MONTHLY or start.day == 1


@given(DAYS, DAYS)
def test_the_surroundings_hold_every_period_of_a_range(one: date, other: date) -> None:
    first, last = sorted((one, other))

    start, end = surroundings(first, last)

    assert start <= min(period_start(kind, first) for kind in PeriodType)
    assert end >= max(period_end(kind, last) for kind in PeriodType)


@given(FACTS, SUMS, DAYS, DAYS)
def test_deriving_a_part_gives_what_deriving_the_whole_gives(
    facts: list[tuple[str, date, int]], sums: list[tuple[str, date, int, int]], one: date, other: date
) -> None:
    first, last = sorted((one, other))
    whole = Days(date(2025, 1, 1), date(2026, 12, 31))
    whole.add_facts(facts)
    whole.add_sums(sums)
    part = Days(first, last)
    for day, stored in whole.totals.items():
        part.add_stored(day, stored)  # What an earlier run has left, right or wrong inside the range.
    part.add_facts(fact for fact in facts if first <= fact[1] <= last)
    part.add_sums(sums)

    expected = {(kind, start): values for kind, start, values in whole.periods()}
    for kind, start, values in part.periods():
        assert expected[kind, start] == values


@given(FACTS)
def test_nothing_is_counted_twice_or_lost(facts: list[tuple[str, date, int]]) -> None:
    days = Days(date(2025, 1, 1), date(2026, 12, 31))
    days.add_facts(facts)
    periods = list(days.periods())

    for kind in PeriodType:
        counted = sum(values[name] or 0 for at, _, values in periods if at is kind for name in COUNTS)
        assert counted == sum(number for _, _, number in facts)
    assert all(values[COST] == 0 for _, _, values in periods)
