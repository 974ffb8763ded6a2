"""`linkwright explain`: the whole story of a prospect or a letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from linkwright.cli.acting import User, acting, moment_of
from linkwright.cli.plain import plain
from linkwright.cli.removed import removed_on
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.parsing.readable import readable
from linkwright.schemas.budgets import Spending
from linkwright.schemas.stories import Entry, Story

app = typer.Typer(no_args_is_help=True, help="Tell why a prospect or a letter stands where it does.")

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="MOMENT", help="As it was known then: ISO 8601, with a zone."),
]
Id = Annotated[int, typer.Argument(metavar="ID", help="Its number in the record.")]

_STYLES: Final = {"decision": "bold", "letter": "cyan", "answer": "green", "event": "", "move": ""}
_LONGEST: Final = 240
_SHORT: Final = 40


@app.command()
def opportunity(
    prospect: Id,
    as_of: AsOf = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Tell the story of a prospect: what was decided, how surely, at what cost, and what came of it.

    \b
    Examples:
      linkwright explain opportunity 17
      linkwright explain opportunity 17 --as-of 2026-11-01T00:00:00Z
    """
    _explain("opportunity", prospect, as_of, user, database_url, as_json)


@app.command()
def email(
    letter: Id,
    as_of: AsOf = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Tell the story of a letter: how it was written and chosen, how it travelled, and what came of it.

    \b
    Examples:
      linkwright explain email 4
      linkwright explain email 4 --json
    """
    _explain("email", letter, as_of, user, database_url, as_json)


def _explain(
    kind: Literal["opportunity", "email"],
    identity: int,
    as_of: str | None,
    user: str | None,
    database_url: str | None,
    as_json: bool,
) -> None:
    moment = moment_of("as_of", as_of)

    async def work() -> tuple[Story, Spending]:
        async with acting(database_url, user) as me:
            told: Story = await me.service.explain(kind, identity, moment)
            return told, await me.service.get_ai_budget(told.campaign_id)

    story, spending = run(work())
    if as_json:
        print_json({**story.model_dump(mode="json"), "campaign_cost_limit": spending.cost_limit})
        return
    console = Console()
    console.print(Text.assemble((plain(story.title), "bold"), f"  {story.status.replace('_', ' ')}"))
    console.print(Text(f"as of {story.as_of:%Y-%m-%d %H:%M} UTC, {_cost(story)}", style="dim"))
    if spending.cost_limit is not None:
        console.print(Text(_limit(spending), style="dim"))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    day = ""
    for entry in story.entries:
        if (on := f"{entry.at:%Y-%m-%d}") != day:
            day = on
            table.add_row(Text(day, style="bold not dim"))
        table.add_row(f"{entry.at:%H:%M}", entry.what, _told(entry))
    console.print()
    console.print(table)


def _cost(story: Story) -> str:
    said = f"cost {story.cost:.4f} USD"
    return f"{said}, {story.unpriced} unpriced" if story.unpriced else said


def _limit(spending: Spending) -> str:
    return (
        f"its campaign may spend {spending.cost_limit:.2f} USD on AI;"
        f" by now it has spent {spending.spent:.4f} USD"
    )


def _told(entry: Entry) -> Text:
    about = f"{entry.about}: " if entry.about not in {None, "prospect"} else ""
    said = Text(
        f"{about}{readable(plain(entry.text, _LONGEST))}".replace("_", " "), style=_STYLES[entry.what]
    )
    if entry.by is not None:
        said.append(f"  {plain(entry.by, 60)}", style="not bold dim")
    for line in _more(entry):
        said.append(f"\n  {plain(line, _LONGEST)}", style="not bold")
    return said


def _more(entry: Entry) -> Iterator[str]:
    facts = entry.facts
    if entry.what == "answer":
        yield str(facts["type"]).replace("_", " ")
        yield from filter(None, [" ".join(str(facts["words"]).split())])
        yield from _removed("its words were", facts.get("removed_at"))
    elif entry.what == "letter":
        template = f", template {facts['template']}" if "template" in facts else ""
        yield f"{facts.get('type')} to {facts.get('to')}{template}".replace("_", " ")
        yield from _removed("its words were", facts.get("removed_at"))
        yield from _removed("what happened to it was", facts.get("events_removed_at"))
    elif entry.what != "decision":
        by = "by a machine" if facts.get("agent") == "machine" else None
        yield from filter(None, (facts.get("reason"), by))
    else:
        yield from _of_a_decision(entry, facts)


def _of_a_decision(entry: Entry, facts: dict[str, Any]) -> Iterator[str]:
    if entry.alternatives:
        yield "out of " + ", ".join(
            f"{'*' if each.chosen else ''}{each.arm}" + ("" if each.p is None else f" {each.p:.0%}")
            for each in entry.alternatives
        )
    said = {**(facts.get("output") or {})}
    told = [f"{name.removeprefix('ai_')} {said[name]}" for name in sorted(said) if _is_short(said[name])]
    if told:
        yield ", ".join(told).replace("_", " ")
    if "executed_action" in facts:
        yield f"overridden: {facts['executed_action']} was taken instead"
    if "reasoning" in facts:
        yield f"because {facts['reasoning']}"
    yield from _removed("its reasons were", facts.get("stripped_at"))
    if "confidence_raw" in facts:
        mended = facts.get("confidence")
        calibrated = "" if mended is None else f", calibrated {mended:.2f} ({facts.get('calibrator')})"
        yield f"confidence {facts['confidence_raw']:.2f}{calibrated}"
    model = facts.get("response_model") or facts.get("request_model")
    if model is not None:
        cost = (
            f"{facts['cost']:.6f} USD ({facts.get('price_source')})" if "cost" in facts else "price not known"
        )
        yield f"model {model}, {cost}"
    for outcome in entry.outcomes:
        late = f", heard of late, on {outcome.recorded_at:%Y-%m-%d}" if outcome.late else ""
        proof = f" ({outcome.evidence})" if outcome.evidence else ""
        name = outcome.name.replace("_", " ")
        yield f"→ {name} {outcome.value:g}{proof}, {outcome.occurred_at:%Y-%m-%d}{late}"


def _removed(what: str, at: Any) -> Iterator[str]:
    if at is not None:
        yield f"{what} {removed_on(at)}"


def _is_short(value: object) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= _SHORT)
