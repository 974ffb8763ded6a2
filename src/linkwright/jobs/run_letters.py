"""Letters: a first one to whoever may be written to, a second when nobody answered, and an end to waiting."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select

from linkwright.errors import Conflict, InvalidInput, LinkwrightError
from linkwright.jobs.campaign_file import CampaignFile
from linkwright.jobs.campaign_file_templates import Template
from linkwright.jobs.letters import Earlier, letter_decision, letter_variables, write_letter
from linkwright.jobs.run_choices import Choice, choose_template
from linkwright.jobs.run_desk import RunDesk
from linkwright.jobs.run_report import Errand, RunReport
from linkwright.parsing.urls import site_of
from linkwright.queries import runs as queries
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.templating import Missing
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import EmailStatus, EmailType, TemplateCategory

BATCH = 100
PAGES_COMPARED = 50
WRITER = "run"
HELD_BACK = "Letter held back"
FIRST = frozenset({TemplateCategory.INITIAL, TemplateCategory.GENERAL})
LATER = frozenset({TemplateCategory.FOLLOW_UP, TemplateCategory.REMINDER})

Statement = Select[*tuple[Any, ...]]
Step = Callable[[UnitOfWork, OpportunityRead, Earlier | None], Awaitable[None]]


async def draft_first_letters(desk: RunDesk, file: CampaignFile, report: RunReport) -> None:
    """Draft the first letter to every prospect who may be written to and has none."""
    templates = [
        t for t in file.templates if t.category in {TemplateCategory.INITIAL, TemplateCategory.GENERAL}
    ]
    if not templates:
        return

    async def step(work: UnitOfWork, prospect: OpportunityRead, _: Earlier | None) -> None:
        again = await _written_to_already(work, desk.user_id, prospect)
        if again is not None:
            report.errand(_held_back(prospect, again))
            return
        suggested = [t for t in templates if t.name == prospect.ai_email_template_suggestion]
        now = work.context.now()
        tried = [
            (t, write_letter(t, file, prospect, earlier=None, now=now)) for t in suggested[:1] or templates
        ]
        fitting = [t for t, letter in tried if not isinstance(letter, Missing)]
        if not fitting:
            report.errand(_held_back(prospect, f"{tried[0][1]} (template {tried[0][0].name})"))
            return
        left_out = [t for t, letter in tried if isinstance(letter, Missing)]
        choice = await choose_template(work, desk.user_id, file, prospect, fitting, left_out)
        if await _draft(work, file, choice.template, EmailType.INITIAL, prospect, None, report, choice):
            report.count("first letters drafted")
            report.count("templates chosen", int(choice.decision_id is not None))

    def statement(after: int) -> Statement:
        return queries.without_letter(report.campaign_id, after=after, limit=BATCH)

    await _each(desk, statement, step)


async def draft_follow_ups(desk: RunDesk, file: CampaignFile, report: RunReport) -> None:
    """Draft a follow-up to everybody whose last letter has gone unanswered for long enough."""
    templates = [
        t for t in file.templates if t.category in {TemplateCategory.FOLLOW_UP, TemplateCategory.REMINDER}
    ]
    most = file.campaign.limits.max_follow_ups
    if not templates or not most:
        return
    before = desk.desk.clock() - timedelta(days=file.follow_up.after_days)

    async def step(work: UnitOfWork, prospect: OpportunityRead, earlier: Earlier | None) -> None:
        template = templates[0]
        kind = EmailType(template.category.value)
        if await _draft(work, file, template, kind, prospect, earlier, report):
            report.count("follow-ups drafted")

    def statement(after: int) -> Statement:
        return queries.due_for_follow_up(report.campaign_id, before, most=most, after=after, limit=BATCH)

    await _each(desk, statement, step)


async def stop_waiting(desk: RunDesk, file: CampaignFile, report: RunReport) -> None:
    """Note that those who have been silent for too long will not answer. A late answer still counts."""
    days = file.follow_up.give_up_after_days
    before = desk.desk.clock() - timedelta(days=days)

    async def step(work: UnitOfWork, prospect: OpportunityRead, _: Earlier | None) -> None:
        await work.opportunities.mark_no_response(prospect.id, f"no answer within {days} days")
        report.count("prospects given up")

    def statement(after: int) -> Statement:
        return queries.quiet_since(report.campaign_id, before, after=after, limit=BATCH)

    await _each(desk, statement, step)


async def _each(desk: RunDesk, statement: Callable[[int], Statement], step: Step) -> None:
    """Take a step with every prospect of a statement, in batches that are a transaction each."""
    after = 0
    while True:
        async with desk.work(WRITER) as work:
            rows = (await work.context.session.execute(statement(after))).all()
            for prospect, earlier in _prospects(rows):
                after = prospect.id
                await step(work, prospect, earlier)
        if len(rows) < BATCH:
            return


def _prospects(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[tuple[OpportunityRead, Earlier | None]]:
    """Return each prospect once, with its last letter. Two letters of one second make two rows."""
    found: dict[int, tuple[OpportunityRead, Earlier | None]] = {}
    for row in rows:
        email = row[1] if len(row) > 1 else None
        earlier = None if email is None else Earlier(email.subject, email.sent_at)
        found[row[0].id] = (OpportunityRead.model_validate(row[0]), earlier)
    return list(found.values())


async def _draft(
    work: UnitOfWork,
    file: CampaignFile,
    template: Template,
    kind: EmailType,
    prospect: OpportunityRead,
    earlier: Earlier | None,
    report: RunReport,
    choice: Choice | None = None,
) -> bool:
    """Draft one letter, or say in the report why there is none."""
    letter = write_letter(template, file, prospect, earlier=earlier, now=work.context.now())
    if isinstance(letter, Missing):
        report.errand(_held_back(prospect, f"{letter} (template {template.name})"))
        return False
    variables = letter_variables(file, prospect, earlier=earlier, now=work.context.now())
    used = {name.partition(".")[0] for name in template.variables}
    try:
        email = await work.emails.create(
            prospect.campaign_id,
            prospect.id,
            {
                "subject": letter.subject,
                "body_text": letter.body_text,
                "body_html": letter.body_html,
                "email_type": kind.value,
                "template_used": template.name,
                "personalization_data": {name: value for name, value in variables.items() if name in used},
                "from_email": file.sender.email,
                "reply_to_email": file.sender.reply_to,
                "to_email": prospect.contact_email,
                # No model wrote it: the defaults of generated letters would say that one did.
                "ai_temperature": None,
                "ai_confidence_score": None,
                "user_approved": False,
                "decision": letter_decision(template),
                "decision_ids": None
                if choice is None or choice.decision_id is None
                else [choice.decision_id],
            },
        )
    except (Conflict, InvalidInput) as error:
        report.errand(_held_back(prospect, _why(error)))
        return False
    if file.approval.emails == "rule" and email.status == EmailStatus.DRAFT:
        await work.emails.approve(email.id, by=file.approval.actor)
        report.count("letters approved")
    return True


async def _written_to_already(work: UnitOfWork, user_id: int, prospect: OpportunityRead) -> str | None:
    """Say where this person or this site was written to before, about another page or in another campaign."""
    session = work.context.session
    if prospect.contact_email is not None:
        found = (await session.execute(queries.written_to(user_id, prospect.contact_email))).first()
        if found is not None:
            return f"{prospect.contact_email} was written to already, about {found[0]} (campaign {found[1]})"
    page = await page_of_the_site(work, prospect)
    return None if page is None else f"the site was written to already, about {page}"


async def page_of_the_site(work: UnitOfWork, prospect: OpportunityRead) -> str | None:
    """Return the page about which a prospect's site was written to, in this campaign, or None."""
    pages = await work.context.session.scalars(
        queries.pages_written_to(prospect.campaign_id, prospect.domain, PAGES_COMPARED)
    )
    site = site_of(prospect.url)
    return next((page for page in pages if site_of(page) == site), None)


def _held_back(prospect: OpportunityRead, why: str) -> Errand:
    who = prospect.title or prospect.domain
    return Errand(HELD_BACK, who, why, url=prospect.url, opportunity_id=prospect.id)


def _why(error: LinkwrightError) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]
