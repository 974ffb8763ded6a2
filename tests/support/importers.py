"""Importers of small sample files, in batches small enough to be broken off between."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete

from linkwright.jobs.import_mail import MailImporter
from linkwright.jobs.import_prospects import ProspectsImporter
from linkwright.jobs.import_sent_log import SentLogImporter
from linkwright.jobs.importers import Importer, Summary
from linkwright.models import User
from tests.support import samples
from tests.support.bringing import ME, Bringing
from tests.support.dump import Dump, likeness

KINDS = ("prospects", "log", "mail")


def importer_of(place: Bringing, kind: str, *, size: int = 0, batch: int = 3) -> Importer:
    """The importer of a kind's sample, which is written with `size` the first time it is asked for."""
    importer: Any
    if kind == "prospects":
        path = place.folder / "prospects.csv"
        importer = ProspectsImporter(path if path.exists() else samples.prospects(place.folder, size or 12))
    elif kind == "log":
        path = place.folder / "trail_running_sent_emails.log"
        path = path if path.exists() else samples.sent_log(place.folder, size or 8)
        importer = SentLogImporter(path, sender=ME)
    else:
        path = place.folder / "mail.mbox"
        importer = MailImporter(path if path.exists() else samples.mailbox(place.folder, size or 5), me=[ME])
    importer.target = place.campaign_id
    importer.batch_size = batch
    return importer  # type: ignore[no-any-return]


async def unbroken(
    place: Bringing, kind: str, *, size: int = 0, batch: int = 3
) -> tuple[Summary, Dump, bytes]:
    """Bring a sample in one go, remember what that made, and clear the table for another try."""
    summary = await place.bring(importer_of(place, kind, size=size, batch=batch))
    made, rejects = await likeness(place.database), place.rejects.read_bytes()
    async with place.database.transaction() as session:
        await session.execute(delete(User))
    place.rejects.unlink()
    await place.set_up()
    return summary, made, rejects
