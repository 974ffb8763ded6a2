"""A desk for the main job: transactions with every verb in them, under a name for the history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.jobs.desks import Desk
from linkwright.services.context import Context
from linkwright.settings import USUAL_LEARNING, LearningRules
from linkwright.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RunDesk:
    """A user's desk. `work` opens one transaction, or in a trial goes on with the one that there is."""

    desk: Desk
    user_id: int
    learning: LearningRules = USUAL_LEARNING
    # Which small model scores pages: a setting of the same name.
    embedding: str = "auto"

    @asynccontextmanager
    async def work(self, actor: str) -> AsyncIterator[UnitOfWork]:
        """Open a transaction in which `actor` does what is done."""
        async with self.desk.transaction() as session:
            yield self._unit(session, actor)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        """Open a transaction for several reads of one instant."""
        async with self.desk.reading() as session:
            yield self._unit(session, "run")

    def _unit(self, session: AsyncSession, actor: str) -> UnitOfWork:
        desk = self.desk
        return UnitOfWork(Context(session, desk.clock, self.user_id, actor, desk.pepper, self.learning))
