"""What retention has removed, and what a hold keeps: asked by whoever tells of a thing, or deletes one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.errors import Conflict
from linkwright.models.archives import Archive
from linkwright.queries import retention as queries
from linkwright.services.context import Context
from linkwright.vocabulary import DataClass


class Gone:
    """What was removed of a campaign: for each class up to which age, and when."""

    def __init__(self, removals: tuple[tuple[str, datetime, datetime], ...]) -> None:
        self._removals = removals

    def at(self, data_class: DataClass, moment: datetime | None) -> datetime | None:
        """Return when what is of that moment was removed; None where nothing removed it."""
        if moment is None:
            return None
        found = (at for kind, before, at in self._removals if kind == data_class and moment < before)
        return next(found, None)


async def gone_of(session: AsyncSession, campaign_id: str, *data_classes: DataClass) -> Gone:
    """Return what of a campaign was removed."""
    rows = await session.execute(queries.gone_since(campaign_id, data_classes))
    return Gone(tuple((row.data_class, row.before, row.removed_at) for row in rows))


def require_files(archive: Archive) -> None:
    """Refuse to read an archive whose files were removed.

    Raises:
        Conflict: they were.
    """
    if archive.removed_at is not None:
        when = f"were removed by retention on {archive.removed_at:%Y-%m-%d}"
        raise Conflict(f"The files of archive {archive.id} {when}; only its numbers are left.")


async def refuse_held(
    context: Context, *, campaign_id: str | None = None, user_id: int | None = None
) -> None:
    """Refuse to delete what a hold stands over.

    Raises:
        Conflict: one does.
    """
    if campaign_id is not None:
        statement = queries.standing_over_campaign(campaign_id, context.owner)
    else:
        statement = queries.standing_over(user_id or 0)
    hold = await context.session.scalar(statement)
    if hold is not None:
        what = "campaign" if campaign_id is not None else "user"
        raise Conflict(f"Hold {hold} stands over this {what}: `linkwright retention release {hold}` first.")
