"""`linkwright campaigns`: look at campaigns, and move them through their lives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from linkwright.cli.acting import Limit, User, acting
from linkwright.cli.each import do_each, tell
from linkwright.cli.plain import plain
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.cli.view import as_values, facts, history, section, show_list
from linkwright.errors import InvalidInput
from linkwright.schemas.budgets import Spending
from linkwright.schemas.campaigns import CampaignRead, CampaignStats
from linkwright.schemas.status_changes import StatusChangeRead
from linkwright.vocabulary import CampaignStatus, LifeKind

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look at campaigns; start, pause and end them."
)

Named = Annotated[str, typer.Argument(metavar="NAME|ID", help="The campaign.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the history.")]

_MOVES: Final = {
    "start": "Start a draft or a scheduled campaign: from now on its letters may be queued.",
    "pause": "Hold an active campaign: what is queued is approved again, and nothing leaves.",
    "resume": "Go on with a paused campaign. Letters are not queued again by themselves.",
    "complete": "End a campaign that has done its work.",
    "cancel": "End a campaign that will not do its work.",
}


@app.command("list")
def list_campaigns(
    status: Annotated[
        CampaignStatus | None, typer.Option("--status", help="Only those in this state.")
    ] = None,
    limit: Limit = 50,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List campaigns, the newest first.

    \b
    Examples:
      linkwright campaigns list
      linkwright campaigns list --status active --json
    """

    async def work() -> list[CampaignRead]:
        async with acting(database_url, user) as me:
            rows = await me.service.get_user_campaigns(me.user_id, status, limit=limit)
            return [CampaignRead.model_validate(row) for row in rows]

    found = run(work())
    if as_json:
        print_json({"campaigns": as_values(found)})
        return
    whole = ("id", "status", "found", "links")
    rows = [(one.id, one.status, one.total_opportunities, one.successful_links, one.name) for one in found]
    show_list((*whole, "name"), rows, wide="name", whole=whole, cut=len(found) == limit, none="No campaigns.")


@app.command()
def show(
    campaign: Named, user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Show where a campaign stands: its limits, its numbers, its history.

    \b
    Examples:
      linkwright campaigns show "Trail running"
      linkwright campaigns show 0198f3a2-... --json
    """

    async def work() -> tuple[CampaignRead, CampaignStats, list[StatusChangeRead]]:
        async with acting(database_url, user) as me:
            found = CampaignRead.model_validate(await me.campaign(campaign))
            async with me.service.reading() as reading:
                stats = await reading.campaigns.stats(found.id)
                moves = await reading.history.page(LifeKind.CAMPAIGN, found.id, limit=1000)
                return found, stats, [StatusChangeRead.model_validate(move) for move in moves]

    found, stats, moves = run(work())
    rates = {
        "response_rate": stats.response_rate,
        "link_rate": stats.link_rate,
        "cost_per_link": stats.cost_per_link,
    }
    if as_json:
        money = {"ai_cost_limit": stats.ai_cost_limit, "ai_cost_reserved": stats.ai_cost_reserved}
        values = {"campaign": found.model_dump(), "counts": stats.counts, **rates, **money}
        print_json({**values, "history": as_values(moves)})
        return
    console = Console()
    console.print(Text.assemble((plain(found.name), "bold"), f"  {found.status}"))
    console.print(
        facts(
            [
                ("id", found.id),
                ("about", found.description),
                ("keywords", found.keywords),
                ("emails a day", found.max_emails_per_day),
                ("prospects", f"{found.total_opportunities or 0} of at most {found.max_opportunities}"),
                *_money(stats),
                *((name.replace("_", " "), _rate(name, rate)) for name, rate in rates.items()),
            ]
        )
    )
    titles = {"opportunity": "Prospects", "email": "Letters", "response": "Answers"}
    for subject, title in titles.items():
        counts = stats.counts.get(subject, {})
        section(console, title, facts((k.replace("_", " "), n) for k, n in counts.items()), count=len(counts))
    section(console, "History", history(moves, of=LifeKind.CAMPAIGN), count=len(moves))


def _money(stats: CampaignStats) -> Iterator[tuple[str, object]]:
    yield "cost", f"{stats.actual_cost:.4f} USD" if stats.actual_cost else None
    if stats.unpriced:
        yield "calls at unknown prices", stats.unpriced
    if stats.ai_cost_limit is not None:
        left = max(stats.ai_cost_limit - stats.actual_cost - stats.ai_cost_reserved, 0.0)
        yield "limit for AI", f"{stats.ai_cost_limit:.4f} USD, of which {left:.4f} is left"
    if stats.ai_cost_reserved:
        yield "set aside for calls", f"{stats.ai_cost_reserved:.4f} USD"


@app.command()
def budget(
    campaign: Named,
    limit: Annotated[
        float | None,
        typer.Option("--limit", metavar="USD", min=0, help="What it may spend on AI in all of its time."),
    ] = None,
    no_limit: Annotated[bool, typer.Option("--no-limit", help="Take its limit away.")] = False,
    allow_unpriced: Annotated[
        bool,
        typer.Option(
            "--allow-unpriced",
            help="With --limit: let it call models at unknown prices, which nothing holds to the limit.",
        ),
    ] = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say what a campaign may spend on AI, or limit it. What a call may cost is set aside before it is made.

    \b
    Examples:
      linkwright campaigns budget "Trail running"
      linkwright campaigns budget "Trail running" --limit 5
      linkwright campaigns budget "Trail running" --limit 5 --allow-unpriced
      linkwright campaigns budget "Trail running" --no-limit
    """
    if no_limit and limit is not None:
        raise InvalidInput("--no-limit", "cannot be given beside --limit")
    if allow_unpriced and limit is None:
        raise InvalidInput("--allow-unpriced", "belongs to --limit")

    async def work() -> Spending:
        async with acting(database_url, user) as me:
            found = await me.campaign(campaign)
            if limit is None and not no_limit:
                return await me.service.get_ai_budget(found.id)
            told = {"cost_limit": limit, "allows_unpriced": allow_unpriced}
            return await me.service.set_ai_budget(found.id, told)

    found = run(work())
    if as_json:
        print_json({**asdict(found), "left": found.left})
        return
    told = (
        "no limit" if found.cost_limit is None else f"limit {found.cost_limit:.4f} USD, {found.left:.4f} left"
    )
    also = ", unpriced models allowed" if found.allows_unpriced else ""
    typer.echo(f"{told}{also}; {found.spent:.4f} spent, {found.reserved:.4f} set aside for calls under way")
    if found.unpriced:
        typer.echo(f"{found.unpriced} calls at prices that nobody knows are in none of these sums.")


def _rate(name: str, value: float | None) -> str:
    if value is None:
        return "not known"
    return f"{value:.2f}" if name == "cost_per_link" else f"{value:.0%}"


def _command_of(verb: str) -> Callable[..., None]:
    def move(
        campaign: Named,
        reason: Reason = None,
        user: User = None,
        database_url: DatabaseUrl = None,
        as_json: AsJson = False,
    ) -> None:
        async def work() -> Any:
            async with acting(database_url, user) as me:
                found = await me.campaign(campaign)
                return await do_each(
                    me.service, [found.id], lambda work, one: getattr(work.campaigns, verb)(one, reason)
                )

        tell("campaign", run(work()), as_json=as_json)

    return move


for _verb, _help in _MOVES.items():
    _examples = f'\b\nExamples:\n  linkwright campaigns {_verb} "Trail running" --reason "a word on why"'
    app.command(_verb, help=f"{_help}\n\n{_examples}")(_command_of(_verb))
