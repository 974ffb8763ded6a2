"""When the database was looked after last, and whether that is too long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from linkwright.queries.maintenance import last_done

TOO_LONG: Final = timedelta(hours=48)
"""A night may be missed; two are a timer that stands still."""


async def maintained_at(connection: AsyncConnection | AsyncSession) -> datetime | None:
    """Return when the last run of upkeep that went well ended; None where none ever did."""
    found: datetime | None = (await connection.execute(last_done())).scalar()
    return found


def upkeep_hint(last: datetime | None, now: datetime) -> str | None:
    """Say that upkeep has stopped; nothing where it never began, or goes on.

    >>> from datetime import UTC
    >>> upkeep_hint(datetime(2026, 11, 20, 3, tzinfo=UTC), datetime(2026, 11, 24, 3, tzinfo=UTC))
    'The last upkeep that went well was 4 days ago: look at the timer, or run `linkwright maintain`.'
    """
    if last is None or now - last <= TOO_LONG:
        return None
    ago = f"The last upkeep that went well was {(now - last).days} days ago"
    return f"{ago}: look at the timer, or run `linkwright maintain`."
