"""The report as one page: no scripts, no fonts, no pictures from elsewhere. All words are escaped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import escape
from typing import Final

from linkwright.jobs.report import Report
from linkwright.jobs.report_charts import Week, both, hours, reply_curve, weekly
from linkwright.jobs.report_style import STYLE
from linkwright.jobs.report_tables import calibration, comparison, learned, links
from linkwright.learning.cohorts import REPLY_DAYS
from linkwright.schemas.figures import RateRead
from linkwright.services.figures import rate_of

_LAST_WEEKS: Final = 52
_SUREST: Final = 0.999
_NOTHING_FROM_ELSEWHERE: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page_of(report: Report) -> str:
    """Return the page."""
    campaign = report.campaign
    name = escape(campaign.name)
    about = f"<p>{escape(campaign.description)}</p>" if campaign.description else ""
    moment = f"{report.as_of:%d %B %Y, %H:%M} UTC"
    head = f"<h1>{name}</h1>{about}<p>Link outreach, {campaign.status} &middot; as of {moment}</p>"
    body = "".join([_tiles(report), *_sections(report), _notes(report)])
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_FROM_ELSEWHERE}">'
        f"<title>{name}: outreach report</title><style>{STYLE}</style></head><body><main>"
        f"<header>{head}</header>{body}</main></body></html>\n"
    )


def _sections(report: Report) -> Iterator[str]:
    yield _funnel(report)
    yield _weeks(report)
    if report.figures.time_to_reply.median_hours is not None:
        yield _curve(report)
    yield _proofs(report)
    if report.links:
        yield links(report)
    for one in report.comparisons:
        yield comparison(one)
    if report.calibrations:
        yield calibration(report.calibrations)
    if report.patterns:
        yield learned(report.patterns)


def _tiles(report: Report) -> str:
    stats, figures = report.stats, report.figures
    reply = rate_of(stats.responded_opportunities, stats.contacted_opportunities)
    cost = figures.cost_per_link
    if cost is not None:
        spent = f"${cost:,.2f} a link"
    elif figures.unpriced_decisions:
        spent = "cost not fully known"
    else:
        spent = f"${figures.cost:,.2f} spent on AI"
    tiles = (
        (f"{stats.total_opportunities:,}", "Prospects found", "pages that could link"),
        (f"{stats.contacted_opportunities:,}", "Written to", f"{stats.emails_sent:,} letters sent"),
        (f"{stats.responded_opportunities:,}", "Answered", _share(reply)),
        (f"{stats.successful_links:,}", "Links", spent),
    )
    cells = (
        f'<div class="tile"><b>{number}</b><span class="name">{title}</span><span>{words}</span></div>'
        for number, title, words in tiles
    )
    return f'<div class="tiles">{"".join(cells)}</div>'


def _funnel(report: Report) -> str:
    stats = report.stats
    steps = (
        ("Found", stats.total_opportunities),
        ("Written to", stats.contacted_opportunities),
        ("Answered", stats.responded_opportunities),
        ("Linked", stats.successful_links),
    )
    most = max(number for _, number in steps) or 1
    rows = []
    before: int | None = None
    for title, number in steps:
        of = "" if before is None else f" <small>{_percent(number, before)}</small>"
        rows.append(
            f'<span>{title}</span><i style="width:{100 * number / most:.1f}%"></i><em>{number:,}{of}</em>'
        )
        before = number
    return (
        "<section><h2>From page to link</h2><p>How far prospects came; the percentage is of those one step"
        f' before.</p><div class="funnel">{"".join(rows)}</div></section>'
    )


def _weeks(report: Report) -> str:
    shown = []
    for row in list(report.weeks)[-_LAST_WEEKS:]:
        rate = ((row.performance_trends or {}).get("rates") or {}).get("reply_rate") or {}
        shown.append(
            Week(
                f"{row.date:%d %b}",
                row.opportunities_contacted or 0,
                rate.get("rate"),
                rate.get("low"),
                rate.get("high"),
                rate.get("n", 0),
            )
        )
    if not any(week.written for week in shown):
        words = "Nobody has been written to yet."
        return f"<section><h2>Week by week</h2><p>{words}</p></section>"
    chart = both(lambda width: weekly(shown, width))
    words = (
        f"Bars: how many were written to. Dots: the share that answered within {REPLY_DAYS} days, with the"
        f" range in which it may really lie (95 %). A week has its dot once it is {REPLY_DAYS} days old."
    )
    return f"<section><h2>Week by week</h2><p>{words}</p>{chart}</section>"


def _curve(report: Report) -> str:
    reply = report.figures.time_to_reply
    assert reply.median_hours is not None  # noqa: S101  (the caller has asked)
    between = ""
    if reply.low_hours is not None and reply.high_hours is not None:
        between = f" (95 %: {hours(reply.low_hours)} to {hours(reply.high_hours)})"
    chart = both(lambda width: reply_curve(report.curve, reply.horizon_days, reply.median_hours, width))
    words = (
        f"Half of those who answer do so within <b>{hours(reply.median_hours)}</b>{between}. The"
        f" {reply.waiting:,} who have not answered are counted as waiting, not as silent."
    )
    return f"<section><h2>How long an answer takes</h2><p>{words}</p>{chart}</section>"


def _proofs(report: Report) -> str:
    found = []
    for one, advice in report.insights:
        what = f'<p class="do">{escape(str(advice))}</p>' if advice else ""
        sure = one.get("confidence")
        sure_words = ""
        if isinstance(sure, float) and sure < 1:
            sure_words = f" <small>({'over ' if sure > _SUREST else ''}{min(sure, _SUREST):.1%} sure)</small>"
        found.append(f'<div class="proof"><p>{escape(str(one["text"]))}{sure_words}</p>{what}</div>')
    words = (
        "What is said here would come up in fewer than one in twenty campaigns in which nothing is going on,"
        " however often one looks."
        if found
        else "Nothing yet that chance could not have made. It would be said here."
    )
    return f"<section><h2>What the numbers prove</h2><p>{words}</p>{''.join(found)}</section>"


def _notes(report: Report) -> str:
    figures = report.figures
    opened = figures.rates["open_rate"]
    machines = f"{figures.emails_opened_by_machine:,} were opened by machines, which says nothing of people"
    notes = [
        f"Bounced: {_share(figures.rates['bounce_rate'])}.",
        f"Opened: {_share(opened)}; {machines}.",
        "Ranges are 95 % intervals. Written by Linkwright from the campaign's record.",
    ]
    if figures.unpriced_decisions:
        notes.insert(0, f"{figures.unpriced_decisions:,} AI calls have no known price, so no cost is stated.")
    started = report.campaign.started_at
    if started is not None:
        days = max((report.as_of - started) // timedelta(days=1), 0)
        notes.insert(0, f"Running since {started:%d %B %Y} ({days:,} days).")
    return f"<footer>{' '.join(notes)}</footer>"


def _share(rate: RateRead) -> str:
    if rate.rate is None or rate.low is None or rate.high is None:
        return "not known yet"
    return f"{rate.rate:.1%} ({rate.low:.0%} to {rate.high:.0%})"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole and part <= whole else ""
