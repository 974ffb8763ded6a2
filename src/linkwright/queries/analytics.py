"""Statements on analytics: the facts of each day, and the records made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    CompoundSelect,
    Float,
    Insert,
    Integer,
    Select,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.dml import ReturningInsert

from linkwright.db.days import utc_day
from linkwright.db.upsert import insert_or_refresh, insert_or_update
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.models.decisions import AIDecision
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.vocabulary import (
    AUTO_REPLIES,
    HUMAN_RESPONSES,
    EventAgent,
    EventKind,
    PeriodType,
    ResponseType,
)

KEY = ("campaign_id", "period_type", "date")
Moment = ColumnElement[Any] | InstrumentedAttribute[Any]
Condition = ColumnElement[bool]

COUNTS = (
    "opportunities_discovered",
    "opportunities_contacted",
    "opportunities_responded",
    "opportunities_published",
    "links_acquired",
    "emails_sent",
    "emails_delivered",
    "emails_bounced",
    "emails_opened",
    "emails_clicked",
    "responses_received",
    "positive_responses",
    "negative_responses",
    "auto_replies",
    "ai_emails_generated",
    "ai_responses_analyzed",
    "user_reviews_provided",
)
"""Columns in which a week or a month is the sum of its days."""

MEANS = ("ai_accuracy_score", "user_satisfaction_score")
"""Columns in which a week or a month is the mean over its things, not over its days."""

COST = "ai_cost_incurred"
DERIVED = (*COUNTS, COST, *MEANS)
"""Every column that a roll-up writes. The AI's texts are not derived, and stay."""


def facts_by_day(campaign_id: str, start: datetime, end: datetime) -> CompoundSelect[str, date, int]:
    """Select (column, day, number) for each day from `start` until `end` that has facts.

    A column may come twice for one day; its number is then the sum. What each counts is
    said in `services.analytics`.
    """
    return union_all(
        *(
            _count(name, moment, *conditions, start=start, end=end)
            for name, moment, *conditions in _counted(campaign_id)
        ),
        *(_first_events(campaign_id, name, kind, start, end) for name, kind in _EVENTS),
    )


_EVENTS = (("emails_opened", EventKind.OPENED), ("emails_clicked", EventKind.CLICKED))


def _counted(campaign_id: str) -> Iterator[tuple[Any, ...]]:
    page, email, response = BacklinkOpportunity, BacklinkingEmail, BacklinkingResponse
    of_page, of_email, of_response = (table.campaign_id == campaign_id for table in (page, email, response))
    yield "opportunities_discovered", page.discovered_at, of_page
    yield "opportunities_contacted", page.contacted_at, of_page
    yield "opportunities_responded", page.responded_at, of_page
    yield "opportunities_published", page.published_at, of_page
    placed = func.coalesce(page.link_placement_date, page.published_at)
    yield "links_acquired", placed, of_page, page.link_acquired.is_(True)
    yield "emails_sent", email.sent_at, of_email
    yield "emails_delivered", email.delivered_at, of_email
    yield "emails_bounced", email.bounced_at, of_email
    yield "ai_emails_generated", email.created_at, of_email, email.ai_model_used.is_not(None)
    kinds = (
        ("responses_received", HUMAN_RESPONSES),
        ("positive_responses", {ResponseType.POSITIVE}),
        ("negative_responses", {ResponseType.NEGATIVE}),
        ("auto_replies", AUTO_REPLIES),
    )
    for name, types in kinds:
        words = sorted(kind.value for kind in types)
        yield name, response.received_at, of_response, response.response_type.in_(words)
    read = response.ai_intent_classification.is_not(None)
    yield "ai_responses_analyzed", response.received_at, of_response, read
    name = "user_reviews_provided"
    yield name, page.discovered_at, of_page, page.user_rating.is_not(None)
    yield name, email.created_at, of_email, email.user_feedback_rating.is_not(None)
    yield name, response.received_at, of_response, response.user_reviewed.is_(True)


def _count(
    name: str, moment: Moment, *conditions: Condition, start: datetime, end: datetime
) -> Select[str, date, int]:
    day = utc_day(moment)
    return (
        select(literal(name).label("column"), day.label("day"), func.count().label("number"))
        .where(moment >= start, moment < end, *conditions)
        .group_by(day)
    )


