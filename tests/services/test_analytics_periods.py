"""Days, weeks and months as laws."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from linkwright.services.analytics_periods import period_end, period_start, periods_of
from linkwright.vocabulary import PeriodType

DAYS = st.dates(date(2025, 11, 1), date(2026, 4, 30))
NUMBERS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), max_size=3)
KINDS = st.sampled_from(PeriodType)


@given(KINDS, DAYS)
def test_a_day_lies_in_its_period_and_periods_touch(kind: PeriodType, day: date) -> None:
    start, end = period_start(kind, day), period_end(kind, day)

    assert start <= day < end
    assert period_start(kind, end) == end
    assert period_end(kind, start - timedelta(days=1)) == start
    assert kind is not PeriodType.WEEKLY or start.isoweekday() == 1
    assert kind is not PeriodType.MONTHLY or start.day == 1


@given(st.dictionaries(DAYS, NUMBERS, max_size=20))
def test_every_kind_of_period_adds_up_to_the_same_and_to_its_days(days: dict[date, dict[str, int]]) -> None:
    total: Counter[str] = Counter()
    for numbers in days.values():
        total.update(numbers)

    periods = periods_of(days)

    for kind in PeriodType:
        of_kind = [period for period in periods if period.kind is kind]
        assert [period.start for period in of_kind] == sorted({period_start(kind, day) for day in days})
        added: Counter[str] = Counter()
        for period in of_kind:
            added.update(period.numbers)
            inside = {day: numbers for day, numbers in days.items() if period.start <= day < period.end}
            assert period.days == inside
        assert added == total
