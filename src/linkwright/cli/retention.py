"""`linkwright retention`: how long what is kept, what must be kept, and what goes now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from linkwright.cli.acting import DryRun, User
from linkwright.cli.ending import FAILED
from linkwright.cli.plain import plain
from linkwright.cli.retention_opening import Everybody, days_of, opened, storage_of
from linkwright.cli.retention_view import amounts_of, show_amounts, show_holds, show_policies, show_removals
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.cli.view import as_values
from linkwright.jobs.retention import Amount, Applied, apply_retention, plan_retention
from linkwright.schemas.retention import HoldRead, PolicyRead, RemovalRead
from linkwright.vocabulary import DataClass, RetentionAction

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Say how long what is kept, and remove what is older."
)

Class = Annotated[DataClass, typer.Argument(metavar="CLASS", help="What it is about.")]


@app.command("list")
def list_command(
    released: Annotated[bool, typer.Option("--released", help="Also holds that were released.")] = False,
    removed: Annotated[
        bool, typer.Option("--removed", help="Also what was removed, the latest first.")
    ] = False,
    everybody: Everybody = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List policies and the holds that stand. What has no policy is kept for ever.

    \b
    Examples:
      linkwright retention list
      linkwright retention list --removed --json
    """

    async def work() -> tuple[list[PolicyRead], list[HoldRead], list[RemovalRead]]:
        async with opened(user, database_url, everybody=everybody) as service, service.reading() as reading:
            gone = await reading.retention.removals(limit=1000) if removed else []
            return (
                [PolicyRead.model_validate(row) for row in await reading.retention.policies()],
                [HoldRead.model_validate(row) for row in await reading.retention.holds(released=released)],
                [RemovalRead.model_validate(row) for row in gone],
            )

    policies, holds, gone = run(work())
    if as_json:
        values = {"policies": as_values(policies), "holds": as_values(holds)}
        print_json(values | ({"removed": as_values(gone)} if removed else {}))
        return
    show_policies(policies)
    show_holds(holds)
    if removed:
        show_removals(gone)


@app.command("set")
def set_command(
    data_class: Class,
    action: Annotated[
        RetentionAction, typer.Argument(metavar="ACTION", help="strip, delete, archive or keep.")
    ],
    age: Annotated[
        str | None, typer.Argument(metavar="DAYS", help="For how many days it is kept, such as 365d.")
    ] = None,
    everybody: Everybody = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say for how long a class of data is kept, and what becomes of it then. Nothing goes before `apply`.

    Without a user it binds everybody who has no policy of their own; `keep` is how a user has none.

    \b
    Classes, each with its action:
      email_bodies strip       response_bodies strip    prompts delete
      raw_inbound strip        events delete            decisions strip
      analytics_daily delete   campaigns archive        archives delete

    \b
    Examples:
      linkwright retention set email_bodies strip 730d
      linkwright retention set events delete 365d --everybody
      linkwright retention set prompts keep --user me@example.com
    """

    async def work() -> PolicyRead:
        async with opened(user, database_url, everybody=everybody) as service:
            row = await service.set_retention_policy(data_class.value, action.value, days_of(age))
            return PolicyRead.model_validate(row)

    policy = run(work())
    if as_json:
        print_json(as_values([policy])[0])
    else:
        show_policies([policy])


@app.command()
def remove(
    data_class: Class,
    everybody: Everybody = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Take a policy back. What it would have removed is kept.

    \b
    Examples:
      linkwright retention remove events
    """

    async def work() -> None:
        async with opened(user, database_url, everybody=everybody) as service:
            await service.remove_retention_policy(data_class.value)

    run(work())
    if as_json:
        print_json({"removed": data_class.value})
    else:
        typer.echo(f"{data_class}: there is no policy of its own any more.")


@app.command()
def plan(
    everybody: Everybody = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show what would go now, with rows and bytes. What a hold keeps is left out.

    \b
    Examples:
      linkwright retention plan
      linkwright retention plan --json
    """
    _tell(run(_planned(user, database_url, everybody=everybody)), as_json=as_json)


@app.command()
def apply(
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", min=0.0, help="Stop after so many, and say what is left."),
    ] = None,
    dry_run: DryRun = False,
    everybody: Everybody = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Remove what has been kept for long enough, in short transactions while others work on.

    Killed, it is finished by the next. The status is 1 when something is left.

    \b
    Examples:
      linkwright retention apply --dry-run
      linkwright retention apply --seconds 600
    """
    if dry_run:
        _tell(run(_planned(user, database_url, everybody=everybody)), as_json=as_json)
        return

    async def work() -> Applied:
        async with opened(user, database_url, everybody=everybody) as service:
            return await apply_retention(
                service.database,
                storage=storage_of(database_url),
                owner=service.owner,
                seconds=seconds,
                progress=lambda what: None if as_json else typer.echo(f"{what} ...", err=True),
            )

    done = run(work())
    if as_json:
        left = [{"user": due.user_id, "data_class": due.data_class, "why": why} for due, why in done.left]
        longest = {"longest_lock_seconds": round(done.longest_seconds, 3)}
        print_json({"removed": amounts_of(done.removed), "left": left, **longest})
    else:
        show_amounts(done.removed, none="Nothing was due.")
        for due, why in done.left:
            typer.echo(f"left: {due.data_class} of user {due.user_id}: {plain(why)}")
    if not done.done:
        raise typer.Exit(FAILED)


@app.command()
def hold(
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")],
    campaign: Annotated[
        str | None,
        typer.Option("--campaign", "-c", metavar="ID", help="Only this campaign, here or archived."),
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Order that nothing of a user, or of one campaign, is removed, until it is released.

    \b
    Examples:
      linkwright retention hold --reason "the lawsuit of May" --user me@example.com
      linkwright retention hold --reason "the lawsuit of May" --campaign 0199b3a5-8f0c-7d3e-9b1a-000000000000
    """

    async def work() -> HoldRead:
        async with opened(user, database_url) as service:
            return HoldRead.model_validate(await service.place_legal_hold(reason, campaign_id=campaign))

    placed = run(work())
    if as_json:
        print_json(as_values([placed])[0])
    else:
        what = "all of the user's" if placed.campaign_id is None else f"campaign {placed.campaign_id}"
        typer.echo(f"Hold {placed.id} stands over {what}.")


@app.command()
def release(
    number: Annotated[int, typer.Argument(metavar="HOLD", help="`linkwright retention list` has them.")],
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Release a hold. Others over the same campaign or user stand on.

    \b
    Examples:
      linkwright retention release 3
    """

    async def work() -> HoldRead:
        async with opened(user, database_url) as service:
            return HoldRead.model_validate(await service.release_legal_hold(number))

    released = run(work())
    if as_json:
        print_json(as_values([released])[0])
    else:
        at: datetime | None = released.released_at
        typer.echo(f"Hold {released.id} is released{f' since {at:%Y-%m-%d %H:%M} UTC' if at else ''}.")


async def _planned(user: str | None, database_url: str | None, *, everybody: bool) -> list[Amount]:
    async with opened(user, database_url, everybody=everybody) as service:
        return await plan_retention(service.database, owner=service.owner)


def _tell(planned: list[Amount], *, as_json: bool) -> None:
    if as_json:
        print_json({"planned": amounts_of(planned)})
    else:
        show_amounts([one for one in planned if one.rows], none="Nothing is due.")
