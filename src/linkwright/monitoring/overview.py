"""All that is known of how the database is doing, gathered for whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from linkwright.clock import Clock, utc_now
from linkwright.db.cache_usage import PageCache, page_cache
from linkwright.db.engine import Database
from linkwright.db.server_statements import ServerStatement, server_statements
from linkwright.monitoring.ai_times import Calls, ai_times
from linkwright.monitoring.folders import Folder
from linkwright.monitoring.indexes import IndexReport, examine_indexes
from linkwright.monitoring.statements import Numbers
from linkwright.monitoring.upkeep import maintained_at, upkeep_hint

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Overview:
    """What was found. A part is None where nobody counts it: see `hints`."""

    dialect: str
    statements: Numbers | None
    server_statements: Sequence[ServerStatement] | None
    indexes: IndexReport
    pages: PageCache
    ai: Sequence[Calls]
    maintained_at: datetime | None
    now: datetime

    @property
    def hints(self) -> Sequence[str]:
        """What could be known, and is not."""
        found = []
        if self.statements is None:
            found.append("Statements are not timed: set LINKWRIGHT_MONITORING_FOLDER for every process.")
        if self.dialect == "postgresql" and self.server_statements is None:
            found.append(
                "The server does not count statements: add pg_stat_statements to shared_preload_libraries,"
                " restart it, and run CREATE EXTENSION pg_stat_statements."
            )
        if hint := upkeep_hint(self.maintained_at, self.now):
            found.append(hint)
        return found


async def look(
    database: Database, folder: Folder | None, *, days: int = 1, shown: int = SHOWN, clock: Clock = utc_now
) -> Overview:
    """Gather everything. `days` counts today, by UTC, and reaches back from it."""
    first = clock().date() - timedelta(days=days - 1)
    statements = None if folder is None else folder.read(first)
    async with database.looking() as connection:
        return Overview(
            database.dialect,
            statements,
            await server_statements(connection, shown),
            await examine_indexes(connection, statements),
            await page_cache(connection),
            await ai_times(connection, datetime.combine(first, time(), UTC)),
            await maintained_at(connection),
            clock(),
        )
