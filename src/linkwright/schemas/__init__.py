"""The shapes that come in and go out: per noun, what may be created, changed and read.

    from linkwright.schemas import CampaignCreate

A verb takes the schema or a dict of its fields; the rows that it gives have a Read shape of the same names.
"""

from linkwright.schemas.analytics import AnalyticsCreate, AnalyticsRead
from linkwright.schemas.campaigns import CampaignCreate, CampaignRead, CampaignStats, CampaignUpdate
from linkwright.schemas.decisions import DecisionCreate, DecisionRead, OutcomeCreate, OutcomeRead
from linkwright.schemas.emails import (
    EmailCreate,
    EmailRating,
    EmailRead,
    EmailSentElsewhere,
    EmailUpdate,
)
from linkwright.schemas.events import BounceReport, EventRead, EventReport
from linkwright.schemas.inbound import InboundCreate, InboundRead
from linkwright.schemas.learning import LearningCreate, LearningRead
from linkwright.schemas.opportunities import (
    OpportunityAnalysis,
    OpportunityCreate,
    OpportunityRead,
    OpportunityUpdate,
)
from linkwright.schemas.responses import ResponseCreate, ResponseRead, ResponseReview, ResponseUpdate
from linkwright.schemas.status_changes import StatusChangeRead
from linkwright.schemas.suppressions import SuppressionCreate, SuppressionRead
from linkwright.schemas.templates import TemplateCreate, TemplateRead, TemplateUpdate
from linkwright.schemas.users import UserCreate, UserRead, UserUpdate

__all__ = [
    "AnalyticsCreate",
    "AnalyticsRead",
    "BounceReport",
    "CampaignCreate",
    "CampaignRead",
    "CampaignStats",
    "CampaignUpdate",
    "DecisionCreate",
    "DecisionRead",
    "EmailCreate",
    "EmailRating",
    "EmailRead",
    "EmailSentElsewhere",
    "EmailUpdate",
    "EventRead",
    "EventReport",
    "InboundCreate",
    "InboundRead",
    "LearningCreate",
    "LearningRead",
    "OpportunityAnalysis",
    "OpportunityCreate",
    "OpportunityRead",
    "OpportunityUpdate",
    "OutcomeCreate",
    "OutcomeRead",
    "ResponseCreate",
    "ResponseRead",
    "ResponseReview",
    "ResponseUpdate",
    "StatusChangeRead",
    "SuppressionCreate",
    "SuppressionRead",
    "TemplateCreate",
    "TemplateRead",
    "TemplateUpdate",
    "UserCreate",
    "UserRead",
    "UserUpdate",
]
