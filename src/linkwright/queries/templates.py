"""Statements on templates."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, or_, select

from linkwright.models.templates import BacklinkingTemplate


def _is_system() -> ColumnElement[bool]:
    table = BacklinkingTemplate
    return and_(table.created_by_user_id.is_(None), table.is_system_template.is_(True))


def _readable_by(owner: int) -> ColumnElement[bool]:
    return or_(BacklinkingTemplate.created_by_user_id == owner, _is_system())


def template(template_id: int, owner: int | None) -> Select[BacklinkingTemplate]:
    """Select one template that the owner may read: their own, or the system's."""
    statement = select(BacklinkingTemplate).where(BacklinkingTemplate.id == template_id)
    if owner is not None:
        statement = statement.where(_readable_by(owner))
    # `usage_count` moves by statements that the session does not see.
    return statement.execution_options(populate_existing=True)


def locked_template(template_id: int, owner: int | None) -> Select[BacklinkingTemplate]:
    """Select one template that the owner may read, and keep others from changing it."""
    return template(template_id, owner).with_for_update(key_share=True)


def templates(
    owner: int | None, *, category: str | None, active: bool | None, after: int | None, limit: int
) -> Select[BacklinkingTemplate]:
    """Select templates in the order of their ids: those of the owner and the system's."""
    table = BacklinkingTemplate
    statement = select(table).order_by(table.id).limit(limit)
    if owner is not None:
        statement = statement.where(_readable_by(owner))
    if category is not None:
        statement = statement.where(table.category == category)
    if active is not None:
        statement = statement.where(table.is_active.is_(active))
    return statement if after is None else statement.where(table.id > after)
