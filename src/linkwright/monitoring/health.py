"""Is the process up, and can it do its work? What an HTTP edge, a container or a load balancer asks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from linkwright.db.engine import Database
from linkwright.errors import LinkwrightError
from linkwright.migrations import SchemaKind, schema_state

PATIENCE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Health:
    """Whether it is well, and if not, what is the matter and which command mends it, where one does."""

    well: bool
    problem: str | None = None
    command: str | None = None


def alive() -> Health:
    """Say that the process is up: it answers. What it stands on is no reason to start it anew."""
    return Health(well=True)


async def ready(database: Database, *, patience: float = PATIENCE) -> Health:
    """Say whether the database answers, within `patience` seconds, and has the schema of this program."""
    try:
        async with asyncio.timeout(patience):
            state = await schema_state(database)
    except TimeoutError:
        return Health(well=False, problem=f"The database did not answer within {patience:g} seconds.")
    except LinkwrightError as error:
        return Health(well=False, problem=str(error))
    if state.kind is SchemaKind.HEAD:
        return Health(well=True)
    return Health(well=False, problem=state.problem, command=state.command_that_mends)
