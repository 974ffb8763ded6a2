"""Statements of the main job: who waits for what, and what only a person can do."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.inbound import InboundMessage
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.queries.emails import FOLLOW_UPS, PENDING
from linkwright.vocabulary import (
    AUTO_REPLIES,
    HUMAN_RESPONSES,
    EmailStatus,
    EmailType,
    MatchMethod,
    OpportunityStatus,
    ResponseType,
)

_ARRIVED: Final = (EmailStatus.SENT.value, EmailStatus.DELIVERED.value)
_STUCK: Final = (EmailStatus.SEND_UNKNOWN.value, EmailStatus.FAILED.value, EmailStatus.BLOCKED.value)
_NOT_LEFT: Final = (*PENDING, EmailStatus.SENDING.value, *_STUCK)
_FOR_A_PERSON: Final = sorted(kind.value for kind in {ResponseType.COMPLAINT, *HUMAN_RESPONSES})
_NOBODY_READS: Final = sorted(kind.value for kind in {ResponseType.SPAM, *AUTO_REPLIES})


def in_state(
    campaign_id: str, states: Collection[OpportunityStatus], *, after: int, limit: int
) -> Select[BacklinkOpportunity]:
    """Select prospects in these states in the order of their ids, from behind `after`.

    By id and not by score: a job that moves what it reads would otherwise skip some.
    """
    prospect = BacklinkOpportunity
    return (
        select(prospect)
        .where(
            prospect.campaign_id == campaign_id,
            prospect.status.in_([state.value for state in states]),
            prospect.id > after,
        )
        .order_by(prospect.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )


def without_letter(campaign_id: str, *, after: int, limit: int) -> Select[BacklinkOpportunity]:
    """Select prospects who may be written to and have no first letter.

    A cancelled one counts: somebody decided against it, and it must not come back by itself.
    """
    email = BacklinkingEmail
    written = exists().where(
        _to_the_prospect(email),
        email.email_type == EmailType.INITIAL.value,
    )
    states = (OpportunityStatus.QUALIFIED, OpportunityStatus.APPROVED)
    return in_state(campaign_id, states, after=after, limit=limit).where(~written)


def quiet_since(
    campaign_id: str, before: datetime, *, after: int, limit: int
) -> Select[BacklinkOpportunity, BacklinkingEmail]:
    """Select prospects who have not answered since before a moment, with the last email they got."""
    email, later = BacklinkingEmail, aliased(BacklinkingEmail)
    last_sent = (
        select(func.max(later.sent_at))
        .where(
            later.campaign_id == BacklinkOpportunity.campaign_id,
            later.opportunity_id == BacklinkOpportunity.id,
        )
        .correlate(BacklinkOpportunity)
        .scalar_subquery()
    )
    return (
        select(BacklinkOpportunity, email)
        .join(email, and_(_to_the_prospect(email), email.sent_at == last_sent))
        .where(
            BacklinkOpportunity.campaign_id == campaign_id,
            BacklinkOpportunity.status == OpportunityStatus.CONTACTED.value,
            BacklinkOpportunity.responded_at.is_(None),
            BacklinkOpportunity.id > after,
            email.sent_at <= before,
        )
        .order_by(BacklinkOpportunity.id, email.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )


def due_for_follow_up(
    campaign_id: str, before: datetime, *, most: int, after: int, limit: int
) -> Select[BacklinkOpportunity, BacklinkingEmail]:
    """Select those of `quiet_since` whose last email arrived and who had fewer than `most` follow-ups.

    Whoever has a letter in waiting is left out, and so is one whose follow-up was cancelled:
    somebody decided against it.
    """
    other = aliased(BacklinkingEmail)
    number = (
        select(func.count(other.id))
        .where(
            other.campaign_id == BacklinkOpportunity.campaign_id,
            other.opportunity_id == BacklinkOpportunity.id,
        )
        .correlate(BacklinkOpportunity)
    )
    follows = other.email_type.in_(FOLLOW_UPS)
    waiting = number.where(
        or_(other.status.in_(_NOT_LEFT), and_(follows, other.status == EmailStatus.CANCELLED.value))
    )
    had = number.where(follows, other.status.not_in([*_NOT_LEFT, EmailStatus.CANCELLED.value]))
    return quiet_since(campaign_id, before, after=after, limit=limit).where(
        BacklinkingEmail.status.in_(_ARRIVED), waiting.scalar_subquery() == 0, had.scalar_subquery() < most
    )


def written_to(user_id: int, address: str) -> Select[str, str]:
    """Select the page and the campaign's name of letters, of all a user's campaigns, to one address."""
    email = BacklinkingEmail
    return (
        select(BacklinkOpportunity.url, BacklinkingCampaign.name)
        .select_from(email)
        .join(BacklinkOpportunity, _to_the_prospect(email))
        .join(BacklinkingCampaign, BacklinkingCampaign.id == email.campaign_id)
        .where(
            email.to_email == address,
            email.status != EmailStatus.CANCELLED.value,
            BacklinkingCampaign.user_id == user_id,
        )
        .order_by(email.id)
        .limit(1)
    )


def pages_written_to(campaign_id: str, domain: str, limit: int) -> Select[str]:
    """Select the pages on a domain about which a campaign has written a letter."""
    email, prospect = BacklinkingEmail, BacklinkOpportunity
    written = exists().where(
        _to_the_prospect(email),
        email.status != EmailStatus.CANCELLED.value,
    )
    return (
        select(prospect.url)
        .where(prospect.campaign_id == campaign_id, prospect.domain == domain, written)
        .order_by(prospect.id)
        .limit(limit)
    )


def interested(campaign_id: str) -> Select[int]:
    """Count the prospects from whom something positive came."""
    return select(func.count(BacklinkingResponse.opportunity_id.distinct())).where(
        BacklinkingResponse.campaign_id == campaign_id,
        BacklinkingResponse.response_type == ResponseType.POSITIVE.value,
    )


def drafts(campaign_id: str) -> Select[BacklinkingEmail, BacklinkOpportunity]:
    """Select letters that wait for approval."""
    return _letters(campaign_id).where(BacklinkingEmail.status == EmailStatus.DRAFT.value)


def to_send(campaign_id: str) -> Select[BacklinkingEmail, BacklinkOpportunity]:
    """Select letters that are approved, and that nobody has sent yet or queued for a program to send."""
    return _letters(campaign_id).where(BacklinkingEmail.status == EmailStatus.APPROVED.value)


def stuck(campaign_id: str) -> Select[BacklinkingEmail, BacklinkOpportunity]:
    """Select letters that did not leave, or of which nobody knows whether they did."""
    return _letters(campaign_id).where(BacklinkingEmail.status.in_(_STUCK))


def unanswered(campaign_id: str) -> Select[BacklinkingResponse, BacklinkOpportunity]:
    """Select responses that ask for a person and that nobody has looked at."""
    response = BacklinkingResponse
    return (
        select(response, BacklinkOpportunity)
        .join(
            BacklinkOpportunity,
            and_(
                response.campaign_id == BacklinkOpportunity.campaign_id,
                response.opportunity_id == BacklinkOpportunity.id,
            ),
        )
        .where(
            response.campaign_id == campaign_id,
            response.user_reviewed.is_not(True),
            or_(response.requires_action.is_(True), response.response_type.in_(_FOR_A_PERSON)),
        )
        .order_by(response.received_at, response.id)
    )


def unmatched(user_id: int) -> Select[InboundMessage]:
    """Select messages that belong to no email and that a person may want to read."""
    message = InboundMessage
    return (
        select(message)
        .where(
            message.user_id == user_id,
            message.matched_by == MatchMethod.NONE.value,
            message.dismissed_at.is_(None),
            or_(message.response_type.is_(None), message.response_type.not_in(_NOBODY_READS)),
        )
        .order_by(message.received_at, message.id)
    )


def _to_the_prospect(email: type[BacklinkingEmail]) -> ColumnElement[bool]:
    return and_(
        email.campaign_id == BacklinkOpportunity.campaign_id, email.opportunity_id == BacklinkOpportunity.id
    )


def _letters(campaign_id: str) -> Select[BacklinkingEmail, BacklinkOpportunity]:
    email = BacklinkingEmail
    return (
        select(email, BacklinkOpportunity)
        .join(BacklinkOpportunity, _to_the_prospect(email))
        .where(email.campaign_id == campaign_id)
        .order_by(email.id)
    )