def _first_events(
    campaign_id: str, name: str, kind: EventKind, start: datetime, end: datetime
) -> Select[str, date, int]:
    """Count each email on the day of its first event that is not a machine's."""
    event = EmailEvent
    first = (
        select(func.min(event.occurred_at).label("moment"))
        .where(
            event.campaign_id == campaign_id,
            event.kind == kind.value,
            event.agent != EventAgent.MACHINE.value,
        )
        .group_by(event.email_id)
        .subquery()
    )
    return _count(name, first.c.moment, start=start, end=end)


def sums_by_day(campaign_id: str, start: datetime, end: datetime) -> CompoundSelect[str, date, float, int]:
    """Select (column, day, sum, number of things) of what is added up or averaged."""
    decision, email, response = AIDecision, BacklinkingEmail, BacklinkingResponse
    stars = (email.user_feedback_rating - 1) / 4.0
    label = type_coerce(response.ai_sentiment_analysis, JSON())["label"].as_string()
    right = case((label == response.user_sentiment_override, 1.0), else_=0.0)
    return union_all(
        _sum(COST, decision.decided_at, decision.cost, decision.campaign_id == campaign_id, start, end),
        _sum(MEANS[0], response.received_at, right, response.campaign_id == campaign_id, start, end).where(
            response.user_sentiment_override.is_not(None), label.is_not(None)
        ),
        _sum(MEANS[1], email.created_at, stars, email.campaign_id == campaign_id, start, end),
    )


def _sum(
    name: str, moment: Moment, value: Moment, of: Condition, start: datetime, end: datetime
) -> Select[str, date, float, int]:
    day = utc_day(moment)
    return (
        select(
            literal(name).label("column"),
            day.label("day"),
            cast(func.sum(value), Float(53)).label("sum"),
            cast(func.count(value), Integer).label("number"),
        )
        .where(of, moment >= start, moment < end, value.is_not(None))
        .group_by(day)
    )


def first_fact(campaign_id: str) -> Select[datetime]:
    """Select the moment of the earliest fact of a campaign."""
    page, email, response, decision = BacklinkOpportunity, BacklinkingEmail, BacklinkingResponse, AIDecision
    columns = (
        page.discovered_at,
        page.contacted_at,
        page.responded_at,
        page.published_at,
        page.link_placement_date,
        email.created_at,
        email.sent_at,
        email.delivered_at,
        email.bounced_at,
        response.received_at,
        decision.decided_at,
        EmailEvent.occurred_at,
    )
    firsts = union_all(
        *(
            select(func.min(column).label("moment")).where(column.class_.campaign_id == campaign_id)
            for column in columns
        )
    ).subquery()
    return select(func.min(firsts.c.moment))


def daily_rows(campaign_id: str, start: datetime, end: datetime) -> Select[BacklinkingAnalytics]:
    """Select the stored days from `start` until `end`."""
    table = BacklinkingAnalytics
    return (
        select(table)
        .where(
            table.campaign_id == campaign_id,
            table.period_type == PeriodType.DAILY.value,
            table.date >= start,
            table.date < end,
        )
        .execution_options(populate_existing=True)
    )


def refresh(rows: Sequence[Mapping[str, Any]]) -> ReturningInsert[int]:
    """Insert or change the derived columns of periods; return the ids of those that differed."""
    statement = insert_or_refresh(BacklinkingAnalytics, rows, key=KEY, columns=DERIVED, touched="updated_at")
    return statement.returning(BacklinkingAnalytics.id)


def store(values: Mapping[str, Any], given: frozenset[str]) -> Insert:
    """Insert a record, or change the columns in `given` of the one of its period."""
    changed = {name: values[name] for name in sorted(given | {"updated_at"}) if name not in KEY}
    return insert_or_update(BacklinkingAnalytics, values, key=KEY, update=changed).execution_options(
        populate_existing=True
    )


def records(
    campaign_id: str, date_from: datetime | None, date_to: datetime | None, period_type: str | None
) -> Select[BacklinkingAnalytics]:
    """Select a campaign's records in the order of their dates, both ends included."""
    table = BacklinkingAnalytics
    statement = select(table).where(table.campaign_id == campaign_id)
    if date_from is not None:
        statement = statement.where(table.date >= date_from)
    if date_to is not None:
        statement = statement.where(table.date <= date_to)
    if period_type is not None:
        statement = statement.where(table.period_type == period_type)
    return statement.order_by(table.date, table.period_type).execution_options(populate_existing=True)
