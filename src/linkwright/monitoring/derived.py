"""Checks of every derived number: what is stored against what the facts add up to."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import and_, delete, func, insert, literal, select, tuple_, union_all

from linkwright.monitoring.checks import REPAIR, Check, derived
from linkwright.queries import recounts
from linkwright.queries.recounted_looks import email_events
from linkwright.queries.recounts import CAMPAIGN, COUNT, EMAIL, OPPORTUNITY, TEMPLATE

_A_SECOND: Final = 1 / 3600
"""In hours. SQLite keeps a moment's milliseconds, and a mean of many is a sum of floats."""


def checks() -> Iterator[Check]:
    """Return the checks in the order in which repairing one may change what the next counts."""
    totals = recounts.campaign_totals()
    for column, meaning in (
        ("total_opportunities", "the number of its prospects"),
        ("contacted_opportunities", "the number of its prospects that were written to"),
        ("responded_opportunities", "the number of its prospects that answered"),
        ("successful_links", "the number of links it has earned"),
    ):
        yield derived(CAMPAIGN, column, totals, f"A campaign's {column} is not {meaning}.")
    yield derived(
        CAMPAIGN,
        "actual_cost",
        recounts.campaign_costs(),
        "A campaign's actual_cost is not the sum of what its decisions cost.",
        tolerance=1e-6,
    )
    events = email_events()
    for column, meaning in (
        ("open_count", "how often a person opened it"),
        ("click_count", "how often a person clicked in it"),
        ("open_rate", "1 if a person opened it and 0 if not"),
        ("click_rate", "1 if a person clicked in it and 0 if not"),
    ):
        yield derived(EMAIL, column, events, f"An email's {column} is not {meaning}.")
    yield derived(
        OPPORTUNITY,
        "email_open_rate",
        recounts.open_rates(),
        "A prospect's email_open_rate is not the share of its sent emails that were opened.",
    )
    yield derived(
        OPPORTUNITY,
        "response_time_hours",
        recounts.response_times(),
        "A prospect's response_time_hours is not the time from the first email to the first answer.",
        tolerance=_A_SECOND,
    )
    earnings = recounts.template_earnings()
    for column, meaning, tolerance in (
        ("usage_count", "the number of its owner's emails that left", 0.0),
        ("success_rate", "the share of them that a person answered", 1e-9),
        ("average_response_time", "the mean hours until that answer", _A_SECOND),
    ):
        problem = f"A template's {column} is not {meaning}."
        yield derived(TEMPLATE, column, earnings, problem, tolerance=tolerance)
    yield _campaign_counts()


def _campaign_counts() -> Check:
    actual = recounts.campaign_counts().subquery("actual")
    key = ("campaign_id", "subject", "state")
    both = union_all(
        select(*(COUNT.c[name] for name in key), COUNT.c.count.label("stored"), literal(0).label("actual")),
        select(*(actual.c[name] for name in key), literal(0), actual.c.count),
    ).subquery("both")
    stored, recounted = func.sum(both.c.stored), func.sum(both.c.actual)
    columns = [both.c[name] for name in key]
    wrong = (
        select(*columns, stored.label("stored"), recounted.label("recounted"))
        .group_by(*columns)
        .having(stored != recounted)
    )
    fault = wrong.subquery("fault")
    there = (
        select(literal(1))
        .where(and_(*(COUNT.c[name] == actual.c[name] for name in key)))
        .correlate(actual)
        .exists()
    )
    return Check(
        name="campaign_counts",
        problem="A campaign's count of things in a state is not how many there are.",
        way_out=REPAIR,
        faults=wrong.order_by(*columns),
        # Out with the wrong ones, then in with whatever is missing.
        repair=(
            delete(COUNT).where(
                tuple_(*(COUNT.c[name] for name in key)).in_(select(*(fault.c[name] for name in key)))
            ),
            insert(COUNT).from_select(
                [*key, "count"], select(*(actual.c[name] for name in key), actual.c.count).where(~there)
            ),
        ),
    )
