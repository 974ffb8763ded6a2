"""Reliability curves: what confidences said beside how often it happened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from linkwright.plots.canvas import BLUE, GREY, ORANGE, checked_path, panels, save
from linkwright.schemas.calibration import CalibrationRead, ReliabilityBin

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS: Final = 9
_SMALL, _TINY = 9, 7


def drawable(groups: Sequence[CalibrationRead]) -> list[CalibrationRead]:
    """Return the groups that have a curve, those with most outcomes first, up to nine.

    Where all outcomes of a group are one smaller group's, the smaller one stands for both.
    """
    curves = {(group.kind, group.raw.count, group.raw.log_loss): group for group in groups if group.raw.bins}
    return sorted(curves.values(), key=lambda group: -group.raw.count)[:MOST_PANELS]


def draw_reliability(groups: Sequence[CalibrationRead], path: Path) -> None:
    """Draw a panel for each group that has a curve, with the 95 % interval of each bin.

    Raises:
        InvalidInput: the file cannot be written, or the extra that draws is not installed.
    """
    checked_path(path)
    shown = drawable(groups)
    figure, axes = panels(max(len(shown), 1))
    if not shown:
        axes[0].set_axis_off()
        axes[0].text(0.5, 0.5, "Not enough data yet.", ha="center", va="center", color=GREY)
    for group, panel in zip(shown, axes, strict=False):
        _draw(group, panel)
    save(figure, path)


def _draw(group: CalibrationRead, panel: Axes) -> None:
    bins = [*group.raw.bins, *group.mended]
    end = min(1.0, 1.05 * max(max(one.said, one.high) for one in bins))
    panel.plot([0, end], [0, end], color=GREY, linewidth=0.8, linestyle="--", label="as said")
    _curve(panel, group.raw.bins, ORANGE, "raw")
    _curve(panel, group.mended, BLUE, "calibrated, told later")
    panel.set_xlim(0, end)
    panel.set_ylim(0, end)
    panel.set_aspect("equal")
    panel.set_xlabel("confidence", fontsize=_SMALL)
    panel.set_ylabel(group.outcome.replace("_", " "), fontsize=_SMALL)
    title = " · ".join(part for part in (group.kind, group.model, group.prompt) if part)
    panel.set_title(f"{title}  (n = {group.raw.count:,})", fontsize=_SMALL)
    panel.legend(fontsize=_TINY, frameon=False, loc="upper left")


def _curve(panel: Axes, bins: Sequence[ReliabilityBin], colour: str, label: str) -> None:
    if bins:
        below = [one.happened - one.low for one in bins]
        above = [one.high - one.happened for one in bins]
        said, happened = [one.said for one in bins], [one.happened for one in bins]
        panel.errorbar(
            said, happened, [below, above], color=colour, label=label, marker="o", markersize=4, linewidth=1
        )
