"""What was measured, kept as JSON; and from it the tables of docs/operations.md and their picture."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.harness import NAMES
from benchmarks.scale import inserts, reads

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "operations.md"
PICTURE: Final = ROOT / "docs" / "images" / "scale.svg"
KEPT: Final = Path(__file__).with_name("measured.json")
BEGIN, END = "<!-- scale -->", "<!-- /scale -->"
_MEGABYTE: Final = 1_000_000
_TABLES: Final = 6
"""Tables of which the sizes are shown; the smaller ones together are one more."""


def known() -> dict[str, dict[str, Any]]:
    """Return what was measured, by database and by the number of emails."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def keep(dialect: str, emails: int, found: Mapping[str, Any]) -> None:
    """Keep what was measured of one size; what was not measured this time stays as it was."""
    every = known()
    of = every.setdefault(dialect, {})
    of[str(emails)] = of.get(str(emails), {}) | {name: value for name, value in found.items() if value}
    KEPT.write_text(json.dumps(every, indent=1, sort_keys=True) + "\n")


def lines(dialect: str, emails: int, found: Mapping[str, Any]) -> tuple[list[str], bool]:
    """Return one size as text, and whether it is as promised."""
    rows, good = [f"{NAMES[dialect]}, {emails:,} emails, load {found['load']}"], True
    for name, one in found["reads"].items():
        met = one["ratio"] <= reads.AT_MOST
        good &= met
        rows.append(
            f"  {name}: p95 {one['p95_ms']:.1f} ms, small {one['small_p95_ms']:.1f} ms,"
            f" {one['ratio']:.2f} x (at most {reads.AT_MOST:g}) {_word(met)}"
        )
    for name, one in found.get("inserts", {}).items():
        met = one["ratio"] >= inserts.AT_LEAST
        good &= met
        rows.append(
            f"  {name}: {one['per_second']:,.0f}/s, small {one['small_per_second']:,.0f}/s,"
            f" {one['ratio']:.2f} x (at least {inserts.AT_LEAST:g}) {_word(met)}"
        )
    rows += [f"  {name}: {value}" for name, value in found.get("archive", {}).items()]
    rows += [f"  {name}: {value} s" for name, value in found.get("commands", {}).items()]
    return rows, good


def draw() -> None:
    """Write the tables and the picture from what is kept."""
    every = known()
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest:
        raise SystemExit(f"{PAGE} has no place for the tables: {BEGIN} and {END}")
    parts = "\n\n".join(_parts(every))
    PAGE.write_text(f"{before}{BEGIN}\n{parts}\n{END}{after}")
    _picture(every)


