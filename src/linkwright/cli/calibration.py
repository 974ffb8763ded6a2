"""`linkwright calibration`: can confidences be taken as probabilities, and what mends them?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from linkwright.cli.acting import User, acting
from linkwright.cli.support import AsJson, DatabaseUrl, print_json, run
from linkwright.cli.view import NOTHING, listing
from linkwright.schemas.calibration import CalibrationRead, Measures
from linkwright.vocabulary import DecisionKind

_COLUMNS: Final = ("decisions", "happened", "log loss", "slope, 95 %", "p", "later third", "by")
_LEAST_P: Final = 0.001


def calibration(
    kind: Annotated[DecisionKind | None, typer.Option("--kind", help="Only decisions of this kind.")] = None,
    learn: Annotated[
        bool,
        typer.Option("--learn", help="Learn calibrators, so that new decisions have both confidences."),
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the curves into an .svg or .png file.")
    ] = None,
    user: User = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show how far confidences can be taken as probabilities, by kind, model and prompt.

    \b
    Examples:
      linkwright calibration
      linkwright calibration --kind classify --plot curve.svg
      linkwright calibration --learn --json
    """
    if plot is not None:
        from linkwright.plots.canvas import checked_path  # noqa: PLC0415  (most commands draw nothing)

        checked_path(plot)

    async def work() -> list[CalibrationRead]:
        async with acting(database_url, user) as me:
            asked = kind.value if kind else None
            if learn:
                return await me.service.learn_calibration(me.user_id, asked)
            return await me.service.get_calibration(me.user_id, asked)

    found = run(work())
    if plot is not None:
        from linkwright.plots.reliability import draw_reliability  # noqa: PLC0415  (most commands draw nothing)

        draw_reliability(found, plot)
    if as_json:
        print_json({"calibration": [one.model_dump() for one in found]})
        return
    _show(found)
    if plot is not None:
        typer.echo(f"Drawn into {plot}.")


def _show(found: Sequence[CalibrationRead]) -> None:
    console = Console()
    if not found:
        console.print(
            Text("Not enough data: no confidence has an outcome whose time is over yet.", style="dim")
        )
        return
    rows = [_row(one) for one in found]
    console.print(listing(_COLUMNS, rows, wide="decisions", whole=_COLUMNS[1:], room=console.width))
    console.print()
    for line in _legend(found):
        console.print(Text(line, style="dim"))


def _row(one: CalibrationRead) -> list[str]:
    raw, depth = one.raw, bool(one.model) + bool(one.prompt)
    name = f"{'>' * depth} {one.prompt or one.model or one.kind}"
    happened = f"{raw.positives:,} of {raw.count:,}"
    by = f"{one.method} v{one.version}" if one.method else NOTHING
    return [name, happened, _three(raw.log_loss), _slope(raw), _p(raw), _later(one), by]


def _three(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _slope(raw: Measures) -> str:
    return NOTHING if raw.slope is None else f"{raw.slope_low:.2f} to {raw.slope_high:.2f}"


def _p(raw: Measures) -> str:
    return NOTHING if raw.p_value is None else f"{max(raw.p_value, _LEAST_P):.3f}"


def _later(one: CalibrationRead) -> str:
    if one.later is None:
        return NOTHING
    return f"{_three(one.later.raw_log_loss)} > {_three(one.later.log_loss)}"


def _legend(found: Sequence[CalibrationRead]) -> list[str]:
    outcomes = {one.kind: one.outcome.replace("_", " ") for one in found}
    told = "; ".join(f"{kind}: {outcome}" for kind, outcome in outcomes.items())
    lines = [
        f"What happened: {told}.",
        "Slope 1 is calibrated, below 1 overconfident; p is how likely a calibrated score looks as bad.",
        "Later third: its log loss as said, and as told by what was learned from the outcomes before.",
    ]
    lines += [
        f"{one.prompt or one.model or one.kind}: not enough data, about {one.still_needed:,} outcomes more."
        for one in found
        if not one.raw.enough
    ]
    if not any(one.calibrator for one in found):
        lines.append("Nothing is calibrated yet: --learn does it where there is enough.")
    return lines
