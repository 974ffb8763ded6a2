"""What campaigns in archives came to, read off the rows that they have left. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from pydantic import TypeAdapter

from linkwright.models.archives import Archive
from linkwright.schemas.campaigns import CampaignStats
from linkwright.services.figures import figures_of

_STATS: Final = TypeAdapter(CampaignStats)
_COUNTERS: Final = (
    "status",
    "total_opportunities",
    "contacted_opportunities",
    "responded_opportunities",
    "successful_links",
    "actual_cost",
)


def archived_stats(archive: Archive, now: datetime) -> CampaignStats:
    """Return a campaign's numbers as they were, with figures as of now: who has not answered waits on."""
    stats = _STATS.validate_python(archive.stats)
    if archive.totals is None:
        return stats
    return replace(stats, figures=figures_of([archive.totals], now, archive.counted_at))


def as_campaign(row: Any) -> Any:
    """Return what an archive's row says in the shape of a campaign's row."""
    stats: Mapping[str, Any] = row.stats or {}
    kept = {name: stats.get(name) for name in _COUNTERS}
    about = {name: getattr(row, name) for name in ("id", "name", "totals", "counted_at", "created_at")}
    return SimpleNamespace(**about, **kept, archived=True)
