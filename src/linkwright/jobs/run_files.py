"""The files of a campaign, brought in one after the other: prospects first, then what was sent, then mail."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from linkwright.errors import DatabaseUnavailable, LinkwrightError, shown
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.import_mail import MailImporter
from linkwright.jobs.import_prospects import ProspectsImporter
from linkwright.jobs.import_sent_log import SentLogImporter
from linkwright.jobs.importers import Importer, Summary
from linkwright.jobs.importing import Progress, bring_in
from linkwright.jobs.rejects import RejectsFile
from linkwright.jobs.run_desk import RunDesk
from linkwright.jobs.run_report import Brought, Refused, RunReport

Opened = Callable[[], Importer]
Watch = Callable[[str], Progress | None]


async def bring_files_in(
    desk: RunDesk,
    file: CampaignFile,
    report: RunReport,
    *,
    rejects_folder: Path,
    watch: Watch = lambda _: None,
) -> None:
    """Bring in what is new in every file.

    A file that cannot be read is refused as a whole and the others still come in; a database
    that cannot go on stops the run.

    Raises:
        DatabaseUnavailable: the database is gone, locked, read-only or full.
    """
    names = Counter[str]()
    for path, opened in _importers(report.campaign_id, file):
        names[path.name] += 1
        number = f".{names[path.name]}" if names[path.name] > 1 else ""
        rejects = RejectsFile(rejects_folder / f"{path.name}{number}.rejects.csv", source=path)
        try:
            summary = await bring_in(desk.desk, opened(), rejects=rejects, progress=watch(path.name))
        except DatabaseUnavailable:
            raise
        except LinkwrightError as error:
            report.refuse(Refused(path.name, None, "file", str(error), ""))
            continue
        _note(report, path, summary)


def _importers(campaign_id: str, file: CampaignFile) -> Iterator[tuple[Path, Opened]]:
    for prospects in file.prospects:
        mapping = prospects.map or None
        yield prospects.file, partial(ProspectsImporter, prospects.file, campaign_id, mapping=mapping)
    for log in file.sent_logs:
        yield log.file, partial(SentLogImporter, log.file, sender=file.sender.email, campaign_id=campaign_id)
    for mailbox in file.mailboxes:
        me = mailbox.me or [file.sender.email]
        target = campaign_id if mailbox.add_prospects else None
        yield mailbox.path, partial(MailImporter, mailbox.path, me=me, campaign_id=target)


def _note(report: RunReport, path: Path, summary: Summary) -> None:
    report.brought.append(
        Brought(
            path.name,
            summary.kind,
            summary.new,
            summary.same,
            summary.merged,
            summary.refused,
            None if summary.rejects is None else str(summary.rejects),
        )
    )
    report.changed = report.changed or summary.changed
    for one in summary.refusals:
        value = "" if one.value is None else shown(one.value)
        report.refuse(Refused(path.name, one.row, one.field, one.rule, value))
    report.refused_count += summary.refused - len(summary.refusals)
