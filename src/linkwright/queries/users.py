"""Statements on users."""

from __future__ import annotations

from sqlalchemy import Delete, Select, delete, select

from linkwright.models.users import User


def user(user_id: int) -> Select[User]:
    """Select one user."""
    return select(User).where(User.id == user_id)


def user_by_email(email: str) -> Select[User]:
    """Select the user with an address."""
    return select(User).where(User.email == email)


def users(owner: int | None, *, after: int | None, limit: int) -> Select[User]:
    """Select users in the order of their ids; an owner sees only themselves."""
    statement = select(User).order_by(User.id).limit(limit)
    if owner is not None:
        statement = statement.where(User.id == owner)
    return statement if after is None else statement.where(User.id > after)


def delete_user(user_id: int) -> Delete:
    """Delete a user and, by cascade, everything the user owns."""
    return delete(User).where(User.id == user_id)
