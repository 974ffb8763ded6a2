"""Every table, so that the metadata is whole."""

from linkwright.db.base import Base
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.models.archives import Archive, ArchivedTemplateUse
from linkwright.models.budgets import AIBudget, AIReservation
from linkwright.models.campaigns import BacklinkingCampaign, CampaignCount
from linkwright.models.contents import AIContent
from linkwright.models.decisions import AIDecision, AIDecisionOutcome
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.erasures import Erasure
from linkwright.models.events import EmailEvent
from linkwright.models.imports import ImportJob
from linkwright.models.inbound import InboundMessage
from linkwright.models.learning import AILearningData
from linkwright.models.maintenance import MaintenanceRun
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.pools import LearningPool
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.retention import LegalHold, RemovedLooks, RetentionPolicy, RetentionRemoval
from linkwright.models.roll_ups import RollUpDay, RollUpShare, RollUpState
from linkwright.models.status_changes import StatusChange
from linkwright.models.suppressions import Suppression
from linkwright.models.templates import BacklinkingTemplate
from linkwright.models.users import User

__all__ = [
    "AIBudget",
    "AIContent",
    "AIDecision",
    "AIDecisionOutcome",
    "AILearningData",
    "AIReservation",
    "Archive",
    "ArchivedTemplateUse",
    "BacklinkOpportunity",
    "BacklinkingAnalytics",
    "BacklinkingCampaign",
    "BacklinkingEmail",
    "BacklinkingResponse",
    "BacklinkingTemplate",
    "Base",
    "CampaignCount",
    "EmailEvent",
    "Erasure",
    "ImportJob",
    "InboundMessage",
    "LearningPool",
    "LegalHold",
    "MaintenanceRun",
    "RemovedLooks",
    "RetentionPolicy",
    "RetentionRemoval",
    "RollUpDay",
    "RollUpShare",
    "RollUpState",
    "StatusChange",
    "Suppression",
    "User",
]
