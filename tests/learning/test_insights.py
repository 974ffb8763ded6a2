"""Insights: found where there is something, and hardly ever where there is nothing."""

from __future__ import annotations

from datetime import date, timedelta
from math import log
from typing import Any

import numpy as np
import pytest

from linkwright.learning.insight_questions import insights_of
from linkwright.learning.insights import FALSE_ALARMS, QUESTIONS, sure

MONDAY = date(2026, 1, 5)


def campaign(chance: np.random.Generator, *, weeks: int = 26, **world: Any) -> dict[date, dict[str, int]]:
    """Days of a campaign. What the world does not say is the same all the time, for all prospects."""
    a_day = world.get("a_day", 30)
    reply, bounce, spam = world.get("reply", 0.05), world.get("bounce", 0.03), world.get("spam", 0.001)
    days = {}
    for n in range(weeks * 7):
        day = MONDAY + timedelta(days=n)
        if day.weekday() > 4:
            continue
        rate = reply(day) if callable(reply) else reply
        high, low = a_day // 2, a_day - a_day // 2
        lift = world.get("lift", 1.0)
        answered = {"high": chance.binomial(high, rate * lift), "low": chance.binomial(low, rate)}
        opened = chance.binomial(a_day, 0.4)
        machines = chance.binomial(a_day - opened, world.get("machines", 0.2))
        judged = chance.binomial(4, 0.5)
        days[day] = {
            "emails_sent": a_day,
            "opportunities_contacted": a_day,
            "cohort_replied": int(sum(answered.values())),
            "cohort_contacted_high": high,
            "cohort_contacted_low": low,
            "cohort_replied_high": int(answered["high"]),
            "cohort_replied_low": int(answered["low"]),
            "cohort_bounced": int(chance.binomial(a_day, bounce)),
            "cohort_complained": int(chance.binomial(a_day, spam)),
            "emails_opened": int(opened),
            "emails_opened_by_machine_only": int(machines),
            "judged": int(judged),
            "judged_right": int(chance.binomial(judged, world.get("accuracy", 0.9))),
        }
    return days


def ever(days: dict[date, dict[str, int]]) -> set[str]:
    """The kinds of insight that anybody who looks every Monday has ever seen."""
    found: set[str] = set()
    last = max(days)
    week = min(days)
    while week <= last + timedelta(days=21):
        week += timedelta(days=7)
        found |= {one.kind for one in insights_of(days, week)}
    return found


class TestNoise:
    @pytest.mark.slow
    def test_at_most_one_campaign_in_twenty_ever_gets_an_insight(self) -> None:
        """400 campaigns of half a year in which nothing is going on, each looked at every week.

        The rates that have a limit are at it in every fourth campaign, where it is hardest.
        """
        chance = np.random.default_rng(2026)
        seen = []
        for n in range(400):
            world: dict[str, Any] = {"a_day": (6, 30, 100)[n % 3], "reply": (0.015, 0.05, 0.1)[n // 3 % 3]}
            if n % 4 == 0:
                world |= {"bounce": 0.05, "spam": 0.003, "accuracy": 0.8, "reply": 0.01}
            seen.append(ever(campaign(chance, **world)))

        assert sum(bool(kinds) for kinds in seen) / 400 <= FALSE_ALARMS

    def test_of_nothing_is_nothing(self) -> None:
        assert insights_of({}, MONDAY) == []
        assert insights_of({MONDAY: {}}, MONDAY + timedelta(days=90)) == []
        assert insights_of({MONDAY: {"emails_sent": 3, "opportunities_contacted": 3}}, MONDAY) == []


def halved(day: date) -> float:
    return 0.08 if day < MONDAY + timedelta(weeks=12) else 0.02


def tuesdays(day: date) -> float:
    return 0.14 if day.weekday() == 1 else 0.05


WORLDS: dict[str, dict[str, Any]] = {
    "reply_rate_changed": {"reply": halved},
    "reply_rate_low": {"reply": 0.003},
    "bounce_rate_high": {"bounce": 0.09},
    "complaint_rate_high": {"spam": 0.012},
    "opens_by_machines": {"machines": 0.85},
    "ai_accuracy_low": {"accuracy": 0.6},
    "relevance_tells": {"lift": 2.2},
    "weekday_tells": {"reply": tuesdays},
}


class TestWorldsInWhichSomethingGoesOn:
    def test_there_is_one_for_each_question(self) -> None:
        assert set(WORLDS) == set(QUESTIONS)

    @pytest.mark.parametrize("kind", QUESTIONS)
    def test_it_is_found_with_its_numbers_and_what_to_do(self, kind: str) -> None:
        days = campaign(np.random.default_rng(5), **WORLDS[kind])

        [found] = [one for one in insights_of(days, max(days) + timedelta(days=30)) if one.kind == kind]

        assert 1 - FALSE_ALARMS <= found.confidence <= 1
        stored, advice = found.as_json(), found.as_suggestion()
        assert stored["numbers"]
        assert stored["rows"]["from"] == MONDAY.isoformat()
        assert advice["because"] == kind
        assert advice["text"]
        assert "{" not in stored["text"] + advice["text"]

    def test_a_change_is_dated(self) -> None:
        days = campaign(np.random.default_rng(6), reply=halved)

        [found] = [one for one in insights_of(days, max(days)) if one.kind == "reply_rate_changed"]

        assert found.since is not None
        assert abs((found.since - (MONDAY + timedelta(weeks=12))).days) <= 14

    def test_only_cohorts_that_had_their_time_are_judged(self) -> None:
        """Nobody has answered the letters of the last two weeks yet, and that says nothing."""
        days = campaign(np.random.default_rng(8))
        late = [day for day in days if day > max(days) - timedelta(days=14)]
        for day in late:
            days[day] |= {"cohort_replied": 0, "cohort_replied_high": 0, "cohort_replied_low": 0}

        assert insights_of(days, max(days) + timedelta(days=1)) == []

    def test_calls_without_a_price_are_said_for_certain(self) -> None:
        [found] = insights_of({MONDAY: {"unpriced": 3}}, MONDAY + timedelta(days=1))
        assert (found.kind, found.confidence, found.numbers) == ("unpriced_decisions", 1.0, {"unpriced": 3})


def test_all_questions_share_the_chance_of_a_false_alarm() -> None:
    """Eight questions, one in twenty for all: each has to reach 160."""
    assert sure(log(159.9)) is None
    assert sure(log(160.1)) == pytest.approx(0.95, abs=1e-3)
