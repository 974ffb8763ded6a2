"""Why a text is empty: retention removed it, and when."""

from __future__ import annotations

from datetime import datetime

from linkwright.services.retention_records import gone_of
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import DataClass


def removed_on(at: datetime) -> str:
    """Say that retention removed something, and on which day.

    >>> removed_on(datetime(2026, 11, 24))
    'removed by retention on 2026-11-24'
    """
    return f"removed by retention on {at:%Y-%m-%d}"


async def why_empty(
    reading: UnitOfWork, campaign_id: str, data_class: DataClass, moment: datetime | None
) -> str | None:
    """Return why a text of a campaign of the caller's is empty, or None where retention did not remove it."""
    at = (await gone_of(reading.context.session, campaign_id, data_class)).at(data_class, moment)
    return None if at is None else f"({removed_on(at)})"
