"""What a run shows of what was scored, chosen, read and learned. Nothing is shown without evidence."""

from __future__ import annotations

from typing import Final

from linkwright.db.rows import run
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.run_desk import RunDesk
from linkwright.jobs.run_report import Chosen, ReadBy, RunReport
from linkwright.queries import ai_work as queries
from linkwright.vocabulary import Factor

_NOBODY: Final = "nobody named"


async def sum_up_learning(desk: RunDesk, file: CampaignFile, report: RunReport) -> None:
    """Fill in the parts of the report that are about what is known by now, and how sure that is."""
    campaign_id = report.campaign_id
    if file.qualify.min_relevance is not None:
        report.fits_from = file.qualify.min_relevance
    async with desk.reading() as work:
        session = work.context.session
        row = (await run(session, queries.scored(campaign_id, report.fits_from))).one()
        if row.pages:
            report.scored = {
                "prospects": row.pages,
                "fit": int(row.fit),
                "do_not_fit": row.pages - int(row.fit),
            }
        report.not_scored = (await run(session, queries.not_scored(campaign_id))).scalar_one()
        report.chosen = [
            Chosen(one.arm, one.letters, int(one.evenly))
            for one in await run(session, queries.chosen(campaign_id, Factor.TEMPLATE))
        ]
        report.read = [
            ReadBy(one.reader or _NOBODY, one.responses, int(one.unclear), one.by)
            for one in await run(session, queries.read_by(campaign_id))
        ]
        report.patterns = await work.patterns.patterns(desk.user_id)
        last = (await run(session, queries.insights(campaign_id))).first()
        suggestions = {one["because"]: one for one in (last.optimization_suggestions or ())} if last else {}
        report.insights = [
            {**one, "suggestion": suggestions.get(one["kind"], {}).get("text")}
            for one in ((last.ai_insights or ()) if last else ())
        ]
