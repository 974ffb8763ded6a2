"""Regret curves: the replies that each policy has lost, email by email."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from linkwright.plots.canvas import BLUE, GREY, checked_path, panels, save

_INCHES: Final = (8.6, 4.6)
# The rest of Okabe and Ito's colours, in the order of the policies; ours is drawn in blue and thicker.
_COLOURS: Final = ("#999999", "#D55E00", "#E69F00", "#CC79A7", "#56B4E9", "#009E73", "#000000")
_SMALL: Final = 9


@dataclass(frozen=True, slots=True)
class Curve:
    """One policy: after so many emails a user, the mean of lost replies and its standard error."""

    name: str
    emails: Sequence[int]
    lost: Sequence[float]
    error: Sequence[float]


def draw_regret(
    curves: Sequence[Curve], bound: Mapping[int, float], path: Path, *, title: str, ours: str
) -> None:
    """Draw the curves with bands of two standard errors, and the bound where there is one.

    Both axes are logarithms: policies differ by factors, and what differs at first would else not be seen.

    Raises:
        InvalidInput: the file cannot be written, or the extra that draws is not installed.
    """
    checked_path(path)
    figure, (panel,) = panels(1)
    figure.set_size_inches(*_INCHES)
    colours = {one.name: _COLOURS[place % len(_COLOURS)] for place, one in enumerate(curves)}
    # Named in the order in which they end, the one that loses most at the top, as the curves are.
    for one in sorted(curves, key=lambda one: -one.lost[-1]):
        colour, width = (BLUE, 2.4) if one.name == ours else (colours[one.name], 1.3)
        label = f"{one.name}  {one.lost[-1]:,.1f}"
        panel.plot(one.emails, one.lost, color=colour, linewidth=width, label=label)
        low = [max(lost - 2 * error, lost / 10) for lost, error in zip(one.lost, one.error, strict=True)]
        high = [lost + 2 * error for lost, error in zip(one.lost, one.error, strict=True)]
        panel.fill_between(one.emails, low, high, color=colour, alpha=0.12, linewidth=0)
    if bound:
        label = f"Lai and Robbins  {[*bound.values()][-1]:,.0f}"
        panel.plot([*bound], [*bound.values()], color=GREY, linestyle="--", linewidth=1, label=label)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel("emails per user", fontsize=_SMALL)
    panel.set_ylabel("replies lost per user", fontsize=_SMALL)
    panel.grid(visible=True, which="major", color=GREY, alpha=0.25, linewidth=0.6)
    panel.set_title(title, fontsize=_SMALL, loc="left")
    panel.legend(fontsize=_SMALL, frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
    save(figure, path)
