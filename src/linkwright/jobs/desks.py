"""Where a job works: the database, on whose behalf, and whether it is only a trial."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final, NamedTuple, Self

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.clock import Clock, utc_now
from linkwright.db.engine import Database
from linkwright.errors import InvalidInput, NotFound
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.services.suppression_peppers import require_pepper
from linkwright.services.users import Users

ACTOR: Final = "import"
REASON: Final = "imported"
_ID_LENGTH: Final = 36
_SMALLEST_ROOM: Final = 100
LISTED_USERS: Final = 5
SEARCHED_CAMPAIGNS: Final = 1000


def several_users(emails: Sequence[str]) -> str:
    """Return the rule that a user must be named, with the first of those there are."""
    more = ", ..." if len(emails) > LISTED_USERS else ""
    known = ", ".join(emails[:LISTED_USERS]) + more
    return f"must be named with --user or LINKWRIGHT_USER: there are several: {known}"


def no_campaign(name: str, present: Sequence[str], *, may_create: bool = False) -> InvalidInput:
    """Return the refusal of a campaign that a user has none of, with the one that was probably meant.

    >>> print(no_campaign("Sprng", ["Autumn", "Spring"]))
    campaign: must be a campaign of this user; did you mean Spring? (got Sprng)
    """
    near = get_close_matches(name, present, n=1)
    if near:
        hint = f"did you mean {near[0]}?"
    elif present:
        more = ", ..." if len(present) > LISTED_USERS else ""
        hint = f"there are: {', '.join(present[:LISTED_USERS])}{more}"
    else:
        hint = "there is none yet"
    create = "; --create makes it" if may_create else ""
    return InvalidInput("campaign", f"must be a campaign of this user; {hint}{create}", name)


class Target(NamedTuple):
    """The campaign that something is brought to; `create` says that it may be made, for `room` prospects."""

    name_or_id: str
    create: bool = False
    room: int = _SMALLEST_ROOM


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job needs to write: transactions, a user, the time.

    In a trial all transactions are one, which is undone at the end; see `desk_for`.
    """

    database: Database
    user_id: int | None = None
    clock: Clock = utc_now
    pepper: bytes = field(default=b"", repr=False)
    trial: AsyncSession | None = None

    @property
    def is_trial(self) -> bool:
        """Whether nothing of this will stay."""
        return self.trial is not None

    def of(self, user_id: int) -> Self:
        """Return the desk of a user."""
        return replace(self, user_id=user_id)

    def context(self, session: AsyncSession) -> Context:
        """Return what the services are given."""
        return Context(session, self.clock, self.user_id, ACTOR, self.pepper)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction, or in a trial the one that there is."""
        if self.trial is None:
            async with self.database.transaction() as session:
                yield session
        else:
            yield self.trial
            await self.trial.flush()
            self.trial.expunge_all()  # or a long trial would keep all it ever saw

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads; in a trial it sees what the trial has written."""
        if self.trial is None:
            async with self.database.reading() as session:
                yield session
        else:
            yield self.trial

    async def user(self, email: str | None, *, create: bool = False) -> int:
        """Return the id of the user with an address; with none, that of the only user there is.

        Raises:
            InvalidInput: there is no such user, or more than one and none was named.
        """
        async with self.transaction() as session:
            return await self._user(session, email, create=create)

    async def own_address(self) -> str:
        """Return the user's own address."""
        if self.user_id is None:
            raise InvalidInput("user", "is required")
        async with self.reading() as session:
            return (await Users(self.context(session)).get(self.user_id)).email

    async def campaign(self, name_or_id: str, *, create: bool = False, room: int = 100) -> str:
        """Return the id of the user's campaign of an id or a name, which is made if that is allowed.

        A new one has place for `room` prospects at least.

        Raises:
            Conflict: several campaigns have the name.
            InvalidInput: there is no such campaign.
        """
        if self.user_id is None:
            raise InvalidInput("user", "is required")
        async with self.transaction() as session:
            return await self._campaign(session, self.user_id, Target(name_or_id, create=create, room=room))

    async def user_and_campaign(
        self, email: str | None, target: Target, *, create: bool = False
    ) -> tuple[int, str]:
        """Return the ids of both, as `user` and `campaign` do. Both are made, or none."""
        async with self.transaction() as session:
            user_id = await self._user(session, email, create=create)
            return user_id, await self._campaign(session, user_id, target)

    async def _user(self, session: AsyncSession, email: str | None, *, create: bool) -> int:
        users = Users(self.context(session))
        if email is None:
            found = await users.page(limit=LISTED_USERS + 1)
            if len(found) == 1:
                return found[0].id
            rule = (
                several_users([one.email for one in found])
                if found
                else "must be named: there is none yet, and --user YOUR@ADDRESS --create makes one"
            )
            raise InvalidInput("user", rule)
        if create:
            return (await users.get_or_create(email)).id
        try:
            return (await users.get_by_email(email)).id
        except NotFound:
            raise InvalidInput("user", "must be known here; --create makes it", email) from None

    async def _campaign(self, session: AsyncSession, user_id: int, target: Target) -> str:
        campaigns = Campaigns(self.of(user_id).context(session))
        name = target.name_or_id
        if len(name) == _ID_LENGTH:
            with suppress(NotFound):
                return (await campaigns.get(name)).id
        found = await campaigns.named(user_id, name)
        if found is not None:
            return found.id
        if not target.create:
            present = [one.name for one in await campaigns.page(user_id, limit=SEARCHED_CAMPAIGNS)]
            raise no_campaign(name, present, may_create=True)
        room = max(target.room, _SMALLEST_ROOM)
        made = await campaigns.create(user_id, {"name": name, "keywords": [name], "max_opportunities": room})
        return made.id


@asynccontextmanager
async def desk_for(
    database: Database, *, clock: Clock = utc_now, pepper: bytes = b"", trial: bool = False
) -> AsyncIterator[Desk]:
    """Give a job its desk. What a trial does is undone; on SQLite nobody else can write meanwhile.

    Raises:
        InvalidInput: the pepper is not the one that the suppressed are known by.
    """
    async with database.reading() as session:
        await require_pepper(session, pepper)
    if not trial:
        yield Desk(database, None, clock, pepper)
        return
    with suppress(_UndoError):
        async with database.transaction() as session:
            yield Desk(database, None, clock, pepper, session)
            raise _UndoError


class _UndoError(Exception):
    """Undoes the transaction of a trial."""
