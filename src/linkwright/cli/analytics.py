"""`linkwright analytics`: bring the numbers of days, weeks and months up to date, and look at them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from linkwright.archive.storage import Storage
from linkwright.cli.acting import Acting, InCampaign, OnlyCampaign, User, acting, moment_of
from linkwright.cli.archived import IncludeArchived, Shown, archive_to_read, here, there
from linkwright.cli.plain import plain
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run, settings_with
from linkwright.cli.totals_view import show_totals
from linkwright.cli.view import as_values, facts, section, show_list
from linkwright.errors import InvalidInput
from linkwright.jobs.roll_up import RolledUp, roll_up
from linkwright.schemas.analytics import AnalyticsQuery, AnalyticsRead
from linkwright.schemas.figures import Dashboard
from linkwright.schemas.validation import parse
from linkwright.vocabulary import PeriodType

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Bring days, weeks and months up to date; look at them."
)

_CAMPAIGNS_AT_ONCE: Final = 1000
_SHOWN: Final = (
    ("sent", "emails_sent"),
    ("back", "emails_bounced"),
    ("asked", "opportunities_contacted"),
    ("replied", "opportunities_responded"),
    ("yes", "positive_responses"),
    ("links", "links_acquired"),
)


@app.command("roll-up")
def roll_up_command(
    campaign: OnlyCampaign = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DATE",
            help="Count again whoever has a fact of this day or later, known to have changed or not.",
        ),
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring the numbers of days, weeks and months up to date. Only what changed is counted again.

    \b
    Examples:
      linkwright analytics roll-up
      linkwright analytics roll-up -c "Trail running" --since 2026-11-01
    """
    day = _day("--since", since)

    async def work() -> list[RolledUp]:
        async with acting(database_url, user) as me:
            return await roll_up(me.service, await _campaigns(me, campaign), since=day)

    done = run(work())
    if as_json:
        print_json({"campaigns": [_as_json(one) for one in done]})
        return
    whole = ("prospects counted", "records changed")
    rows = [(one.prospects, one.records, one.name) for one in done]
    show_list((*whole, "campaign"), rows, wide="campaign", whole=whole, cut=False, none="No campaign.")


@app.command()
def show(
    campaign: InCampaign,
    period: Annotated[
        PeriodType, typer.Option("--period", help="Days, weeks or months.")
    ] = PeriodType.WEEKLY,
    since: Annotated[
        str | None, typer.Option("--from", metavar="MOMENT", help="Periods that start then or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="MOMENT", help="Periods that start then or earlier.")
    ] = None,
    include_archived: IncludeArchived = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show what a campaign's periods came to, what that proves, and what to do about it.

    What no roll-up has stored yet is counted for this answer; nothing is written. A campaign that is
    archived is read where its archive lies.

    \b
    Examples:
      linkwright analytics show -c "Trail running"
      linkwright analytics show -c "Trail running" --period monthly --from 2026-01-01T00:00:00Z --json
    """
    given = {"date_from": moment_of("--from", since), "date_to": moment_of("--to", until)}
    asked = parse(AnalyticsQuery, given | {"period_type": period.value})

    async def work() -> Shown:
        async with acting(database_url, user) as me:
            away = await archive_to_read(me, campaign, include_archived=include_archived)
            if away is None:
                return await here(me, (await me.campaign(campaign)).id, asked)
            storage = Storage.of(settings_with(database_url))
            return await there(me, storage, away, asked)

    name, rows, stats = run(work())
    if as_json:
        print_json({"campaign": name, "period_type": period.value, "periods": as_values(rows)})
        return
    console = Console()
    console.print(Text.assemble((plain(name), "bold"), f"  {period.value}"))
    columns = ("from", *(title for title, _ in _SHOWN), "reply rate", "cost")
    lines = [
        (
            row.date.date().isoformat(),
            *(getattr(row, column) for _, column in _SHOWN),
            _replies(row),
            _cost(row),
        )
        for row in rows
    ]
    show_list(columns, lines, wide="reply rate", whole=columns, cut=False, none="Nothing has happened yet.")
    if stats.figures is not None:
        reply = stats.figures.time_to_reply
        section(console, "Time to an answer", facts([("", reply.words), ("still waiting", reply.waiting)]))
    _show_insights(console, rows)


@app.command()
def totals(
    include_archived: IncludeArchived = False,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show what all campaigns come to. Archived ones are in the totals, and listed when asked for.

    \b
    Examples:
      linkwright analytics totals
      linkwright analytics totals --include-archived --json
    """

    async def work() -> Dashboard:
        async with acting(database_url, user) as me:
            return await me.service.get_user_dashboard(me.user_id, include_archived=include_archived)

    found = run(work())
    if as_json:
        print_json(asdict(found) | {"cost_per_link": found.figures.cost_per_link})
        return
    show_totals(found, include_archived=include_archived)


def _show_insights(console: Console, rows: list[AnalyticsRead]) -> None:
    latest = next((row for row in reversed(rows) if row.ai_insights is not None), None)
    if latest is None:
        return
    for title, values in (
        ("What the numbers prove", latest.ai_insights),
        ("What to do", latest.optimization_suggestions),
    ):
        said = [
            ("·", plain(str(one["text"]))) for one in values or [] if isinstance(one, dict) and "text" in one
        ]
        section(console, title, facts(said), count=len(said))
    if not latest.ai_insights:
        section(console, "What the numbers prove", Text("Nothing yet that chance could not have made."))


def _replies(row: AnalyticsRead) -> str:
    rate = ((row.performance_trends or {}).get("rates") or {}).get("reply_rate")
    if rate is None:
        return "too early" if row.opportunities_contacted else "·"
    return f"{rate['rate']:.1%} ({rate['low']:.0%}-{rate['high']:.0%})"


def _cost(row: AnalyticsRead) -> str:
    return f"{row.ai_cost_incurred or 0:.2f}"


async def _campaigns(me: Acting, name_or_id: str | None) -> list[tuple[str, str]]:
    if name_or_id is not None:
        found = await me.campaign(name_or_id)
        return [(found.id, found.name)]
    campaigns: list[tuple[str, str]] = []
    after: str | None = None
    while True:
        page = await me.service.get_user_campaigns(me.user_id, limit=_CAMPAIGNS_AT_ONCE, after=after)
        campaigns += [(one.id, one.name) for one in page]
        if len(page) < _CAMPAIGNS_AT_ONCE:
            return campaigns
        after = page[-1].id


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(option, "must be a date such as 2026-11-01", text) from None


def _as_json(one: RolledUp) -> dict[str, Any]:
    return {
        "campaign_id": one.campaign_id,
        "name": one.name,
        "prospects_counted": one.prospects,
        "records_changed": one.records,
    }
