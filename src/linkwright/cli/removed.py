"""Why a text is empty: retention removed it, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from linkwright.services.retention import Retention
from linkwright.services.retention_records import Gone
from linkwright.vocabulary import DataClass

_RECORDS: Final = 1000


def removed_on(at: datetime) -> str:
    """Say that retention removed something, and on which day.

    >>> removed_on(datetime(2026, 11, 24))
    'removed by retention on 2026-11-24'
    """
    return f"removed by retention on {at:%Y-%m-%d}"


async def why_empty(
    retention: Retention, campaign_id: str, data_class: DataClass, moment: datetime | None
) -> str | None:
    """Return why a text of a campaign is empty, or None where retention did not remove it."""
    found = await retention.removals(campaign_id=campaign_id, limit=_RECORDS)
    removals = sorted((one.before, one.removed_at) for one in found if one.data_class == data_class)
    at = Gone(tuple((data_class.value, *one) for one in removals)).at(data_class, moment)
    return None if at is None else f"({removed_on(at)})"
