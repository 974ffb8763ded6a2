"""What is in an archive goes from the database, a short transaction at a time, each row compared first.

Whoever writes to the campaign meanwhile is not overruled: the job stops, and what was deleted comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any, Final

from sqlalchemy import Table

from linkwright.archive.storage import Storage
from linkwright.archive.tables import Row, rows_of
from linkwright.db.engine import Database
from linkwright.queries import archives as queries
from linkwright.services.archives import Archives

SECONDS: Final = 0.25
"""How long one transaction should take. Nobody waits longer than a second for a lock."""

_FIRST: Final = 200
_MOST: Final = 5000


class WrittenTo(Exception):
    """Somebody wrote to the campaign since it was archived."""


class Deletion:
    """The deletion of one campaign, as its archive has it."""

    def __init__(self, database: Database, storage: Storage, folder: str, campaign_id: str) -> None:
        self._database, self._storage, self._folder = database, storage, folder
        self._campaign_id = campaign_id
        self._number = _FIRST

    async def run(self, archive_id: int, context: Any) -> None:
        """Delete children before parents, the campaign last; with it, the archive counts as done.

        Raises:
            WrittenTo: a row is another than the archive's, or new.
        """
        for table in reversed(queries.campaign_tables()):
            archived = rows_of(self._storage, self._folder, table.name)
            after: Any = None
            more = True
            while more:
                began = monotonic()
                async with self._database.transaction() as session:
                    more, after = await self._batch(session, table, archived, after)
                    if table is queries.CAMPAIGN and not more:
                        await Archives(context(session)).finish(archive_id)
                self._adapt(monotonic() - began)

    async def _batch(
        self, session: Any, table: Table, archived: Iterator[Row], after: Any
    ) -> tuple[bool, Any]:
        await session.execute(queries.held_campaign(self._campaign_id))
        children = queries.children(table)
        if children and await session.scalar(queries.any_left(children, self._campaign_id)):
            raise WrittenTo
        statement = queries.batch(table, self._campaign_id, self._number, after)
        rows = [tuple(row) for row in await session.execute(statement)]
        names = [column.key for column in table.columns]
        places = [names.index(column.key) for column in table.primary_key.columns]
        forgets = [names.index(name) for name in queries.loose(table)]
        keys = [tuple(row[place] for place in places) for row in rows]
        for row, key in zip(rows, keys, strict=True):
            kept = next((one for one in archived if tuple(one[place] for place in places) == key), None)
            if kept is None or not _same(row, kept, forgets):
                raise WrittenTo
        if keys:
            await session.execute(queries.delete_rows(table, keys))
            after = keys[-1][0]
        return len(rows) == self._number, after

    def _adapt(self, took: float) -> None:
        if took > SECONDS:
            self._number = max(self._number // 2, 10)
        elif took < SECONDS / 2:
            self._number = min(self._number * 2, _MOST)


def _same(row: Row, kept: Row, forgets: list[int]) -> bool:
    if row == kept:
        return True
    forgotten = {place for place in forgets if row[place] is None}
    return all(
        here == there or place in forgotten for place, (here, there) in enumerate(zip(row, kept, strict=True))
    )
