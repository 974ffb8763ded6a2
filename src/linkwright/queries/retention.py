"""Statements on policies, holds and the record of what was removed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    Update,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from linkwright.db.rows import table
from linkwright.db.upsert import insert_or_update
from linkwright.models.archives import Archive
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.retention import LegalHold, RetentionPolicy, RetentionRemoval
from linkwright.models.users import User

_HOLD: Final = table(LegalHold)
_REMOVAL: Final = table(RetentionRemoval)
_CAMPAIGN: Final = table(BacklinkingCampaign)
_ARCHIVE: Final = table(Archive)


def policies(user_id: int | None) -> Select[RetentionPolicy]:
    """Select a user's policies and those for everybody; without a user, all there are."""
    statement = select(RetentionPolicy).order_by(RetentionPolicy.data_class, RetentionPolicy.user_id)
    if user_id is None:
        return statement
    return statement.where(or_(RetentionPolicy.user_id == user_id, RetentionPolicy.user_id.is_(None)))


def policy(user_id: int | None, data_class: str) -> Select[RetentionPolicy]:
    """Select a user's own policy for a class, or with None the one for everybody."""
    return select(RetentionPolicy).where(
        RetentionPolicy.user_id.is_not_distinct_from(user_id), RetentionPolicy.data_class == data_class
    )


def set_policy(values: Mapping[str, Any]) -> Insert:
    """Write a policy, over the one that was there."""
    own = values["user_id"] is not None
    changed = {name: value for name, value in values.items() if name not in {"user_id", "data_class"}}
    statement = insert_or_update(
        RetentionPolicy,
        values,
        key=["user_id", "data_class"] if own else ["data_class"],
        update=changed,
        where=RetentionPolicy.user_id.is_not(None) if own else RetentionPolicy.user_id.is_(None),
    )
    return statement.execution_options(populate_existing=True)


def remove_policy(user_id: int | None, data_class: str) -> Delete:
    """Delete a policy."""
    return delete(RetentionPolicy).where(
        RetentionPolicy.user_id.is_not_distinct_from(user_id), RetentionPolicy.data_class == data_class
    )


def owners(user_id: int | None) -> Select[int]:
    """Select the users whose data may be due."""
    statement = select(User.id).order_by(User.id)
    return statement if user_id is None else statement.where(User.id == user_id)


def owner_of(campaign_id: str) -> Select[int]:
    """Select whose a campaign is, be it here or in an archive."""
    here = select(_CAMPAIGN.c.user_id).where(_CAMPAIGN.c.id == campaign_id)
    away = select(_ARCHIVE.c.user_id).where(_ARCHIVE.c.campaign_id == campaign_id)
    return select(here.union(away).subquery().c.user_id).limit(1)


def holds(user_id: int | None, *, released: bool) -> Select[LegalHold]:
    """Select holds, the newest first: those that stand, or also those that were released."""
    statement = select(LegalHold).order_by(LegalHold.id.desc())
    if not released:
        statement = statement.where(LegalHold.released_at.is_(None))
    return statement if user_id is None else statement.where(LegalHold.user_id == user_id)


def hold(hold_id: int, owner: int | None) -> Select[LegalHold]:
    """Select and hold a hold of the caller's."""
    statement = select(LegalHold).where(LegalHold.id == hold_id).with_for_update()
    return statement if owner is None else statement.where(LegalHold.user_id == owner)


def standing_over(user_id: int, campaign_id: str | None = None) -> Select[int]:
    """Select a hold that stands over a user, or over one campaign of theirs: their own, or the user's."""
    statement = select(_HOLD.c.id).where(_HOLD.c.user_id == user_id, _HOLD.c.released_at.is_(None))
    if campaign_id is not None:
        statement = statement.where(or_(_HOLD.c.campaign_id.is_(None), _HOLD.c.campaign_id == campaign_id))
    return statement.order_by(_HOLD.c.id).limit(1)


def standing_over_campaign(campaign_id: str, owner: int | None) -> Select[int]:
    """Select a hold that stands over a campaign of the caller's."""
    statement = (
        select(_HOLD.c.id)
        .join(_CAMPAIGN, _CAMPAIGN.c.user_id == _HOLD.c.user_id)
        .where(
            _CAMPAIGN.c.id == campaign_id,
            _HOLD.c.released_at.is_(None),
            or_(_HOLD.c.campaign_id.is_(None), _HOLD.c.campaign_id == campaign_id),
        )
    )
    if owner is not None:
        statement = statement.where(_CAMPAIGN.c.user_id == owner)
    return statement.order_by(_HOLD.c.id).limit(1)


def not_held(user_id: ColumnElement[Any], campaign_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say that no hold stands over a row of a user and a campaign; what is of no campaign is of all."""
    over = or_(_HOLD.c.campaign_id.is_(None), _HOLD.c.campaign_id == campaign_id, campaign_id.is_(None))
    found = select(_HOLD.c.id).where(_HOLD.c.user_id == user_id, _HOLD.c.released_at.is_(None), over)
    return ~found.correlate_except(_HOLD).exists()


def note(values: Mapping[str, Any]) -> Insert:
    """Begin the record of what a run removes of one class in one place."""
    return insert(_REMOVAL).values(dict(values)).returning(_REMOVAL.c.id)


def note_more(removal_id: int, rows: int, size: int, now: datetime) -> Update:
    """Add a batch to a record."""
    return (
        update(_REMOVAL)
        .where(_REMOVAL.c.id == removal_id)
        .values(
            row_count=_REMOVAL.c.row_count + rows, byte_count=_REMOVAL.c.byte_count + size, removed_at=now
        )
    )


def removals(user_id: int | None, campaign_id: str | None, limit: int) -> Select[RetentionRemoval]:
    """Select what was removed, the latest first."""
    statement = select(RetentionRemoval).order_by(RetentionRemoval.id.desc()).limit(limit)
    if user_id is not None:
        statement = statement.where(RetentionRemoval.user_id == user_id)
    return statement if campaign_id is None else statement.where(RetentionRemoval.campaign_id == campaign_id)


def gone_since(campaign_id: str, data_classes: tuple[str, ...]) -> Select[Any]:
    """Select what was removed of a campaign: up to which age, and when; the earliest first."""
    columns = (_REMOVAL.c.data_class, _REMOVAL.c.before, _REMOVAL.c.removed_at)
    return (
        select(*columns)
        .where(_REMOVAL.c.campaign_id == campaign_id, _REMOVAL.c.data_class.in_(data_classes))
        .order_by(_REMOVAL.c.before, _REMOVAL.c.id)
    )


def gone_before(campaign_id: str, data_class: str) -> Select[datetime | None]:
    """Select up to which age all of a class of a campaign is gone."""
    return select(func.max(_REMOVAL.c.before)).where(
        _REMOVAL.c.campaign_id == campaign_id, _REMOVAL.c.data_class == data_class
    )
