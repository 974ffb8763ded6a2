"""`linkwright import`: bring files into the record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from linkwright.cli.ending import FAILED
from linkwright.cli.export import campaign_in
from linkwright.cli.import_view import as_json_summary, show_summary
from linkwright.cli.progress import progress
from linkwright.cli.support import AsJson, DatabaseUrl, open_database, print_json, run, settings_with
from linkwright.errors import InvalidInput
from linkwright.jobs.ai_readings import read_all
from linkwright.jobs.desks import Desk, Target, desk_for
from linkwright.jobs.import_mail import MailImporter
from linkwright.jobs.import_prospects import ProspectsImporter
from linkwright.jobs.import_sent_log import SentLogImporter
from linkwright.jobs.importers import Importer, Summary
from linkwright.jobs.importing import bring_in
from linkwright.jobs.rejects import RejectsFile
from linkwright.outreach.choice import LOCAL, ai_of
from linkwright.parsing.addresses import parse_address
from linkwright.parsing.sent_log import keyword_of, read_sent_log
from linkwright.service import BacklinkingDatabaseService

_ROOM_UNTOLD: Final = 1_000_000
"""Places in a new campaign when the file does not say how many rows it has."""

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Bring files into the record.")
app.command("campaign")(campaign_in)

User = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar="EMAIL",
        help="On whose behalf. Otherwise LINKWRIGHT_USER says, or it is the only user there is.",
    ),
]
Rejects = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="PATH",
        help="Where refused rows are listed; otherwise FILE.rejects.csv in this folder.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Check and match everything, say what would happen, keep nothing.")
]
Create = Annotated[
    bool, typer.Option("--create", help="Make the user and the campaign where they are not there yet.")
]


@app.command()
def prospects(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, TSV, JSON, JSON Lines, XLSX or a list of URLs.")
    ],
    campaign: Annotated[
        str, typer.Option("--campaign", "-c", metavar="NAME|ID", help="The campaign they are brought to.")
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help="Say what a column is; may be repeated. FIELD is url, title, contact_email, contact_name,"
            " domain_authority, user_notes or another of those in docs/files.md.",
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="NAME", help="The sheet of a workbook, by name or number."),
    ] = None,
    create: Create = False,
    user: User = None,
    rejects: Rejects = None,
    dry_run: DryRun = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring prospects into a campaign. Rows that break a rule are listed; the others land.

    The format is recognised by its column names: Linkwright's own, ALwrity's leads, attempts and
    replies, Search Console, Ahrefs, Semrush, Moz, Majestic, Hunter, or a plain list of URLs. A page
    that is there already gets what it lacked and loses nothing, so a file may be brought again.

    \b
    Examples:
      linkwright import prospects prospects.csv --campaign "Trail running"
      linkwright import prospects ahrefs.csv -c Spring --create --user me@example.com
      linkwright import prospects list.xlsx -c Spring --map Website=url --map Editor=contact_name
      linkwright import prospects prospects.csv -c Spring --dry-run
    """

    async def work() -> Summary:
        importer = ProspectsImporter(file, mapping=_mapping(columns or []), sheet=sheet)
        refused = _rejects_file(file, rejects)
        async with _desk(database_url, dry_run=dry_run) as (desk, known):
            place = Target(campaign, create=create, room=importer.lines or _ROOM_UNTOLD)
            user_id, importer.target = await desk.user_and_campaign(user or known, place, create=create)
            return await _bring_in(desk.of(user_id), importer, refused, quiet=as_json)

    _finish(run(work()), as_json=as_json)


