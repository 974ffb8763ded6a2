"""`linkwright backup` and `linkwright restore`: the whole database, into a file and out of it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, SpinnerColumn, TextColumn

from linkwright.cli.doctor import facts_of, tell
from linkwright.cli.ending import FAILED
from linkwright.cli.progress import progress
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run, settings_with
from linkwright.jobs.backup import BackedUp, Restored, back_up
from linkwright.jobs.backup import restore as put_back

Replace = Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the backup goes.")],
    replace: Replace = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write the whole database into a file, as it is at one instant, while others work on.

    The file has its name only when it is whole, on the disk and read through. On SQLite it is a
    database itself; on PostgreSQL it is what pg_dump writes, of a version that fits the server.

    \b
    Examples:
      linkwright backup nightly.backup
      linkwright backup nightly.backup --replace --json
    """

    async def work() -> BackedUp:
        settings = settings_with(database_url)
        with progress(*_columns(), what="written") as told:
            return await back_up(
                settings.database_url.get_secret_value(),
                file,
                tools=settings.postgresql_tools,
                replace=replace,
                progress=told,
            )

    done = run(work())
    if as_json:
        print_json(
            {
                "file": str(done.path),
                "bytes": done.bytes,
                "revision": done.revision,
                "sha256": done.digest,
            }
        )
    else:
        typer.echo(f"{done.path}: {done.bytes:,} bytes, schema {done.revision or 'none'}, read through.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `linkwright backup` wrote.")],
    replace: Replace = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the database: all of it or nothing, then let the doctor look.

    A database that has rows is refused unless --replace is said. Stop what else works on it first.
    The exit status is 1 when the doctor finds faults.

    \b
    Examples:
      linkwright restore nightly.backup
      linkwright restore nightly.backup --replace
      linkwright restore nightly.backup --database-url sqlite:///look.db
    """

    async def work() -> Restored:
        settings = settings_with(database_url)
        with progress(*_columns(), what="taken over") as told:
            return await put_back(
                settings.database_url.get_secret_value(),
                file,
                tools=settings.postgresql_tools,
                replace=replace,
                pepper=settings.address_pepper.get_secret_value().encode(),
                progress=told,
            )

    done = run(work())
    if as_json:
        doctor = None if done.found is None else facts_of(done.found)
        print_json({"file": str(file), "revision": done.revision, "doctor": doctor})
    else:
        typer.echo(f"{file} is restored; its schema is {done.revision}.")
        if done.found is None:
            typer.echo("Run `linkwright db upgrade`, then `linkwright doctor`.")
        else:
            tell(done.found)
    if done.found is not None and not done.found.sound:
        raise typer.Exit(FAILED)


def _columns() -> tuple[SpinnerColumn, BarColumn, TextColumn]:
    return SpinnerColumn(), BarColumn(), TextColumn("{task.completed:,.0f} {task.description}")
