"""What is in an archive goes from the database, a short transaction at a time, each row compared first.

Whoever writes to the campaign meanwhile is not overruled: the job stops, and what was deleted comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.archive.contents import agree
from linkwright.archive.storage import Storage
from linkwright.archive.tables import Columns, Row, Walk
from linkwright.db.engine import Database
from linkwright.db.pace import Pace
from linkwright.db.portable import kind_of
from linkwright.db.rows import run
from linkwright.queries import archives as queries
from linkwright.services.archives import Archives

_FIRST: Final = 200
_MOST: Final = 5000


class WrittenTo(Exception):
    """Somebody wrote to the campaign since it was archived."""


class Deletion:
    """The deletion of one campaign, as its archive has it."""

    def __init__(self, database: Database, storage: Storage, folder: str, campaign_id: str) -> None:
        self._database, self._storage, self._folder = database, storage, folder
        self._campaign_id = campaign_id
        self._pace = Pace(_FIRST, _MOST)

    async def run(self, archive_id: int, context: Any) -> None:
        """Delete children before parents, the campaign last; with it, the archive counts as done.

        Raises:
            WrittenTo: a row is another than the archive's, or new.
        """
        for table in reversed(queries.campaign_tables()):
            names = [column.key for column in table.primary_key.columns]
            archived = Walk(self._storage, self._folder, table.name, names)
            after: Row | None = None
            more = True
            while more:
                began = monotonic()
                async with self._database.transaction() as session:
                    more, after = await self._batch(session, table, archived, after)
                    if table is queries.CAMPAIGN and not more:
                        await Archives(context(session)).finish(archive_id)
                self._pace.took(monotonic() - began)

    async def _batch(
        self, session: AsyncSession, table: Table, archived: Walk, after: Row | None
    ) -> tuple[bool, Row | None]:
        await session.execute(queries.held_campaign(self._campaign_id))
        children = queries.children(table)
        if children and await session.scalar(queries.any_left(children, self._campaign_id)):
            raise WrittenTo
        statement = queries.batch(table, self._campaign_id, self._pace.number, after)
        rows = [tuple(row) for row in await session.execute(statement)]
        if not rows:
            return False, after
        names = [column.key for column in table.columns]
        places = [names.index(column.key) for column in table.primary_key.columns]
        keys = [tuple(row[place] for place in places) for row in rows]
        _compare(table, rows, archived, keys)
        gone = await run(session, queries.delete_rows(table, self._campaign_id, after, keys[-1]))
        # Between reading and deleting nobody can have come in; should somebody have, this undoes it.
        if gone.rowcount != len(rows):
            raise WrittenTo
        return len(rows) == self._pace.number and table is not queries.CAMPAIGN, keys[-1]


def _compare(table: Table, rows: Sequence[Row], archived: Walk, keys: Sequence[Row]) -> None:
    kept = archived.to(keys)
    columns = Columns({column.key: kind_of(column) for column in table.columns})
    if kept is None or not agree(columns.table(rows), kept, queries.loose(table)):
        raise WrittenTo
