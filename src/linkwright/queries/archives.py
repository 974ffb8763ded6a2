"""Statements on archives, and on whatever hangs on a campaign: found by the foreign keys, never listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Delete,
    ForeignKeyConstraint,
    Insert,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from linkwright.db.portable import carried
from linkwright.db.rows import table
from linkwright.models import (
    AIDecision,
    AIReservation,
    Archive,
    ArchivedTemplateUse,
    BacklinkingCampaign,
    Base,
    StatusChange,
)
from linkwright.queries.recounts import used_by_template
from linkwright.vocabulary import ArchiveState, CampaignStatus, LifeKind, OutcomeState

CAMPAIGN: Final = table(BacklinkingCampaign)
_ARCHIVE: Final = table(Archive)
_USE: Final = table(ArchivedTemplateUse)
_DECISION: Final = table(AIDecision)
_MOVE: Final = table(StatusChange)

OVER: Final = (CampaignStatus.COMPLETED, CampaignStatus.CANCELLED, CampaignStatus.ARCHIVED)
"""States of a campaign that may be archived."""


class Link(NamedTuple):
    """A column of a table that stays, which forgets the campaign when that is deleted."""

    table: Table
    column: str

    @property
    def name(self) -> str:
        """What the manifest calls it."""
        return f"{self.table.name}.{self.column}"


@cache
def campaign_tables() -> tuple[Table, ...]:
    """Return the tables whose rows go when their campaign goes, parents before children."""
    found = [CAMPAIGN]
    for one in Base.metadata.sorted_tables:
        if one not in found and any(_hangs(key, found) for key in one.foreign_key_constraints):
            found.append(one)
    return tuple(found)


@cache
def links() -> tuple[Link, ...]:
    """Return what points at rows of a campaign from tables that stay."""
    inside = campaign_tables()
    return tuple(
        Link(one, key.column_keys[0])
        for one in Base.metadata.sorted_tables
        for key in sorted(one.foreign_key_constraints, key=lambda key: key.column_keys[0])
        if one not in inside and key.referred_table in inside
    )


def loose(one: Table) -> list[str]:
    """Return the columns that a row of a table forgets when its neighbour in the same table is deleted."""
    return [
        key.column_keys[0]
        for key in one.foreign_key_constraints
        if key.referred_table is one and key.ondelete == "SET NULL"
    ]


def children(one: Table) -> list[Table]:
    """Return the tables of a campaign that point at a table."""
    return [
        other
        for other in campaign_tables()
        if other is not one and any(key.referred_table is one for key in other.foreign_key_constraints)
    ]


def belongs(one: Table, campaign_id: str) -> ColumnElement[bool]:
    """Say which rows of a table are the campaign's."""
    if one is CAMPAIGN:
        return CAMPAIGN.c.id == campaign_id
    if "campaign_id" in one.c:
        return one.c.campaign_id == campaign_id
    key = next(key for key in one.foreign_key_constraints if _hangs(key, campaign_tables()))
    same = [element.parent == element.column for element in key.elements]
    parent = key.referred_table
    found = select(literal(1)).select_from(parent).where(*same, belongs(parent, campaign_id))
    return found.correlate(one).exists()


def rows(one: Table, campaign_id: str) -> Select[Any]:
    """Select the campaign's rows of a table as they are carried out, in the order of its key."""
    return (
        select(*(carried(column) for column in one.columns))
        .where(belongs(one, campaign_id))
        .order_by(*one.primary_key.columns)
    )


def batch(one: Table, campaign_id: str, number: int, after: Sequence[Any] | None) -> Select[Any]:
    """Select and hold the first rows that are left, behind a key that is known to be gone."""
    statement = rows(one, campaign_id).limit(number).with_for_update()
    return statement if after is None else statement.where(_key(one) > _same_kind(one, after))


def delete_rows(one: Table, campaign_id: str, after: Sequence[Any] | None, last: Sequence[Any]) -> Delete:
    """Delete a campaign's rows behind one key and up to another."""
    statement = delete(one).where(belongs(one, campaign_id), _key(one) <= _same_kind(one, last))
    return statement if after is None else statement.where(_key(one) > _same_kind(one, after))


def _key(one: Table) -> Any:
    columns = list(one.primary_key.columns)
    return columns[0] if len(columns) == 1 else tuple_(*columns)


def _same_kind(one: Table, key: Sequence[Any]) -> Any:
    columns = list(one.primary_key.columns)
    return key[0] if len(columns) == 1 else tuple_(*key, types=[column.type for column in columns])


def keys(one: Table, campaign_id: str) -> Select[Any]:
    """Select the keys of a campaign's rows of a table."""
    return select(*one.primary_key.columns).where(belongs(one, campaign_id))


def any_left(tables: Sequence[Table], campaign_id: str) -> Select[Any]:
    """Say whether tables have rows of the campaign."""
    asked = [
        select(literal(1).label("one")).where(
            select(literal(1)).select_from(one).where(belongs(one, campaign_id)).exists()
        )
        for one in tables
    ]
    return select(union_all(*asked).subquery().c.one).limit(1)


