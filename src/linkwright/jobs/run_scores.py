"""Scores: how well a prospect's page fits the campaign, where there is a text to tell it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Row

from linkwright.db.rows import run
from linkwright.errors import InvalidInput
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.run_desk import RunDesk
from linkwright.jobs.run_report import Refused, RunReport
from linkwright.jobs.saved_pages import SavedPages, saved_pages
from linkwright.outreach.ai import AI, Answered, Brief, PageScore
from linkwright.outreach.local import local_ai
from linkwright.outreach.pages import Page
from linkwright.queries import ai_work as queries
from linkwright.queries import runs as run_queries
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.vocabulary import DeciderKind, OpportunityStatus

BATCH: Final = 100
SCORER: Final = "rule:relevance"
FEWEST_WORDS: Final = 8
"""A description of fewer words says too little of a page to be scored by."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A text about a prospect's page, where it comes from, and what both are known by with the keywords."""

    prospect: OpportunityRead
    page: Page
    source: str
    digest: str


async def score_prospects(desk: RunDesk, file: CampaignFile, report: RunReport) -> None:
    """Score every prospect that nobody has been written to about and of whose page there is a text.

    Scored once for the same words and keywords. A prospect that somebody else has scored keeps that
    score, and one without a text has none: it is counted, and nothing is made up.
    """
    saved = SavedPages({}) if file.pages is None else saved_pages(file.pages.folder)
    brief = Brief(file.campaign.name, file.campaign.keywords, file.campaign.tone_preference.value)
    ai: AI | None = None
    after = 0
    while True:
        async with desk.reading() as work:
            session = work.context.session
            rows = await session.scalars(
                run_queries.in_state(
                    report.campaign_id, (OpportunityStatus.DISCOVERED,), after=after, limit=BATCH
                )
            )
            prospects = [OpportunityRead.model_validate(row) for row in rows]
            ids = [prospect.id for prospect in prospects]
            found = (await run(session, queries.scores(report.campaign_id, ids))).all() if ids else ()
        told = _to_score(prospects, {row.opportunity_id: row for row in found}, saved, brief, report)
        if told:
            # The model takes a moment to load, and most runs have nothing to score.
            ai = ai or local_ai(desk.embedding)
            # Asked while no transaction is open, however long an answer takes.
            answers = [(one, await ai.score_page(one.page, brief)) for one in told]
            await _keep(desk, answers, report)
        if len(prospects) < BATCH:
            return
        after = prospects[-1].id


def _to_score(
    prospects: Sequence[OpportunityRead],
    scores: Mapping[int, Row[Any]],
    saved: SavedPages,
    brief: Brief,
    report: RunReport,
) -> list[_Told]:
    told = []
    for prospect in prospects:
        last = scores.get(prospect.id)
        ours = last is not None and last.decided_by == DeciderKind.RULE and last.input_digest is not None
        if not ours and (last is not None or prospect.analyzed_at is not None):
            continue
        found = _page_of(prospect, saved, report)
        if found is None:
            continue
        page, source = found
        about = "\x00".join((page.title, page.text, *brief.keywords))
        digest = sha256(about.encode("utf-8", "surrogatepass")).hexdigest()
        if last is None or last.input_digest != digest:
            told.append(_Told(prospect, page, source, digest))
    return told


def _page_of(prospect: OpportunityRead, saved: SavedPages, report: RunReport) -> tuple[Page, str] | None:
    try:
        page = saved.of(prospect.url, prospect.domain, prospect.title)
    except InvalidInput as error:
        report.refuse(Refused("saved pages", None, error.field, error.rule, ""))
        page = None
    if page is not None:
        return page, "saved page"
    description = prospect.description or ""
    if len(description.split()) < FEWEST_WORDS:
        return None
    return Page(prospect.title or "", description, prospect.url), "description"


async def _keep(
    desk: RunDesk, answers: Sequence[tuple[_Told, Answered[PageScore] | None]], report: RunReport
) -> None:
    async with desk.work(SCORER) as work:
        for told, answer in answers:
            if answer is None:
                continue
            await work.opportunities.record_analysis(
                told.prospect.id,
                {"ai_relevance_score": answer.value.relevance},
                reason=f"by its {told.source}: {'; '.join(answer.value.reasons)}",
                decision=_decision(told, answer),
            )
            report.count("prospects scored")


def _decision(told: _Told, answer: Answered[PageScore]) -> dict[str, Any]:
    """Return what the ledger is told beside what the verb says itself."""
    said = answer.call.beside(answer.value, about=told.page.subject)
    return said | {
        "input_digest": told.digest,
        # A score's confidence speaks of an answer. How sure it is that a page does not fit would promise one.
        "confidence_raw": answer.value.relevance,
    }
