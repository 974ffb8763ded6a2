"""`linkwright prospects`: look at prospects, decide about them, note their links."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from linkwright.cli.acting import DryRun, InCampaign, Limit, User, acting, moment_of
from linkwright.cli.each import Ids, command_with_reason, each
from linkwright.cli.prospect_view import show_whole
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.cli.view import as_values, show_list
from linkwright.schemas.decisions import DecisionRead
from linkwright.schemas.emails import EmailRead
from linkwright.schemas.fields import Record
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.schemas.responses import ResponseRead
from linkwright.schemas.status_changes import StatusChangeRead
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import LifeKind, OpportunityStatus

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at prospects, decide about them, note their links.",
)

Id = Annotated[int, typer.Argument(metavar="ID", help="The prospect.")]


@app.command("list")
def list_prospects(
    campaign: InCampaign,
    status: Annotated[
        OpportunityStatus | None, typer.Option("--status", help="Only those in this state.")
    ] = None,
    limit: Limit = 50,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List a campaign's prospects, the most relevant first; who was not looked at comes last.

    \b
    Examples:
      linkwright prospects list -c "Trail running" --status qualified
      linkwright prospects list -c "Trail running" --limit 1000 --json
    """

    async def work() -> tuple[list[OpportunityRead], bool]:
        async with acting(database_url, user) as me:
            chosen = await me.campaign(campaign)
            page = await me.service.get_campaign_opportunities(chosen.id, status, limit=limit)
            return [OpportunityRead.model_validate(row) for row in page], page.after is not None

    found, cut = run(work())
    if as_json:
        print_json({"prospects": as_values(found), "more": cut})
        return
    rows = [(one.id, one.status, _relevance(one), one.contact_email, one.url) for one in found]
    show_list(
        ("id", "status", "relevance", "address", "page"),
        rows,
        wide="page",
        whole=("id", "status", "relevance"),
        cut=cut,
        none="No prospects.",
    )


@app.command()
def show(prospect: Id, user: User = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show a prospect: what is known, what was decided, its letters, its answers, its history.

    \b
    Examples:
      linkwright prospects show 17
    """

    async def work() -> dict[str, list[Any]]:
        async with acting(database_url, user) as me, me.service.reading() as reading:
            one = OpportunityRead.model_validate(await reading.opportunities.get(prospect))
            of: dict[str, Any] = {"opportunity_id": one.id, "limit": 1000}
            return {
                "prospect": [one],
                "decisions": _all(DecisionRead, await reading.decisions.page(me.user_id, **of)),
                "letters": _all(EmailRead, await reading.emails.page(one.campaign_id, **of)),
                "answers": _all(ResponseRead, await reading.responses.page(one.campaign_id, **of)),
                "history": _all(
                    StatusChangeRead, await reading.history.page(LifeKind.OPPORTUNITY, one.id, limit=1000)
                ),
            }

    found = run(work())
    one = found["prospect"][0]
    if as_json:
        values: dict[str, Any] = {name: as_values(rows) for name, rows in found.items()}
        print_json({**values, "prospect": values["prospect"][0]})
        return
    show_whole(Console(), one, found)


command_with_reason(
    app,
    "prospect",
    "qualify",
    lambda work, one, reason: work.opportunities.qualify(one, reason),
    """Find prospects worth a letter that no rule could judge, or that were rejected or given up.

    \b
    Examples:
      linkwright prospects qualify 17 18 --reason "small, and exactly our readers"
    """,
)
command_with_reason(
    app,
    "prospect",
    "approve",
    lambda work, one, reason: work.opportunities.approve(one, reason),
    """Agree that qualified prospects are written to. One that fails stops no other.

    \b
    Examples:
      linkwright prospects approve 17
      linkwright prospects approve 17 18 21 --dry-run
    """,
)


@app.command()
def reject(
    prospects: Ids,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the history.")],
    dry_run: DryRun = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Decide against prospects that nobody was written to about yet.

    \b
    Examples:
      linkwright prospects reject 17 18 --reason "a shop, not a magazine"
    """

    async def verb(work: UnitOfWork, one: int) -> Any:
        return await work.opportunities.reject(one, reason)

    each("prospect", prospects, verb, user=user, database_url=database_url, as_json=as_json, dry_run=dry_run)


@app.command()
def contact(
    prospect: Id,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who is to be written to.")],
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="The person's name.")] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Note the address that somebody found. The next run judges the prospect again.

    \b
    Examples:
      linkwright prospects contact 17 ann@trail-notes.example --name "Ann Keller"
    """

    async def verb(work: UnitOfWork, one: int) -> Any:
        changes = {"contact_email": address} | ({} if name is None else {"contact_name": name})
        return await work.opportunities.update(one, changes)

    each("prospect", [prospect], verb, user=user, database_url=database_url, as_json=as_json)


@app.command()
def link(
    prospect: Id,
    url: Annotated[str, typer.Argument(metavar="URL", help="The page with the link on it.")],
    evidence: Annotated[
        str, typer.Option("--evidence", metavar="TEXT", help="Who or what says so.")
    ] = "seen by a person",
    at: Annotated[
        str | None, typer.Option("--at", metavar="MOMENT", help="Since when: ISO 8601, with a zone.")
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Note that a prospect's link is live. Saying it twice changes nothing.

    \b
    Examples:
      linkwright prospects link 17 https://trail-notes.example/our-guest-mara
    """
    published_at = moment_of("--at", at)

    async def verb(work: UnitOfWork, one: int) -> Any:
        return await work.opportunities.record_link(one, url, evidence=evidence, published_at=published_at)

    each("prospect", [prospect], verb, user=user, database_url=database_url, as_json=as_json)


@app.command()
def lost(
    prospect: Id,
    evidence: Annotated[
        str, typer.Option("--evidence", metavar="TEXT", help="What was seen, or why it was noted wrongly.")
    ],
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Note that a prospect's link is gone, or was noted by mistake. Another one can be noted then.

    \b
    Examples:
      linkwright prospects lost 17 --evidence "the page is there, the link is not"
    """

    async def verb(work: UnitOfWork, one: int) -> Any:
        return await work.opportunities.record_link_lost(one, evidence=evidence)

    each("prospect", [prospect], verb, user=user, database_url=database_url, as_json=as_json)


def _relevance(one: OpportunityRead) -> float | None:
    # 0 until somebody has looked at the page, and means nothing then.
    return None if one.analyzed_at is None else one.ai_relevance_score


def _all(shape: type[Record], rows: Any) -> list[Any]:
    return [shape.model_validate(row) for row in rows]
