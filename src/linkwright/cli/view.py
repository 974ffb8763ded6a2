"""How lists, facts, letters and histories look in a terminal.

What is shown may be a stranger's words: it goes into `Text`, which reads no markup, and through
`plain`, which leaves no control character. An id is never cut, because it is there to be copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from linkwright.cli.plain import plain
from linkwright.parsing.readable import readable
from linkwright.schemas.decisions import DecisionRead
from linkwright.schemas.fields import Record
from linkwright.schemas.status_changes import StatusChangeRead
from linkwright.vocabulary import EmailStatus, EmailType, OpportunityStatus, ResponseType, SuppressionReason

NOTHING: Final = "·"
_WIDEST: Final = 28
_NARROWEST: Final = 10
_GAP: Final = 2
_WORDS: Final = (OpportunityStatus, EmailStatus, EmailType, ResponseType, SuppressionReason)
_STATES: Final = frozenset(state.value for words in _WORDS for state in words)


def listing(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, wide: str, whole: Sequence[str], room: int
) -> Table:
    """Return a table as wide as `room`: `wide` takes what is left, those in `whole` are never cut."""
    cells = [[word(value) for value in row] for row in rows]
    longest = [
        max([len(name), *(row[place].cell_len for row in cells)]) for place, name in enumerate(columns)
    ]
    widths = {
        name: width if name in whole else min(width, _WIDEST)
        for name, width in zip(columns, longest, strict=True)
    }
    taken = sum(width + _GAP for name, width in widths.items() if name != wide)
    widths[wide] = max(min(longest[columns.index(wide)], room - taken), _NARROWEST)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    for name in columns:
        table.add_column(name, no_wrap=True, overflow="ellipsis", width=widths[name])
    for row in cells:
        table.add_row(*row)
    return table


def word(value: object) -> Text:
    """Return a value as it is shown: a moment to the minute, a state without underscores."""
    if value is None or value in ("", [], {}):
        return Text(NOTHING, style="dim")
    is_state = isinstance(value, str) and value in _STATES
    said = readable(_said(value))
    return Text(said.replace("_", " ") if is_state else said)


def facts(pairs: Iterable[tuple[str, object]]) -> Table:
    """Return what is known of something, a line each; what nobody knows is left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value is not None and value not in ("", [], {}):
            table.add_row(name, Text(_both(value)))
    return table


def print_words(console: Console, text: str | None) -> None:
    """Print a letter's text with its own lines and no others, so that it can be copied."""
    lines = (
        "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in line)
        for line in (text or "").splitlines()
    )
    console.print()
    console.print(Text("\n".join(lines)), soft_wrap=True)


def section(console: Console, title: str, content: RenderableType, *, count: int = 1) -> None:
    """Print a part under its title, unless there is nothing in it."""
    if count:
        console.print()
        console.print(Text(title, style="bold"))
        console.print(Padding(content, (0, 0, 0, 2)))


def history(moves: Sequence[StatusChangeRead], *, of: str) -> Table:
    """Return the moves of a life, a line each; another kind's are named."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold", style="dim")
    for move in moves:
        whose = "" if move.kind == of else f"letter {move.email_id} "
        way = move.new_status if move.old_status is None else f"{move.old_status} → {move.new_status}"
        table.add_row(
            _said(move.changed_at),
            Text(f"{whose}{way}".replace("_", " ")),
            Text(plain(move.actor, 40)),
            Text(plain(move.reason or "")),
        )
    return table


def reasons(decisions: Sequence[DecisionRead]) -> Table:
    """Return what was decided, by whom and why, a line each."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for one in decisions:
        who = f"{one.decided_by} ({one.decider})" if one.decider else one.decided_by
        said = ": ".join(filter(None, (one.action, one.reasoning)))
        table.add_row(_said(one.decided_at), Text(plain(f"{said or one.kind} · {who}", 300)))
    return table


def show_list(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    wide: str,
    whole: Sequence[str],
    cut: bool,
    none: str,
) -> None:
    """Print a list; `none` is said of an empty one, and a list that goes on says so."""
    console = Console()
    if rows:
        console.print(listing(columns, rows, wide=wide, whole=whole, room=console.width))
    else:
        console.print(Text(none, style="dim"))
    if cut:
        console.print(Text("There are more: --limit lists up to 1000.", style="dim"))


def as_values(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return rows as JSON values, whole but for what only the database can use."""
    return [record.model_dump(exclude={"address_hash"}) for record in records]


def _both(value: object) -> str:
    """Return a value as people read it, and where its host is stored in other letters, as that too."""
    said = _said(value)
    shown = readable(said)
    return said if shown == said else f"{shown}  ({said})"


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, int):
        return f"{value}"
    if isinstance(value, list):
        return plain(", ".join(map(str, value)))
    return plain(value)
