"""Every derived number counted again from the facts, for whole tables at once.

Each is a subquery with an `id` and its numbers, one row for every row of the table it is
about, so that it can be compared with what is stored, and written over it.
"""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Float,
    Integer,
    Select,
    Subquery,
    Update,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
    update,
)

from linkwright.db.durations import hours_between
from linkwright.db.locks import held
from linkwright.db.rows import table
from linkwright.db.types import Real
from linkwright.models.archives import Archive, ArchivedTemplateUse
from linkwright.models.campaigns import BacklinkingCampaign, CampaignCount
from linkwright.models.decisions import AIDecision
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.templates import BacklinkingTemplate
from linkwright.queries.recounted_looks import events_by_state
from linkwright.vocabulary import HUMAN_RESPONSES, ArchiveState, DeciderKind

CAMPAIGN: Final = table(BacklinkingCampaign)
COUNT: Final = table(CampaignCount)
DECISION: Final = table(AIDecision)
EMAIL: Final = table(BacklinkingEmail)
EVENT: Final = table(EmailEvent)
OPPORTUNITY: Final = table(BacklinkOpportunity)
RESPONSE: Final = table(BacklinkingResponse)
TEMPLATE: Final = table(BacklinkingTemplate)
ARCHIVE: Final = table(Archive)
USE: Final = table(ArchivedTemplateUse)

HUMAN: Final = sorted(kind.value for kind in HUMAN_RESPONSES)


def campaign_totals() -> Subquery:
    """Prospects of each campaign: all, written to, answered, with a link."""
    return (
        select(
            CAMPAIGN.c.id,
            func.count(OPPORTUNITY.c.id).label("total_opportunities"),
            func.count(OPPORTUNITY.c.contacted_at).label("contacted_opportunities"),
            func.count(OPPORTUNITY.c.responded_at).label("responded_opportunities"),
            func.coalesce(func.sum(case((OPPORTUNITY.c.link_acquired, 1), else_=0)), 0).label(
                "successful_links"
            ),
        )
        .select_from(CAMPAIGN)
        .outerjoin(OPPORTUNITY, OPPORTUNITY.c.campaign_id == CAMPAIGN.c.id)
        .group_by(CAMPAIGN.c.id)
        .subquery("recounted")
    )


def campaign_costs() -> Subquery:
    """What each campaign's decisions have cost; a price that nobody knows adds nothing."""
    return (
        select(
            CAMPAIGN.c.id,
            cast(func.coalesce(func.sum(DECISION.c.cost), 0), Real).label("actual_cost"),
        )
        .select_from(CAMPAIGN)
        .outerjoin(DECISION, DECISION.c.campaign_id == CAMPAIGN.c.id)
        .group_by(CAMPAIGN.c.id)
        .subquery("recounted")
    )


def campaign_counts() -> CompoundSelect[Any]:
    """How many things of each kind each campaign has in each state."""
    return union_all(
        _by_state("opportunity", OPPORTUNITY.c.campaign_id, OPPORTUNITY.c.status),
        _by_state("email", EMAIL.c.campaign_id, EMAIL.c.status),
        _by_state("response", RESPONSE.c.campaign_id, RESPONSE.c.response_type),
        events_by_state(),
        _by_state("decision", DECISION.c.campaign_id, literal("unpriced")).where(
            DECISION.c.decided_by == DeciderKind.MODEL.value,
            DECISION.c.cost.is_(None),
            DECISION.c.campaign_id.is_not(None),
        ),
    )


def _by_state(subject: str, campaign_id: Any, state: Any) -> Select[Any]:
    return (
        select(
            campaign_id.label("campaign_id"),
            literal(subject).label("subject"),
            state.label("state"),
            func.count().label("count"),
        )
        .where(state.is_not(None))
        .group_by(campaign_id, state)
    )


def open_rates() -> Subquery:
    """The share of each prospect's sent emails that were opened."""
    sent = func.count(EMAIL.c.sent_at)
    opened = func.sum(case((and_(EMAIL.c.sent_at.is_not(None), EMAIL.c.open_count > 0), 1), else_=0))
    return (
        select(
            OPPORTUNITY.c.id,
            case((sent > 0, cast(opened, Real) / cast(sent, Real)), else_=0.0).label("email_open_rate"),
        )
        .select_from(OPPORTUNITY)
        .outerjoin(
            EMAIL,
            and_(
                EMAIL.c.campaign_id == OPPORTUNITY.c.campaign_id, EMAIL.c.opportunity_id == OPPORTUNITY.c.id
            ),
        )
        .group_by(OPPORTUNITY.c.id)
        .subquery("recounted")
    )


def response_times() -> Subquery:
    """The hours from each prospect's first email to its first answer."""
    hours = _wait(OPPORTUNITY.c.contacted_at, OPPORTUNITY.c.responded_at)
    return select(OPPORTUNITY.c.id, hours.label("response_time_hours")).subquery("recounted")


