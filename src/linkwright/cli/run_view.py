"""How a run looks in a terminal: what came in, the funnel, what needs a person, what was refused.

Everything shown may come from a stranger's page or mail, so it goes into `Text`, which reads
no markup, and through `plain`, which leaves no control character to move the cursor.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from linkwright.cli.plain import plain
from linkwright.cli.run_commands import commands, id_of
from linkwright.cli.run_learned_view import learned
from linkwright.jobs.run_report import Brought, Errand, Refused, RunReport, Stage
from linkwright.parsing.readable import readable
from linkwright.vocabulary import ImportKind

WIDEST_BAR = 44
BESIDE_BAR = 48  # the words and numbers on either side of it
SHOWN_ERRANDS = 6
SHOWN_REFUSED = 12

_STAGE_STYLES = ("cyan", "cyan", "blue", "magenta", "green", "green")
# Why a letter is held back is all there is to know of it; elsewhere a command shows the rest.
_IN_FULL = frozenset({"Letter held back"})
_PRESSING = ("Answer: legal complaint", "Answer: erase their data", "Look at a complaint", "Answer: positive")


def show(report: RunReport, console: Console, *, everything: bool = False) -> None:
    """Print a run; `everything` leaves nothing out of the long lists."""
    console.print(_head(report))
    parts: list[RenderableType | None] = [
        _brought(report.brought),
        _changes(report),
        _done(report),
        _funnel(report.funnel, bar=max(8, min(WIDEST_BAR, console.width - BESIDE_BAR))),
        _counts(report),
        learned(report),
        _errands(report, everything=everything),
        _refused(report, everything=everything),
    ]
    for part in parts:
        if part is not None:
            console.print()
            console.print(part)
    console.print()
    console.print(_last_line(report))


def _head(report: RunReport) -> Text:
    text = Text(overflow="ellipsis", no_wrap=True)
    text.append(plain(report.campaign), style="bold")
    text.append(f"  {report.status}", style="green" if report.status == "active" else "yellow")
    text.append(f"  {plain(report.owner)}  as of {report.now:%-d %B %Y, %H:%M} UTC", style="dim")
    if report.dry_run:
        text.append("\nDry run: this is what would happen; nothing was kept.", style="yellow")
    return text


def _brought(brought: Sequence[Brought]) -> RenderableType | None:
    if not brought:
        return None
    table = _table("Brought in", ("new", "merged", "same", "refused"))
    for one in brought:
        table.add_row(
            Text(plain(one.source, 60)),
            _number(one.new, "green"),
            _number(one.merged),
            _number(one.same),
            _number(one.refused, "red"),
        )
    return table


def _changes(report: RunReport) -> RenderableType | None:
    """Say what the file changed of a campaign that was there: nobody finds out by its letters."""
    parts: list[RenderableType] = []
    if report.settings_changed:
        parts.append(Text.assemble(("Settings", "bold"), ("  changed to what the file says", "dim")))
        table = Table.grid(padding=(0, 2))
        for one in report.settings_changed:
            table.add_row(one.name, Text(f"{_setting(one.old)} → {_setting(one.new)}", overflow="fold"))
        parts.append(Padding(table, (0, 0, 0, 2)))
    if report.templates_changed:
        names = plain(", ".join(report.templates_changed))
        parts.append(
            Text.assemble(
                ("Templates", "bold"), f"  {names}", ("  changed; what is drafted keeps its words", "dim")
            )
        )
    return Group(*parts) if parts else None


def _setting(value: object) -> str:
    if isinstance(value, list):
        return plain(", ".join(map(str, value)))
    return "nothing" if value is None else plain(value)


def _done(report: RunReport) -> RenderableType | None:
    if not report.done:
        return None
    text = Text("Done  ", style="bold")
    for n, (what, number) in enumerate(report.done.items()):
        text.append(" · " if n else "", style="dim")
        text.append(f"{number:,} ", style="bold")
        text.append(_singular(what) if number == 1 else what, style="not bold")
    return text


def _singular(what: str) -> str:
    for many in ("prospects", "templates", "letters", "follow-ups"):
        what = what.replace(many, many[:-1])
    return what


def _funnel(stages: Sequence[Stage], *, bar: int) -> RenderableType | None:
    most = max((stage.count for stage in stages), default=0)
    if not most:
        return None
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=12)
    table.add_column(justify="right", style="bold")
    table.add_column(width=bar)
    table.add_column(justify="right", style="dim", no_wrap=True)
    before = None
    for stage, style in zip(stages, _STAGE_STYLES, strict=False):
        length = max(round(bar * stage.count / most), 1 if stage.count else 0)
        share = "" if not before or not stage.count else f"{stage.count / before:.0%} of those before"
        table.add_row(stage.name, f"{stage.count:,}", Text("█" * length, style=style), share)
        before = stage.count
    return Group(Text("Funnel", style="bold"), Padding(table, (0, 0, 0, 2)))


def _counts(report: RunReport) -> RenderableType | None:
    tables = [
        _tally(title, counts)
        for title, counts in (
            ("Prospects now", report.prospects),
            ("Letters now", report.letters),
            ("Answers by kind", report.answers),
        )
        if counts
    ]
    return Columns(tables, padding=(0, 6)) if tables else None


def _tally(title: str, counts: Mapping[str, int]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_row(Text(title, style="bold"), "")
    for name, count in counts.items():
        table.add_row(f"  {name.replace('_', ' ')}", f"{count:,}")
    return table


def _errands(report: RunReport, *, everything: bool) -> RenderableType | None:
    if not report.errands:
        return None
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right", style="dim")
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=30)
    table.add_column(overflow="ellipsis", ratio=1)
    for what, group in _grouped(report.errands):
        shown = group if everything else group[:SHOWN_ERRANDS]
        for n, errand in enumerate(shown):
            label = Text("" if n else what, style="bold yellow" if what in _PRESSING else "bold")
            # What a dry run would have written has no id that stays.
            number = "" if report.dry_run else id_of(errand)
            whole = what in _IN_FULL
            who = Text(plain(readable(errand.who)), no_wrap=True, overflow="ellipsis")
            words = plain(readable(errand.why))
            why = Text(words, "dim", no_wrap=not whole, overflow="fold" if whole else "ellipsis")
            table.add_row(label, number, who, why)
        more = report.errand_counts.get(what, len(group)) - len(shown)
        if more:
            table.add_row("", "", Text(f"… and {more:,} more", style="dim"), "")
    total = sum(report.errand_counts.values())
    parts: list[RenderableType] = [_title("Needs a person", total, "yellow"), Padding(table, (0, 0, 0, 2))]
    return Group(*parts) if report.dry_run else Group(*parts, "", *_commands(report))


def _commands(report: RunReport) -> Iterable[RenderableType]:
    """Say what to type, each a line that can be copied whole."""
    yield Text("  What to type", style="bold")
    for command, meaning in commands(report):
        line = Text.assemble(plain(command, 300), (f"  # {meaning}", "dim"), overflow="fold")
        yield Padding(line, (0, 0, 0, 4))


def _grouped(errands: Iterable[Errand]) -> list[tuple[str, list[Errand]]]:
    groups: dict[str, list[Errand]] = {}
    for errand in errands:
        groups.setdefault(errand.what, []).append(errand)
    return list(groups.items())


def _refused(report: RunReport, *, everything: bool) -> RenderableType | None:
    if not report.refused_count:
        return None
    shown = report.refused if everything else report.refused[:SHOWN_REFUSED]
    parts: list[RenderableType] = [_title("Refused", report.refused_count, "red")]
    for source, group in groupby(shown, key=lambda one: one.source):
        parts.append(Text(f"  {plain(source)}"))
        for whole, faults in groupby(group, key=lambda one: one.row is None):
            # What is wrong with a file as a whole is said once, so it is said in full.
            show_them, indent = (_whole, 4) if whole else (_rows, 2)
            parts.append(Padding(show_them(faults), (0, 0, 0, indent)))
    if report.refused_count > len(shown):
        parts.append(Text(f"  … and {report.refused_count - len(shown):,} more", style="dim"))
    parts += (Padding(Text(words, style="dim"), (0, 0, 0, 2)) for words in _rejects(report.brought))
    return Group(*parts)


def _rejects(brought: Sequence[Brought]) -> Iterator[str]:
    """Say where all that was refused of a file is listed. What was refused as a whole is in no file."""
    files = {one.rejects_file: one.kind == ImportKind.MAIL for one in brought if one.rejects_file}
    if rows := [file for file, is_mail in files.items() if not is_mail]:
        yield f"All refused rows: {', '.join(rows)}. Mend them in your file and bring it again."
    if messages := [file for file, is_mail in files.items() if is_mail]:
        yield f"All refused messages: {', '.join(messages)}."


def _whole(refused: Iterable[Refused]) -> Text:
    return Text("\n".join(plain(one.rule, 2_000) for one in refused), overflow="fold")


def _rows(refused: Iterable[Refused]) -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(justify="right", no_wrap=True, width=6)
    table.add_column(no_wrap=True, overflow="ellipsis", width=15)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=5)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=3)
    for one in refused:
        row = "" if one.row is None else f"{one.row:,}"
        value = Text(plain(one.value, 60), style="dim")
        table.add_row(row, Text(plain(one.field)), Text(plain(one.rule)), value)
    return table


def _title(words: str, number: int, style: str) -> Text:
    return Text.assemble((words, "bold"), (f"  {number:,}", style))


def _last_line(report: RunReport) -> Text:
    if report.dry_run:
        return Text("Nothing was kept. Run it without --dry-run to do it.", style="dim")
    if not report.changed:
        return Text("Nothing new: everything was already as the files say.", style="dim")
    return Text("Done. Nothing was sent.", style="dim")


def _table(title: str, numbers: Sequence[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    table.add_column(Text(title, style="bold not dim"), min_width=30)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _number(number: int, style: str = "") -> Text:
    return Text(f"{number:,}", style=style) if number else Text("·", style="dim")
