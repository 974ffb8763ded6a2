"""Statements that collect what happened to one prospect, or one of its letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.inbound import InboundMessage
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.status_changes import StatusChange


def letters(campaign_id: str, opportunity_id: int, email_id: int | None) -> Select[BacklinkingEmail]:
    """Select a prospect's emails, or the one."""
    table = BacklinkingEmail
    statement = select(table).where(table.campaign_id == campaign_id, table.opportunity_id == opportunity_id)
    return (statement if email_id is None else statement.where(table.id == email_id)).order_by(table.id)


def answers(campaign_id: str, opportunity_id: int, email_id: int | None) -> Select[BacklinkingResponse]:
    """Select what came back."""
    table = BacklinkingResponse
    statement = select(table).where(table.campaign_id == campaign_id, table.opportunity_id == opportunity_id)
    return (statement if email_id is None else statement.where(table.email_id == email_id)).order_by(table.id)


def heard(campaign_id: str, responses: Sequence[int]) -> Select[int | None, datetime]:
    """Select when answers that came through a mailbox were first read from it."""
    table = InboundMessage
    return (
        select(table.response_id, func.min(table.recorded_at))
        .where(table.campaign_id == campaign_id, table.response_id.in_(responses))
        .group_by(table.response_id)
    )


def events(campaign_id: str, emails: Sequence[int]) -> Select[EmailEvent]:
    """Select what happened to emails on their way."""
    table = EmailEvent
    return (
        select(table)
        .where(table.campaign_id == campaign_id, table.email_id.in_(emails))
        .order_by(table.occurred_at, table.id)
    )


def moves(campaign_id: str, opportunity_id: int, email_id: int | None) -> Select[StatusChange]:
    """Select the moves of the prospect and its letters, or of one letter."""
    table = StatusChange
    statement = select(table).where(table.campaign_id == campaign_id, table.opportunity_id == opportunity_id)
    return (statement if email_id is None else statement.where(table.email_id == email_id)).order_by(table.id)


def decisions(campaign_id: str, opportunity_id: int, email_id: int | None) -> Select[AIDecision]:
    """Select what was decided about the prospect, or about one letter and the answers to it."""
    table = AIDecision
    statement = select(table).where(table.campaign_id == campaign_id)
    about: ColumnElement[bool] = table.opportunity_id == opportunity_id
    return statement.where(about if email_id is None else table.email_id == email_id).order_by(table.id)


def outcomes(user_id: int, decisions: Sequence[int]) -> Select[Any]:
    """Select all that came of decisions."""
    table = AIDecisionOutcome
    return select(table).where(table.user_id == user_id, table.decision_id.in_(decisions)).order_by(table.id)
