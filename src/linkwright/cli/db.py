"""`linkwright db`: the schema's history, walked from the command line."""

from typing import Annotated

import typer

from linkwright import migrations
from linkwright.cli.ending import FAILED
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run, url_from
from linkwright.db.engine import Database
from linkwright.migrations import SchemaKind, SchemaState
from linkwright.monitoring.inventory import Inventory, take_inventory

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Make, mend and look at the database.")


@app.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="Where to stop; the newest when left out.")] = "head",
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring the schema up to this program's, making the SQLite file where there is none.

    Safe to run at any time and by several processes at once: nothing happens twice.

    \b
    Examples:
      linkwright db upgrade
      linkwright db upgrade --database-url postgresql://linkwright@db.example/outreach
    """
    url = url_from(database_url)
    before = run(migrations.check(url))
    after = run(migrations.upgrade(url, revision))
    _say_move(before, after, as_json=as_json)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Where to go back to; `base` is before the first.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Take the schema back to an earlier revision. What that revision has no place for is lost.

    \b
    Examples:
      linkwright db downgrade 0001
      linkwright db downgrade base --yes
    """
    url = url_from(database_url)
    before = run(migrations.check(url))
    if not yes:
        way = f"from {before.current or 'nothing'} to {revision}"
        typer.confirm(f"Going back {way} deletes what it has no place for. Go on?", abort=True, err=True)
    after = run(migrations.downgrade(url, revision))
    _say_move(before, after, as_json=as_json)


@app.command()
def check(database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Say whether the schema is this program's, and which command mends it. Changes nothing.

    The exit status is 0 when it is, and 1 otherwise.

    \b
    Examples:
      linkwright db check
      linkwright db check --json
    """
    state = run(migrations.check(url_from(database_url)))
    if as_json:
        print_json(_facts(state))
    else:
        typer.echo(state.problem if state.kind is SchemaKind.HEAD else f"{state.problem} {state.advice}")
    if state.kind is not SchemaKind.HEAD:
        raise typer.Exit(FAILED)


@app.command()
def info(database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show where the database is, its revision, and how much is in each table.

    \b
    Examples:
      linkwright db info
      linkwright db info --json
    """

    async def look() -> Inventory:
        database = Database(url_from(database_url))
        try:
            return await take_inventory(database)
        finally:
            await database.close()

    found = run(look())
    if as_json:
        print_json(
            {
                "dialect": found.dialect,
                "url": found.url,
                "schema": _facts(found.schema),
                "bytes": found.bytes,
                "tables": [size._asdict() for size in found.tables],
                "waiting_for_a_month": found.waiting_for_a_month,
            }
        )
        return
    typer.echo(f"Database  {found.url}")
    typer.echo(f"Schema    {found.schema.problem}")
    if found.schema.kind is not SchemaKind.HEAD:
        typer.echo(f"          {found.schema.advice}")
        return
    typer.echo(f"Size      {_size(found.bytes)}\n")
    typer.echo(f"{'Table':<26}{'Rows':>12}{'Size':>12}")
    for name, rows, taken in found.tables:
        typer.echo(f"{name:<26}{rows:>12,}{_size(taken):>12}")
    for name, waiting in found.waiting_for_a_month.items():
        if waiting:
            typer.echo(
                f"\n{waiting:,} rows of {name} are in the default partition, for want of their month's."
            )


def _say_move(before: SchemaState, after: SchemaState, *, as_json: bool) -> None:
    if as_json:
        print_json({"before": before.current, "after": after.current, "head": after.head})
    elif before.current == after.current:
        typer.echo(f"Nothing to do: the schema is at {after.current or 'nothing'}.")
    else:
        typer.echo(f"The schema went from {before.current or 'nothing'} to {after.current or 'nothing'}.")


def _facts(state: SchemaState) -> dict[str, str | None]:
    return {
        "kind": state.kind.value,
        "current": state.current,
        "head": state.head,
        "command_that_mends": state.command_that_mends,
    }


def _size(count: int | None) -> str:
    if count is None:
        return "-"
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:  # noqa: PLR2004
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TB"
