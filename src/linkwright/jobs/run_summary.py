"""What a run shows at its end: the funnel, where everything stands, and what needs a person."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, func, select

from linkwright.jobs.run_desk import RunDesk
from linkwright.jobs.run_report import LISTED, Errand, RunReport, Stage
from linkwright.models.inbound import InboundMessage
from linkwright.queries import runs as queries
from linkwright.schemas.campaigns import CampaignStats
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import (
    EmailStatus,
    Intent,
    LifeKind,
    OpportunityStatus,
    ResponseType,
)

Statement = Select[*tuple[Any, ...]]

_WORDS = {
    ResponseType.POSITIVE: "Answer: positive",
    ResponseType.NEUTRAL: "Answer: neutral",
    ResponseType.NEGATIVE: "Confirm the no",
    ResponseType.COMPLAINT: "Look at a complaint",
}
_BY_INTENT = {
    Intent.PUBLISHED_NOTICE: "Check the link",
    Intent.ERASURE_REQUEST: "Answer: erase their data",
    Intent.LEGAL_COMPLAINT: "Answer: legal complaint",
}
_ORDER = (
    "Answer: legal complaint",
    "Answer: erase their data",
    "Look at a complaint",
    "Check the link",
    "Answer: positive",
    "Answer: neutral",
    "Confirm the no",
    "Match a message",
    "Settle a letter",
    "Send the letter",
    "Approve the letter",
    "Letter held back",
)
"""What waits for a person, the most pressing first; anything else comes behind."""


async def sum_up(desk: RunDesk, report: RunReport) -> None:
    """Fill in the parts of the report that are about where everything stands."""
    async with desk.reading() as work:
        stats = await work.campaigns.stats(report.campaign_id)
        interested = await work.context.session.scalar(queries.interested(report.campaign_id)) or 0
        report.status = stats.status
        _count_up(report, stats, interested)
        await _collect(work, queries.unanswered(report.campaign_id), _answer, report)
        await _collect(work, queries.unmatched(desk.user_id), _unmatched, report)
        await _collect(work, queries.stuck(report.campaign_id), _stuck, report)
        await _collect(work, queries.to_send(report.campaign_id), _to_send, report)
        await _collect(work, queries.drafts(report.campaign_id), _draft, report)
    report.errands.sort(
        key=lambda errand: _ORDER.index(errand.what) if errand.what in _ORDER else len(_ORDER)
    )


def _count_up(report: RunReport, stats: CampaignStats, interested: int) -> None:
    prospects = _in_order(stats.counts.get(LifeKind.OPPORTUNITY.value, {}), OpportunityStatus)
    waiting = sum(prospects.get(state, 0) for state in ("qualified", "approved"))
    report.prospects = prospects
    report.letters = _in_order(stats.counts.get(LifeKind.EMAIL.value, {}), EmailStatus)
    report.answers = _in_order(stats.counts.get("response", {}), ResponseType)
    report.funnel = [
        Stage("Found", stats.total_opportunities),
        Stage("Worth it", stats.contacted_opportunities + waiting),
        Stage("Written to", stats.contacted_opportunities),
        Stage("Answered", stats.responded_opportunities),
        Stage("Interested", interested),
        Stage("Linked", stats.successful_links),
    ]


def _in_order(counts: Mapping[str, int], vocabulary: type[Any]) -> dict[str, int]:
    """Return counts in the order of a life, without the states in which there is nobody."""
    return {state.value: counts[state.value] for state in vocabulary if counts.get(state.value)}


async def _collect(
    work: UnitOfWork, statement: Statement, errand_of: Callable[..., Errand], report: RunReport
) -> None:
    """Add an errand per row. Each kind lists its first; a statement that has more is counted."""
    session = work.context.session
    rows = (await session.execute(statement.limit(LISTED + 1))).all()
    for row in rows:
        report.errand(errand_of(*row))
    if len(rows) > LISTED:
        total = await session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
        last = errand_of(*rows[-1]).what
        report.errand_counts[last] += (total or len(rows)) - len(rows)


def _answer(response: Any, prospect: Any) -> Errand:
    what = _BY_INTENT.get(response.ai_intent_classification) or _WORDS.get(response.response_type)
    return Errand(
        what or f"Look at: {response.response_type.replace('_', ' ')}",
        f"{prospect.contact_name or response.from_email}, {prospect.domain}",
        f"{_wanted(response)}\u201c{_first_words(response.body_text)}\u201d",
        url=prospect.url,
        opportunity_id=prospect.id,
        email_id=response.email_id,
        response_id=response.id,
    )


def _wanted(response: Any) -> str:
    intent = response.ai_intent_classification
    plain = {None, Intent.UNCLEAR, Intent.AUTO_GENERATED, Intent.NOT_INTERESTED}
    return "" if intent in plain else f"{intent.replace('_', ' ')} · "


def _unmatched(message: InboundMessage) -> Errand:
    return Errand(
        "Match a message",
        message.from_name or message.from_address or "nobody named",
        f"{message.subject or 'no subject'} · \u201c{_first_words(message.body_text or '')}\u201d",
        inbound_id=message.id,
    )


def _stuck(email: Any, prospect: Any) -> Errand:
    return Errand(
        "Settle a letter",
        f"{prospect.title or prospect.domain}",
        f"{email.status.replace('_', ' ')} · {email.subject}",
        url=prospect.url,
        opportunity_id=prospect.id,
        email_id=email.id,
    )


def _to_send(email: Any, prospect: Any) -> Errand:
    return _letter("Send the letter", email, prospect)


def _draft(email: Any, prospect: Any) -> Errand:
    return _letter("Approve the letter", email, prospect)


def _letter(what: str, email: Any, prospect: Any) -> Errand:
    return Errand(
        what,
        prospect.title or prospect.domain,
        f"{email.to_email} · {email.subject}",
        url=prospect.url,
        opportunity_id=prospect.id,
        email_id=email.id,
    )


def _first_words(body: str, most: int = 160) -> str:
    """Return the first words behind the greeting, on one line."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].endswith((",", "!")) and len(lines[0].split()) <= 4:  # noqa: PLR2004
        lines = lines[1:]
    words = " ".join(lines)
    return words if len(words) <= most else f"{words[: most - 1]}…"
