"""How a service is opened, closed, and bound to a user; what its verbs stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright import migrations
from linkwright.clock import Clock, utc_now
from linkwright.db.engine import Database
from linkwright.errors import NotFound
from linkwright.monitoring.opening import open_watched
from linkwright.services.context import Context
from linkwright.services.suppression_peppers import require_pepper
from linkwright.settings import USUAL_LEARNING, LearningRules, Settings
from linkwright.unit_of_work import UnitOfWork


class Opening:
    """A service without its verbs: a database, on whose behalf, under which name and clock."""

    def __init__(
        self,
        database: Database,
        *,
        owner: int | None = None,
        actor: str = "service",
        clock: Clock = utc_now,
        pepper: bytes = b"",
        learning: LearningRules = USUAL_LEARNING,
    ) -> None:
        self.database: Final = database
        self.owner: Final = owner
        self.actor: Final = actor
        self.clock: Final = clock
        self.pepper: Final = pepper
        self.learning: Final = learning

    @classmethod
    async def open(
        cls,
        url: str | None = None,
        *,
        check_schema: bool = True,
        clock: Clock = utc_now,
        settings: Settings | None = None,
    ) -> Self:
        """Open a database, such as `sqlite:///outreach.db` or `postgresql://user@host/name`.

        What is not given is read from the settings (`LINKWRIGHT_*`), so that the library, the
        command line and the jobs know the same suppressed addresses by the same hashes.

        Raises:
            InvalidInput: the URL is not one of SQLite or PostgreSQL, or a setting is wrong; or the pepper
                is not the one that the suppressed are known by.
            DatabaseUnavailable: the database cannot be reached.
            SchemaMismatch: the schema is behind or unknown; the message names the command that mends it.
        """
        settings = settings or Settings.load()
        pepper = settings.address_pepper.get_secret_value().encode()
        database = open_watched(settings, url)
        try:
            if check_schema:
                await migrations.ensure_current(database)
                async with database.reading() as session:
                    await require_pepper(session, pepper)
        except BaseException:
            await database.close()
            raise
        return cls(database, clock=clock, pepper=pepper, learning=settings.learning)

    async def close(self) -> None:
        """Close every connection, also those of the services made from this one."""
        await self.database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def as_user(self, user_id: int) -> Self:
        """Return this service bound to one user: of all others it finds nothing.

        Raises:
            NotFound: this service is bound to somebody else already; it cannot be bound again.
        """
        if self.owner is not None and user_id != self.owner:
            raise NotFound("user", user_id)
        return self._with(owner=user_id, actor=f"user:{user_id}")

    def acting_as(self, actor: str) -> Self:
        """Return this service under a name for the history, such as "import" or "rule:suppression"."""
        return self._with(owner=self.owner, actor=actor)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Open a transaction for several verbs: leaving commits it, an error rolls all of it back."""
        async with self.database.transaction() as session:
            yield self._unit_of_work(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        """Open a transaction for several reads of one instant. It cannot write."""
        async with self.database.reading() as session:
            yield self._unit_of_work(session)

    def _with(self, *, owner: int | None, actor: str) -> Self:
        return type(self)(
            self.database,
            owner=owner,
            actor=actor,
            clock=self.clock,
            pepper=self.pepper,
            learning=self.learning,
        )

    def _unit_of_work(self, session: AsyncSession) -> UnitOfWork:
        return UnitOfWork(Context(session, self.clock, self.owner, self.actor, self.pepper, self.learning))
