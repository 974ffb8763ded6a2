"""Learning: what came of decisions is written down, counted, and made into what confidences are worth."""

from __future__ import annotations

from linkwright.jobs.run_desk import RunDesk
from linkwright.jobs.run_report import RunReport
from linkwright.services.attribution import Attributed
from linkwright.services.evidence_due import is_due

LEARNER = "run"


async def learn(desk: RunDesk, report: RunReport) -> None:
    """Learn all that there is to learn for the campaign's user, in batches that are a transaction each.

    Of all their campaigns: evidence is a user's. Each step finds in the database what is left of it.
    """
    await _attribute(desk, report)
    async with desk.reading() as work:
        due = await is_due(work.context, desk.user_id)
    while due:
        async with desk.work(LEARNER) as work:
            learned = await work.evidence.learn(desk.user_id)
        report.count("outcomes learned from", learned.counted)
        due = learned.more
    async with desk.work(LEARNER) as work:
        await work.calibration.learn(desk.user_id)


async def _attribute(desk: RunDesk, report: RunReport) -> None:
    total = Attributed(after=0)
    while total.after is not None:
        async with desk.work(LEARNER) as work:
            total += await work.attribution.attribute_outcomes(desk.user_id)
    report.count("outcomes written down", total.outcomes + total.corrected)
