"""How a comparison looks in a terminal: mismatch first, then the arms, then what may be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from linkwright.cli.plain import plain
from linkwright.cli.view import NOTHING, listing
from linkwright.schemas.comparison import ArmRead, ComparisonRead, PairRead, TrafficRead

_TITLES: Final = {
    "randomised": "Drawn evenly: an experiment",
    "adaptive": "Drawn by what was learned",
    "history": "Not drawn",
}
_STYLES: Final = {"better": "green", "worse": "red", "cannot_tell": "yellow"}
_PAIRS: Final = ("arm", "difference", "95 %", "evidence", "verdict")
_INDENT: Final = 2
_MOST_EVIDENCE: Final = 1e6


def show(found: ComparisonRead, console: Console) -> None:
    """Print a comparison."""
    metric = found.metric.replace("_", " ")
    console.print(Text.assemble((f"By {metric}", "bold"), f"  as of {found.as_of:%-d %B %Y, %H:%M} UTC"))
    if not found.traffic:
        console.print(
            Text(f"Nothing to compare: no letter has left under a chosen {found.dimension}.", "dim")
        )
    for traffic in found.traffic:
        console.print()
        _show_traffic(traffic, console)
    if found.planned and any(
        pair.verdict == "not_enough_data" for one in found.traffic for pair in one.pairs
    ):
        console.print()
        words = (
            f"A difference of {found.matters:.1%} shows itself with about {found.planned:,} letters an arm."
        )
        console.print(Text(words, style="dim"))


def _show_traffic(traffic: TrafficRead, console: Console) -> None:
    console.print(Text(_TITLES[traffic.kind], style="bold"))
    if traffic.mismatch is not None and traffic.mismatch.alarming:
        off = f"Sample-ratio mismatch: {plain(traffic.mismatch.arm)} was not taken as often as it was drawn"
        console.print(Text(f"{off} (p = {traffic.mismatch.p_value:.1g}).", style="bold red"))
    if traffic.kind == "adaptive" and traffic.mean_weight is not None:
        told = f"Mean weight {traffic.mean_weight:.2f}: it is about 1 where the probabilities are true."
        console.print(Text(told, style="dim"))
    if traffic.note:
        console.print(Text(traffic.note, style="yellow" if traffic.kind == "history" else "dim"))
    room = console.width - _INDENT
    columns = _columns(traffic.arms)
    rows = list(zip(*columns.values(), strict=True))
    console.print(listing([*columns], rows, wide="arm", whole=[*columns][1:], room=room))
    if traffic.pairs:
        # All are laid beside one arm, so it is named once: a column of it would push the verdict out.
        console.print(Text(f"\nBeside {plain(traffic.pairs[0].baseline, 60)}"))
        found = [_pair(pair) for pair in traffic.pairs]
        console.print(listing(_PAIRS, found, wide="arm", whole=_PAIRS[1:], room=room))
    for pair in traffic.pairs:
        console.print(Text(_sentence(pair), style=_STYLES.get(pair.verdict, "dim")))


def _columns(arms: Sequence[ArmRead]) -> dict[str, list[str]]:
    """Return what is known of arms, a column each; what is known of none is left out."""
    columns = {
        "arm": [plain(arm.arm, 60) for arm in arms],
        "letters": [f"{arm.sent:,}" for arm in arms],
        "waiting": [f"{arm.waiting:,}" if arm.waiting else NOTHING for arm in arms],
        "rate": [NOTHING if arm.rate is None else f"{arm.rate:.1%}" for arm in arms],
        "95 %": [_interval(arm.low, arm.high) for arm in arms],
        "$/reply": [_money(arm.cost_per_reply, arm.unpriced) for arm in arms],
        "$/link": [_money(arm.cost_per_link, arm.unpriced) for arm in arms],
        "seconds": [_seconds(arm.mean_duration_ms) for arm in arms],
    }
    return {name: cells for name, cells in columns.items() if set(cells) != {NOTHING}}


def _pair(pair: PairRead) -> Sequence[str]:
    return (
        plain(pair.arm, 60),
        NOTHING if pair.difference is None else f"{pair.difference:+.1%}",
        _interval(pair.low, pair.high, signed=True),
        f"{min(pair.e_value, _MOST_EVIDENCE):,.3g}",
        pair.verdict.replace("_", " "),
    )


def _sentence(pair: PairRead) -> str:
    arm, baseline = plain(pair.arm, 60), plain(pair.baseline, 60)
    rests = "" if pair.effective is None else f" It rests on {pair.effective:,.0f} letters' worth."
    since = "" if pair.decided_on is None else f", as has shown since {pair.decided_on}"
    turned = "" if pair.steady else " The difference has changed meanwhile: this is of the latest look."
    said = {
        "better": f"{arm} does better than {baseline}{since}.",
        "worse": f"{arm} does worse than {baseline}{since}.",
        "no_difference_that_matters": f"{arm} and {baseline} do alike: no difference that matters.",
        "not_enough_data": f"{arm} beside {baseline}: not enough data yet.",
        "cannot_tell": f"{arm} beside {baseline}: cannot tell.",
    }[pair.verdict]
    return f"{said}{rests}{turned}"


def _interval(low: float | None, high: float | None, *, signed: bool = False) -> str:
    if low is None or high is None:
        return NOTHING
    return f"{low:+.1%} to {high:+.1%}" if signed else f"{low:.1%} to {high:.1%}"


def _money(value: float | None, unpriced: int) -> str:
    """Return a cost; with model calls in it whose price is not known, it is more."""
    return f"{value:.3g}{'+' if unpriced else ''}" if value else NOTHING


def _seconds(milliseconds: float | None) -> str:
    return NOTHING if milliseconds is None else f"{milliseconds / 1000:.1f}"
