"""How much of what was read the database had in memory already."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class PageCache(NamedTuple):
    """The memory for pages. Hits and misses are None where the driver cannot say, as SQLite's cannot."""

    bytes: int
    hits: int | None
    misses: int | None
    since: str | None


async def page_cache(connection: AsyncConnection) -> PageCache:
    """Return what is known of the memory for pages: PostgreSQL's for all, SQLite's of one connection."""
    size, hits, misses, since = (await connection.execute(text(_ASKED[connection.dialect.name]))).one()
    await connection.rollback()
    return PageCache(int(size), hits, misses, since)


_ASKED: Final = {
    # Negative: kibibytes. Positive: pages.
    "sqlite": "SELECT CASE WHEN cache_size < 0 THEN -1024 * cache_size ELSE cache_size * page_size END,"
    " NULL, NULL, NULL FROM pragma_cache_size(), pragma_page_size()",
    "postgresql": "SELECT pg_size_bytes(current_setting('shared_buffers')), blks_hit, blks_read,"
    " to_char(coalesce(stats_reset, pg_postmaster_start_time()) AT TIME ZONE 'UTC',"
    ' \'YYYY-MM-DD"T"HH24:MI"Z"\')'
    " FROM pg_stat_database WHERE datname = current_database()",
}
