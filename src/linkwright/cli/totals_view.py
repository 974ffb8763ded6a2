"""What all of a user's campaigns come to, on a terminal."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.text import Text

from linkwright.cli.plain import plain
from linkwright.cli.view import facts, section, show_list
from linkwright.schemas.figures import CampaignLine, Dashboard, RateRead

_COLUMNS: Final = ("campaign", "state", "found", "asked", "replied", "links", "cost", "reply rate")


def show_totals(found: Dashboard, *, include_archived: bool) -> None:
    """Print the campaigns, then what they come to together."""
    show_list(
        _COLUMNS,
        [_line(one) for one in found.campaigns],
        wide="campaign",
        whole=_COLUMNS[1:],
        cut=False,
        none="No campaign in the database." if found.archived_campaigns else "No campaign.",
    )
    console = Console()
    figures = found.figures
    known = [
        *found.funnel.items(),
        *((name.replace("_", " "), _rate(rate)) for name, rate in figures.rates.items()),
        ("time to an answer", figures.time_to_reply.words),
        ("cost", f"{figures.cost:.2f}"),
        ("cost per link", figures.cost_per_link),
    ]
    section(console, "All of them", facts(known))
    if found.archived_campaigns:
        listed = "" if include_archived else "; --include-archived lists them"
        console.print(Text(f"Of them archived: {found.archived_campaigns}{listed}.", style="dim"))
    if found.more_campaigns:
        number = len(found.campaigns) + (0 if include_archived else found.archived_campaigns)
        console.print(Text(f"There are more: these are the newest {number}.", style="dim"))
    waits = [(one.what, f"{one.number}{' or more' * one.at_least}") for one in found.needs_a_person]
    section(console, "Waiting for you", facts(waits), count=len(waits))


def _line(one: CampaignLine) -> tuple[object, ...]:
    return (
        plain(one.name),
        "archived" if one.archived else one.status,
        one.total_opportunities,
        one.contacted_opportunities,
        one.responded_opportunities,
        one.successful_links,
        f"{one.actual_cost:.2f}",
        _rate(one.reply_rate),
    )


def _rate(rate: RateRead) -> str | None:
    return None if rate.rate is None else f"{rate.rate:.1%} ({rate.low:.0%}-{rate.high:.0%})"