def used_by_template(campaigns: Select[str] | None = None) -> Select[Any]:
    """Of each owner and template: the emails that left and are here, how many were answered, the hours.

    With `campaigns`, of these alone: it then costs what they have, whatever others have.
    """
    answers = select(RESPONSE.c.email_id, func.min(RESPONSE.c.received_at).label("received_at"))
    if campaigns is not None:
        answers = answers.where(RESPONSE.c.campaign_id.in_(campaigns))
    first_answer = (
        answers.where(RESPONSE.c.response_type.in_(HUMAN))
        .group_by(RESPONSE.c.email_id)
        .subquery("first_answer")
    )
    hours = _wait(EMAIL.c.sent_at, first_answer.c.received_at)
    used = (
        select(
            CAMPAIGN.c.user_id,
            EMAIL.c.template_used,
            func.count().label("used"),
            func.count(first_answer.c.email_id).label("answered"),
            func.coalesce(func.sum(hours, type_=Float), 0.0).label("hours"),
        )
        .select_from(EMAIL)
        .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
        .outerjoin(first_answer, first_answer.c.email_id == EMAIL.c.id)
        .where(EMAIL.c.template_used.is_not(None), EMAIL.c.sent_at.is_not(None))
        .group_by(CAMPAIGN.c.user_id, EMAIL.c.template_used)
    )
    return used if campaigns is None else used.where(EMAIL.c.campaign_id.in_(campaigns))


def template_earnings(owner: int | None = None) -> Subquery:
    """Of each template, or of one owner's: the emails that left, the share answered, the mean hours.

    Those of archived campaigns count as they did; of one that is being moved out, only as archived.
    """
    leaving = select(ARCHIVE.c.campaign_id).where(ARCHIVE.c.state == ArchiveState.DELETING.value)
    mine = None if owner is None else select(CAMPAIGN.c.id).where(CAMPAIGN.c.user_id == owner)
    here = used_by_template(mine).where(EMAIL.c.campaign_id.not_in(leaving))
    away = (
        select(ARCHIVE.c.user_id, USE.c.template_used, USE.c.sent, USE.c.answered, USE.c.hours)
        .select_from(USE)
        .join(ARCHIVE, ARCHIVE.c.id == USE.c.archive_id)
    )
    if owner is not None:
        away = away.where(ARCHIVE.c.user_id == owner)
    every = union_all(here, away).subquery("every")
    sent, answered = func.sum(every.c.used), func.sum(every.c.answered)
    used = (
        select(
            every.c.user_id,
            every.c.template_used,
            sent.label("used"),
            (cast(answered, Real) / cast(sent, Real)).label("share"),
            (func.sum(every.c.hours, type_=Float) / func.nullif(cast(answered, Real), 0.0)).label("hours"),
        )
        .group_by(every.c.user_id, every.c.template_used)
        .subquery("used")
    )
    return (
        select(
            TEMPLATE.c.id,
            cast(func.coalesce(used.c.used, 0), Integer).label("usage_count"),
            func.coalesce(used.c.share, 0.0, type_=Float).label("success_rate"),
            used.c.hours.label("average_response_time"),
        )
        .select_from(TEMPLATE)
        .outerjoin(
            used,
            and_(used.c.user_id == TEMPLATE.c.created_by_user_id, used.c.template_used == TEMPLATE.c.name),
        )
        .subquery("recounted")
    )


def campaigns_held(owner: int) -> Select[str]:
    """Hold an owner's campaigns, so that none of their emails moves."""
    return held(select(CAMPAIGN.c.id).where(CAMPAIGN.c.user_id == owner).order_by(CAMPAIGN.c.id), CAMPAIGN)


def templates_held(owner: int) -> Select[int]:
    """Hold an owner's templates: what they earned is about to be counted again."""
    statement = select(TEMPLATE.c.id).where(TEMPLATE.c.created_by_user_id == owner).order_by(TEMPLATE.c.id)
    return held(statement, TEMPLATE)


def recount_templates(owner: int) -> Update:
    """Write down again what an owner's templates earned. Hold them first, or a rival's email is lost."""
    earned = template_earnings(owner)
    names = ("usage_count", "success_rate", "average_response_time")
    return (
        update(TEMPLATE)
        .where(TEMPLATE.c.id == earned.c.id, TEMPLATE.c.created_by_user_id == owner)
        .values({name: earned.c[name] for name in names})
    )


def name_was_used(owner: int, name: str) -> Select[bool]:
    """Say whether an owner's emails name a template."""
    theirs = select(CAMPAIGN.c.id).where(CAMPAIGN.c.user_id == owner)
    return select(
        select(EMAIL.c.id).where(EMAIL.c.campaign_id.in_(theirs), EMAIL.c.template_used == name).exists()
    )


def rename_template_used(owner: int, old: str, new: str) -> Update:
    """Let an owner's emails follow a template to its new name."""
    theirs = select(CAMPAIGN.c.id).where(CAMPAIGN.c.user_id == owner)
    return (
        update(EMAIL)
        .where(EMAIL.c.campaign_id.in_(theirs), EMAIL.c.template_used == old)
        .values(template_used=new)
    )


def _wait(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[Any]:
    hours = hours_between(start, end)
    return case((hours < 0, 0.0), else_=hours)  # Clocks differ; nobody answers before they are asked.


def rename_archived_use(owner: int, old: str, new: str) -> Update:
    """Let what archived emails earned follow a template to its new name."""
    theirs = select(ARCHIVE.c.id).where(ARCHIVE.c.user_id == owner)
    return (
        update(USE).where(USE.c.archive_id.in_(theirs), USE.c.template_used == old).values(template_used=new)
    )
