"""`linkwright campaigns`: look at campaigns, and move them through their lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from linkwright.cli.acting import Limit, User, acting
from linkwright.cli.each import do_each, tell
from linkwright.cli.run_view import plain
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.cli.view import as_values, facts, history, section, show_list
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
        values = {"campaign": found.model_dump(), "counts": stats.counts, **rates}
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
                ("cost", found.actual_cost or None),
                *((name.replace("_", " "), _rate(name, rate)) for name, rate in rates.items()),
            ]
        )
    )
    titles = {"opportunity": "Prospects", "email": "Letters", "response": "Answers"}
    for subject, title in titles.items():
        counts = stats.counts.get(subject, {})
        section(console, title, facts((k.replace("_", " "), n) for k, n in counts.items()), count=len(counts))
    section(console, "History", history(moves, of=LifeKind.CAMPAIGN), count=len(moves))


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
