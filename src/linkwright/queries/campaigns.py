"""Statements on campaigns and their counts."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Delete, Select, Update, and_, delete, func, or_, select, update

from linkwright.models.campaigns import BacklinkingCampaign, CampaignCount
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.status_changes import StatusChange
from linkwright.vocabulary import CampaignStatus, EmailStatus, LifeKind

S = TypeVar("S", Select[Any], Update, Delete)


def _of(statement: S, owner: int | None) -> S:
    return statement if owner is None else statement.where(BacklinkingCampaign.user_id == owner)


def campaign(campaign_id: str, owner: int | None) -> Select[BacklinkingCampaign]:
    """Select one campaign of the owner, as it is in the database now."""
    statement = select(BacklinkingCampaign).where(BacklinkingCampaign.id == campaign_id)
    # Counters move by statements that the session does not see: a row it knows may be stale.
    return _of(statement, owner).execution_options(populate_existing=True)


def locked_campaign(campaign_id: str, owner: int | None) -> Select[BacklinkingCampaign]:
    """Select one campaign of the owner and keep others from changing it.

    The lock lets others add children meanwhile: their foreign keys ask only that the row stays.
    """
    return campaign(campaign_id, owner).with_for_update(key_share=True)


def campaign_exists(campaign_id: str, owner: int | None) -> Select[str]:
    """Select the id of a campaign of the owner."""
    return _of(select(BacklinkingCampaign.id).where(BacklinkingCampaign.id == campaign_id), owner)


def campaigns_of(
    user_id: int, *, status: str | None, after: str | None, limit: int
) -> Select[BacklinkingCampaign]:
    """Select a user's campaigns, newest first, from the one behind `after`."""
    table = BacklinkingCampaign
    statement = (
        select(table)
        .where(table.user_id == user_id)
        .order_by(table.created_at.desc(), table.id.desc())
        .limit(limit)
    )
    if status is not None:
        statement = statement.where(table.status == status)
    if after is not None:
        mark = select(table.created_at).where(table.id == after, table.user_id == user_id).scalar_subquery()
        statement = statement.where(
            or_(table.created_at < mark, and_(table.created_at == mark, table.id < after))
        )
    return statement


def campaigns_named(user_id: int, name: str) -> Select[BacklinkingCampaign]:
    """Select a user's campaigns of one name; two are enough to know that it is ambiguous."""
    table = BacklinkingCampaign
    return select(table).where(table.user_id == user_id, table.name == name).order_by(table.id).limit(2)


def delete_campaign(campaign_id: str, owner: int | None) -> Delete:
    """Delete a campaign of the owner and, by cascade, everything in it."""
    return _of(delete(BacklinkingCampaign).where(BacklinkingCampaign.id == campaign_id), owner)


def release_queued_emails(campaign_id: str) -> Update:
    """Return a campaign's queued emails to approved. One that is being sent can no longer be held."""
    return (
        update(BacklinkingEmail)
        .where(
            BacklinkingEmail.campaign_id == campaign_id,
            BacklinkingEmail.status == EmailStatus.QUEUED.value,
        )
        .values(status=EmailStatus.APPROVED.value)
        .execution_options(synchronize_session=False)
    )


def state_before_archive(campaign_id: str) -> Select[str | None]:
    """Select the state from which a campaign was archived last."""
    return (
        select(StatusChange.old_status)
        .where(
            StatusChange.campaign_id == campaign_id,
            StatusChange.kind == LifeKind.CAMPAIGN.value,
            StatusChange.new_status == CampaignStatus.ARCHIVED.value,
        )
        .order_by(StatusChange.id.desc())
        .limit(1)
    )


def counts(campaign_id: str) -> Select[CampaignCount]:
    """Select what a campaign has of each kind in each state."""
    return (
        select(CampaignCount)
        .where(CampaignCount.campaign_id == campaign_id)
        .execution_options(populate_existing=True)
    )


def add_cost(campaign_id: str, cost: float) -> Update:
    """Add to what a campaign has cost."""
    spent = func.coalesce(BacklinkingCampaign.actual_cost, 0.0)
    return (
        update(BacklinkingCampaign)
        .where(BacklinkingCampaign.id == campaign_id)
        .values(actual_cost=spent + cost)
        .execution_options(synchronize_session=False)
    )