def _parts(every: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield (
        f"Measured on {os.cpu_count()} cores with {_memory()} GB of memory"
        f" ({platform.machine()}, {platform.system()}), Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, PostgreSQL 18."
    )
    for dialect, sizes in sorted(every.items(), reverse=True):
        yield f"**{NAMES[dialect]}**\n\n" + _table(sizes)
    yield "![How reads and inserts grow with the number of emails](images/scale.svg)"


def _table(sizes: Mapping[str, Any]) -> str:
    order = sorted(sizes, key=int)
    rows: list[Sequence[str]] = [
        ["", *(f"{int(each):,} emails" for each in order)],
        ["---"] * (len(order) + 1),
    ]

    def row(what: str, cells: Sequence[str]) -> None:
        if any(cells):
            rows.append([what, *(cell or "not measured" for cell in cells)])

    of = [sizes[each] for each in order]
    row("on the disk", [_size(one.get("bytes")) for one in of])
    for name in _largest(of):
        row(f"`{name}`", [_size(one.get("tables", {}).get(name, [0, None])[1]) for one in of])
    row(
        "emails per second while it was filled: first third, last third",
        [_filled(one["filled"]) for one in of],
    )
    for name in of[-1]["reads"]:
        row(f"{name}, p95 (against the small one)", [_read(one["reads"].get(name)) for one in of])
    for name in _names(of, "inserts"):
        row(
            f"{name} per second (against the small one)",
            [_insert(one.get("inserts", {}).get(name)) for one in of],
        )
    for name in ("archived_per_second", "restored_per_second"):
        word = f"rows {name.partition('_')[0]} per second"
        row(word, [_rate(one.get("archive", {}).get(name)) for one in of])
    for name in _names(of, "commands"):
        row(f"`linkwright {name}`", [_seconds(one.get("commands", {}).get(name)) for one in of])
    row("load of the machine meanwhile", [" to ".join(map(str, one["load"])) for one in of])
    row("remarks", [one.get("note", "") or "none" for one in of])
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


def _largest(of: Sequence[Mapping[str, Any]]) -> list[str]:
    tables: Mapping[str, Any] = next((one["tables"] for one in reversed(of) if "tables" in one), {})
    return sorted(tables, key=lambda name: -(tables[name][1] or 0))[:_TABLES]


def _names(of: Sequence[Mapping[str, Any]], part: str) -> list[str]:
    return list(dict.fromkeys(name for one in of for name in one.get(part, {})))


def _size(number: int | None) -> str:
    return "" if number is None else f"{number / _MEGABYTE:,.0f} MB"


def _filled(filled: Mapping[str, Any]) -> str:
    rates = [rate for _, rate, _ in filled["rates"]]
    third = len(rates) // 3
    first, last = (len(part) / sum(1 / rate for rate in part) for part in (rates[:third], rates[-third:]))
    return f"{first:,.0f}, {last:,.0f}"


def _read(one: Mapping[str, float] | None) -> str:
    return "" if one is None else f"{one['p95_ms']:.1f} ms ({one['ratio']:.2f} x)"


def _insert(one: Mapping[str, float] | None) -> str:
    return "" if one is None else f"{one['per_second']:,.0f} ({one['ratio']:.2f} x)"


def _rate(number: float | None) -> str:
    return "" if number is None else f"{number:,.0f}"


def _seconds(number: float | None) -> str:
    return "" if number is None else f"{number:.1f} s"


def _word(met: bool) -> str:  # noqa: FBT001  (one word of a line)
    return "yes" if met else "NO"


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _picture(every: Mapping[str, Mapping[str, Any]]) -> None:
    import matplotlib as mpl  # noqa: PLC0415  (of the extra `report`, and only a picture needs it)

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    # The same bytes for the same numbers.
    with mpl.rc_context(
        {"svg.hashsalt": "scale", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    ):
        figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
        for dialect, style in (("sqlite", "-"), ("postgresql", "--")):
            sizes = sorted(every.get(dialect, {}), key=int)
            for place, name in enumerate(reads.READS):
                p95 = [every[dialect][size]["reads"][name]["p95_ms"] for size in sizes]
                label = f"{name}, {NAMES[dialect]}"
                axes[0].plot(
                    [int(size) for size in sizes], p95, f"C{place}o{style}", markersize=4, label=label
                )
            found = [size for size in sizes if "inserts" in every[dialect][size]]
            for place, name in enumerate(_names([every[dialect][size] for size in found], "inserts")):
                ratios = [every[dialect][size]["inserts"][name]["ratio"] for size in found]
                label = f"{name}, {NAMES[dialect]}"
                axes[1].plot(
                    [int(size) for size in found], ratios, f"C{place}o{style}", markersize=4, label=label
                )
        axes[0].set(xscale="log", yscale="log", xlabel="emails", ylabel="p95, milliseconds", title="Reads")
        axes[1].set(
            xscale="log",
            ylim=(0, None),
            xlabel="emails",
            ylabel="rate / rate at 10,000",
            title="Bulk inserts",
        )
        axes[1].axhline(inserts.AT_LEAST, color="grey", linewidth=0.8)
        for axis in axes:
            axis.legend(fontsize=6, frameon=False)
        figure.savefig(PICTURE, format="svg", metadata={"Date": None})
        plt.close(figure)
