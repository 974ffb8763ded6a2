"""The parts of the report that are tables: links, comparisons, what confidences are worth."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from linkwright.jobs.report import LINKS_LISTED, Report
from linkwright.jobs.report_charts import reliability
from linkwright.schemas.calibration import CalibrationRead
from linkwright.schemas.comparison import ComparisonRead, TrafficRead
from linkwright.services.patterns import Pattern, PatternVerdict

_KINDS = {
    "randomised": "Drawn by lot",
    "adaptive": "Chosen by what worked",
    "history": "Chosen in ways that nobody logged",
}
_LEARNED = {
    PatternVerdict.WORKS: "works",
    PatternVerdict.FAILS: "works less",
    PatternVerdict.NO_DIFFERENCE_THAT_MATTERS: "no difference that matters",
    PatternVerdict.NOT_ENOUGH_DATA: "not enough data yet",
}


def links(report: Report) -> str:
    """Return the links that were earned."""
    rows = "".join(
        f'<tr><td class="site">{escape(one.domain)}</td><td>{_address(one.url)}</td>'
        f'<td class="n">{f"{one.since:%d %b %Y}" if one.since else ""}</td></tr>'
        for one in report.links
    )
    number = report.stats.successful_links
    more = f" The newest {LINKS_LISTED} of {number:,}." if number > len(report.links) else ""
    return (
        f"<section><h2>Links earned</h2><p>Where they are, and since when.{more}</p>"
        '<div class="scroll"><table><thead><tr><th class="site">Site</th><th>Page</th>'
        '<th class="n">Since</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def comparison(one: ComparisonRead) -> str:
    """Return how the arms of a dimension did beside each other, and what may be said of it."""
    name = escape(one.dimension.replace("_", " "))
    parts = [_traffic(kind) for kind in one.traffic if kind.arms]
    metric = escape(one.metric.replace("_", " "))
    words = f"Measured by {metric}, of letters whose time is over."
    words += f" A difference below {one.matters:.1%} is none that matters."
    return f"<section><h2>By {name}</h2><p>{words}</p>{''.join(parts)}</section>"


def _traffic(kind: TrafficRead) -> str:
    verdicts = {pair.arm: pair.verdict for pair in kind.pairs}
    rows = "".join(
        f'<tr><td>{escape(arm.arm)}</td><td class="n">{arm.sent:,}</td><td class="n">'
        + (f"{arm.rate:.1%}" if arm.rate is not None else "&middot;")
        + '</td><td class="n">'
        + (f"{arm.low:.1%} to {arm.high:.1%}" if arm.low is not None and arm.high is not None else "")
        + f'</td><td class="verdict">{escape(verdicts.get(arm.arm, ""))}</td></tr>'
        for arm in kind.arms
    )
    alarm = kind.mismatch is not None and kind.mismatch.alarming
    notes = [kind.note or "", "The arms were not taken as often as drawn: no verdict." if alarm else ""]
    note = "".join(f"<p>{escape(words)}</p>" for words in notes if words)
    return (
        f"<h3>{_KINDS.get(kind.kind, escape(kind.kind))}</h3>{note}"
        '<div class="scroll"><table><thead><tr><th></th><th class="n">Letters</th><th class="n">Rate</th>'
        f'<th class="n">95 %</th><th>Verdict</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def calibration(groups: Sequence[CalibrationRead]) -> str:
    """Return what the confidences of the user's models were worth, over all of the user's campaigns."""
    parts = []
    for one in groups:
        title = " ".join(word for word in (one.kind, one.model, one.prompt) if word)
        bins = [(each.said, each.happened, each.low, each.high) for each in one.raw.bins]
        chart = reliability(bins, 320) if bins else ""
        error = f", Brier score {one.raw.brier:.3f}" if one.raw.brier is not None else ""
        parts.append(f"<h3>{escape(title)}</h3><p>{one.raw.count:,} outcomes{error}.</p>{chart}")
    words = "On the dashed line a confidence of 70 % comes true in 70 % of cases. Over all campaigns."
    return f"<section><h2>What confidences were worth</h2><p>{words}</p>{''.join(parts)}</section>"


def learned(patterns: Sequence[Pattern]) -> str:
    """Return what is known of the user's choices, over all of the user's campaigns."""
    parts = []
    for factor in dict.fromkeys(one.factor for one in patterns):
        rows = "".join(_pattern(one) for one in patterns if one.factor == factor)
        parts.append(
            f"<h3>{escape(factor.replace('_', ' ').capitalize())}</h3>"
            '<div class="scroll"><table><thead><tr><th></th><th class="n">Letters</th>'
            '<th class="n">Answers</th><th class="n">Expected</th><th class="n">95 %</th>'
            '<th class="n">Others</th><th>Verdict</th></tr>'
            f"</thead><tbody>{rows}</tbody></table></div>"
        )
    words = (
        "The share of letters that is expected to be answered, by what was chosen for them. A choice works,"
        " or works less, where its whole interval is above, or below, the rate of the others. Over all"
        " campaigns."
    )
    return f"<section><h2>What has been learned</h2><p>{words}</p>{''.join(parts)}</section>"


def _pattern(one: Pattern) -> str:
    others = "" if one.base_rate is None else f"{one.base_rate:.1%}"
    verdict = _LEARNED[one.verdict] + (f": about {one.more:,} letters more" if one.more else "")
    low, high = one.interval
    return (
        f'<tr><td>{escape(one.arm)}</td><td class="n">{one.trials:,}</td><td class="n">{one.replies:,}</td>'
        f'<td class="n">{one.rate:.1%}</td><td class="n">{low:.1%} to {high:.1%}</td>'
        f'<td class="n">{others}</td><td>{verdict}</td></tr>'
    )


def _address(url: str | None) -> str:
    if url is None:
        return ""
    words = escape(url.removeprefix("https://").removeprefix("http://"))
    if not url.startswith(("https://", "http://")):
        return words
    return f'<a href="{escape(url)}" rel="noopener noreferrer">{words}</a>'
