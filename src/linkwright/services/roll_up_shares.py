"""What one prospect adds to which day. Pure: the rows of its story in, whole numbers out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from linkwright.clock import hours_between
from linkwright.learning.cohorts import BOUNCE_DAYS, COMPLAINT_DAYS, OPEN_DAYS, REPLY_DAYS
from linkwright.outcomes import AGREES
from linkwright.services.roll_up_columns import COST_UNIT, HIGH_RELEVANCE
from linkwright.vocabulary import (
    AUTO_REPLIES,
    HUMAN_RESPONSES,
    DeciderKind,
    EventAgent,
    EventKind,
    ResponseType,
)

Share = dict[str, dict[str, int]]
"""Numbers by name, by day (ISO)."""

Told = tuple[str, datetime | None, int]

_READ: Final = ("response_type", "ai_intent_classification")
_HOURLY: Final = 72
_BY_QUARTER_DAY: Final = 14 * 24
LONGEST_REPLY: Final = 90 * 24
"""Hours: an answer that took longer is one that took this long."""


@dataclass(slots=True)
class Story:
    """The rows of one prospect. `page` is None for what belongs to a campaign and to no prospect."""

    page: Any = None
    emails: list[Any] = field(default_factory=list)
    responses: list[Any] = field(default_factory=list)
    # When each email was first opened, clicked or complained about, by machines and by anybody else.
    looks: dict[int, dict[tuple[str, bool], datetime]] = field(default_factory=dict)
    # What persons said of responses, in order.
    reviews: dict[int, list[Any]] = field(default_factory=dict)
    # (day's moment, cost, how many calls of models have no price)
    costs: list[tuple[datetime, float | None, str]] = field(default_factory=list)


def share_of(story: Story) -> Share:
    """Return what a prospect adds to which day."""
    days: dict[str, Counter[str]] = {}
    for name, moment, number in _told(story):
        if moment is not None and number:
            days.setdefault(moment.astimezone(UTC).date().isoformat(), Counter())[name] += number
    return {day: dict(numbers) for day, numbers in sorted(days.items())}


def difference(new: Share, old: Share) -> dict[str, Counter[str]]:
    """Return what must be added to the days so that they have the new share in place of the old."""
    change: dict[str, Counter[str]] = {}
    for share, sign in ((new, 1), (old, -1)):
        for day, numbers in share.items():
            of_day = change.setdefault(day, Counter())
            for name, number in numbers.items():
                of_day[name] += sign * number
    return change


def reply_bin(hours: float) -> int:
    """Return the hours within which an answer came: to the hour in three days, later coarser.

    >>> [reply_bin(hours) for hours in (0.2, 25.9, 80, 400, 10_000)]
    [1, 26, 84, 408, 2160]
    """
    width = 1 if hours < _HOURLY else 6 if hours < _BY_QUARTER_DAY else 24
    return min(int(hours // width + 1) * width, LONGEST_REPLY)


def _told(story: Story) -> Iterator[Told]:
    if story.page is not None:
        yield from _of_page(story.page)
        yield from _of_contact(story)
    for email in story.emails:
        yield from _of_email(email, story.looks.get(email.id, {}))
    for response in story.responses:
        yield from _of_response(response, story.reviews.get(response.id, ()))
    for moment, cost, decided_by in story.costs:
        if cost is not None:
            yield "cost_e8", moment, round(cost * COST_UNIT)
        elif decided_by == DeciderKind.MODEL:
            yield "unpriced", moment, 1


def _of_page(page: Any) -> Iterator[Told]:
    for name in ("discovered", "contacted", "responded", "published"):
        yield f"opportunities_{name}", getattr(page, f"{name}_at"), 1
    if page.link_acquired:
        yield "links_acquired", page.link_placement_date or page.published_at, 1
    yield from _stars(page.user_rating, page.discovered_at)
    if page.ai_contact_recommendation and page.user_override_decision:
        right = page.ai_contact_recommendation in AGREES[page.user_override_decision]
        yield from _judged(right, page.analyzed_at or page.discovered_at)


def _of_contact(story: Story) -> Iterator[Told]:
    page = story.page
    at, answered = page.contacted_at, page.responded_at
    if at is None:
        return
    in_time = answered is not None and answered - at <= timedelta(days=REPLY_DAYS)
    band = _band(page)
    if band:
        yield f"cohort_contacted_{band}", at, 1
    if in_time:
        yield "cohort_replied", at, 1
        if band:
            yield f"cohort_replied_{band}", at, 1
    if answered is not None:
        yield f"reply:{reply_bin(hours_between(at, answered))}", at, 1
    elif (left := [email for email in story.emails if email.sent_at]) and all(
        email.bounced_at for email in left
    ):
        yield "cohort_unreachable", at, 1
    yes = (one.received_at for one in story.responses if one.response_type == ResponseType.POSITIVE)
    if any(moment - at <= timedelta(days=REPLY_DAYS) for moment in yes):
        yield "cohort_positive", at, 1


def _band(page: Any) -> str | None:
    if page.analyzed_at is None:  # Nobody has looked: a score of 0.0 is then no verdict.
        return None
    return "high" if (page.ai_relevance_score or 0.0) >= HIGH_RELEVANCE else "low"


def _of_email(email: Any, looks: Mapping[tuple[str, bool], datetime]) -> Iterator[Told]:
    yield "emails_sent", email.sent_at, 1
    yield "emails_delivered", email.delivered_at, 1
    yield "emails_bounced", email.bounced_at, 1
    opened = looks.get((EventKind.OPENED, False))
    by_machine = looks.get((EventKind.OPENED, True))
    yield "emails_opened", opened, 1
    yield "emails_clicked", looks.get((EventKind.CLICKED, False)), 1
    yield "emails_opened_by_machine", by_machine, 1
    yield "emails_opened_by_machine_only", None if opened else by_machine, 1
    if email.ai_model_used is not None:
        yield "ai_emails_generated", email.created_at, 1
    yield from _stars(email.user_feedback_rating, email.created_at)
    complained = min((looks[key] for key in looks if key[0] == EventKind.COMPLAINED), default=None)
    for name, moment, days in (
        ("cohort_opened", opened, OPEN_DAYS),
        ("cohort_bounced", email.bounced_at, BOUNCE_DAYS),
        ("cohort_complained", complained, COMPLAINT_DAYS),
    ):
        if moment and email.sent_at and moment - email.sent_at <= timedelta(days=days):
            yield name, email.sent_at, 1


def _of_response(response: Any, reviews: Sequence[Any]) -> Iterator[Told]:
    kind, at = response.response_type, response.received_at
    yield "responses_received", at, int(kind in HUMAN_RESPONSES)
    yield "positive_responses", at, int(kind == ResponseType.POSITIVE)
    yield "negative_responses", at, int(kind == ResponseType.NEGATIVE)
    yield "auto_replies", at, int(kind in AUTO_REPLIES)
    yield "ai_responses_analyzed", at, int(response.ai_intent_classification is not None)
    yield "user_reviews_provided", at, int(bool(response.user_reviewed))
    right = _agreed(response, reviews)
    if right is not None:
        yield from _judged(right, at)


def _agreed(response: Any, reviews: Sequence[Any]) -> bool | None:
    """Say whether a person found a response read rightly; None when nobody looked, or nothing was read."""
    read: dict[str, Any] = {}
    said: dict[str, Any] = {}
    for review in reviews:
        for name, before in ((review.context or {}).get("before") or {}).items():
            read.setdefault(name, before)
        said |= review.output or {}
    pairs = [read[name] == said[name] for name in _READ if said.get(name) and read.get(name)]
    label = (response.ai_sentiment_analysis or {}).get("label")
    if label and response.user_sentiment_override:
        pairs.append(label == response.user_sentiment_override)
    if pairs:
        return all(pairs)
    was_read = label or response.ai_intent_classification
    return True if response.user_reviewed and was_read and not said else None


def _judged(right: bool, at: datetime | None) -> Iterator[Told]:  # noqa: FBT001  (one of two answers)
    yield "judged", at, 1
    yield "judged_right", at, int(right)


def _stars(rating: int | None, at: datetime | None) -> Iterator[Told]:
    if rating is not None:
        yield "user_reviews_provided", at, 1
        yield "rated", at, 1
        yield "stars", at, rating - 1


def looked_at(events: Iterable[Any]) -> dict[int, dict[tuple[str, bool], datetime]]:
    """Return, by email, the first event of each kind by a machine and by anybody else."""
    found: dict[int, dict[tuple[str, bool], datetime]] = {}
    for event in events:
        firsts, key = found.setdefault(event.email_id, {}), (event.kind, event.agent == EventAgent.MACHINE)
        firsts[key] = min(event.occurred_at, firsts.get(key, event.occurred_at))
    return found
