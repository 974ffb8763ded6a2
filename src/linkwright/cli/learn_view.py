"""How a recommendation, patterns and a table of regrets look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from linkwright.cli.plain import plain
from linkwright.cli.view import show_list
from linkwright.services.patterns import Pattern, PatternVerdict
from linkwright.services.recommend import Recommendation

if TYPE_CHECKING:
    from linkwright.learning.simulation.running import Regret
    from linkwright.learning.simulation.worlds import World


CURVE_MARKS: Final = 32
"""At how many points a curve is read."""

VERDICTS: Final = {
    PatternVerdict.WORKS: "works",
    PatternVerdict.FAILS: "works less",
    PatternVerdict.NO_DIFFERENCE_THAT_MATTERS: "no difference that matters",
    PatternVerdict.NOT_ENOUGH_DATA: "not enough data",
}

_IN_A_TABLE: Final = {PatternVerdict.NO_DIFFERENCE_THAT_MATTERS: "no real difference"}
"""Where there is no room for the whole verdict."""


def print_recommendation(found: Recommendation) -> None:
    """Print what was chosen, and what else could have been."""
    low, high = found.interval
    typer.echo(
        f"{found.factor.replace('_', ' ')}: {plain(found.choice)}, of which {found.expected_rate:.1%} replies"
        f" are expected ({low:.1%} to {high:.1%})."
    )
    typer.echo(
        f"Decision {found.decision_id}, drawn with seed {found.seed}, on {found.trials:,.0f} of your letters"
        + (f" and what {found.pooled_users:,} users found." if found.pooled_users else ".")
    )
    rows = [
        (one.arm, f"{one.p:.1%}", f"{one.expected_rate:.1%}", f"{one.trials:,.0f}", f"{one.replies:,.0f}")
        for one in sorted(found.candidates, key=lambda one: -one.p)
    ]
    columns = ("choice", "probability", "expected", "letters", "replies")
    show_list(columns, rows, wide="choice", whole=columns[1:], cut=False, none="No choices.")
    for one in found.excluded:
        typer.echo(f"Left out: {plain(one['arm'])}, because {plain(one['reason'])}")


def print_patterns(found: Sequence[Pattern]) -> None:
    """Print what is known of each choice, a table for each thing that is chosen."""
    if not found:
        typer.echo("Nothing is known yet: `linkwright learn update` counts what has come of choices.")
    columns = ("choice", "verdict", "needs", "expected", "others", "replies")
    for number, (factor, group) in enumerate(groupby(found, key=lambda one: one.factor)):
        rows = [
            (
                one.arm,
                _IN_A_TABLE.get(one.verdict, VERDICTS[one.verdict]),
                f"{one.more:,}" if one.more else "·",
                f"{one.rate:.1%} ({one.interval[0] * 100:.2g}-{one.interval[1] * 100:.2g})",
                "·" if one.base_rate is None else f"{one.base_rate:.1%}",
                f"{one.replies:,}/{one.trials:,}",
            )
            for one in group
        ]
        typer.echo("\n" * bool(number) + factor.replace("_", " "))
        show_list(columns, rows, wide="choice", whole=columns[1:], cut=False, none="")


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


def draw(
    world: World, regrets: Sequence[Regret], bound: Mapping[int, float | None], path: Path, *, runs: int
) -> None:
    """Draw the curves of a world that has many marks."""
    from linkwright.plots.regret import Curve, draw_regret  # noqa: PLC0415  (most commands draw nothing)

    curves = [
        Curve(
            one.policy,
            world.marks,
            [one.mean(mark) for mark in world.marks],
            [one.error(mark) for mark in world.marks],
        )
        for one in regrets
    ]
    least = {mark: value for mark, value in bound.items() if value is not None}
    draw_regret(curves, least, path, title=f"{world.about}; {runs} runs", ours="linkwright")


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
                "lost": {
                    str(mark): {"mean": one.mean(mark), "error": one.error(mark)} for mark in world.marks
                },
                "coverage": None if one.coverage is None else one.coverage.share,
            }
            for one in regrets
        ],
        "lai_robbins": {str(mark): value for mark, value in bound.items()},
    }
