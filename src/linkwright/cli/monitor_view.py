"""How the database's doing looks in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from linkwright.cli.view import listing
from linkwright.monitoring.ai_times import Calls
from linkwright.monitoring.caches import Cache
from linkwright.monitoring.indexes import IndexReport, kept
from linkwright.monitoring.overview import Overview
from linkwright.monitoring.report import process_caches_of
from linkwright.monitoring.statements import Numbers, summary

_LONGEST_PLAN: Final = 6
_TRIED: Final = {True: "  (tried: it would be used)", None: "", False: ""}
_COLUMNS: Final = re.compile(r"^(SELECT) .*? (FROM )")


def page(found: Overview, room: int, *, shown: int) -> RenderableType:
    """Return everything, one part below the other."""
    return Group(*_parts(found, room, shown))


def _parts(found: Overview, room: int, shown: int) -> Iterator[RenderableType]:
    if found.statements is not None:
        yield from _statements(found.statements, room, shown)
    if found.server_statements is not None:
        yield from _part("Statements, as the server counts them")
        rows = [
            (
                each.calls,
                each.rows,
                _ms(each.total_ms),
                _ms(each.mean_ms),
                _ms(each.longest_ms),
                _short(each.sql),
            )
            for each in found.server_statements
        ]
        columns = ("calls", "rows", "total ms", "mean", "longest", "statement")
        yield listing(columns, rows, wide="statement", whole=columns[:-1], room=room)
    yield from _indexes(found.indexes, room)
    yield from _caches(found, room)
    yield from _ai(found.ai, room)
    if found.maintained_at is not None:
        yield Text(f"\nUpkeep went well last at {found.maintained_at:%Y-%m-%d %H:%M} UTC.")
    for hint in found.hints:
        yield Text(f"\n{hint}", style="dim")


def _statements(numbers: Numbers, room: int, shown: int) -> Iterator[RenderableType]:
    processes = "1 process" if numbers.processes == 1 else f"{numbers.processes:,} processes"
    yield from _part(f"Statements, those first that took most time ({processes})")
    lines = [(asked, statement, summary(asked, statement)) for asked, statement in numbers.by_time()[:shown]]
    names = ("count", "total_ms", "p50_ms", "p95_ms", "p99_ms", "rows", "errors", "issuer")
    columns = ("count", "total ms", "p50", "p95", "p99", "rows", "errors", "on behalf of", "statement")
    rows = [
        [*(_ms(told[name]) if name.endswith("_ms") else told[name] for name in names), _short(asked.sql)]
        for asked, _, told in lines
    ]
    yield listing(columns, rows, wide="statement", whole=columns[:-2], room=room)
    for asked, statement, _ in lines:
        if statement.slow and statement.plan is not None and statement.plan.lines:
            yield Text(
                f"\nslow {statement.slow:,} times: {asked.issuer} {_short(asked.sql)}"[: room * 2],
                style="bold",
            )
            yield Padding(Text("\n".join(statement.plan.lines[:_LONGEST_PLAN])), (0, 0, 0, 2))


def _indexes(found: IndexReport, room: int) -> Iterator[RenderableType]:
    yield from _part(f"Indexes ({found.number})")
    faults = [
        *(("unused", each, "nothing was read from it") for each in found.unused),
        *(("duplicate", each.index, f"{each.other} begins with its columns") for each in found.duplicate),
    ]
    if faults:
        columns = ("what", "table", "index", "why")
        rows = [
            (what, index.table, index.name, "kept: asked for by the schema" if kept(index) else why)
            for what, index, why in faults
        ]
        yield listing(columns, rows, wide="why", whole=columns[:-1], room=room)
    for each in found.missing:
        read = f"{each.rows:,} rows of {each.table} are read from end to end, {each.count:,} times"
        yield Text(f"{read}, by {each.issuer} {_short(each.sql)}"[: room * 2])
        yield Text(f"  {each.making or 'It asks for every row.'}{_TRIED[each.tried]}", style="bold")
    if not (faults or found.missing):
        yield Text("Nothing is to be said against them.", style="dim")


def _caches(found: Overview, room: int) -> Iterator[RenderableType]:
    yield from _part("Caches")
    pages = found.pages
    counted = None if pages.hits is None else Cache(pages.hits, pages.misses or 0)
    rows: list[tuple[object, ...]] = [
        ("database pages", f"{pages.bytes / 2**20:,.0f} MB", *_asked(counted), pages.since)
    ]
    for name, cache in process_caches_of(found.statements).items():
        rows.append((name, f"{cache.size:,}" if cache.size else None, *_asked(cache), None))
    columns = ("cache", "size", "hits", "misses", "rate", "since")
    yield listing(columns, rows, wide="cache", whole=columns[1:], room=room)


def _asked(cache: Cache | None) -> tuple[str | None, ...]:
    if cache is None or cache.rate is None:
        return None, None, None
    return f"{cache.hits:,}", f"{cache.misses:,}", f"{cache.rate:.1%}"


def _ai(ai: Sequence[Calls], room: int) -> Iterator[RenderableType]:
    if not ai:
        return
    yield from _part("AI")
    columns = ("kind", "model", "version", "calls", "errors", "p50 ms", "p95", "cost")
    rows = [
        (
            calls.kind, calls.model or calls.provider, calls.version, f"{calls.number:,}",
            f"{calls.error_rate:.1%}", calls.quantile(0.5), calls.quantile(0.95),
            " + ".join(f"{cost:,.4f} {currency}" for currency, cost in calls.cost.items()),
        )
        for calls in ai
    ]  # fmt: skip
    yield listing(columns, rows, wide="model", whole=columns[3:], room=room)


def _part(title: str) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", style="bold")


def _short(sql: str) -> str:
    """Return a statement without the columns it asks for: what it asks of comes sooner into sight."""
    return _COLUMNS.sub(r"\1 … \2", sql, count=1)


def _ms(value: object) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else str(value)
