"""The doctor: recounts every derived number, looks for every broken rule, and mends what was derived.

Facts are never guessed: what contradicts another fact is named, with its rows and the way out,
and left to a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.engine import Database
from linkwright.db.rows import run
from linkwright.db.stillness import hold_still
from linkwright.errors import Conflict
from linkwright.monitoring import (
    archive_rules,
    campaign_rules,
    decision_rules,
    derived,
    email_rules,
    history_rules,
    opportunity_rules,
)
from linkwright.monitoring.checks import SHOWN, Check, Fault, ask
from linkwright.monitoring.people_rules import CHECKS as PEOPLE
from linkwright.monitoring.people_rules import ask_people
from linkwright.monitoring.retold import CHECKS as RETOLD
from linkwright.monitoring.retold import HELD, ask_again, tell_again
from linkwright.queries.recounts import (
    CAMPAIGN,
    COUNT,
    DECISION,
    EMAIL,
    EVENT,
    OPPORTUNITY,
    RESPONSE,
    TEMPLATE,
)
from linkwright.settings import USUAL_LEARNING, LearningRules


@dataclass(frozen=True, slots=True)
class Examination:
    """What the doctor found. `mended` says how many values each repair wrote, by check."""

    checks: int
    faults: list[Fault]
    mended: dict[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, or nothing any more."""
        return not self.faults


def all_checks() -> Iterator[Check]:
    """Return every check that is one question to the database."""
    yield from archive_rules.checks()
    yield from derived.checks()
    yield from campaign_rules.checks()
    yield from opportunity_rules.checks()
    yield from email_rules.checks()
    yield from history_rules.checks()
    yield from decision_rules.checks()


async def examine(database: Database, *, pepper: bytes = b"", shown: int = SHOWN) -> Examination:
    """Look at the whole database, as it is at one instant; write nothing.

    `pepper` is the one from the settings: without it, suppressed people are not recognised.
    """
    async with database.reading() as session:
        return await _examined(session, pepper, shown)


async def repair(
    database: Database,
    *,
    pepper: bytes = b"",
    learning: LearningRules = USUAL_LEARNING,
    shown: int = SHOWN,
) -> Examination:
    """Write what was recounted over every derived value that differs; then look again.

    Nobody else writes meanwhile. `learning` is from the settings: by it evidence is counted anew.
    What remains in the result is for a person to mend.

    Raises:
        Conflict: a campaign is only partly here, because it is being archived.
        DatabaseUnavailable: others wrote without a pause.
    """
    mended: dict[str, int] = {}
    counted = (CAMPAIGN, OPPORTUNITY, EMAIL, RESPONSE, EVENT, TEMPLATE, DECISION, COUNT, *HELD)
    async with database.transaction() as session:
        await hold_still(session, [table.name for table in counted])
        for check in archive_rules.checks():
            # Recounting what is half gone would write other numbers than its archive has.
            if await ask(session, check) is not None:
                raise Conflict(f"{check.problem} {check.way_out}")
        for check in derived.checks():
            written = 0
            for statement in check.repair:
                written += (await run(session, statement)).rowcount
            if written:
                mended[check.name] = written
        for again in RETOLD:
            if written := await tell_again(session, again, learning):
                mended[again.name] = written
        found = await _examined(session, pepper, shown)
    return Examination(found.checks, found.faults, mended)


async def _examined(session: AsyncSession, pepper: bytes, shown: int) -> Examination:
    checks = list(all_checks())
    faults = [await ask(session, check, shown=shown) for check in checks]
    faults += [await ask_people(session, check, pepper, shown=shown) for check in PEOPLE]
    faults += [await ask_again(session, check, shown=shown) for check in RETOLD]
    return Examination(
        len(checks) + len(PEOPLE) + len(RETOLD), [fault for fault in faults if fault is not None]
    )