@app.command()
def log(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A KEYWORD_sent_emails.log.")],
    me: Annotated[
        str | None,
        typer.Option("--me", metavar="ADDRESS", help="Who sent the mails; otherwise the user's own address."),
    ] = None,
    create: Create = False,
    user: User = None,
    rejects: Rejects = None,
    dry_run: DryRun = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring a log of sent mails: its keyword becomes a campaign, each line an email of unknown date.

    The prospect is whoever has the address, or else the site that the address is at. A mailbox that
    is imported later fills in dates and Message-IDs; it makes no second email of the same letter.

    \b
    Examples:
      linkwright import log home_garden_sent_emails.log
      linkwright import log home_garden_sent_emails.log --me outreach@example.com --dry-run
    """

    async def work() -> Summary:
        place = Target(keyword_of(file), create=True, room=_ROOM_UNTOLD)
        read_sent_log(file)  # says at once what is wrong with the file
        sender = None if me is None else parse_address(me, field="me")
        refused = _rejects_file(file, rejects)
        async with _desk(database_url, dry_run=dry_run) as (desk, known):
            user_id, target = await desk.user_and_campaign(user or known, place, create=create)
            mine = desk.of(user_id)
            importer = SentLogImporter(file, sender=sender or await mine.own_address(), campaign_id=target)
            return await _bring_in(mine, importer, refused, quiet=as_json)

    _finish(run(work()), as_json=as_json)


@app.command()
def mail(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="An mbox, a Maildir, a folder of .eml, or one file.")
    ],
    me: Annotated[
        list[str],
        typer.Option("--me", metavar="ADDRESS", help="An address of yours, whose mail is yours; repeatable."),
    ],
    campaign: Annotated[
        str | None,
        typer.Option(
            "--campaign",
            "-c",
            metavar="NAME|ID",
            help="Bring sent mail to this campaign, and the sites of unknown recipients with it."
            " Otherwise sent mail goes to the prospects that are known, in whatever campaign.",
        ),
    ] = None,
    create: Create = False,
    user: User = None,
    rejects: Rejects = None,
    dry_run: DryRun = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring a mailbox: sent mail becomes emails, received mail is kept and matched to what it answers.

    Each message is brought once, however often its mailbox is read, and mailboxes may come in any
    order. What was received is kept even when it belongs to no email; what was sent to nobody
    known is refused, unless a campaign is named. Answers are read here; where a provider is configured
    (LINKWRIGHT_AI_PROVIDER), it reads them after that, within the limits of their campaigns.

    \b
    Examples:
      linkwright import mail Sent.mbox --me me@example.com --campaign Spring
      linkwright import mail ~/Maildir --me me@example.com --me outreach@example.com
      linkwright import mail replies/ --me me@example.com --dry-run
    """

    async def work() -> Summary:
        ai_of(settings_with(database_url))  # says at once what a provider lacks
        importer = MailImporter(path, me=me)
        refused = _rejects_file(path, rejects)
        async with _desk(database_url, dry_run=dry_run) as (desk, known):
            if campaign is None:
                user_id = await desk.user(user or known, create=create)
            else:
                place = Target(campaign, create=create, room=_ROOM_UNTOLD)
                user_id, importer.target = await desk.user_and_campaign(user or known, place, create=create)
            summary = await _bring_in(desk.of(user_id), importer, refused, quiet=as_json)
        if not dry_run and settings_with(database_url).ai_provider != LOCAL:
            summary.notes += await _read_by_provider(database_url, user_id)
        return summary

    _finish(run(work()), as_json=as_json)


async def _read_by_provider(database_url: str | None, user_id: int) -> list[str]:
    """Let the configured provider read the answers too: they are in the record already, whatever it does."""
    settings = settings_with(database_url)
    async with await BacklinkingDatabaseService.open(settings=settings) as service:
        done = await read_all(service, user_id, settings)
    return [f"{done.read} answers read by {settings.ai_provider}.", *done.notes]


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        # A column's name may hold an equals sign, a field's never does.
        column, equals, name = pair.rpartition("=")
        if not equals or not column.strip() or not name.strip():
            raise InvalidInput("map", "must look like COLUMN=FIELD, such as Website=url", pair)
        if column in mapping:
            raise InvalidInput("map", "must name each column once", column)
        mapping[column.strip()] = name.strip()
    return mapping


@asynccontextmanager
async def _desk(database_url: str | None, *, dry_run: bool) -> AsyncIterator[tuple[Desk, str | None]]:
    """Open the database. The second thing is the address of the user that the settings name."""
    settings = settings_with(database_url)
    pepper = settings.address_pepper.get_secret_value().encode()
    async with (
        open_database(database_url) as database,
        desk_for(database, pepper=pepper, trial=dry_run) as desk,
    ):
        yield desk, settings.user


async def _bring_in(desk: Desk, importer: Importer, rejects: RejectsFile, *, quiet: bool) -> Summary:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(),
    )
    name = "".join(filter(str.isprintable, Path(importer.source).name))
    with progress(*columns, what=name, quiet=quiet) as report:
        return await bring_in(desk, importer, rejects=rejects, progress=report)


def _rejects_file(file: Path, place: Path | None) -> RejectsFile:
    """Return where refused rows go, once it is clear that they can: before anything else is written."""
    # Resolved, because `.` and `..` have no name to call the rejects by.
    rejects = RejectsFile(place or Path(f"{file.resolve().name}.rejects.csv"), source=file)
    rejects.begin_at(0)
    return rejects


def _finish(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        print_json(as_json_summary(summary))
    else:
        show_summary(summary, Console())
    if summary.refused:
        raise typer.Exit(FAILED)
