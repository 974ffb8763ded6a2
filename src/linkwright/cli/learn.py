"""`linkwright learn`: what works, for whom; and how well the learning itself works."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from linkwright.cli.learn_view import as_values, print_regrets
from linkwright.cli.support import AsJson, print_json
from linkwright.errors import InvalidInput

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Learn which choices earn replies, and see how well that works.",
)


@app.command()
def simulate(
    world: Annotated[
        str, typer.Option("--world", metavar="NAME", help="Whose users: --worlds lists them.")
    ] = "one-user",
    policy: Annotated[
        list[str] | None, typer.Option("--policy", metavar="NAME", help="Only this one; may be repeated.")
    ] = None,
    runs: Annotated[int, typer.Option(min=2, max=2_000, help="How many simulated histories.")] = 40,
    emails: Annotated[
        int | None, typer.Option(min=100, help="Emails per user, if fewer than the world has.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same table.")] = 1,
    worlds: Annotated[bool, typer.Option("--worlds", help="List the worlds and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count the replies that policies lose in a simulated world whose true rates are known.

    Every policy meets the same users and arms. No database is read or written.

    \b
    Examples:
      linkwright learn simulate
      linkwright learn simulate --world alike --policy linkwright --policy greedy
      linkwright learn simulate --worlds
    """
    # NumPy takes a moment to load, and no other command needs this.
    from linkwright.learning.simulation.policies import POLICIES  # noqa: PLC0415
    from linkwright.learning.simulation.running import lai_robbins, simulate  # noqa: PLC0415
    from linkwright.learning.simulation.worlds import WORLDS  # noqa: PLC0415

    if worlds:
        for one in WORLDS.values():
            typer.echo(f"{one.name:14} {one.about}")
        return
    if world not in WORLDS:
        raise InvalidInput("world", f"must be one of {', '.join(WORLDS)}", world)
    for name in policy or ():
        if name not in POLICIES:
            raise InvalidInput("policy", f"must be one of {', '.join(POLICIES)}", name)
    chosen = WORLDS[world]
    if emails is not None and emails < chosen.emails:
        chosen = chosen.shortened(emails // chosen.per_day * chosen.per_day)
    names = policy or list(POLICIES)
    regrets = []
    with Progress(transient=True, console=Console(stderr=True)) as progress:
        for name in names:
            task = progress.add_task(name, total=chosen.days)
            regrets.append(
                simulate(
                    chosen,
                    name,
                    POLICIES[name],
                    runs=runs,
                    seed=seed,
                    progress=lambda day, task=task: progress.update(task, completed=day),  # type: ignore[misc]
                )
            )
    bound = {mark: lai_robbins(chosen, mark) for mark in chosen.marks}
    if as_json:
        print_json(as_values(chosen, regrets, bound, runs=runs, seed=seed))
    else:
        print_regrets(chosen, regrets, bound, runs=runs, seed=seed)
