"""How a run says what was scored, chosen, read and learned: nothing without something behind it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from linkwright.cli.learn_view import VERDICTS
from linkwright.cli.plain import plain
from linkwright.jobs.run_report import RunReport
from linkwright.services.patterns import Pattern, PatternVerdict
from linkwright.vocabulary import DeciderKind

_SHOWN = 6


def learned(report: RunReport) -> RenderableType | None:
    """Return the part of a report that is about what is known by now."""
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=12)
    table.add_column(overflow="fold")
    for title, words in _lines(report):
        table.add_row(title, words)
    if not table.row_count:
        return None
    return Group(Text("What is known by now", style="bold"), Padding(table, (0, 0, 0, 2)))


def _lines(report: RunReport) -> Iterator[tuple[str, Text]]:
    if said := list(_scored(report)):
        yield "Scored", Text(" · ").join(said)
    if report.chosen:
        yield "Chosen", _chosen(report)
    if report.read:
        yield "Read", Text("; ".join(_read(report)))
    for n, one in enumerate(report.patterns[:_SHOWN]):
        yield "" if n else "Learned", _pattern(one)
    if (more := len(report.patterns) - _SHOWN) > 0:
        yield "", Text(f"… and {more:,} more: linkwright learn patterns", style="dim")
    for n, insight in enumerate(report.insights):
        words = Text(plain(insight["text"], 300))
        words.append(f" ({insight['confidence']:.0%} sure)", style="dim")
        if insight.get("suggestion"):
            words.append(f"\n{plain(insight['suggestion'], 300)}", style="dim")
        yield "" if n else "Proven", words


def _scored(report: RunReport) -> Iterator[Text]:
    if report.scored:
        total, fit = report.scored["prospects"], report.scored["fit"]
        yield Text(f"{total:,} prospects, {fit:,} of them fit ({report.fits_from:g} and more)")
    if report.not_scored:
        words = f"{report.not_scored:,} {'has' if report.not_scored == 1 else 'have'} no text to be scored by"
        yield Text.assemble(
            words, ("; describe them, or save their pages and name the folder in [pages]", "dim")
        )


def _chosen(report: RunReport) -> Text:
    total = sum(one.letters for one in report.chosen)
    shown = (
        f"{plain(one.template, 60)} {one.letters:,} ({one.letters / total:.0%})" for one in report.chosen
    )
    words = Text(" · ".join(shown))
    if evenly := sum(one.evenly for one in report.chosen):
        words.append(f"; {evenly:,} of {total:,} drawn evenly, to compare them by", style="dim")
    return words


def _read(report: RunReport) -> Iterator[str]:
    for one in report.read:
        unclear = f", {one.unclear:,} of them unclear" if one.unclear else ""
        if one.by == DeciderKind.USER:
            yield f"{one.answers:,} looked at by a person"
        else:
            yield f"{one.answers:,} answers by {plain(one.reader, 60)}{unclear}"


def _pattern(one: Pattern) -> Text:
    low, high = one.interval
    words = Text(f"{one.factor.replace('_', ' ')} {plain(one.arm, 60)}: {VERDICTS[one.verdict]}")
    if one.verdict is PatternVerdict.NOT_ENOUGH_DATA and one.more:
        words.append(f", about {one.more:,} letters more")
    others = "" if one.base_rate is None else f", others {one.base_rate:.1%}"
    waiting = f", {one.waiting:,} waiting" if one.waiting else ""
    words.append(
        f"\n{one.replies:,} of {one.trials:,} answered{waiting}; expected {one.rate:.1%}"
        f" ({low:.1%} to {high:.1%}){others}",
        style="dim",
    )
    return words
