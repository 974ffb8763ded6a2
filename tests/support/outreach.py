"""A desk that outreach is done from: each verb one transaction, on a clock that stands still until moved."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, select, update

from linkwright.db.engine import Database
from linkwright.models import (
    BacklinkingCampaign,
    BacklinkingEmail,
    BacklinkOpportunity,
    CampaignCount,
    StatusChange,
)
from linkwright.services.context import Context
from linkwright.services.delivery import Delivery
from linkwright.services.emails import Emails
from linkwright.services.inbound import Inbound
from linkwright.services.opportunities import Opportunities
from linkwright.services.responses import Responses
from linkwright.services.reviews import Reviews
from linkwright.services.sending import Sending
from linkwright.services.suppressions import Suppressions
from linkwright.services.templates import Templates
from tests.support.prospects import NOON, make_campaign

LETTER = {"subject": "A guide for your readers", "body_html": "<p>Hello</p>", "from_email": "me@outreach.com"}

SERVICES: dict[str, Callable[[Context], Any]] = {
    "emails": Emails,
    "sending": Sending,
    "delivery": Delivery,
    "responses": Responses,
    "reviews": Reviews,
    "suppressions": Suppressions,
    "inbound": Inbound,
    "opportunities": Opportunities,
    "templates": Templates,
}


class Desk:
    """One user with one active campaign. `await desk.emails("create", ...)` calls a verb."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOON
        self.owner: int | None = None
        self.actor = "user:1"
        self.user_id = 0
        self.campaign_id = ""
        self._made = 0

    async def sit_down(self, **settings: Any) -> "Desk":
        """Make the user and the campaign."""
        self.campaign_id = await self.campaign(**settings)
        campaign = await self.row(BacklinkingCampaign, self.campaign_id)
        self.user_id = self.owner = campaign.user_id
        return self

    async def campaign(self, *, status: str = "active", **settings: Any) -> str:
        async with self.database.transaction() as session:
            campaign_id = await make_campaign(session, **settings)
            await session.execute(
                update(BacklinkingCampaign)
                .where(BacklinkingCampaign.id == campaign_id)
                .values(status=status, started_at=self.now)
            )
        return campaign_id

    @asynccontextmanager
    async def context(self) -> AsyncIterator[Context]:
        async with self.database.transaction() as session:
            yield Context(session, clock=lambda: self.now, owner=self.owner, actor=self.actor)

    def later(self, **time: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**time)
        return self.now

    def __getattr__(self, noun: str) -> Callable[..., Any]:
        if noun not in SERVICES:
            raise AttributeError(noun)

        async def call(verb: str, *args: Any, **kwargs: Any) -> Any:
            async with self.context() as context:
                return await getattr(SERVICES[noun](context), verb)(*args, **kwargs)

        return call

    async def prospect(self, campaign_id: str | None = None, **values: Any) -> int:
        self._made += 1
        url = f"https://site{self._made}.com/write-for-us"
        row = {"url": url, "contact_email": f"editor@site{self._made}.com", **values}
        made = await self.opportunities("create", campaign_id or self.campaign_id, row)
        return int(made.id)

    async def draft(self, prospect: int | None = None, **values: Any) -> BacklinkingEmail:
        prospect = prospect if prospect is not None else await self.prospect()
        email: BacklinkingEmail = await self.emails("create", self.campaign_id, prospect, LETTER | values)
        return email

    async def queued(self, prospect: int | None = None, **values: Any) -> BacklinkingEmail:
        email = await self.draft(prospect, **values)
        await self.emails("approve", email.id)
        queued: BacklinkingEmail = await self.sending("queue", email.id)
        return queued

    async def sending_one(self, prospect: int | None = None, **values: Any) -> BacklinkingEmail:
        await self.queued(prospect, **values)
        [claimed] = await self.sending("claim_due", 1)
        return claimed.email  # type: ignore[no-any-return]

    async def sent(self, prospect: int | None = None, **values: Any) -> BacklinkingEmail:
        email = await self.draft(prospect, **values)
        sent: BacklinkingEmail = await self.sending("mark_sent", email.id)
        return sent

    async def reply(self, email: BacklinkingEmail, kind: str = "positive", **values: Any) -> Any:
        answer = {"from_email": email.to_email, "subject": "Re", "body_text": "Yes", "response_type": kind}
        return await self.responses("create", email.campaign_id, None, email.id, answer | values)

    async def row(self, model: Any, identity: Any) -> Any:
        async with self.database.transaction() as session:
            return await session.scalar(select(model).where(model.id == identity))

    async def email(self, email_id: int) -> BacklinkingEmail:
        row: BacklinkingEmail = await self.row(BacklinkingEmail, email_id)
        return row

    async def opportunity(self, opportunity_id: int) -> BacklinkOpportunity:
        row: BacklinkOpportunity = await self.row(BacklinkOpportunity, opportunity_id)
        return row

    async def all(self, statement: Executable) -> list[Any]:
        async with self.database.transaction() as session:
            return list((await session.execute(statement)).all())

    async def moves(self, email_id: int) -> list[tuple[str | None, str]]:
        """The moves of an email, in order."""
        found = await self.all(
            select(StatusChange.old_status, StatusChange.new_status)
            .where(StatusChange.email_id == email_id)
            .order_by(StatusChange.id)
        )
        return [(old, new) for old, new in found]

    async def counts(self, subject: str) -> dict[str, int]:
        found = await self.all(
            select(CampaignCount.state, CampaignCount.count).where(
                CampaignCount.campaign_id == self.campaign_id, CampaignCount.subject == subject
            )
        )
        return {state: number for state, number in found if number}
