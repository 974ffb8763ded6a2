"""Campaigns as an application sees them: service models in, service models out.

A service model is the `<Noun>Read` shape of a row: frozen, comparable, with a JSON form
(`model_dump_json`), free of the database. Conversion loses nothing in either direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from linkwright.db.base import Base
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.learning import AILearningData
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.templates import BacklinkingTemplate
from linkwright.schemas.analytics import AnalyticsRead
from linkwright.schemas.campaigns import CampaignRead, CampaignStats
from linkwright.schemas.emails import EmailRead
from linkwright.schemas.fields import Record
from linkwright.schemas.learning import LearningRead
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.schemas.responses import ResponseRead
from linkwright.schemas.templates import TemplateRead
from linkwright.service import BacklinkingDatabaseService
from linkwright.services.pages import Page

SHAPES: Final[Mapping[type[Base], type[Record]]] = {
    BacklinkingCampaign: CampaignRead,
    BacklinkOpportunity: OpportunityRead,
    BacklinkingEmail: EmailRead,
    BacklinkingResponse: ResponseRead,
    BacklinkingAnalytics: AnalyticsRead,
    AILearningData: LearningRead,
    BacklinkingTemplate: TemplateRead,
}
"""The service model of each database model."""
_MODELS: Final = {shape: model for model, shape in SHAPES.items()}

S = TypeVar("S", bound=Record)


def to_service_model(row: Base, shape: type[S]) -> S:
    """Return a row as its service model, which the database no longer touches."""
    return shape.model_validate(row)


def to_database_model(model: Record) -> Base:
    """Return a service model as a new row, not yet in any transaction."""
    return _MODELS[type(model)](**model.model_dump())


class CampaignService:
    """Campaigns and what is in them, as service models.

    Made of a database service: of one bound by `as_user`, it reaches that user's campaigns only.
    """

    def __init__(self, db_service: BacklinkingDatabaseService) -> None:
        self.db_service: Final = db_service

    # --- campaigns ----------------------------------------------------------------------------

    async def create_campaign(self, user_id: int, campaign_data: Mapping[str, Any]) -> CampaignRead:
        """Create a campaign as a draft; see `CampaignCreate` for what it takes."""
        return _campaign(await self.db_service.create_campaign(user_id, campaign_data))

    async def get_campaign(self, campaign_id: str) -> CampaignRead:
        """Return a campaign."""
        return _campaign(await self.db_service.get_campaign(campaign_id))

    async def get_user_campaigns(
        self, user_id: int, status: str | None = None, *, limit: int = 100, after: str | None = None
    ) -> list[CampaignRead]:
        """Return a user's campaigns, newest first, from the one behind the id `after`."""
        rows = await self.db_service.get_user_campaigns(user_id, status, limit=limit, after=after)
        return [_campaign(row) for row in rows]

    async def update_campaign(self, campaign_id: str, campaign_data: Mapping[str, Any]) -> CampaignRead:
        """Change a campaign's settings."""
        return _campaign(await self.db_service.update_campaign(campaign_id, campaign_data))

    async def delete_campaign(self, campaign_id: str) -> None:
        """Delete a campaign with everything in it."""
        await self.db_service.delete_campaign(campaign_id)

    async def start_campaign(self, campaign_id: str, reason: str | None = None) -> CampaignRead:
        """Start a draft or a scheduled campaign."""
        return _campaign(await self.db_service.start_campaign(campaign_id, reason))

    async def pause_campaign(self, campaign_id: str, reason: str | None = None) -> CampaignRead:
        """Hold an active campaign; its queued emails are approved again."""
        return _campaign(await self.db_service.pause_campaign(campaign_id, reason))

    async def resume_campaign(self, campaign_id: str, reason: str | None = None) -> CampaignRead:
        """Go on with a paused campaign."""
        return _campaign(await self.db_service.resume_campaign(campaign_id, reason))

    async def complete_campaign(self, campaign_id: str, reason: str | None = None) -> CampaignRead:
        """End a campaign that has done its work."""
        return _campaign(await self.db_service.complete_campaign(campaign_id, reason))

    async def get_campaign_stats(self, campaign_id: str) -> CampaignStats:
        """Return a campaign's numbers."""
        return await self.db_service.get_campaign_stats(campaign_id)

    # --- what is in them ----------------------------------------------------------------------

    async def add_opportunity(self, campaign_id: str, opportunity_data: Mapping[str, Any]) -> OpportunityRead:
        """Add a prospect."""
        row = await self.db_service.create_opportunity(campaign_id, opportunity_data)
        return to_service_model(row, OpportunityRead)

    async def get_campaign_opportunities(
        self, campaign_id: str, status: str | None = None, *, limit: int = 50, after: str | None = None
    ) -> Page[OpportunityRead]:
        """Return a page of a campaign's prospects, best first, and the cursor of the next."""
        page = await self.db_service.get_campaign_opportunities(campaign_id, status, limit=limit, after=after)
        return Page([to_service_model(row, OpportunityRead) for row in page], page.after)

    async def create_email(
        self, campaign_id: str, opportunity_id: int, email_data: Mapping[str, Any]
    ) -> EmailRead:
        """Write a draft to a prospect."""
        row = await self.db_service.create_email(campaign_id, opportunity_id, email_data)
        return to_service_model(row, EmailRead)

    async def get_campaign_emails(
        self, campaign_id: str, status: str | None = None, *, limit: int = 50, after: str | None = None
    ) -> Page[EmailRead]:
        """Return a page of a campaign's emails, and the cursor of the next."""
        page = await self.db_service.get_campaign_emails(campaign_id, status=status, limit=limit, after=after)
        return Page([to_service_model(row, EmailRead) for row in page], page.after)

    async def get_campaign_responses(
        self, campaign_id: str, *, limit: int = 50, after: str | None = None
    ) -> Page[ResponseRead]:
        """Return a page of what came back to a campaign, and the cursor of the next."""
        page = await self.db_service.get_campaign_responses(campaign_id, limit=limit, after=after)
        return Page([to_service_model(row, ResponseRead) for row in page], page.after)

    async def get_campaign_analytics(
        self, campaign_id: str, date_from: datetime | None = None, date_to: datetime | None = None
    ) -> list[AnalyticsRead]:
        """Return a campaign's records, both ends included."""
        rows = await self.db_service.get_campaign_analytics(campaign_id, date_from, date_to)
        return [to_service_model(row, AnalyticsRead) for row in rows]


def _campaign(row: BacklinkingCampaign) -> CampaignRead:
    return to_service_model(row, CampaignRead)
