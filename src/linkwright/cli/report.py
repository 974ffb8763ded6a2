"""`linkwright report`: a campaign on one page, for whoever wants to know what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from linkwright.cli.acting import User, acting
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.errors import InvalidInput
from linkwright.jobs.report import read_report
from linkwright.jobs.report_page import page_of


def report(
    campaign: Annotated[str, typer.Argument(metavar="NAME|ID", help="The campaign.")],
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="Where to write the page.")],
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write a campaign's report: one page, to be sent as it is.

    Funnel, weeks, time to an answer, what the numbers prove, links, comparisons, calibration: with intervals
    everywhere, and silent where there is not enough to say. It needs no network and runs no script.

    \b
    Examples:
      linkwright report "Trail running" --html report.html
    """

    async def work() -> str:
        async with acting(database_url, user) as me:
            found = await me.campaign(campaign)
            return page_of(await read_report(me.service, found.id))

    page = run(work())
    try:
        html.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InvalidInput("--html", f"cannot be written ({error.strerror})", str(html)) from None
    if as_json:
        print_json({"file": str(html), "bytes": len(page.encode())})
    else:
        typer.echo(f"The report is in {html}.")
