"""Cells as values."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwright.errors import InvalidInput
from linkwright.parsing.values import (
    clean_text,
    is_blank,
    parse_bool,
    parse_date,
    parse_float,
    parse_int,
    parse_money,
    parse_ratio,
    parse_score,
    unguard,
)

ANYTHING = st.one_of(
    st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.none(), st.binary(max_size=5)
)


class TestParseInt:
    @pytest.mark.parametrize(
        ("value", "number"),
        [
            ("71", 71),
            (" 71 ", 71),
            ("1,240", 1240),
            ("1,240,000", 1_240_000),
            ("1 240", 1240),
            ("1\u00a0240\u00a0000", 1_240_000),
            ("1'240", 1240),
            ("1.240.000", 1_240_000),
            ("2.0", 2),
            ("2.", 2),
            ("$8", 8),
            ("8 €", 8),
            ("-3", -3),
            ("1e3", 1000),
            (2.0, 2),
            (7, 7),
        ],
        ids=repr,
    )
    def test_whole_numbers_of_many_countries(self, value: object, number: int) -> None:
        assert parse_int(value, field="n") == number

    @pytest.mark.parametrize(
        "value",
        [
            "1.240",
            "2.000",
            "2.5",
            2.5,
            "high",
            "",
            "1,24,0",
            "1,240 000",
            "NaN",
            "inf",
            float("nan"),
            float("inf"),
            True,
            None,
            "٣",
            "1_000",
            "0x10",
            "9" * 30,
            10**30,
            "--",
            "1e99",
            [],
            "$",
        ],
        ids=repr,
    )
    def test_what_is_unclear_or_no_number_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse_int(value, field="domain_authority")
        assert caught.value.field == "domain_authority"

    def test_the_range_is_part_of_the_rule(self) -> None:
        assert parse_int("100", field="n", low=0, high=100) == 100
        with pytest.raises(InvalidInput, match="from 0 to 100"):
            parse_int("101", field="n", low=0, high=100)

    @given(st.integers(-(10**12), 10**12))
    def test_grouped_digits_are_the_number(self, number: int) -> None:
        for text in (str(number), f"{number:,}", f"{number:,}".replace(",", " "), f"{number}.0"):
            assert parse_int(text, field="n") == number

    @given(ANYTHING)
    def test_nothing_else_is_ever_raised(self, value: object) -> None:
        for parse in (parse_int, parse_float, parse_score, parse_ratio, parse_money, parse_bool, parse_date):
            try:
                parse(value, field="x")
            except InvalidInput:
                continue


class TestScores:
    @pytest.mark.parametrize(
        ("value", "score"),
        [("0.7", 0.7), ("0,7", 0.7), ("70%", 0.7), (1, 1.0), ("0", 0.0), (".5", 0.5)],
        ids=repr,
    )
    def test_a_score_lies_between_0_and_1(self, value: object, score: float) -> None:
        assert parse_score(value, field="s") == score

    @pytest.mark.parametrize(
        "value", ["1.7", 1.7, "NaN", float("nan"), "high", -0.1, "101%", "inf", None, True], ids=repr
    )
    def test_what_does_not_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidInput):
            parse_score(value, field="s")

    def test_a_ratio_is_a_share_of_its_scale(self) -> None:
        assert parse_ratio("8", field="spam_score") == 0.08
        assert parse_ratio("8%", field="spam_score") == 0.08
        with pytest.raises(InvalidInput):
            parse_ratio("-1", field="spam_score")

    def test_money_keeps_its_cents(self) -> None:
        assert parse_money("$1,240.50", field="m") == Decimal("1240.50")
        assert parse_money("1.240,50 €", field="m") == Decimal("1240.50")
        assert parse_money("$8", field="m") == 8


class TestParseDate:
    @pytest.mark.parametrize(
        ("value", "instant"),
        [
            ("2026-09-15", datetime(2026, 9, 15, tzinfo=UTC)),
            ("20260915", datetime(2026, 9, 15, tzinfo=UTC)),
            ("2026/9/5", datetime(2026, 9, 5, tzinfo=UTC)),
            ("Sep 15, 2026", datetime(2026, 9, 15, tzinfo=UTC)),
            ("september 1st, 2026", datetime(2026, 9, 1, tzinfo=UTC)),
            ("15 Sept 2026", datetime(2026, 9, 15, tzinfo=UTC)),
            ("15-Sep-2026", datetime(2026, 9, 15, tzinfo=UTC)),
            ("15.09.2026", datetime(2026, 9, 15, tzinfo=UTC)),
            ("15.9.2026", datetime(2026, 9, 15, tzinfo=UTC)),
            ("09/15/2026", datetime(2026, 9, 15, tzinfo=UTC)),
            ("15/09/2026", datetime(2026, 9, 15, tzinfo=UTC)),
            ("05/05/2026", datetime(2026, 5, 5, tzinfo=UTC)),
            ("2026-09-15 10:00:00 UTC", datetime(2026, 9, 15, 10, tzinfo=UTC)),
            ("2026-09-15T10:00:00Z", datetime(2026, 9, 15, 10, tzinfo=UTC)),
            ("2026-09-15T10:00:00.123456+02:00", datetime(2026, 9, 15, 8, 0, 0, 123456, tzinfo=UTC)),
            ("2026-09-15T10:00-0530", datetime(2026, 9, 15, 15, 30, tzinfo=UTC)),
            ("Sep 15, 2026 10:05 PM UTC", datetime(2026, 9, 15, 22, 5, tzinfo=UTC)),
            ("46280", datetime(2026, 9, 15, tzinfo=UTC)),
            (46280.5, datetime(2026, 9, 15, 12, tzinfo=UTC)),
            (datetime(2026, 9, 15, 10), datetime(2026, 9, 15, 10, tzinfo=UTC)),  # noqa: DTZ001
            (
                datetime(2026, 9, 15, 10, tzinfo=timezone(timedelta(hours=2))),
                datetime(2026, 9, 15, 8, tzinfo=UTC),
            ),
            (date(2026, 9, 15), datetime(2026, 9, 15, tzinfo=UTC)),
        ],
        ids=repr,
    )
    def test_dates_of_many_tools(self, value: object, instant: datetime) -> None:
        found = parse_date(value, field="d")
        assert found == instant
        assert found.utcoffset() == timedelta(0)

    @pytest.mark.parametrize(
        ("value", "word"),
        [
            ("2026-09-15 10:00:00", "time zone"),
            ("03/04/2026", "clear date"),
            ("0001-01-01", "1970"),
            ("9999-12-31", "2100"),
            ("1969-12-31", "1970"),
            ("2101-01-01", "2100"),
            (datetime(1, 1, 1), "1970"),  # noqa: DTZ001
            (datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))), "2100"),
            ("2026-02-30", "date like"),
            ("2026-09-15T25:00Z", "date like"),
            ("2026-09-15T10:00+99:99", "date like"),
            ("2026-09-15+99:99", "date like"),
            ("soon", "date like"),
            ("Foo 15, 2026", "date like"),
            ("", "date like"),
            (None, "date"),
            (True, "date"),
            (12, "day count"),
            (float("nan"), "day count"),
            ("2026-09-15\x00", "date like"),
            ("9" * 500, "date like"),
        ],
        ids=repr,
    )
    def test_what_is_unclear_naive_or_far_is_refused(self, value: object, word: str) -> None:
        with pytest.raises(InvalidInput, match=word):
            parse_date(value, field="d")

    def test_a_source_that_means_utc_may_leave_the_zone_out(self) -> None:
        assert parse_date("2026-09-15 10:00:00", field="d", assume_utc=True) == datetime(
            2026, 9, 15, 10, tzinfo=UTC
        )

    def test_a_caller_who_knows_may_say_which_comes_first(self) -> None:
        assert parse_date("03/04/2026", field="d", day_first=True).month == 4
        assert parse_date("03/04/2026", field="d", day_first=False).month == 3

    @given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
    def test_iso_text_comes_back_as_the_instant(self, instant: datetime) -> None:
        text = instant.isoformat()
        # The offsets of old local mean times carry seconds, which no tool writes.
        if (instant.utcoffset() or timedelta(0)).seconds % 60 == 0:
            assert parse_date(text, field="d") == datetime.fromisoformat(text)


class TestParseBool:
    @pytest.mark.parametrize("value", ["true", "TRUE", "1", "+", "Yes", "y", True, 1, 1.0], ids=repr)
    def test_yes(self, value: object) -> None:
        assert parse_bool(value, field="b") is True

    @pytest.mark.parametrize("value", ["false", "FALSE", "0", "-", "No", False, 0], ids=repr)
    def test_no(self, value: object) -> None:
        assert parse_bool(value, field="b") is False

    @pytest.mark.parametrize("value", ["", "maybe", 2, None, "nofollow"], ids=repr)
    def test_anything_else_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidInput):
            parse_bool(value, field="b")


class TestText:
    def test_blanks_become_one_and_nothing_becomes_none(self) -> None:
        assert clean_text("  A \n title\t ", field="t") == "A title"
        assert clean_text(" \n ", field="t") is None
        assert clean_text("a\n\nb ", field="t", lines=True) == "a\n\nb"
        assert clean_text(2024.0, field="t") == "2024"

    @pytest.mark.parametrize("value", ["a\x00b", "a\ud800", "\x1b[31m", "x" * 11, [], {}, True], ids=repr)
    def test_what_cannot_be_stored_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidInput):
            clean_text(value, field="t", limit=10)

    @given(st.text())
    def test_what_is_taken_can_be_stored(self, text: str) -> None:
        try:
            cleaned = clean_text(text, field="t", lines=True)
        except InvalidInput:
            return
        if cleaned is not None:
            assert "\x00" not in cleaned
            cleaned.encode()

    @pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5", "@jane"], ids=repr)
    def test_a_guard_is_taken_off(self, text: str) -> None:
        assert unguard("'" + text) == text
        assert unguard(text) == text

    def test_other_apostrophes_stay(self) -> None:
        assert [unguard(text) for text in ("'tis", "'", "", "''=1")] == ["'tis", "'", "", "''=1"]

    def test_blank_has_many_spellings(self) -> None:
        assert all(map(is_blank, [None, "", " ", "-", "N/A", "null", "—"]))
        assert not any(map(is_blank, [0, False, "0", "none of these"]))
