"""`linkwright suppress`: who is left alone, and how that is taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from linkwright.cli.acting import Limit, User, acting
from linkwright.cli.plain import plain
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.cli.view import as_values, show_list
from linkwright.schemas.suppressions import SuppressionRead
from linkwright.vocabulary import SuppressionReason

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Leave people alone, and look at who is left alone."
)


@app.command()
def add(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Whom to leave alone.")],
    reason: Annotated[SuppressionReason, typer.Option("--reason", help="Why.")] = SuppressionReason.MANUAL,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="What there is to say about it.")
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Leave a person alone from now on, in all campaigns. What waits for them is cancelled.

    \b
    Examples:
      linkwright suppress add ann@trail-notes.example
      linkwright suppress add ann@trail-notes.example --reason unsubscribe --note "by telephone"
    """

    async def work() -> SuppressionRead:
        async with acting(database_url, user) as me:
            return SuppressionRead.model_validate(
                await me.service.suppress_address(address, reason.value, note=note)
            )

    _tell(run(work()), "left alone", as_json=as_json)


@app.command()
def lift(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who may be written to again.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")],
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Allow a person to be written to again. Cancelled letters stay cancelled.

    \b
    Examples:
      linkwright suppress lift ann@trail-notes.example --reason "she wrote to us herself"
    """

    async def work() -> SuppressionRead:
        async with acting(database_url, user) as me:
            return SuppressionRead.model_validate(await me.service.lift_suppression(address, why=reason))

    _tell(run(work()), "may be written to again", as_json=as_json)


@app.command("list")
def list_suppressed(
    lifted: Annotated[bool, typer.Option("--lifted", help="Also those that were taken back.")] = False,
    limit: Limit = 50,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List who is left alone, the newest first.

    \b
    Examples:
      linkwright suppress list
      linkwright suppress list --lifted --json
    """

    async def work() -> tuple[list[SuppressionRead], bool]:
        async with acting(database_url, user) as me:
            page = await me.service.get_suppressions(lifted=lifted, limit=limit)
            return [SuppressionRead.model_validate(row) for row in page], page.after is not None

    found, cut = run(work())
    if as_json:
        print_json({"suppressed": as_values(found), "more": cut})
        return
    columns = ("since", "reason", "by", "lifted", "address")
    rows = [
        (row.created_at, row.reason, row.actor, row.lifted_at, row.address or "(erased)") for row in found
    ]
    show_list(
        columns,
        rows,
        wide="address",
        whole=("since", "reason", "lifted"),
        cut=cut,
        none="Nobody is left alone.",
    )


def _tell(found: SuppressionRead, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(as_values([found])[0])
    else:
        typer.echo(f"{plain(found.address or 'somebody')}: {what} ({found.reason.replace('_', ' ')})")
