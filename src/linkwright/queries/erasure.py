"""Statements that find a person in all that is a user's, and take them out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Delete,
    RowMapping,
    Select,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from linkwright.db.expressions import is_like
from linkwright.db.portable import kind_of
from linkwright.db.rows import table
from linkwright.models import (
    AIContent,
    AIDecision,
    Archive,
    BacklinkingCampaign,
    Base,
    Erasure,
    ImportJob,
    LearningPool,
    MaintenanceRun,
    Suppression,
    User,
)
from linkwright.vocabulary import ArchiveState

Values = Mapping[str, Any] | RowMapping

CAMPAIGN: Final = table(BacklinkingCampaign)
CONTENT: Final = table(AIContent)
ERASURE: Final = table(Erasure)
_ARCHIVE: Final = table(Archive)
_DECISION: Final = table(AIDecision)
_JOB: Final = table(ImportJob)
_SUPPRESSION: Final = table(Suppression)
_USER: Final = table(User)

NOBODYS: Final = frozenset({_USER, table(LearningPool), table(MaintenanceRun), ERASURE, CONTENT})
"""Tables that are not looked through for texts: owners, what is nobody's, what goes whole."""


def owned(one: Table, user_id: int) -> ColumnElement[bool]:
    """Say which rows of a table are a user's."""
    for name in ("user_id", "created_by_user_id"):
        if name in one.c:
            return one.c[name] == user_id
    if "campaign_id" in one.c:
        return one.c.campaign_id.in_(select(CAMPAIGN.c.id).where(CAMPAIGN.c.user_id == user_id))
    key = min(one.foreign_key_constraints, key=lambda key: list(key.column_keys))
    parent = key.referred_table
    same = [element.parent == element.column for element in key.elements]
    return select(literal(1)).select_from(parent).where(*same, owned(parent, user_id)).correlate(one).exists()


@cache
def tables_with_texts() -> tuple[Table, ...]:
    """Return the tables in which a text of any kind may name somebody, parents before children."""
    return tuple(one for one in Base.metadata.sorted_tables if one not in NOBODYS and _texts(one))


def mentioning(one: Table, user_id: int, patterns: Sequence[str]) -> Select[Any]:
    """Select a user's rows that may name a person."""
    texts = (cast(column, Text) if kind_of(column) == "json" else column for column in _texts(one))
    found = [is_like(text, pattern) for text in texts for pattern in patterns]
    return select(*one.c).where(owned(one, user_id), or_(*found))


def with_address(one: Table, column: str, user_id: int, patterns: Sequence[str]) -> Select[Any]:
    """Select a user's rows whose address may be a person's."""
    found = (is_like(one.c[column], pattern) for pattern in patterns)
    return select(*one.c).where(owned(one, user_id), or_(*found))


def children(one: Table, user_id: int, column: str, ids: Collection[Any]) -> Select[Any]:
    """Select a user's rows that belong to rows of another table."""
    return select(*one.c).where(owned(one, user_id), one.c[column].in_(sorted(ids)))


def again(one: Table, keys: Sequence[tuple[Any, ...]]) -> Select[Any]:
    """Select and hold rows by their keys, in the order of those."""
    columns = list(one.primary_key.columns)
    whole = len(columns) > 1
    found = or_(*(_is(columns, key) for key in keys)) if whole else columns[0].in_([key[0] for key in keys])
    return select(*one.c).where(found).order_by(*columns).with_for_update(key_share=True)


def change(one: Table, key: tuple[Any, ...], values: Mapping[str, Any]) -> Update:
    """Change a row."""
    return update(one).where(_is(list(one.primary_key.columns), key)).values(dict(values))


def key_of(one: Table, row: Values) -> tuple[Any, ...]:
    """Return the key of a row."""
    return tuple(row[column.key] for column in one.primary_key.columns)


def pointing_at(user_id: int, digests: Collection[str]) -> Select[Any]:
    """Select a user's decisions that point at texts."""
    keys = sorted(digests)
    pointed = (_DECISION.c[name].in_(keys) for name in ("rendered_prompt_digest", "output_digest"))
    return select(*_DECISION.c).where(_DECISION.c.user_id == user_id, or_(*pointed))


def contents_mentioning(user_id: int, patterns: Sequence[str]) -> Select[Any]:
    """Select a user's prompts and outputs that may name a person."""
    found = (is_like(CONTENT.c.text, pattern) for pattern in patterns)
    return select(CONTENT.c.digest, CONTENT.c.text).where(CONTENT.c.user_id == user_id, or_(*found))


def delete_contents(user_id: int, digests: Collection[str]) -> Delete:
    """Delete prompts and outputs."""
    return delete(CONTENT).where(CONTENT.c.user_id == user_id, CONTENT.c.digest.in_(sorted(digests)))


def campaigns_held(user_id: int) -> Select[Any]:
    """Hold all campaigns of a user, in the order of their ids."""
    return (
        select(CAMPAIGN.c.id)
        .where(CAMPAIGN.c.user_id == user_id)
        .order_by(CAMPAIGN.c.id)
        .with_for_update(key_share=True)
    )


def forget_suppressed(user_id: int, address_hash: bytes, reason: str) -> Update:
    """Keep of a person's suppressions, standing and lifted, the hash alone."""
    return (
        update(_SUPPRESSION)
        .where(_SUPPRESSION.c.user_id == user_id, _SUPPRESSION.c.address_hash == address_hash)
        .where(or_(_SUPPRESSION.c.address.is_not(None), _SUPPRESSION.c.note.is_not(None)))
        .values(address=None, note=None, reason=reason)
    )


def erasure(user_id: int, address_hash: bytes) -> Select[Any]:
    """Select and hold the row of an erasure."""
    return (
        select(*ERASURE.c)
        .where(ERASURE.c.user_id == user_id, ERASURE.c.address_hash == address_hash)
        .with_for_update()
    )


CHANGE_ERASURE: Final = update(ERASURE).where(ERASURE.c.id == bindparam("key")).returning(*ERASURE.c)


def archives_in(user_id: int, *states: ArchiveState) -> Select[Any]:
    """Select a user's archives in some states, the older first."""
    return (
        select(*_ARCHIVE.c)
        .where(_ARCHIVE.c.user_id == user_id, _ARCHIVE.c.state.in_([state.value for state in states]))
        .order_by(_ARCHIVE.c.id)
    )


def sources(user_id: int) -> Select[Any]:
    """Select the files that a user imported, as they were called then."""
    return select(_JOB.c.source).where(_JOB.c.user_id == user_id).distinct()


def is_user(user_id: int, address: str) -> Select[Any]:
    """Say whether an address is a user's own."""
    return select(_USER.c.id).where(_USER.c.id == user_id, func.lower(_USER.c.email) == address.lower())


def _texts(one: Table) -> list[Any]:
    """Return the columns in which somebody may be named. The keys of roll-ups are days and numbers."""
    keys = set() if len(one.primary_key.columns) > 1 else set(one.primary_key.columns)
    return [
        column
        for column in one.columns
        if kind_of(column) in {"text", "json"} and column not in keys and not column.foreign_keys
    ]


def _is(columns: Sequence[Any], key: Sequence[Any]) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(columns, key, strict=True)))