def held_campaign(campaign_id: str) -> Select[Any]:
    """Hold a campaign against everybody, also against who would insert a child of it."""
    return select(CAMPAIGN.c.id).where(CAMPAIGN.c.id == campaign_id).with_for_update()


def pointing(link: Link, campaign_id: str) -> Select[Any]:
    """Select which rows point at the campaign, by their ids."""
    key = next(iter(link.table.c[link.column].foreign_keys))
    inside = select(key.column).where(belongs(key.column.table, campaign_id))
    return select(link.table.c.id, link.table.c[link.column]).where(link.table.c[link.column].in_(inside))


def point_again(link: Link, row: int, value: object) -> Update:
    """Let a row point where it did, unless it points elsewhere by now."""
    column = link.table.c[link.column]
    return update(link.table).where(link.table.c.id == row, column.is_(None)).values({link.column: value})


def point_within(one: Table, column: str) -> Update:
    """Let the row `row` of a table point at the row `to`, unless it points elsewhere by now."""
    at = one.c[column]
    return update(one).where(one.c.id == bindparam("row"), at.is_(None)).values({column: bindparam("to")})


def over(owner: int | None, campaign_id: str | None) -> Select[Any]:
    """Select the campaigns that are over and since when, and those whose archiving was broken off."""
    since = (
        select(func.max(_MOVE.c.changed_at))
        .where(_MOVE.c.campaign_id == CAMPAIGN.c.id, _MOVE.c.kind == LifeKind.CAMPAIGN.value)
        .scalar_subquery()
    )
    ended = func.coalesce(
        since, CAMPAIGN.c.completed_at, CAMPAIGN.c.updated_at, type_=CAMPAIGN.c.updated_at.type
    )
    statement = (
        select(
            CAMPAIGN.c.id,
            CAMPAIGN.c.user_id,
            CAMPAIGN.c.name,
            CAMPAIGN.c.status,
            ended.label("ended_at"),
            _ARCHIVE.c.id.label("archive_id"),
            _ARCHIVE.c.state,
        )
        .outerjoin(
            _ARCHIVE,
            and_(_ARCHIVE.c.campaign_id == CAMPAIGN.c.id, _ARCHIVE.c.state != ArchiveState.RESTORED.value),
        )
        .where(or_(CAMPAIGN.c.status.in_(OVER), _ARCHIVE.c.state.is_not(None)))
        .order_by(CAMPAIGN.c.id)
    )
    if owner is not None:
        statement = statement.where(CAMPAIGN.c.user_id == owner)
    return statement if campaign_id is None else statement.where(CAMPAIGN.c.id == campaign_id)


def awaited(campaign_id: str) -> Select[Any]:
    """Say whether an outcome or a call of a model is still awaited in a campaign."""
    pending = select(literal("outcomes are still awaited: `linkwright attribute`").label("why")).where(
        exists().where(
            _DECISION.c.campaign_id == campaign_id,
            _DECISION.c.outcome_state == OutcomeState.PENDING.value,
            _DECISION.c.outcome_due_at.is_not(None),
        )
    )
    reserved = table(AIReservation)
    calling = select(literal("a model is being called for it")).where(
        exists().where(reserved.c.campaign_id == campaign_id)
    )
    return union_all(pending, calling).subquery().select().limit(1)


def begin(values: Mapping[str, Any]) -> Insert:
    """Write down that an archive is begun."""
    return insert(_ARCHIVE).values(dict(values))


def change(archive_id: int, **values: Any) -> Update:
    """Change what is known of an archive."""
    return update(_ARCHIVE).where(_ARCHIVE.c.id == archive_id).values(values)


def forget(archive_id: int) -> Delete:
    """Forget an archive that came to nothing."""
    return delete(_ARCHIVE).where(_ARCHIVE.c.id == archive_id)


def keep_template_uses(archive_id: int, campaign_id: str) -> Insert:
    """Keep what the emails of a campaign earned for templates."""
    only = select(CAMPAIGN.c.id).where(CAMPAIGN.c.id == campaign_id)
    one = used_by_template(only).subquery("used")
    values = select(literal(archive_id), one.c.template_used, one.c.used, one.c.answered, one.c.hours)
    return insert(_USE).from_select(["archive_id", "template_used", "sent", "answered", "hours"], values)


def drop_template_uses(archive_id: int) -> Delete:
    """Forget what a campaign that is back had earned: its emails say so again."""
    return delete(_USE).where(_USE.c.archive_id == archive_id)


def archive(archive_id: int, owner: int | None) -> Select[Any]:
    """Select an archive of the caller's."""
    statement = select(Archive).where(Archive.id == archive_id)
    return statement if owner is None else statement.where(Archive.user_id == owner)


def archives_of(owner: int | None, *, state: ArchiveState | None = None) -> Select[Any]:
    """Select archives, the older first."""
    statement = select(Archive).order_by(Archive.id)
    if state is not None:
        statement = statement.where(Archive.state == state.value)
    return statement if owner is None else statement.where(Archive.user_id == owner)


def _hangs(key: ForeignKeyConstraint, on: Sequence[Table]) -> bool:
    return key.ondelete == "CASCADE" and key.referred_table in on
