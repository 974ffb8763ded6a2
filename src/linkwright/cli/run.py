"""`linkwright run`: the main job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from linkwright.cli.ending import FAILED, USAGE
from linkwright.cli.plain import plain
from linkwright.cli.run_view import show
from linkwright.cli.support import AsJson, DatabaseUrl, open_database, print_json, settings_with
from linkwright.cli.support import run as run_to_end
from linkwright.clock import utc_now
from linkwright.errors import InvalidInput
from linkwright.jobs.campaign_file import CampaignFile, read_campaign_file
from linkwright.jobs.importing import Progress
from linkwright.jobs.run import run_campaign
from linkwright.jobs.run_files import Watch
from linkwright.jobs.run_report import RunReport

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and keep nothing.")]
RefusedIsFine = Annotated[
    bool,
    typer.Option("--refused-is-fine", help="End with 0 though rows were refused; they are listed."),
]
Everything = Annotated[bool, typer.Option("--all", help="Leave nothing out of the long lists.")]
Now = Annotated[
    str | None,
    typer.Option("--now", metavar="MOMENT", help="Work as if it were this moment: ISO 8601, with a zone."),
]
Rejects = Annotated[
    Path,
    typer.Option("--rejects", metavar="FOLDER", help="Where FILE.rejects.csv lists the refused rows."),
]

_YEARS: Final = range(1970, 2101)


def run(
    file: Annotated[Path, typer.Argument(metavar="CAMPAIGN.toml", help="What describes the campaign.")],
    dry_run: DryRun = False,
    refused_is_fine: RefusedIsFine = False,
    everything: Everything = False,
    now: Now = None,
    rejects: Rejects = Path(),
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring a campaign's files in, judge the prospects, draft letters, take in answers, and report.

    Nothing is sent. Running it again does only what is new; after nothing changed it changes
    nothing. The exit status is 1 when rows were refused, and 2 when the file itself is wrong.

    \b
    Examples:
      linkwright run examples/northwind-trails/campaign.toml
      linkwright run campaign.toml --dry-run
      linkwright run campaign.toml --json > report.json
    """
    moment = _moment(now)
    if not rejects.is_dir():
        raise InvalidInput("--rejects", "must be a folder that is there", str(rejects))
    described = _read(file)
    console = Console(stderr=True)

    async def work() -> RunReport:
        settings = settings_with(database_url)
        async with open_database(database_url) as database:
            with _watching(console, quiet=as_json) as watch:
                return await run_campaign(
                    database,
                    described,
                    clock=utc_now if moment is None else lambda: moment,
                    pepper=settings.address_pepper.get_secret_value().encode(),
                    learning=settings.learning,
                    embedding=settings.ai_embedding,
                    dry_run=dry_run,
                    rejects_folder=rejects,
                    watch=watch,
                )

    report = run_to_end(work())
    if as_json:
        print_json(report.as_json())
    else:
        show(report, Console(), everything=everything)
    if report.refused_count and not refused_is_fine:
        raise typer.Exit(FAILED)


def _read(path: Path) -> CampaignFile:
    """Return the campaign file; all that is wrong with it is said at once."""
    try:
        return read_campaign_file(path)
    except InvalidInput as error:
        for place, rule in error.problems:
            typer.echo(f"linkwright: {plain(place, 300)}: {plain(rule, 500)}", err=True)
        raise typer.Exit(USAGE) from None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and moment.year in _YEARS:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(
        "--now", "must be a moment from 1970 to 2100 with its zone, such as 2026-11-16T09:00:00Z", text
    )


@contextmanager
def _watching(console: Console, *, quiet: bool) -> Iterator[Watch]:
    """Say which file is being read where a person looks on; what programs read stays clean of it."""
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Looking around") as status:

        def watch(name: str) -> Progress:
            def progress(done: int, total: int | None) -> None:
                share = f"{done:,} of {total:,}" if total else f"{done:,}"
                status.update(f"{plain(name, 60)}  {share}".replace("[", "\\["))

            status.update(plain(name, 60).replace("[", "\\["))
            return progress

        yield watch
