"""A user with a campaign and a folder of files to bring, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from linkwright.db.engine import Database
from linkwright.jobs.desks import Desk, desk_for
from linkwright.jobs.import_mail import MailImporter
from linkwright.jobs.import_prospects import ProspectsImporter
from linkwright.jobs.import_sent_log import SentLogImporter
from linkwright.jobs.importers import Importer, Summary
from linkwright.jobs.importing import Progress, bring_in
from linkwright.jobs.rejects import RejectsFile
from linkwright.models import BacklinkOpportunity
from linkwright.monitoring.doctor import examine
from linkwright.services.opportunities import Opportunities

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)
ME = "me@outreach.example"


class Bringing:
    """`await place.prospects("url\\nhttps://a.com/")` brings a file of that content."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.rejects = folder / "rejects.csv"
        self.desk = Desk(database, clock=lambda: NOW)
        self.campaign_id = ""
        self._written = 0

    async def set_up(self, room: int = 1_000_000) -> Bringing:
        nobody = Desk(self.database, clock=lambda: NOW)
        self.desk = nobody.of(await nobody.user(ME, create=True))
        self.campaign_id = await self.desk.campaign("Spring", create=True, room=room)
        return self

    @property
    def user_id(self) -> int:
        assert self.desk.user_id is not None
        return self.desk.user_id

    def file(self, content: str | bytes, name: str | None = None) -> Path:
        self._written += 1
        path = self.folder / (name or f"file{self._written}.csv")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
        return path

    def prospects_importer(self, path: Path, *, batch: int = 5_000, **options: Any) -> ProspectsImporter:
        importer = ProspectsImporter(path, self.campaign_id, **options)
        importer.batch_size = batch
        return importer

    async def prospects(
        self, content: str | bytes | Path, *, batch: int = 5_000, trial: bool = False, **options: Any
    ) -> Summary:
        path = content if isinstance(content, Path) else self.file(content)
        return await self.bring(self.prospects_importer(path, batch=batch, **options), trial=trial)

    async def log(self, path: Path, *, batch: int = 500, me: str = ME) -> Summary:
        importer = SentLogImporter(path, sender=me)
        importer.target = await self.desk.campaign(importer.keyword, create=True, room=1_000)
        importer.batch_size = batch
        return await self.bring(importer)

    async def mail(
        self,
        path: Path,
        *,
        batch: int = 200,
        me: Sequence[str] = (ME,),
        campaign: bool = False,
        trial: bool = False,
    ) -> Summary:
        importer = MailImporter(path, me=me, campaign_id=self.campaign_id if campaign else None)
        importer.batch_size = batch
        return await self.bring(importer, trial=trial)

    async def bring(
        self, importer: Importer, *, trial: bool = False, progress: Progress | None = None
    ) -> Summary:
        rejects = RejectsFile(self.rejects)
        async with desk_for(self.database, clock=self.desk.clock, trial=trial) as desk:
            return await bring_in(desk.of(self.user_id), importer, rejects=rejects, progress=progress)

    async def all(self, model: Any) -> list[Any]:
        async with self.database.reading() as session:
            return list((await session.scalars(select(model).order_by(model.id))).all())

    async def page(self, url: str) -> BacklinkOpportunity:
        async with self.database.reading() as session:
            found = await session.scalar(select(BacklinkOpportunity).where(BacklinkOpportunity.url == url))
        assert found is not None, url
        return found

    async def opportunities(self, verb: str, *args: Any, **kwargs: Any) -> Any:
        async with self.desk.transaction() as session:
            context = self.desk.context(session)
            return await getattr(Opportunities(context), verb)(*args, **kwargs)

    async def is_sound(self) -> bool:
        """The doctor finds nothing wrong."""
        report = await examine(self.database)
        assert not report.faults, report.faults
        return True


def counts(summary: Summary) -> tuple[int, int, int, int]:
    """New, same, merged, refused."""
    return summary.new, summary.same, summary.merged, summary.refused
