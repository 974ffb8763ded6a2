"""Whose call is it: what a caller bound to one user may name."""

from __future__ import annotations

from linkwright.errors import Conflict, NotFound
from linkwright.models.users import User
from linkwright.queries import campaigns as campaign_queries
from linkwright.queries import users as queries
from linkwright.services.context import Context


def require_same_user(context: Context, user_id: int | None) -> None:
    """Refuse another user's id.

    Raises:
        NotFound: the caller is bound to another user; that this one exists is not told.
    """
    if context.owner is not None and user_id != context.owner:
        raise NotFound("user", user_id)


def require_trusted(context: Context, what: str) -> None:
    """Refuse a caller who is bound to a user.

    Raises:
        Conflict: only a caller who acts for no user in particular may do this.
    """
    if context.owner is not None:
        raise Conflict(f"A caller bound to a user cannot {what}.")


async def require_user(context: Context, user_id: int, *, share: bool = False) -> User:
    """Return a user whom the caller may act for.

    `share` keeps the user from being deleted until the transaction ends.

    Raises:
        NotFound: there is no such user, or the caller is bound to another.
    """
    require_same_user(context, user_id)
    statement = queries.user(user_id)
    if share:
        statement = statement.with_for_update(read=True, key_share=True)
    user = await context.session.scalar(statement)
    if user is None:
        raise NotFound("user", user_id)
    return user


async def require_campaign(context: Context, campaign_id: str, owner: int | None = None) -> None:
    """Refuse a campaign that the caller does not have, or that is not `owner`'s where one is named.

    Raises:
        NotFound: there is no such campaign, or it is another user's.
    """
    exists = campaign_queries.campaign_exists(campaign_id, context.owner if owner is None else owner)
    if await context.session.scalar(exists) is None:
        raise NotFound("campaign", campaign_id)
