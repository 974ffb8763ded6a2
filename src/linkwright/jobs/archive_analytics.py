"""The days, weeks and months of a campaign that is archived, read where its archive lies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from linkwright.archive.manifest import Manifest, verify
from linkwright.archive.storage import Storage
from linkwright.archive.tables import rows_of
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.models.archives import Archive
from linkwright.models.roll_ups import RollUpDay
from linkwright.schemas.analytics import AnalyticsQuery
from linkwright.services.analytics import records_as_of
from linkwright.services.retention_records import require_files

_RECORDS: Final = BacklinkingAnalytics.__tablename__
_DAYS: Final = RollUpDay.__tablename__


def archived_records(
    storage: Storage, archive: Archive, asked: AnalyticsQuery, now: datetime
) -> list[BacklinkingAnalytics]:
    """Return what `get_campaign_analytics` would answer, were the campaign in the database.

    Raises:
        Conflict: its files were removed.
        Damaged: a file that this needs is not what was written.
        InvalidInput: the archive is of a version that this program does not know.
    """
    require_files(archive)
    manifest = verify(storage, archive.folder, archive.digest or "", only={_RECORDS, _DAYS})
    rows = (BacklinkingAnalytics(**row) for row in _values(storage, archive, manifest, _RECORDS))
    stored = [row for row in rows if asked.asks_for(row.period_type or "", row.date)]
    days = {row["day"]: row["numbers"] for row in _values(storage, archive, manifest, _DAYS)}
    return records_as_of(archive.campaign_id, stored, days, asked, now)


def _values(storage: Storage, archive: Archive, manifest: Manifest, table: str) -> Iterator[dict[str, Any]]:
    if table not in manifest.tables:
        return
    kinds = manifest.tables[table].columns
    for row in rows_of(storage, archive.folder, table):
        yield {name: _read(kind, value) for (name, kind), value in zip(kinds.items(), row, strict=True)}


def _read(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "json":
        return orjson.loads(value)
    return value.astimezone(UTC) if kind == "moment" else value
