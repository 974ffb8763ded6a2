"""The main job: one campaign file, everything that follows from it, and a report.

Each step finds out from the database what is left to do and does only that, in short
transactions. So a run that is killed at any point is finished by running it again, and a
run after which nothing has changed changes nothing.
"""

from datetime import UTC, datetime
from pathlib import Path

from linkwright.clock import Clock, utc_now
from linkwright.db.engine import Database
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.desks import Desk, desk_for
from linkwright.jobs.run_desk import RunDesk
from linkwright.jobs.run_files import Watch, bring_files_in
from linkwright.jobs.run_learning import learn
from linkwright.jobs.run_letters import draft_first_letters, draft_follow_ups, stop_waiting
from linkwright.jobs.run_prospects import approve_prospects, judge_prospects, list_held
from linkwright.jobs.run_report import RunReport
from linkwright.jobs.run_scores import score_prospects
from linkwright.jobs.run_setup import set_up_campaign, set_up_templates
from linkwright.jobs.run_summary import sum_up
from linkwright.jobs.run_summary_ai import sum_up_learning
from linkwright.services.context import Context
from linkwright.settings import USUAL_LEARNING, LearningRules
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import CampaignStatus

SETTER_UP = "run"
_STEPS = (
    score_prospects,
    judge_prospects,
    approve_prospects,
    stop_waiting,
    draft_follow_ups,
    draft_first_letters,
    list_held,
)
_AT_WORK = frozenset({CampaignStatus.ACTIVE, CampaignStatus.PAUSED})


async def run_campaign(
    database: Database,
    file: CampaignFile,
    *,
    clock: Clock = utc_now,
    pepper: bytes = b"",
    learning: LearningRules = USUAL_LEARNING,
    embedding: str = "auto",
    dry_run: bool = False,
    rejects_folder: Path = Path(),
    watch: Watch = lambda _: None,
) -> RunReport:
    """Run one campaign from its file and return what was found and done.

    The whole run happens at one moment, the clock's when it begins. Nothing is sent: letters
    are drafted, and where the file's approval says so, approved. With `dry_run` everything is done
    in one transaction that is then undone.

    Raises:
        Conflict: two of the user's campaigns have the file's name.
        DatabaseUnavailable: the database cannot go on. What was done stays and the next run goes on.
    """
    now = clock().astimezone(UTC)
    async with desk_for(database, clock=lambda: now, pepper=pepper, trial=dry_run) as desk:
        at, report = await _set_up(desk, file, now, learning, embedding)
        await bring_files_in(at, file, report, rejects_folder=rejects_folder, watch=watch)
        # Before anything is chosen: today's letters rest on what came of yesterday's.
        await learn(at, report)
        if report.status in _AT_WORK:
            for step in _STEPS:
                await step(at, file, report)
        await _roll_up(at, report)
        await sum_up(at, report)
        await sum_up_learning(at, file, report)
    return report


async def _set_up(
    desk: Desk, file: CampaignFile, now: datetime, learning: LearningRules, embedding: str
) -> tuple[RunDesk, RunReport]:
    """Make the user, the campaign and its templates, or bring them up to date, all at once or not at all."""
    owner = file.campaign.user
    async with desk.transaction() as session:
        trusted = UnitOfWork(Context(session, desk.clock, None, SETTER_UP, desk.pepper))
        user = await trusted.users.get_or_create(owner.email, owner.name)
        if owner.name is not None and user.name != owner.name:
            user = await trusted.users.update(user.id, {"name": owner.name})
        at = RunDesk(desk.of(user.id), user.id, learning, embedding)
        work = UnitOfWork(Context(session, desk.clock, user.id, SETTER_UP, desk.pepper))
        campaign, changed = await set_up_campaign(work, user.id, file)
        new, rewritten = await set_up_templates(work, user.id, file)
    report = RunReport(campaign.name, campaign.id, campaign.status, user.email, now, dry_run=desk.is_trial)
    report.created = changed is None
    report.settings_changed = changed or []
    report.templates_new, report.templates_changed = new, rewritten
    report.count("templates written", len(new) + len(rewritten))
    report.changed = report.created or bool(changed)
    return at, report


async def _roll_up(desk: RunDesk, report: RunReport) -> None:
    async with desk.work(SETTER_UP) as work:
        if await work.analytics.roll_up(report.campaign_id):
            report.changed = True
    report.changed = report.changed or bool(report.done)
