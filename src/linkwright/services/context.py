"""What every service is given: the open transaction, the time, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.clock import Clock, utc_now
from linkwright.settings import USUAL_LEARNING, LearningRules


@dataclass(frozen=True, slots=True)
class Context:
    """One transaction on behalf of one owner.

    `owner` None is a trusted caller, for whom nothing is narrowed. `actor` is written into
    `status_changes` and `suppressions`: "user:7", "import", "rule:...".
    """

    session: AsyncSession
    clock: Clock = utc_now
    owner: int | None = None
    actor: str = "service"
    # Mixed into the hashes of suppressed addresses; from the settings.
    pepper: bytes = field(default=b"", repr=False)
    learning: LearningRules = USUAL_LEARNING

    @property
    def by_person(self) -> bool:
        """Whether a person asks: some moves are theirs alone."""
        return self.actor.startswith("user:")

    def now(self) -> datetime:
        """Return the present of this transaction's clock."""
        return self.clock()
