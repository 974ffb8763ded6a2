"""What belongs to a campaign, table by table, in the order in which it can be brought back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select

from linkwright.db.base import Base
from linkwright.db.rows import table
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.models.campaigns import BacklinkingCampaign, CampaignCount
from linkwright.models.contents import AIContent
from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.events import EmailEvent
from linkwright.models.inbound import InboundMessage
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.retention import RemovedLooks, RetentionRemoval
from linkwright.models.status_changes import StatusChange
from linkwright.models.suppressions import Suppression
from linkwright.models.templates import BacklinkingTemplate


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record in a campaign's file."""

    name: str
    model: type[Base]
    belongs: Callable[[str], ColumnElement[bool]]
    """Which rows are the campaign's."""
    refers: Mapping[str, str] = field(default_factory=dict)
    """Columns that hold the id of another record, with that record's kind."""
    owner: str | None = None
    """The column that holds the user."""
    left_out: frozenset[str] = frozenset()
    """Columns that never leave the database."""

    @property
    def table(self) -> Table:
        """The table of the records."""
        return table(self.model)

    @property
    def columns(self) -> list[str]:
        """The columns that a record has in the file."""
        return [column.key for column in self.table.columns if column.key not in self.left_out]

    @property
    def numbered(self) -> bool:
        """Whether the records have a number of their own."""
        return "id" in self.table.c and self.model is not BacklinkingCampaign

    def rows(self, campaign_id: str) -> Select[Any]:
        """Select the campaign's records, the older first."""
        return (
            select(*(self.table.c[name] for name in self.columns))
            .where(self.belongs(campaign_id))
            .order_by(*self.table.primary_key.columns)
        )


def _in_campaign(model: type[Base], column: str = "campaign_id") -> Callable[[str], ColumnElement[bool]]:
    return lambda campaign_id: table(model).c[column] == campaign_id


def _template_used(campaign_id: str) -> ColumnElement[bool]:
    campaign, email = table(BacklinkingCampaign), table(BacklinkingEmail)
    template, decision = table(BacklinkingTemplate), table(AIDecision)
    names = select(email.c.template_used).where(email.c.campaign_id == campaign_id)
    owner = select(campaign.c.user_id).where(campaign.c.id == campaign_id).scalar_subquery()
    chosen = select(decision.c.template_id).where(decision.c.campaign_id == campaign_id)
    # Not whatever a decision names: a template of another user is nobody else's to read.
    readable = or_(
        template.c.created_by_user_id == owner,
        and_(template.c.created_by_user_id.is_(None), template.c.is_system_template),
    )
    return or_(
        and_(template.c.name.in_(names), template.c.created_by_user_id == owner),
        and_(template.c.id.in_(chosen), readable),
    )


def _outcome(campaign_id: str) -> ColumnElement[bool]:
    decision, outcome = table(AIDecision), table(AIDecisionOutcome)
    return outcome.c.decision_id.in_(select(decision.c.id).where(decision.c.campaign_id == campaign_id))


def _content(campaign_id: str) -> ColumnElement[bool]:
    """The prompts and answers that the campaign's decisions point at."""
    content, decision, campaign = table(AIContent), table(AIDecision), table(BacklinkingCampaign)
    owner = select(campaign.c.user_id).where(campaign.c.id == campaign_id).scalar_subquery()
    pointed_at = (
        content.c.digest.in_(select(column).where(decision.c.campaign_id == campaign_id))
        for column in (decision.c.rendered_prompt_digest, decision.c.output_digest)
    )
    return and_(content.c.user_id == owner, or_(*pointed_at))


def _suppression(campaign_id: str) -> ColumnElement[bool]:
    """Those that came of the campaign; one without its address is a hash that only its user can read."""
    suppression = table(Suppression)
    return and_(suppression.c.campaign_id == campaign_id, suppression.c.address.is_not(None))


CAMPAIGN: Final = Kind(
    "campaign", BacklinkingCampaign, _in_campaign(BacklinkingCampaign, "id"), owner="user_id"
)
TEMPLATE: Final = Kind("template", BacklinkingTemplate, _template_used, owner="created_by_user_id")
OPPORTUNITY: Final = Kind("opportunity", BacklinkOpportunity, _in_campaign(BacklinkOpportunity))
EMAIL: Final = Kind(
    "email",
    BacklinkingEmail,
    _in_campaign(BacklinkingEmail),
    refers={"opportunity_id": "opportunity", "parent_email_id": "email"},
)
INBOUND: Final = Kind(
    "inbound_message",
    InboundMessage,
    _in_campaign(InboundMessage),
    refers={"email_id": "email", "response_id": "response"},
    owner="user_id",
)
SUPPRESSION: Final = Kind(
    "suppression", Suppression, _suppression, owner="user_id", left_out=frozenset({"address_hash"})
)
CONTENT: Final = Kind("content", AIContent, _content, owner="user_id")
_ALL_THREE: Final = {"opportunity_id": "opportunity", "email_id": "email", "response_id": "response"}

KINDS: Final = (
    CAMPAIGN,
    TEMPLATE,
    OPPORTUNITY,
    EMAIL,
    Kind(
        "response",
        BacklinkingResponse,
        _in_campaign(BacklinkingResponse),
        refers={"opportunity_id": "opportunity", "email_id": "email"},
    ),
    Kind("email_event", EmailEvent, _in_campaign(EmailEvent), refers={"email_id": "email"}),
    Kind("removed_looks", RemovedLooks, _in_campaign(RemovedLooks), refers={"email_id": "email"}),
    Kind("retention_removal", RetentionRemoval, _in_campaign(RetentionRemoval), owner="user_id"),
    INBOUND,
    Kind(
        "status_change",
        StatusChange,
        _in_campaign(StatusChange),
        refers={"opportunity_id": "opportunity", "email_id": "email"},
    ),
    CONTENT,
    Kind(
        "decision",
        AIDecision,
        _in_campaign(AIDecision),
        refers={**_ALL_THREE, "template_id": "template"},
        owner="user_id",
    ),
    Kind("outcome", AIDecisionOutcome, _outcome, refers={"decision_id": "decision"}, owner="user_id"),
    Kind("analytics", BacklinkingAnalytics, _in_campaign(BacklinkingAnalytics)),
    Kind("count", CampaignCount, _in_campaign(CampaignCount)),
    SUPPRESSION,
)
"""Every kind, parents before children: the order of a campaign's file."""

BY_NAME: Final = {kind.name: kind for kind in KINDS}
