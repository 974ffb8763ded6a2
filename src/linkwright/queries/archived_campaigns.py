"""Statements on what campaigns that are in archives, or on their way there, still count for."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, select

from linkwright.models.archives import Archive
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.vocabulary import ArchiveState

# From the moment at which an archive is sealed it is what counts, though rows are left in the database.
_SEALED: Final = (ArchiveState.DELETING.value, ArchiveState.DONE.value)


def standing(campaign_id: str, owner: int | None) -> Select[Archive]:
    """Select the archive that a campaign is in."""
    statement = select(Archive).where(Archive.campaign_id == campaign_id, Archive.state.in_(_SEALED))
    return statement if owner is None else statement.where(Archive.user_id == owner)


def with_archive(campaign_id: str, owner: int | None) -> Select[*tuple[Any, ...]]:
    """Select a campaign, with the archive that it is moving into."""
    campaign = BacklinkingCampaign
    statement = (
        select(campaign, Archive)
        .outerjoin(
            Archive,
            (Archive.user_id == campaign.user_id)
            & (Archive.campaign_id == campaign.id)
            & Archive.state.in_(_SEALED),
        )
        .where(campaign.id == campaign_id)
    )
    if owner is not None:
        statement = statement.where(campaign.user_id == owner)
    return statement.execution_options(populate_existing=True)


def leaving(user_id: int) -> Select[str]:
    """Select the campaigns of a user that are only partly in the database."""
    return select(Archive.campaign_id).where(
        Archive.user_id == user_id, Archive.state == ArchiveState.DELETING.value
    )


def newest(user_id: int, limit: int) -> Select[Any]:
    """Select what a user's newest campaigns came to that are not in the database any more."""
    return (
        select(
            Archive.campaign_id.label("id"),
            Archive.name,
            Archive.stats,
            Archive.totals,
            Archive.counted_at,
            Archive.campaign_created_at.label("created_at"),
        )
        .where(Archive.user_id == user_id, Archive.state.in_(_SEALED))
        .order_by(Archive.campaign_created_at.desc(), Archive.campaign_id.desc())
        .limit(limit)
    )


def left_behind(owner: int | None) -> Select[Archive]:
    """Select archives that were not finished, and whose campaign somebody has deleted since."""
    begun = (ArchiveState.WRITING.value, ArchiveState.DELETING.value)
    here = select(BacklinkingCampaign.id).where(BacklinkingCampaign.id == Archive.campaign_id)
    statement = select(Archive).where(Archive.state.in_(begun), ~here.exists()).order_by(Archive.id)
    return statement if owner is None else statement.where(Archive.user_id == owner)


def named(user_id: int, name_or_id: str) -> Select[Archive]:
    """Select the archives of a user's campaigns of a name or an id; two are enough to know too many."""
    return (
        select(Archive)
        .where(
            Archive.user_id == user_id,
            Archive.state.in_(_SEALED),
            (Archive.name == name_or_id) | (Archive.campaign_id == name_or_id),
        )
        .order_by(Archive.id)
        .limit(2)
    )


def replies(user_id: int) -> Select[Any]:
    """Select the latest answers to letters of campaigns that are not here, and when the letters had left."""
    return select(Archive.replies).where(
        Archive.user_id == user_id, Archive.state.in_(_SEALED), Archive.replies.is_not(None)
    )
