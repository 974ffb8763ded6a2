"""Statements that find what has been kept for long enough, and remove it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Delete,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    update,
)

from linkwright.db.locks import held
from linkwright.db.octets import octets
from linkwright.db.rows import table
from linkwright.db.upsert import add_and_keep_first
from linkwright.models.archives import Archive
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.retention import RemovedLooks
from linkwright.queries.retention import not_held
from linkwright.queries.retention_parts import DECISION, Part
from linkwright.vocabulary import ArchiveState

_CAMPAIGN: Final = table(BacklinkingCampaign)
_ARCHIVE: Final = table(Archive)
_NOBODY: Final = null()


def due(part: Part, before: datetime) -> ColumnElement[bool]:
    """Say which rows of a part are older than a moment."""
    return and_(part.moment < before, *part.conditions)


def _free(user_id: ColumnElement[Any], campaign_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Say that nobody holds it, and that it is not moving into an archive, where rows are compared."""
    moving = exists().where(
        _ARCHIVE.c.campaign_id == campaign_id,
        _ARCHIVE.c.state.in_((ArchiveState.WRITING.value, ArchiveState.DELETING.value)),
    )
    return and_(not_held(user_id, campaign_id), ~moving)


def _campaign_of(part: Part) -> ColumnElement[Any]:
    return part.table.c.campaign_id if "campaign_id" in part.table.c else _NOBODY


def scopes(part: Part, user_id: int, before: datetime) -> Select[Any]:
    """Select what is gone through in turn: the user's campaigns with something due, or the user."""
    if not part.by_campaign:
        return select(literal(user_id))
    some = exists().where(part.scope == _CAMPAIGN.c.id, due(part, before))
    return (
        select(_CAMPAIGN.c.id)
        .where(_CAMPAIGN.c.user_id == user_id, some, _free(_CAMPAIGN.c.user_id, _CAMPAIGN.c.id))
        .order_by(_CAMPAIGN.c.id)
    )


def _size(part: Part) -> ColumnElement[int]:
    first, *others = (func.coalesce(octets(column), 0) for column in part.content)
    return sum(others, first)


def amount(part: Part, user_id: int, before: datetime) -> Select[int, int]:
    """Select how many rows of a user are due, and how many bytes would go of them."""
    numbers = (func.count().label("rows"), func.coalesce(func.sum(_size(part)), 0).label("bytes"))
    statement = select(*numbers).select_from(part.table).where(due(part, before))
    if part.by_campaign:
        mine = and_(_CAMPAIGN.c.id == part.scope, _CAMPAIGN.c.user_id == user_id)
        return statement.join(_CAMPAIGN, mine).where(_free(_CAMPAIGN.c.user_id, _CAMPAIGN.c.id))
    return statement.where(part.scope == user_id, _free(part.scope, _campaign_of(part)))


def batch(
    part: Part, user_id: int, scope: object, before: datetime, after: tuple[Any, Any] | None, limit: int
) -> Select[Any]:
    """Select and hold the oldest rows that are due, from behind a place; what others hold is left out."""
    key = part.table.c[part.key]
    campaign = _campaign_of(part)
    columns = (key.label("key"), part.moment.label("moment"), campaign.label("campaign_id"))
    of_user = literal(user_id)
    statement = select(*columns, _size(part).label("bytes"), *part.also_read).where(
        part.scope == scope,
        due(part, before),
        _free(of_user, literal(scope) if part.by_campaign else campaign),
    )
    if after is not None:
        moment, last = literal(after[0], part.moment.type), literal(after[1], key.type)
        statement = statement.where(tuple_(part.moment, key) > tuple_(moment, last))
    statement = statement.order_by(part.moment, key).limit(limit)
    return held(statement, part.table, skip_locked=True)


def strip(part: Part, keys: Sequence[Any], now: datetime) -> Update:
    """Take the content out of rows."""
    values: dict[str, Any] = dict(part.change or {})
    if part.marks:
        values["stripped_at"] = now
    return update(part.table).where(part.table.c[part.key].in_(keys)).values(values)


# What is left of a decision's output, each its own.
SHORTEN: Final = (
    update(DECISION)
    .where(DECISION.c.id == bindparam("row"))
    .values(output=bindparam("shorter", type_=DECISION.c.output.type))
)


def remove(part: Part, scope: object, keys: Sequence[Any], first: datetime, last: datetime) -> Delete:
    """Delete rows; their moments say in which months to look."""
    return delete(part.table).where(
        part.scope == scope,
        part.moment >= first,
        part.moment <= last,
        part.table.c[part.key].in_(keys),
    )


# What events that are about to go have counted, added to what others had.
KEEP_LOOKS: Final = add_and_keep_first(
    RemovedLooks,
    key=("campaign_id", "email_id", "kind", "agent"),
    amount="number",
    first="first_at",
)


def archives_due(user_id: int, before: datetime) -> Select[Any]:
    """Select archives whose files have been kept for long enough, the oldest first; restored ones too."""
    return (
        select(_ARCHIVE)
        .where(
            _ARCHIVE.c.user_id == user_id,
            _ARCHIVE.c.state.in_((ArchiveState.DONE.value, ArchiveState.RESTORED.value)),
            _ARCHIVE.c.archived_at < before,
            _ARCHIVE.c.removed_at.is_(None),
            not_held(_ARCHIVE.c.user_id, _ARCHIVE.c.campaign_id),
        )
        .order_by(_ARCHIVE.c.id)
    )


def archive_removed(archive_id: int, now: datetime) -> Update:
    """Say that an archive's files are gone."""
    return update(_ARCHIVE).where(_ARCHIVE.c.id == archive_id).values(removed_at=now)


# With it a transaction on SQLite begins: what is waited for until then is the time of others.
BEGIN: Final = select(literal(1))


def free_campaign(user_id: int, campaign_id: str) -> Select[Any]:
    """Say whether no hold stands over a campaign."""
    return select(true()).where(not_held(literal(user_id), literal(campaign_id)))
