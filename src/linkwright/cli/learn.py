"""`linkwright learn`: what works, for whom; and how well the learning itself works."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, TaskProgressColumn, TextColumn

from linkwright.cli.acting import InCampaign, User, acting
from linkwright.cli.learn_view import (
    CURVE_MARKS,
    as_values,
    draw,
    print_patterns,
    print_recommendation,
    print_regrets,
)
from linkwright.cli.progress import Told, progress
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run, settings_with
from linkwright.errors import InvalidInput
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.evidence import Learned
from linkwright.services.patterns import Pattern
from linkwright.services.recommend import Recommendation
from linkwright.vocabulary import Factor

if TYPE_CHECKING:
    from linkwright.learning.simulation.worlds import World

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Learn which choices earn replies, and see how well that works.",
)


@app.command()
def recommend(
    factor: Annotated[Factor, typer.Argument(help="What is to be chosen.")],
    campaign: InCampaign,
    candidates: Annotated[
        list[str] | None, typer.Option("--candidate", metavar="NAME", help="Choose among these; repeat it.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed and evidence choose the same.")
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Choose for a campaign's next letter, with the probability of every choice, and write it down.

    \b
    Examples:
      linkwright learn recommend tone -c "Trail running"
      linkwright learn recommend send_hour -c "Trail running" --candidate 9 --candidate 14
      linkwright learn recommend template -c "Trail running" --seed 7 --json
    """

    async def work() -> Recommendation:
        async with acting(database_url, user) as me:
            chosen = await me.campaign(campaign)
            return await me.service.recommend(me.user_id, chosen.id, factor, candidates or None, seed=seed)

    found = run(work())
    if as_json:
        print_json(asdict(found))
    else:
        print_recommendation(found)


@app.command()
def patterns(user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Say what works, what does not, and what nobody can say yet.

    Each choice stands beside the user's others: the replies expected of it in per cent, with the range in
    which they lie (95 %), those expected of the others, and the replies that were counted, of how many
    letters. `needs` is about how many letters more would tell.

    \b
    Examples:
      linkwright learn patterns
      linkwright learn patterns --user me@example.com --json
    """

    async def work() -> list[Pattern]:
        async with acting(database_url, user) as me:
            return await me.service.get_patterns(me.user_id)

    found = run(work())
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        print_patterns(found)


@app.command()
def update(user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Count the outcomes that have come since the last time, each once.

    \b
    Examples:
      linkwright learn update
      linkwright learn update --json
    """

    async def work() -> Learned:
        async with acting(database_url, user) as me:
            counted = 0
            while (learned := await me.service.learn(me.user_id)).more:
                counted += learned.counted
            return Learned(counted + learned.counted, learned.arms)

    _tell(run(work()), as_json=as_json)


@app.command()
def rebuild(user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Count all outcomes anew from the ledger; what is known comes out the same.

    \b
    Examples:
      linkwright learn rebuild
    """

    async def work() -> Learned:
        async with acting(database_url, user) as me:
            return await me.service.rebuild_learning(me.user_id)

    _tell(run(work()), as_json=as_json)


@app.command()
def pool(database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Find out what works for most users, for those who have no evidence yet.

    Nobody's numbers are in it: only what at least LINKWRIGHT_LEARNING_MINIMUM_USERS users have tried.

    \b
    Examples:
      linkwright learn pool
    """

    async def work() -> dict[str, int]:
        settings = settings_with(database_url)
        async with await BacklinkingDatabaseService.open(settings=settings) as service:
            return await service.pool_learning()

    users = run(work())
    if as_json:
        print_json(users)
        return
    for factor, number in users.items():
        typer.echo(f"{factor.replace('_', ' ')}: {number:,} users")
    if not users:
        typer.echo("Too few users have evidence to learn from each other.")


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
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the curves into an .svg or .png file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count the replies that policies lose in a simulated world whose true rates are known.

    Every policy meets the same users and arms. No database is read or written.

    \b
    Examples:
      linkwright learn simulate
      linkwright learn simulate --world alike --policy linkwright --policy greedy
      linkwright learn simulate --plot regret.svg
      linkwright learn simulate --worlds
    """
    if worlds:
        _list_worlds(as_json=as_json)
        return
    # NumPy takes a moment to load, and no other command needs this.
    from linkwright.learning.simulation.policies import POLICIES  # noqa: PLC0415
    from linkwright.learning.simulation.running import lai_robbins, simulate  # noqa: PLC0415

    chosen = _world(world, emails)
    for name in policy or ():
        if name not in POLICIES:
            raise InvalidInput("policy", f"must be one of {', '.join(POLICIES)}", name)
    if plot is not None:
        from linkwright.plots.canvas import checked_path  # noqa: PLC0415  (most commands draw nothing)

        checked_path(plot)
    met = chosen if plot is None else chosen.with_marks(CURVE_MARKS)
    names = policy or list(POLICIES)
    regrets = []
    for name in names:
        with progress(TextColumn(name), BarColumn(), TaskProgressColumn(), quiet=as_json) as told:
            regrets.append(
                simulate(
                    met,
                    name,
                    POLICIES[name],
                    runs=runs,
                    seed=seed,
                    progress=partial(_tell_day, told, chosen.days),
                )
            )
    bound = {mark: lai_robbins(chosen, mark) for mark in chosen.marks}
    if plot is not None:
        draw(met, regrets, {mark: lai_robbins(chosen, mark) for mark in met.marks}, plot, runs=runs)
    if as_json:
        print_json(as_values(chosen, regrets, bound, runs=runs, seed=seed))
    else:
        print_regrets(chosen, regrets, bound, runs=runs, seed=seed)
        if plot is not None:
            typer.echo(f"Drawn into {plot}.")


def _tell_day(told: Told | None, days: int, day: int) -> None:
    if told is not None:
        told(day, days)


def _list_worlds(*, as_json: bool) -> None:
    from linkwright.learning.simulation.worlds import WORLDS  # noqa: PLC0415  (loads NumPy)

    if as_json:
        print_json([{"name": one.name, "about": one.about} for one in WORLDS.values()])
        return
    for one in WORLDS.values():
        typer.echo(f"{one.name:14} {one.about}")


def _world(name: str, emails: int | None) -> World:
    from linkwright.learning.simulation.worlds import WORLDS  # noqa: PLC0415  (loads NumPy)

    if name not in WORLDS:
        raise InvalidInput("world", f"must be one of {', '.join(WORLDS)}", name)
    found = WORLDS[name]
    if emails is not None and emails < found.emails:
        return found.shortened(emails // found.per_day * found.per_day)
    return found


def _tell(learned: Learned, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(learned))
    else:
        typer.echo(f"Counted {learned.counted:,} outcomes; something is known of {learned.arms:,} choices.")
