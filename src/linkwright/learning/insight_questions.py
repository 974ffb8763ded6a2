"""The questions that a campaign's numbers are asked, and what is said and advised when one is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import exp, log
from typing import Any, Final

from linkwright.learning.cohorts import (
    BOUNCE_DAYS,
    COMPLAINT_DAYS,
    OPEN_DAYS,
    REPLY_DAYS,
    Cohorts,
    Days,
    ends,
    percent,
    rate_as_json,
    said,
    with_opened,
)
from linkwright.learning.evidence import above, below, change_point, groups_differ
from linkwright.learning.insights import Insight, sure
from linkwright.learning.trends import Rate

USUAL_REPLY_RATE: Final = 0.05
LOW_REPLY_RATE: Final = 0.01
HIGH_BOUNCE_RATE: Final = 0.05
HIGH_COMPLAINT_RATE: Final = 0.003
MOSTLY_MACHINES: Final = 0.5
LOW_ACCURACY: Final = 0.8

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def insights_of(days: Days, as_of: date) -> list[Insight]:
    """Return what a campaign's days prove as of the beginning of a day, the surest first.

    The same days and the same `as_of` always give the same insights: those of a week that is over do not
    depend on when they are asked for.
    """
    cohorts = Cohorts({day: with_opened(numbers) for day, numbers in days.items() if day < as_of}, as_of)
    if not cohorts.days:
        return []
    found = [insight for question in _ASKED for insight in question(cohorts)]
    return sorted(found, key=lambda one: (-one.confidence, -(one.log_e or 0.0), one.kind))


def _reply_rate_changed(cohorts: Cohorts) -> Iterator[Insight]:
    days = [day for day in cohorts.ripe(REPLY_DAYS) if cohorts.days[day].get("opportunities_contacted")]
    if not days:
        return
    weeks = [day - timedelta(days=day.weekday()) for day in days]
    starts = [weeks[0] + timedelta(days=7 * n) for n in range((weeks[-1] - weeks[0]).days // 7 + 1)]
    replied, written = dict.fromkeys(starts, 0), dict.fromkeys(starts, 0)
    for day, week in zip(days, weeks, strict=True):
        written[week] += cohorts.days[day].get("opportunities_contacted", 0)
        replied[week] += cohorts.days[day].get("cohort_replied", 0)
    found = change_point(list(replied.values()), list(written.values()), USUAL_REPLY_RATE)
    surely = sure(found.log_e)
    if found.place is None or surely is None:
        return
    since = starts[found.place]
    before = _sum(replied, written, starts[: found.place])
    after = _sum(replied, written, starts[found.place :])
    fell = (after.value or 0) < (before.value or 0)
    yield Insight(
        "reply_rate_changed",
        "reply_rate",
        f"The reply rate {'fell' if fell else 'rose'} from {said(before)} to {said(after)}: letters"
        f" since the week of {since.isoformat()} are answered {'less' if fell else 'more'} often.",
        "find_what_changed",
        "Look at what changed in that week (list, template, subject, model, sender) and "
        + ("undo it, or test it against the old way." if fell else "keep to it."),
        surely,
        found.log_e,
        {"before": rate_as_json(before), "after": rate_as_json(after)},
        days[0],
        days[-1],
        since,
    )


def _limits(cohorts: Cohorts) -> Iterator[Insight]:
    for kind, metric, part, whole, wait, limit, test, words, action, advice in _LIMITS:
        rate = cohorts.rate(part, whole, wait)
        log_e = test(rate.part, rate.whole, limit)
        surely = sure(log_e)
        if surely is not None:
            yield Insight(
                kind,
                metric,
                words.format(rate=said(rate), limit=percent(limit)),
                action,
                advice,
                surely,
                log_e,
                {"rate": rate_as_json(rate), "limit": limit},
                *ends(cohorts, wait),
            )


_LIMITS: Final[Sequence[tuple[Any, ...]]] = (
    (
        "reply_rate_low", "reply_rate", "cohort_replied", "opportunities_contacted", REPLY_DAYS,
        LOW_REPLY_RATE, below,
        "Hardly anybody answers: {rate} within 14 days, surely less than {limit}.",
        "change_the_offer",
        "Change what is offered, or to whom, before more letters leave; wording alone rarely mends it.",
    ),
    (
        "bounce_rate_high", "bounce_rate", "cohort_bounced", "emails_sent", BOUNCE_DAYS,
        HIGH_BOUNCE_RATE, above,
        "Too many letters come back: {rate} within 7 days, surely more than {limit}.",
        "verify_addresses",
        "Verify addresses before writing: mailbox providers distrust senders whose letters come back.",
    ),
    (
        "complaint_rate_high", "complaint_rate", "cohort_complained", "emails_sent", COMPLAINT_DAYS,
        HIGH_COMPLAINT_RATE, above,
        "Too many call the letters spam: {rate} within 14 days, surely more than {limit}.",
        "write_to_fewer",
        "Stop follow-ups and write to the best matches only: from 0.3 % on, providers block a sender.",
    ),
    (
        "opens_by_machines", "opens_by_machine", "emails_opened_by_machine_only", "opened_at_all", OPEN_DAYS,
        MOSTLY_MACHINES, above,
        "Most letters that were opened were opened by machines alone: {rate}.",
        "do_not_judge_by_opens",
        "Do not judge subjects or hours by opens in this campaign; judge by replies.",
    ),
    (
        "ai_accuracy_low", "ai_accuracy", "judged_right", "judged", 0,
        LOW_ACCURACY, below,
        "The readings and recommendations are corrected too often: {rate} stand, surely less than {limit}.",
        "review_before_acting",
        "Let a person confirm each reading before anything follows from it, or take another model.",
    ),
)  # fmt: skip


def _relevance_tells(cohorts: Cohorts) -> Iterator[Insight]:
    bands = {
        band: cohorts.rate(f"cohort_replied_{band}", f"cohort_contacted_{band}", REPLY_DAYS)
        for band in ("high", "low")
    }
    high, low = bands["high"], bands["low"]
    if not (high.whole and low.whole):
        return
    log_e = groups_differ([high.part, low.part], [high.whole, low.whole], USUAL_REPLY_RATE)
    surely = sure(log_e)
    if surely is None:
        return
    tells = (high.value or 0) > (low.value or 0)
    yield Insight(
        "relevance_tells",
        "reply_rate",
        f"Prospects of high relevance answer {'more' if tells else 'less'} often: {said(high)} against"
        f" {said(low)} of the others.",
        "write_to_the_relevant_first" if tells else "look_at_the_scores",
        "Write to prospects with a relevance of 0.7 or more first."
        if tells
        else "The relevance score ranks the wrong way round here: look at what it is made from.",
        surely,
        log_e,
        {"high": rate_as_json(high), "low": rate_as_json(low)},
        *ends(cohorts, REPLY_DAYS),
    )


def _weekday_tells(cohorts: Cohorts) -> Iterator[Insight]:
    rates = {
        day: cohorts.rate("cohort_replied", "opportunities_contacted", REPLY_DAYS, weekday=day)
        for day in range(7)
    }
    all_days = Rate(sum(one.part for one in rates.values()), sum(one.whole for one in rates.values()))
    tried = {day: rate for day, rate in rates.items() if 0 < rate.whole < all_days.whole}
    if not tried:
        return
    others = {day: Rate(all_days.part - one.part, all_days.whole - one.whole) for day, one in tried.items()}
    bets = {
        day: groups_differ([one.part, others[day].part], [one.whole, others[day].whole], USUAL_REPLY_RATE)
        for day, one in tried.items()
    }
    # A seventh of the stake on each weekday: their mean is an e-value too.
    best = max(bets, key=lambda day: bets[day])
    log_e = log(sum(exp(min(bet, 700.0)) for bet in bets.values()) / 7)
    surely = sure(log_e)
    if surely is None:
        return
    more = (rates[best].value or 0) > (others[best].value or 0)
    name = _WEEKDAYS[best]
    yield Insight(
        "weekday_tells",
        "reply_rate",
        f"Letters that leave on a {name} are answered {'more' if more else 'less'} often:"
        f" {said(rates[best])} against {said(others[best])} on other days.",
        "test_the_weekday",
        f"Send {'more' if more else 'less'} on {name}s, and draw the day by lot to be sure that it is that:"
        " here it was not.",
        surely,
        log_e,
        {"weekday": name, "on_it": rate_as_json(rates[best]), "on_others": rate_as_json(others[best])},
        *ends(cohorts, REPLY_DAYS),
    )


def _unpriced(cohorts: Cohorts) -> Iterator[Insight]:
    number = sum(numbers.get("unpriced", 0) for numbers in cohorts.days.values())
    if number:
        calls = "1 call of a model has" if number == 1 else f"{number} calls of models have"
        yield Insight(
            "unpriced_decisions",
            "ai_cost_incurred",
            f"{calls} no known price: the cost is higher than it says.",
            "say_the_price",
            "Record the cost with the decision, or name the model as its provider's price list does.",
            1.0,
            None,
            {"unpriced": number},
            *ends(cohorts, 0),
        )


_ASKED: Final = (_reply_rate_changed, _limits, _relevance_tells, _weekday_tells, _unpriced)


def _sum(parts: Mapping[date, int], wholes: Mapping[date, int], days: Sequence[date]) -> Rate:
    return Rate(sum(parts[day] for day in days), sum(wholes[day] for day in days))
