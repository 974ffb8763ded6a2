"""`linkwright monitor`: how the database is doing, for who watches over it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import typer
from rich.console import Console

from linkwright.cli.monitor_view import page
from linkwright.cli.support import AsJson, DatabaseUrl, open_database, print_json, run, settings_with
from linkwright.errors import InvalidInput
from linkwright.monitoring.folders import KEPT_DAYS, Folder
from linkwright.monitoring.opening import MISSING
from linkwright.monitoring.overview import SHOWN, Overview, look
from linkwright.monitoring.report import as_json

_SECONDS: Final = 5.0


def monitor(
    once: Annotated[bool, typer.Option("--once", help="Show it once, and leave.")] = False,
    days: Annotated[
        int, typer.Option("--days", min=1, max=KEPT_DAYS, help="How many days to count, today with them.")
    ] = 1,
    rows: Annotated[
        int, typer.Option("--rows", min=1, max=1000, help="How many lines of each list.")
    ] = SHOWN,
    every: Annotated[
        float, typer.Option("--every", min=0.5, max=3600, help="Seconds between two looks.")
    ] = _SECONDS,
    prometheus: Annotated[
        bool, typer.Option("--prometheus", help="Print it as Prometheus reads it, and leave.")
    ] = False,
    database_url: DatabaseUrl = None,
    as_json_: AsJson = False,
) -> None:
    """Show which statements are slow and why, and how the database is doing.

    Statements are timed where LINKWRIGHT_MONITORING_FOLDER is set, in every process that should count.
    Until Ctrl-C the view is kept up to date; where nobody watches, it is shown once.

    \b
    Examples:
      linkwright monitor
      linkwright monitor --once --days 7
      linkwright monitor --json
      linkwright monitor --prometheus > linkwright.prom
    """
    console = Console()
    exposed = _exposition() if prometheus else None
    live = not (once or as_json_) and console.is_terminal

    async def work() -> None:
        settings = settings_with(database_url)
        # Whoever looks is not to be seen.
        unwatched = settings.model_copy(update={"monitoring_folder": None})
        async with open_database(database_url, settings=unwatched) as database:
            named = settings.monitoring_folder
            folder = None if named is None else Folder.of(named, database.url)

            async def found() -> Overview:
                return await look(database, folder, days=days, shown=rows)

            if exposed is not None:
                typer.echo(exposed(await found(), shown=rows), nl=False)
            elif as_json_:
                print_json(as_json(await found(), shown=rows))
            elif live:
                await _stay(console, found, every, rows)
            else:
                console.print(page(await found(), console.width, shown=rows))

    run(work())


def _exposition() -> Callable[..., str]:
    try:
        from linkwright.monitoring.prometheus import exposition  # noqa: PLC0415  (only who asks needs it)
    except ModuleNotFoundError:
        raise InvalidInput("--prometheus", f"needs {MISSING}") from None
    return exposition


async def _stay(console: Console, found: Callable[[], Awaitable[Overview]], every: float, rows: int) -> None:
    from rich.live import Live  # noqa: PLC0415  (only who stays needs it)

    with Live(console=console, screen=True, auto_refresh=False) as screen:
        while True:
            screen.update(page(await found(), console.width, shown=rows), refresh=True)
            await asyncio.sleep(every)
