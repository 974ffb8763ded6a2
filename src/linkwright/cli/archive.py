"""`linkwright archive`: campaigns that are over, out of the database, looked at where they lie, and back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, Final

import typer

from linkwright.archive.manifest import verify as verify_archive
from linkwright.archive.storage import Storage
from linkwright.cli.acting import DryRun, User
from linkwright.cli.ending import FAILED
from linkwright.cli.support import AsJson, DatabaseUrl, open_database, print_json, run, settings_with
from linkwright.db.engine import Database
from linkwright.errors import Damaged, InvalidInput
from linkwright.jobs.archive_query import query_archives
from linkwright.jobs.archive_restore import Back, restore_archive
from linkwright.jobs.archive_run import Archiving, Moved
from linkwright.jobs.desks import Desk
from linkwright.models.archives import Archive
from linkwright.services.archives import Archives
from linkwright.services.context import Context
from linkwright.vocabulary import ArchiveState

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Move campaigns that are over out of the database, and back.",
)

Number = Annotated[int, typer.Argument(metavar="ID", help="The archive; `linkwright archive list` has them.")]
_AGE: Final = re.compile(r"(\d{1,5})d?")


@app.command("run")
def run_command(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="DAYS", help="Over for longer than so many days.")
    ] = "180d",
    campaign: Annotated[
        str | None, typer.Option("--campaign", "-c", metavar="ID", help="Only this campaign.")
    ] = None,
    dry_run: DryRun = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Move campaigns that were completed or cancelled long ago into archives.

    Each is written, read back and compared row by row before anything of it is deleted. Run again after a
    crash, it goes on. A campaign for which something is still awaited is skipped; the status is then 1.

    \b
    Examples:
      linkwright archive run --dry-run
      linkwright archive run --older-than 365d
    """
    age = _AGE.fullmatch(older_than)
    if age is None:
        raise InvalidInput("--older-than", "must be a number of days such as 180d", older_than)

    async def work() -> list[Moved]:
        async with _opened(user, database_url) as (database, storage, owner):
            archiving = Archiving(database, storage, owner=owner)
            return await archiving.run(timedelta(days=int(age[1])), campaign_id=campaign, dry_run=dry_run)

    done = run(work())
    if as_json:
        print_json({"dry_run": dry_run, "campaigns": [asdict(one) for one in done]})
    for one in [] if as_json else done:
        what = "would be archived" if dry_run else f"{one.rows:,} rows in {one.bytes:,} bytes"
        typer.echo(f"{one.name} ({one.campaign_id}): {f'skipped: {one.skipped}' if one.skipped else what}")
    if not done and not as_json:
        typer.echo("No campaign has been over for so long.")
    if any(one.skipped for one in done):
        raise typer.Exit(FAILED)


@app.command("list")
def list_command(user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List archives, those that were restored too.

    \b
    Examples:
      linkwright archive list --json
    """
    found = run(_archives(user, database_url))
    if as_json:
        print_json({"archives": [_facts(one) for one in found]})
        return
    for one in found:
        state = one.state if one.removed_at is None else f"removed by retention on {one.removed_at:%Y-%m-%d}"
        typer.echo(f"{one.id}  {state}  {one.name} ({one.campaign_id})  {one.row_count:,} rows  {one.folder}")
    if not found:
        typer.echo("No archive.")


@app.command()
def verify(user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Read every byte of every archive and compare digests. The status is 1 when one is damaged.

    \b
    Examples:
      linkwright archive verify
    """
    storage = Storage.of(settings_with(database_url))
    faults: dict[int, str] = {}
    known = run(_archives(user, database_url))
    done = [one for one in known if one.state == ArchiveState.DONE and one.removed_at is None]
    for one in done:
        try:
            verify_archive(storage, one.folder, one.digest or "")
        except (Damaged, InvalidInput) as error:
            faults[one.id] = str(error)
    if as_json:
        print_json(
            {
                "verified": len(done) - len(faults),
                "faults": [{"id": i, "problem": p} for i, p in faults.items()],
            }
        )
    else:
        for number, problem in faults.items():
            typer.echo(f"{number}: {problem}")
        typer.echo(f"{len(done) - len(faults)} of {len(done)} archives are as they were written.")
    if faults:
        raise typer.Exit(FAILED)


@app.command()
def restore(
    archive: Number, user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Bring a campaign back from its archive: every row, or none. The files stay.

    \b
    Examples:
      linkwright archive restore 3
    """

    async def work() -> Back:
        async with _opened(user, database_url) as (database, storage, owner):
            return await restore_archive(database, storage, archive, owner=owner)

    back = run(work())
    if as_json:
        facts = {
            "campaign_id": back.campaign_id,
            "name": back.name,
            "rows": back.rows,
            "dropped": back.dropped,
        }
        print_json(facts)
        return
    typer.echo(f"{back.name} ({back.campaign_id}) is back: {sum(back.rows.values()):,} rows.")
    for name in back.dropped:
        typer.echo(f"The schema has no {name} any more; it stays in the archive.")


@app.command()
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A question in DuckDB's SQL.")],
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Ask the archives where they lie. The tables are called as in the database.

    \b
    Examples:
      linkwright archive query "SELECT campaign_id, count(*) FROM backlinking_emails GROUP BY ALL"
    """
    storage = Storage.of(settings_with(database_url))
    names, rows = query_archives(storage, run(_archives(user, database_url)), sql)
    if as_json:
        print_json({"columns": names, "rows": [[_plain(value) for value in row] for row in rows]})
        return
    typer.echo("\t".join(names))
    for row in rows:
        typer.echo("\t".join("" if value is None else str(value) for value in row))


@asynccontextmanager
async def _opened(
    user: str | None, database_url: str | None
) -> AsyncIterator[tuple[Database, Storage, int | None]]:
    """Open both places. Without a user it is the operator who asks, for everybody."""
    settings = settings_with(database_url)
    async with open_database(database_url) as database:
        email = user or settings.user
        owner = None if email is None else await Desk(database).user(email)
        yield database, Storage.of(settings), owner


async def _archives(user: str | None, database_url: str | None) -> list[Archive]:
    async with _opened(user, database_url) as (database, _, owner), database.reading() as session:
        return list(await Archives(Context(session, owner=owner)).page())


def _facts(one: Archive) -> dict[str, Any]:
    names = ("id", "campaign_id", "name", "state", "folder", "row_count", "byte_count", "schema_revision")
    moments = {"archived_at": one.archived_at, "removed_at": one.removed_at}
    return {name: getattr(one, name) for name in names} | moments


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
