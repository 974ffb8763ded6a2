"""What must be true of every prospect."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import and_, func, or_, select

from linkwright.monitoring.checks import Check
from linkwright.queries.recounts import EMAIL, HUMAN, OPPORTUNITY, RESPONSE
from linkwright.vocabulary import OpportunityStatus as S

_PLACED: Final = (S.PUBLISHED.value, S.LINK_LOST.value)
_ANSWERED: Final = (S.RESPONDED.value, S.NEGOTIATING.value, S.ACCEPTED.value)
_WRITTEN_TO: Final = (S.CONTACTED.value, S.NO_RESPONSE.value, *_ANSWERED)


def checks() -> Iterator[Check]:
    """Return the checks."""
    yield from _moments()
    yield from _against_emails_and_responses()


def _moments() -> Iterator[Check]:
    o = OPPORTUNITY.c
    yield Check(
        "opportunities.published",
        "A prospect that is published, or has lost its link, must say when it was published.",
        "Set published_at to the moment of the move in its status_changes.",
        select(o.id, o.campaign_id, o.status).where(o.status.in_(_PLACED), o.published_at.is_(None)),
    )
    yield Check(
        "opportunities.link",
        "An acquired link must say where it is.",
        "Set link_url to the page, or link_acquired to false.",
        select(o.id, o.campaign_id, o.link_acquired, o.link_url).where(o.link_acquired, o.link_url.is_(None)),
    )
    # Some publish without a word and answer later; and a link that came unasked may be thanked for.
    answer = (
        select(RESPONSE.c.id)
        .where(
            RESPONSE.c.campaign_id == o.campaign_id,
            RESPONSE.c.opportunity_id == o.id,
            RESPONSE.c.response_type.in_(HUMAN),
        )
        .exists()
    )
    yield Check(
        "opportunities.order",
        "A prospect is written to before it answers, and answers before it publishes.",
        "One of the three moments is wrong: compare them with the emails, the responses and the page.",
        select(o.id, o.contacted_at, o.responded_at, o.published_at).where(
            or_(
                o.contacted_at > o.responded_at,
                and_(o.responded_at > o.published_at, o.contacted_at <= o.published_at, ~answer),
            )
        ),
    )
    yield Check(
        "opportunities.contacted",
        "A prospect that waits for an answer, or gave one, must say when it was written to.",
        "Set contacted_at to the first email's sent_at, or correct the status.",
        select(o.id, o.campaign_id, o.status).where(o.status.in_(_WRITTEN_TO), o.contacted_at.is_(None)),
    )
    yield Check(
        "opportunities.responded",
        "A prospect that answered must say when.",
        "Set responded_at to the first human response's received_at, or correct the status.",
        select(o.id, o.campaign_id, o.status).where(o.status.in_(_ANSWERED), o.responded_at.is_(None)),
    )


def _against_emails_and_responses() -> Iterator[Check]:
    o = OPPORTUNITY.c
    first_sent = (
        select(EMAIL.c.campaign_id, EMAIL.c.opportunity_id, func.min(EMAIL.c.sent_at).label("sent_at"))
        .where(EMAIL.c.sent_at.is_not(None))
        .group_by(EMAIL.c.campaign_id, EMAIL.c.opportunity_id)
        .subquery("first_sent")
    )
    yield Check(
        "opportunities.first_email",
        "A prospect was contacted no later than by the first email that left for it.",
        "Set contacted_at to that email's sent_at.",
        select(o.id, o.contacted_at, first_sent.c.sent_at)
        .join(
            first_sent,
            and_(first_sent.c.campaign_id == o.campaign_id, first_sent.c.opportunity_id == o.id),
        )
        .where(or_(o.contacted_at.is_(None), o.contacted_at > first_sent.c.sent_at)),
    )
    first_answer = (
        select(
            RESPONSE.c.campaign_id,
            RESPONSE.c.opportunity_id,
            func.min(RESPONSE.c.received_at).label("received_at"),
        )
        .where(RESPONSE.c.response_type.in_(HUMAN))
        .group_by(RESPONSE.c.campaign_id, RESPONSE.c.opportunity_id)
        .subquery("first_answer")
    )
    yield Check(
        "opportunities.first_answer",
        "A prospect answered no later than with its first human response.",
        "Set responded_at to that response's received_at.",
        select(o.id, o.responded_at, first_answer.c.received_at)
        .join(
            first_answer,
            and_(first_answer.c.campaign_id == o.campaign_id, first_answer.c.opportunity_id == o.id),
        )
        # Clocks differ: an answer dated before the first email counts from that email.
        .where(
            or_(
                o.responded_at.is_(None),
                and_(
                    o.responded_at > first_answer.c.received_at,
                    or_(o.contacted_at.is_(None), o.responded_at > o.contacted_at),
                ),
            )
        ),
    )
    automatic = (
        select(RESPONSE.c.id)
        .where(
            RESPONSE.c.campaign_id == o.campaign_id,
            RESPONSE.c.opportunity_id == o.id,
            RESPONSE.c.received_at == o.responded_at,
            RESPONSE.c.response_type.not_in(HUMAN),
        )
        .exists()
    )
    human = (
        select(RESPONSE.c.id)
        .where(
            RESPONSE.c.campaign_id == o.campaign_id,
            RESPONSE.c.opportunity_id == o.id,
            RESPONSE.c.received_at <= o.responded_at,
            RESPONSE.c.response_type.in_(HUMAN),
        )
        .exists()
    )
    yield Check(
        "opportunities.automatic_answer",
        "An automatic reply, a bounce or a complaint is no answer.",
        "Take responded_at back, or correct the response's response_type if a person wrote it.",
        select(o.id, o.status, o.responded_at).where(o.responded_at.is_not(None), automatic, ~human),
    )
