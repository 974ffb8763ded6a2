"""What one prospect adds to which day, at the edges of the windows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from linkwright.services.figures import reply_curve
from linkwright.services.roll_up_records import records_of
from linkwright.services.roll_up_shares import Story, share_of

START = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
DAY = "2025-12-31"
PAGE = (
    "discovered_at analyzed_at contacted_at responded_at published_at link_acquired link_placement_date"
    " user_rating ai_contact_recommendation user_override_decision ai_relevance_score"
)
EMAIL = "created_at delivered_at bounced_at ai_model_used user_feedback_rating"


def nothing(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split())


def story(emails: list[Any] | None = None, looks: Any = None, **page: Any) -> Story:
    return Story(SimpleNamespace(**nothing(PAGE) | page), emails or [], [], looks or {})


def email(identity: int = 1, **values: Any) -> Any:
    return SimpleNamespace(**nothing(EMAIL) | {"id": identity, "sent_at": START} | values)


@pytest.mark.parametrize(("after", "counts"), [(timedelta(days=14), 1), (timedelta(days=14, seconds=1), 0)])
def test_an_answer_counts_for_its_letter_s_day_within_a_fortnight(after: timedelta, counts: int) -> None:
    share = share_of(story(contacted_at=START, responded_at=START + after))

    assert share[DAY].get("cohort_replied", 0) == counts
    assert share[(START + after).date().isoformat()]["opportunities_responded"] == 1


def test_who_got_one_letter_of_two_is_not_out_of_reach() -> None:
    one, two = email(1, bounced_at=START), email(2)

    assert "cohort_unreachable" not in share_of(story([one, two], contacted_at=START))[DAY]
    assert share_of(story([one], contacted_at=START))[DAY]["cohort_unreachable"] == 1


def test_what_a_person_opened_too_was_not_opened_by_machines_alone() -> None:
    person, machine = ("opened", False), ("opened", True)
    by_both = share_of(story([email()], {1: {person: START, machine: START}}))[DAY]
    by_machine = share_of(story([email()], {1: {machine: START}}))[DAY]

    assert (by_both["emails_opened"], by_both["emails_opened_by_machine"]) == (1, 1)
    assert "emails_opened_by_machine_only" not in by_both
    assert (by_machine["emails_opened_by_machine_only"], by_machine.get("emails_opened", 0)) == (1, 0)


def test_a_day_s_rate_is_said_when_its_letters_have_had_a_fortnight() -> None:
    days = {date(2025, 12, 31): Counter(opportunities_contacted=40, cohort_replied=4)}

    def rate(today: date) -> Any:
        daily = next(row for row in records_of(days, today) if row["period_type"] == "daily")
        return daily["performance_trends"]["rates"].get("reply_rate")

    # The last letter of the day may leave at midnight, so its fortnight ends with the 14th.
    assert rate(date(2026, 1, 14)) is None
    assert rate(date(2026, 1, 15))["n"] == 40


def test_a_week_over_new_year_is_the_sum_of_days_of_two_months() -> None:
    days = {date(2025, 12, 28) + timedelta(days=n): Counter(emails_sent=10**n) for n in range(9)}

    found = {(row["period_type"], row["date"].date()): row for row in records_of(days, date(2026, 3, 1))}

    assert found["weekly", date(2025, 12, 29)]["emails_sent"] == 11_111_110
    assert found["weekly", date(2025, 12, 22)]["emails_sent"] == 1
    assert found["monthly", date(2025, 12, 1)]["emails_sent"] == 1_111
    assert found["monthly", date(2026, 1, 1)]["emails_sent"] == 111_110_000


def test_who_asks_for_some_records_gets_those_as_they_are_among_all() -> None:
    days = {date(2025, 12, 28) + timedelta(days=n): Counter(emails_sent=n + 1) for n in range(40)}
    today = date(2026, 3, 1)

    def asked(kind: str, moment: datetime) -> bool:
        return kind == "daily" and moment.month == 1

    some = list(records_of(days, today, asked))

    assert len(some) == 31
    assert some == [row for row in records_of(days, today) if asked(row["period_type"], row["date"])]


def test_what_a_week_that_is_over_proves_does_not_depend_on_when_it_is_asked_for() -> None:
    monday = date(2026, 1, 5)
    days = {monday + timedelta(days=n): Counter(opportunities_contacted=60) for n in range(70)}

    def proven(today: date) -> list[Any]:
        weeks = [row for row in records_of(days, today) if row["period_type"] == "weekly"]
        return [[one["kind"] for one in week["ai_insights"]] for week in weeks]

    soon, late = proven(monday + timedelta(days=70)), proven(monday + timedelta(days=200))

    assert soon == late
    assert (soon[0], soon[-1]) == ([], ["reply_rate_low"])


def test_who_waits_has_waited_since_the_noon_of_the_letter_s_day() -> None:
    """An answer after 24 hours, and somebody of whom 20 hours are known: at 24, one was at risk."""
    now = datetime(2026, 1, 6, 8, tzinfo=UTC)

    curve = reply_curve({"reply:24": 1}, {"2026-01-05": 1}, now)

    assert curve.at(24) == 0.0
    assert reply_curve({"reply:24": 1}, {"2026-01-04": 1}, now).at(24) == 0.5
