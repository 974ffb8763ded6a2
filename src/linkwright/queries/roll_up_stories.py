"""Statements that read what is counted of prospects: one each for all of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all

from linkwright.models.decisions import AIDecision
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.retention import RemovedLooks
from linkwright.vocabulary import DeciderKind, DecisionKind, EventKind

_PAGE, _EMAIL, _RESPONSE, _DECISION = BacklinkOpportunity, BacklinkingEmail, BacklinkingResponse, AIDecision

OF_CAMPAIGN: Final = 0
"""The prospect that stands for what belongs to a campaign and to none of its prospects."""


def pages(campaign_id: str, ids: Collection[int]) -> Select[Any]:
    """Select what is counted of prospects."""
    names = (
        "id discovered_at analyzed_at contacted_at responded_at published_at link_acquired"
        " link_placement_date user_rating ai_contact_recommendation user_override_decision ai_relevance_score"
    )
    columns = [_PAGE.__table__.c[name] for name in names.split()]
    return select(*columns).where(_PAGE.campaign_id == campaign_id, _PAGE.id.in_(ids))


def emails(campaign_id: str, ids: Collection[int]) -> Select[Any]:
    """Select what is counted of the emails of prospects."""
    names = "id opportunity_id created_at sent_at delivered_at bounced_at ai_model_used user_feedback_rating"
    columns = [_EMAIL.__table__.c[name] for name in names.split()]
    return select(*columns).where(_EMAIL.campaign_id == campaign_id, _EMAIL.opportunity_id.in_(ids))


def responses(campaign_id: str, ids: Collection[int]) -> Select[Any]:
    """Select what is counted of the responses of prospects."""
    names = (
        "id opportunity_id received_at response_type ai_intent_classification ai_sentiment_analysis"
        " user_sentiment_override user_reviewed"
    )
    columns = [_RESPONSE.__table__.c[name] for name in names.split()]
    return select(*columns).where(_RESPONSE.campaign_id == campaign_id, _RESPONSE.opportunity_id.in_(ids))


_LOOKS: Final = (EventKind.OPENED.value, EventKind.CLICKED.value, EventKind.COMPLAINED.value)


def looks(campaign_id: str, ids: Collection[int]) -> Select[int, str, str, datetime]:
    """Select what was seen of the emails of prospects after they left; of removed events, the first.

    One statement: between two, an event that is being removed might be in neither.
    """
    event, gone = EmailEvent, RemovedLooks
    of_them = select(_EMAIL.id).where(_EMAIL.campaign_id == campaign_id, _EMAIL.opportunity_id.in_(ids))
    here = select(event.email_id, event.kind, event.agent, event.occurred_at).where(
        event.campaign_id == campaign_id, event.email_id.in_(of_them), event.kind.in_(_LOOKS)
    )
    first = select(gone.email_id, gone.kind, gone.agent, gone.first_at).where(
        gone.campaign_id == campaign_id, gone.email_id.in_(of_them)
    )
    seen = union_all(here, first).subquery()
    return select(seen.c.email_id, seen.c.kind, seen.c.agent, seen.c.occurred_at)


def reviews(campaign_id: str, ids: Collection[int]) -> Select[Any]:
    """Select what persons said of the responses of prospects, in order."""
    decision = _DECISION
    return (
        select(decision.response_id, decision.context, decision.output)
        .where(
            decision.campaign_id == campaign_id,
            decision.opportunity_id.in_(ids),
            decision.kind == DecisionKind.CLASSIFY.value,
            decision.decided_by == DeciderKind.USER.value,
            decision.response_id.is_not(None),
        )
        .order_by(decision.id)
    )


def costs(campaign_id: str, ids: Collection[int]) -> Select[int, datetime, float | None, str]:
    """Select what was paid for decisions about prospects; those of no prospect are of 0."""
    decision = _DECISION
    of_them: ColumnElement[bool] = decision.opportunity_id.in_(ids)
    if OF_CAMPAIGN in ids:
        of_them = or_(of_them, decision.opportunity_id.is_(None))
    return select(
        func.coalesce(decision.opportunity_id, OF_CAMPAIGN).label("opportunity_id"),
        decision.decided_at,
        decision.cost,
        decision.decided_by,
    ).where(
        decision.campaign_id == campaign_id,
        of_them,
        or_(decision.cost > 0, and_(decision.cost.is_(None), decision.decided_by == DeciderKind.MODEL.value)),
    )
