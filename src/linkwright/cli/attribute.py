"""`linkwright attribute`: what came of decisions whose time is over."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from linkwright.cli.acting import DryRun, User, moment_of
from linkwright.cli.progress import progress
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run, settings_with
from linkwright.jobs.attribute import attribute as attribute_all
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.attribution import Attributed


def attribute(
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="MOMENT", help="Windows that closed by then: ISO 8601, with a zone."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Look at all of history anew, and correct what it says otherwise.")
    ] = False,
    dry_run: DryRun = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write down what came of the decisions whose windows have closed.

    An answer, a link, a complaint, a bounce or a review is attributed as soon as it is recorded.
    What is left for this job is silence: nobody answered in time. Running it again changes nothing.
    Without --user it is done for everybody.

    \b
    Examples:
      linkwright attribute
      linkwright attribute --dry-run --until 2026-11-16T09:00:00Z
      linkwright attribute --again --json
    """
    moment = moment_of("until", until)

    async def work() -> Attributed:
        settings = settings_with(database_url)
        async with await BacklinkingDatabaseService.open(settings=settings) as service:
            user_id = None if user is None else (await service.get_user_by_email(user)).id
            due = await service.count_due_outcomes(user_id, moment)
            columns = (TextColumn("Attributing"), BarColumn(), MofNCompleteColumn())
            with progress(*columns, quiet=as_json) as told:
                return await attribute_all(
                    service.acting_as("job:attribute"),
                    user_id=user_id,
                    until=moment,
                    again=again,
                    dry_run=dry_run,
                    progress=lambda done: told(done.judged, None if again else due) if told else None,
                )

    done = run(work())
    if as_json:
        facts = {name: value for name, value in asdict(done).items() if name != "after"}
        print_json({**facts, "dry_run": dry_run})
        return
    would = "would be " if dry_run else ""
    judged, outcomes = _count(done.judged, "decision"), _count(done.outcomes, "outcome")
    typer.echo(f"{judged} {would}judged: {outcomes} {would}written down.")
    for number, what in (
        (done.corrected, "corrected, because of what was heard of late"),
        (done.censored, "censored: nobody will know what came of them"),
        (done.took_effect, "found to have taken effect with a letter that left earlier"),
    ):
        if number:
            typer.echo(f"  {number:,} {would}{what}")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
