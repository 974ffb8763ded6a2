"""The table: printed, and kept in docs/performance.md."""

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.harness import Result

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- table -->", "<!-- /table -->"
HEAD = ["benchmark", "what", "database", "median", "minimum", "maximum", "goal", "met"]


def lines(results: Mapping[str, Sequence[Result]]) -> list[list[str]]:
    """The table's lines, without its head."""
    return [[name, *result.cells()] for name, group in results.items() for result in group]


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """The table in columns, for a terminal."""
    table = [HEAD, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def keep(results: Mapping[str, Sequence[Result]]) -> None:
    """Replace the lines of the benchmarks that ran; those of others stay."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    old, _, after = rest.partition(END)
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in old.splitlines()]
    kept = [
        row for row in cells if len(row) >= 6 and row[0] not in {*results, HEAD[0]} and set(row[0]) != {"-"}
    ]
    rows = [HEAD, ["---"] * len(HEAD), *kept, *lines(results)]
    table = "\n".join("| " + " | ".join([*row, "", ""][: len(HEAD)]) + " |" for row in rows)
    PAGE.write_text(f"{before}{BEGIN}\n{_where()}\n\n{table}\n{END}{after}")


def _where() -> str:
    return (
        f"Last measured with Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} and "
        f"PostgreSQL 18 on {os.cpu_count()} cores ({platform.machine()}, {platform.system()})."
    )
