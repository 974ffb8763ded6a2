"""`linkwright maintain`: what the database needs every night."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from linkwright.archive.storage import Storage
from linkwright.cli.ending import FAILED
from linkwright.cli.support import AsJson, DatabaseUrl, open_database, print_json, run, settings_with
from linkwright.db.alone import schema_is_changing
from linkwright.errors import InvalidInput
from linkwright.jobs.maintain import STEPS, MaintenanceReport, StepReport
from linkwright.jobs.maintain import maintain as look_after
from linkwright.jobs.upkeep_steps import Upkeep
from linkwright.monitoring.opening import open_watched

_LENGTH: Final = re.compile(r"(\d{1,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_NAMES: Final = ", ".join(STEPS)


def maintain(
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="STEP", help=f"Only this step: {_NAMES}.")
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="STEP", help="All but this step.")
    ] = None,
    budget: Annotated[
        str, typer.Option("--budget", metavar="TIME", help="How long it may take: 90s, 30m or 2h.")
    ] = "30m",
    archive_after: Annotated[
        str | None,
        typer.Option(
            "--archive-after",
            metavar="DAYS",
            help="Also archive campaigns that have been over for longer, such as 180d.",
        ),
    ] = None,
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Rewrite an SQLite file however large; writers wait.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Look after the database: partitions, roll-ups, retention, statistics, dead rows, indexes, checks.

    For cron or a timer, every night. Each step measures first and does only what is worth it; one that fails
    does not stop the others. The exit status is 1 when one failed or a check found faults. On PostgreSQL it
    needs the role that owns the tables.

    \b
    Examples:
      linkwright maintain
      linkwright maintain --dry-run
      linkwright maintain --only partitions --only analyze --budget 5m
      linkwright maintain --skip doctor --archive-after 180d --json
    """
    age = None if archive_after is None else _length("--archive-after", archive_after)
    time = _length("--budget", budget)

    async def work() -> MaintenanceReport | None:
        settings = settings_with(database_url)
        if await _migrating(database_url):
            return None
        console = Console(stderr=True)
        async with open_database(database_url) as database:
            with console.status("") if console.is_terminal and not as_json else nullcontext() as status:
                upkeep = Upkeep(
                    database,
                    Storage.of(settings),
                    dry_run=dry_run,
                    archive_after=age,
                    rewrite=rewrite,
                    progress=(lambda _: None) if status is None else status.update,
                )
                return await look_after(
                    upkeep,
                    only=only or (),
                    skip=skip or (),
                    budget=time,
                    told=(lambda _: None) if as_json else _tell,
                )

    done = run(work())
    if done is None:
        if as_json:
            print_json({"skipped": "a migration is running", "steps": []})
        else:
            typer.echo("A migration is running: nothing was done.")
        return
    if as_json:
        print_json(_facts(done))
    else:
        what = "would be done" if dry_run else "done"
        typer.echo(f"{len(done.steps)} steps {what} in {done.seconds:.1f} seconds.")
    if not done.well:
        raise typer.Exit(FAILED)


async def _migrating(database_url: str | None) -> bool:
    """Look before the schema is compared: while it changes, it is not this program's."""
    database = open_watched(settings_with(database_url))
    try:
        return await schema_is_changing(database)
    finally:
        await database.close()


def _tell(report: StepReport) -> None:
    typer.echo(f"{report.step:<12}{report.state:<12}{report.seconds:>8.1f} s  {report.said}")


def _facts(done: MaintenanceReport) -> dict[str, Any]:
    return {
        "dry_run": done.dry_run,
        "started_at": done.started_at,
        "seconds": round(done.seconds, 3),
        "well": done.well,
        "steps": [asdict(one) for one in done.steps],
    }


def _length(option: str, said: str) -> timedelta:
    found = _LENGTH.fullmatch(said)
    if found is None:
        raise InvalidInput(option, "must be a number and a unit, such as 90s, 30m, 2h or 180d", said)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
