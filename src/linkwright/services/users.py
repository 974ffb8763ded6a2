"""Users: who owns campaigns, templates and what was learned."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from linkwright.db.upsert import insert_or_skip
from linkwright.errors import DuplicateRow, NotFound
from linkwright.models.users import User
from linkwright.parsing.addresses import parse_address
from linkwright.queries import users as queries
from linkwright.schemas.users import UserCreate, UserUpdate
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.delivery_reports import known_id
from linkwright.services.ownership import require_same_user, require_trusted, require_user
from linkwright.services.pages import page_size
from linkwright.services.retention_records import refuse_held

KEY_BYTES = 32


class Users:
    """Users, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def create(self, email: str, name: str | None = None) -> User:
        """Add a user.

        Raises:
            InvalidInput: `email` is no mail address.
            DuplicateRow: the address is taken.
            Conflict: the caller is bound to a user, and so cannot make others.
        """
        require_trusted(self._context, "add users")
        shape = _parsed(email, name)
        user = await self._insert(shape)
        if user is None:
            raise DuplicateRow("user", shape.email)
        return user

    async def get_or_create(self, email: str, name: str | None = None) -> User:
        """Return the user with an address, added if there is none; `name` is for a new one.

        Raises:
            InvalidInput: `email` is no mail address.
            NotFound: the caller is bound to a user with another address.
        """
        shape = _parsed(email, name)
        user = await self._session.scalar(queries.user_by_email(shape.email))
        if self._context.owner is not None and (user is None or user.id != self._context.owner):
            raise NotFound("user", shape.email)
        if user is None:
            # Somebody else may have been faster since; then theirs is the one.
            user = await self._insert(shape) or await self._session.scalar(queries.user_by_email(shape.email))
        if user is None:
            raise NotFound("user", shape.email)
        return user

    async def get(self, user_id: int) -> User:
        """Return a user.

        Raises:
            NotFound: there is none with this id, or the caller is bound to another.
        """
        return await require_user(self._context, user_id)

    async def get_by_email(self, email: str) -> User:
        """Return the user with an address.

        Raises:
            InvalidInput: `email` is no mail address.
            NotFound: there is none, or the caller is bound to another.
        """
        address = parse_address(email)
        user = await self._session.scalar(queries.user_by_email(address))
        if user is None or self._context.owner not in {None, user.id}:
            raise NotFound("user", address)
        return user

    async def page(self, *, limit: int = 100, after: int | None = None) -> Sequence[User]:
        """Return users in the order they were added, from the one behind the id `after`.

        Raises:
            InvalidInput: `limit` is not from 1 to 1000.
            NotFound: `after` cannot be anybody's id.
        """
        after = None if after is None else known_id("user", after)
        users = queries.users(self._context.owner, after=after, limit=page_size(limit))
        rows = await self._session.scalars(users)
        return rows.all()

    async def update(self, user_id: int, user_data: Mapping[str, Any] | UserUpdate) -> User:
        """Change a user's address or name.

        Raises:
            InvalidInput: a key is unknown or a value breaks a rule.
            NotFound: there is no such user, or the caller is bound to another.
            DuplicateRow: the address is taken.
        """
        changes = parse(UserUpdate, user_data).model_dump(exclude_unset=True)
        if "email" in changes:
            changes["email"] = parse_address(changes["email"])
            taken = await self._session.scalar(queries.user_by_email(changes["email"]))
            require_same_user(self._context, user_id)
            if taken is not None and taken.id != user_id:
                raise DuplicateRow("user", changes["email"])
        user = await require_user(self._context, user_id)
        if any(getattr(user, name) != value for name, value in changes.items()):
            for name, value in changes.items():
                setattr(user, name, value)
            user.updated_at = self._context.now()
            await self._session.flush()
        return user

    async def delete(self, user_id: int) -> None:
        """Delete a user with everything the user owns, suppressions too. It cannot be undone.

        Raises:
            Conflict: a legal hold stands over the user, or over a campaign of theirs.
            NotFound: there is no such user, or the caller is bound to another.
        """
        require_same_user(self._context, user_id)
        await refuse_held(self._context, user_id=user_id)
        deleted = await self._session.scalar(queries.delete_user(user_id).returning(User.id))
        if deleted is None:
            raise NotFound("user", user_id)

    async def _insert(self, shape: UserCreate) -> User | None:
        now = self._context.now()
        statement = insert_or_skip(User, key=["email"]).values(
            email=shape.email,
            name=shape.name,
            address_key=secrets.token_bytes(KEY_BYTES),
            created_at=now,
            updated_at=now,
        )
        return await self._session.scalar(statement.returning(User))


def _parsed(email: str, name: str | None) -> UserCreate:
    return parse(UserCreate, {"email": parse_address(email), "name": name})
