"""How an import looks in a terminal, and as JSON."""

from __future__ import annotations

from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from linkwright.cli.plain import plain
from linkwright.jobs.importers import Summary
from linkwright.vocabulary import ImportKind

_SHOWN: Final = 10


def show_summary(summary: Summary, console: Console) -> None:
    """Print what became of a file. All of it may be a stranger's words, so none of it is markup."""
    console.print(_counts(summary))
    if summary.details:
        told = " · ".join(f"{number:,} {what}" for what, number in summary.details.items())
        console.print(Text(told, style="dim"))
    if summary.refusals:
        console.print(_refused(summary, width=console.width))
    for note in summary.notes:
        console.print(Text(plain(note, 500), style="dim"))
    if summary.resumed_at:
        text = f"An earlier run was broken off: this one went on after {summary.resumed_at:,}."
        console.print(Text(text, style="dim"))
    if summary.rejects is not None:
        what, advice = (
            ("messages", "")
            if summary.kind == ImportKind.MAIL
            else ("rows", " Mend these rows in your file and bring it again.")
        )
        console.print(Text(f"Refused {what}: {plain(summary.rejects, 500)}.{advice}"), soft_wrap=True)
    if summary.dry_run:
        console.print(Text("Dry run: this is what would happen; nothing was kept.", style="yellow"))
    elif not summary.changed and not summary.resumed_at:
        console.print(Text("Nothing new: everything was already as the file says.", style="dim"))


def as_json_summary(summary: Summary) -> dict[str, Any]:
    """Return a summary as JSON values."""
    return {
        "source": summary.source,
        "kind": summary.kind,
        "target": summary.target,
        **summary.counts(),
        "details": dict(summary.details),
        "items": summary.items,
        "resumed_at": summary.resumed_at,
        "changed": summary.changed,
        "dry_run": summary.dry_run,
        "rejects": None if summary.rejects is None else str(summary.rejects),
        "refusals": [
            {"row": one.row, "field": one.field, "value": plain(one.value), "rule": one.rule}
            for one in summary.refusals
        ],
        "notes": list(summary.notes),
    }


def _counts(summary: Summary) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    table.add_column(Text("Brought in", style="bold not dim"), min_width=30)
    for name in summary.counts():
        table.add_column(name, justify="right")
    table.add_row(
        Text(plain(summary.source, 60)),
        *(
            Text(f"{number:,}", style=_STYLES.get(name, "")) if number else Text("·", style="dim")
            for name, number in summary.counts().items()
        ),
    )
    return table


_STYLES: Final = {"new": "green", "refused": "red"}


def _refused(summary: Summary, *, width: int) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    table.add_column("row", justify="right", no_wrap=True)
    table.add_column("field", no_wrap=True)
    table.add_column("rule", overflow="fold")
    table.add_column("value", overflow="ellipsis", no_wrap=True, max_width=max(12, width // 4))
    for one in summary.refusals[:_SHOWN]:
        value = "" if one.value is None else plain(one.value, 60)
        table.add_row(f"{one.row:,}", Text(plain(one.field)), Text(plain(one.rule)), Text(value, style="dim"))
    if summary.refused > _SHOWN:
        table.add_row("…", "", Text(f"and {summary.refused - _SHOWN:,} more", style="dim"), "")
    return table
