"""Charts of the report: SVG that takes its colours from the page, so that it is right in the dark too.

Each chart is drawn twice, for a desk and for a phone: a drawing that is only scaled down has letters that
nobody can read. The page shows the one that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from linkwright.learning.survival import Curve

WIDE: Final = 760
NARROW: Final = 340
_LEFT: Final = 44
_RIGHT: Final = 20


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the series: whom it wrote to, and how many of them answered, when that can be said."""

    label: str
    written: int
    rate: float | None
    low: float | None
    high: float | None
    of: int


def both(draw: Callable[[int], str]) -> str:
    """Return a chart for a desk and for a phone."""
    return f'<div class="desk">{draw(WIDE)}</div><div class="phone">{draw(NARROW)}</div>'


def weekly(weeks: Sequence[Week], width: int) -> str:
    """Return the reply rate of each week's letters with its interval, over how many were written to."""
    top, height, bars = 16, 170, 56
    inner = width - _LEFT - _RIGHT
    step = inner / max(len(weeks), 1)
    most = max([week.high for week in weeks if week.high is not None], default=0.1)
    most = _round_up(most)
    largest = max([week.written for week in weeks], default=1) or 1
    base, floor = top + height, top + height + 30 + bars

    def y(rate: float) -> float:
        return base - height * min(rate / most, 1.0)

    parts = [_grid(width, y, most)]
    every = max(1, round(len(weeks) / (inner / 64)))
    for n, week in enumerate(weeks):
        x = _LEFT + step * (n + 0.5)
        tall = bars * week.written / largest
        bar = min(step * 0.6, 34)
        parts.append(
            f'<rect class="soft" x="{x - bar / 2:.1f}" y="{floor - tall:.1f}" width="{bar:.1f}"'
            f' height="{tall:.1f}" rx="2"><title>{escape(week.label)}: {week.written}</title></rect>'
        )
        if n % every == 0:
            parts.append(_text(x, floor + 16, week.label, "middle"))
        if week.rate is None or week.low is None or week.high is None:
            continue
        said = f"{week.label}: {week.rate:.1%} of {week.of}, {week.low:.1%} to {week.high:.1%}"
        parts.append(
            f"<g><title>{escape(said)}</title>"
            f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{y(week.low):.1f}"'
            f' y2="{y(week.high):.1f}"/>'
            f'<circle class="dot" cx="{x:.1f}" cy="{y(week.rate):.1f}" r="4.5"/></g>'
        )
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{floor}" y2="{floor}"/>')
    parts.append(_text(_LEFT - 8, floor - bars + 10, str(largest), "end"))
    alt = "Reply rate of each week's letters, with intervals, over the number written to"
    return _svg(width, floor + 24, alt, parts)


def reply_curve(curve: Curve, days: int, median_hours: float | None, width: int) -> str:
    """Return the share that has answered by each day, with its interval."""
    top, height = 16, 190
    inner, base = width - _LEFT - _RIGHT, top + height
    points = [n / 4 for n in range(days * 4 + 1)]
    shares = [(day, 1 - curve.at(day * 24), curve.interval(day * 24)) for day in points]
    most = _round_up(max(1 - interval.low for _, _, interval in shares))

    def x(day: float) -> float:
        return _LEFT + inner * day / days

    def y(rate: float) -> float:
        return base - height * min(rate / most, 1.0)

    upper = [f"{x(day):.1f},{y(1 - interval.low):.1f}" for day, _, interval in shares]
    lower = [f"{x(day):.1f},{y(1 - interval.high):.1f}" for day, _, interval in shares]
    line = [f"{x(day):.1f},{y(share):.1f}" for day, share, _ in shares]
    parts = [
        _grid(width, y, most),
        f'<polygon class="band" points="{" ".join(upper + lower[::-1])}"/>',
        f'<polyline class="curve" points="{" ".join(line)}"/>',
    ]
    ticks = range(0, days + 1, 5 if width > NARROW else 10)
    parts += [_text(x(day), base + 18, "sent" if day == 0 else f"{day} d", "middle") for day in ticks]
    if median_hours is not None:
        at = median_hours / 24
        parts.append(
            f'<line class="mark" x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{top}" y2="{base}"/>'
            + _text(x(at) + 6, top + 12, f"half by {hours(median_hours)}", "start")
        )
    return _svg(width, base + 28, "The share that has answered, by day since the first letter", parts)


def reliability(bins: Sequence[tuple[float, float, float, float]], width: int) -> str:
    """Return what confidences said against what happened: (said, happened, low, high) a point."""
    size = min(width, 320)
    inner, top = size - _LEFT - _RIGHT, 12

    def x(value: float) -> float:
        return _LEFT + inner * value

    def y(value: float) -> float:
        return top + inner * (1 - value)

    parts = [
        f'<rect class="frame" x="{_LEFT}" y="{top}" width="{inner}" height="{inner}"/>',
        f'<line class="mark" x1="{x(0):.1f}" y1="{y(0):.1f}" x2="{x(1):.1f}" y2="{y(1):.1f}"/>',
    ]
    for said, happened, low, high in bins:
        parts.append(
            f'<line class="whisker" x1="{x(said):.1f}" x2="{x(said):.1f}" y1="{y(low):.1f}"'
            f' y2="{y(high):.1f}"/>'
            f'<circle class="dot" cx="{x(said):.1f}" cy="{y(happened):.1f}" r="4"/>'
        )
    for value in (0.0, 0.5, 1.0):
        parts += [
            _text(x(value), y(0) + 18, f"{value:.0%}", "middle"),
            _text(x(0) - 8, y(value) + 4, f"{value:.0%}", "end"),
        ]
    return _svg(size, top + inner + 28, "What confidences said against what happened", parts)


def hours(value: float) -> str:
    """Return a time in the unit that people would use.

    >>> hours(1), hours(30), hours(100)
    ('1 hour', '30 hours', '4 days')
    """
    if value < 72:  # noqa: PLR2004  (three days: from here on nobody counts hours)
        return "1 hour" if round(value) == 1 else f"{value:.0f} hours"
    return f"{value / 24:.0f} days"


def _grid(width: int, y: Callable[[float], float], most: float) -> str:
    lines = [most * n / 4 for n in range(5)]
    return "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y(rate):.1f}" y2="{y(rate):.1f}"/>'
        + _text(_LEFT - 8, y(rate) + 4, f"{rate:.0%}" if most >= 0.2 else f"{rate:.1%}", "end")  # noqa: PLR2004
        for rate in lines
    )


def _round_up(rate: float) -> float:
    steps = (0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8, 1.0)
    return next((step for step in steps if rate <= step), 1.0)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(width: int, height: float, alt: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}" role="img"'
        f' aria-label="{escape(alt)}">{"".join(parts)}</svg>'
    )
