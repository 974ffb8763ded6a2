"""How a table of regrets looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from linkwright.learning.simulation.running import Regret
    from linkwright.learning.simulation.worlds import World


def print_regrets(
    world: World, regrets: Sequence[Regret], bound: Mapping[int, float | None], *, runs: int, seed: int
) -> None:
    """Print the table, least regret last column first to be read."""
    console = Console()
    console.print(Text(f"Replies lost per user: {world.about}; {runs} runs, seed {seed}"))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    table.add_column("policy", no_wrap=True)
    for mark in world.marks:
        table.add_column(f"{mark:,} emails", justify="right", no_wrap=True)
    evaluated = any(one.coverage is not None for one in regrets)
    if evaluated:
        table.add_column("intervals hold", justify="right", no_wrap=True)
    for one in regrets:
        cells = [f"{one.mean(mark):,.1f} ± {one.error(mark):.1f}" for mark in world.marks]
        if evaluated:
            cells.append("·" if one.coverage is None else f"{one.coverage.share:.1%}")
        table.add_row(one.policy, *cells)
    if all(value is not None for value in bound.values()):
        table.add_row("Lai-Robbins bound", *(f"{value:,.0f}" for value in bound.values()), style="dim")
    console.print(table)
    if evaluated:
        console.print(
            Text("Intervals hold: how many 95 % intervals from the logged probabilities had the true rate.")
        )


def as_values(
    world: World, regrets: Sequence[Regret], bound: Mapping[int, float | None], *, runs: int, seed: int
) -> dict[str, Any]:
    """Return the table for programs."""
    return {
        "world": world.name,
        "about": world.about,
        "runs": runs,
        "seed": seed,
        "policies": [
            {
                "policy": one.policy,
                "lost": {str(mark): {"mean": one.mean(mark), "error": one.error(mark)} for mark in one.lost},
                "coverage": None if one.coverage is None else one.coverage.share,
            }
            for one in regrets
        ],
        "lai_robbins": {str(mark): value for mark, value in bound.items()},
    }
