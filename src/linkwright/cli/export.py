"""`linkwright export`: take a campaign out of the record; and the command that brings one back."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer
from rich.progress import SpinnerColumn, TextColumn

from linkwright.cli.ending import FAILED
from linkwright.cli.progress import progress
from linkwright.cli.support import (
    AsJson,
    DatabaseUrl,
    open_database,
    print_json,
    run,
    settings_with,
)
from linkwright.errors import InvalidInput, NotFound
from linkwright.jobs.desks import SEARCHED_CAMPAIGNS, Desk, desk_for, no_campaign
from linkwright.jobs.export import Exported, export_campaign
from linkwright.jobs.export_tables import export_csv, export_xlsx
from linkwright.jobs.import_campaign import Imported, import_campaign
from linkwright.jobs.whole_files import whole_file
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context

_ID_LENGTH: Final = 36
_ID_DASHES: Final = 4

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Take a campaign out of the record.")


class Format(StrEnum):
    """How a campaign can be written."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


@app.callback()
def family() -> None:
    """Take a campaign out of the record."""


@app.command("campaign")
def campaign_out(
    campaign: Annotated[str, typer.Argument(metavar="NAME|ID", help="The campaign.")],
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="jsonl has everything and can be imported again; csv has the prospects and xlsx the tables,"
            " for people.",
        ),
    ] = Format.JSONL,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to; otherwise standard output."),
    ] = None,
    user: Annotated[str | None, typer.Option("--user", metavar="EMAIL", help="Whose campaign it is.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Write a campaign to a file. The file holds people's addresses and letters: only you may read it.

    \b
    Examples:
      linkwright export campaign "Trail running" --output trails.jsonl
      linkwright export campaign "Trail running" --format csv > prospects.csv
      linkwright export campaign 0198f3a2-... --format xlsx -o trails.xlsx
    """
    if output is None and form is Format.XLSX and sys.stdout.isatty():
        raise InvalidInput("output", "is required: a workbook cannot be shown here")

    def write(target: BinaryIO) -> Exported:
        return run(_export(campaign, form, target, user=user, database_url=database_url))

    if output is not None:
        with whole_file(output, replace=True) as draft, draft.open("wb") as target:
            exported = write(target)
        typer.echo(f"{output}: {_counted(exported.rows)}", err=True)
        return
    try:
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read along has seen enough. What is still in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None


def campaign_in(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file that `linkwright export campaign` wrote.")
    ],
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="EMAIL", help="Whose it will be; otherwise whose it was."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, say what would happen, keep nothing.")
    ] = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring a campaign back from a file, whole or not at all. The same file twice changes nothing.

    The user is made where there is none. The campaign keeps its id; its records keep their numbers
    unless somebody has them.

    \b
    Examples:
      linkwright import campaign trails.jsonl
      linkwright import campaign trails.jsonl --user me@example.com --dry-run
    """

    async def work() -> Imported:
        settings = settings_with(database_url)
        pepper = settings.address_pepper.get_secret_value().encode()
        async with (
            open_database(database_url) as database,
            desk_for(database, pepper=pepper, trial=dry_run) as desk,
        ):
            return await import_campaign(desk, file, user_email=user)

    done = run(work())
    if as_json:
        print_json(
            {
                "campaign_id": done.campaign_id,
                "name": done.name,
                "owner": done.owner,
                "again": done.again,
                "dry_run": dry_run,
                "rows": done.rows,
            }
        )
        return
    said = "is here already, nothing to do" if done.again else _counted(done.rows)
    typer.echo(f"{done.name} ({done.campaign_id}) of {done.owner}: {said}")
    if dry_run:
        typer.echo("This was a trial: nothing was kept.")


async def _export(
    campaign: str, form: Format, target: BinaryIO, *, user: str | None, database_url: str | None
) -> Exported:
    email = user or settings_with(database_url).user
    async with open_database(database_url) as database:
        owner = None
        # An id is enough for an operator; a name is somebody's.
        if email is not None or not _is_id(campaign):
            owner = await Desk(database).user(email)
        async with database.reading() as session:
            campaign_id = await _campaign_id(Campaigns(Context(session, owner=owner)), campaign, owner)
        with progress(SpinnerColumn(), TextColumn("{task.completed:,.0f} records")) as told:
            match form:
                case Format.JSONL:
                    return await export_campaign(database, campaign_id, target, owner=owner, progress=told)
                case Format.CSV:
                    return await export_csv(database, campaign_id, target, owner=owner, progress=told)
                case Format.XLSX:
                    return await export_xlsx(database, campaign_id, target, owner=owner, progress=told)


async def _campaign_id(campaigns: Campaigns, name_or_id: str, owner: int | None) -> str:
    if _is_id(name_or_id):
        with suppress(NotFound):
            return (await campaigns.get(name_or_id)).id
    found = None if owner is None else await campaigns.named(owner, name_or_id)
    if found is None:
        if owner is None:
            raise InvalidInput("campaign", "must be a campaign that is here", name_or_id)
        present = await campaigns.page(owner, limit=SEARCHED_CAMPAIGNS)
        raise no_campaign(name_or_id, [one.name for one in present])
    return found.id


def _is_id(text: str) -> bool:
    return len(text) == _ID_LENGTH and text.count("-") == _ID_DASHES


def _counted(rows: Mapping[str, int]) -> str:
    told = (f"{number:,} {_called(name, number)}" for name, number in rows.items() if number)
    return ", ".join(told) or "nothing"


def _called(record: str, number: int) -> str:
    """Return what the commands call a kind of record: one letter, two letters.

    >>> _called("email", 1), _called("opportunity", 2), _called("status_change", 2)
    ('letter', 'prospects', 'moves')
    """
    name, _, more = _NAMES.get(record, record.replace("_", " ")).partition(" of ")
    many = name if number == 1 or name in _NO_PLURAL else f"{name}s"
    return f"{many} of {more}" if more else many


_NAMES: Final = {
    "opportunity": "prospect",
    "email": "letter",
    "response": "answer",
    "status_change": "move",
    "email_event": "event",
    "inbound_message": "message",
    "analytics": "record of a period",
}
_NO_PLURAL: Final = frozenset({"learning"})
