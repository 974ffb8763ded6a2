"""Campaigns: one outreach effort of one user, and its life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import uuid_utils

from linkwright.errors import Conflict
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.queries import archived_campaigns as archived
from linkwright.queries import budgets, recounts, roll_ups
from linkwright.queries import campaigns as queries
from linkwright.schemas.campaigns import CampaignCreate, CampaignQuery, CampaignStats, CampaignUpdate
from linkwright.schemas.validation import parse
from linkwright.services.archived_campaigns import archived_stats
from linkwright.services.arguments import check_text
from linkwright.services.campaign_life import CampaignLife, found
from linkwright.services.figures import figures_of
from linkwright.services.history import Move, record_moves
from linkwright.services.ownership import require_same_user, require_user
from linkwright.services.retention_records import refuse_held
from linkwright.vocabulary import LifeKind


class Campaigns(CampaignLife):
    """Campaigns, inside one transaction that somebody else opened and will close."""

    async def create(
        self, user_id: int, campaign_data: Mapping[str, Any] | CampaignCreate
    ) -> BacklinkingCampaign:
        """Create a campaign as a draft, with a time-ordered id and the defaults of AI-led outreach.

        `campaign_data` needs a `name` and at least one of `keywords`; see `CampaignCreate`.

        Raises:
            InvalidInput: a key is unknown, missing or breaks a rule.
            NotFound: there is no such user, or the caller is bound to another.
        """
        values = parse(CampaignCreate, campaign_data).model_dump()
        await require_user(self._context, user_id, share=True)
        now = self._context.now()
        campaign = BacklinkingCampaign(
            id=str(uuid_utils.uuid7()), user_id=user_id, created_at=now, updated_at=now, **values
        )
        self._session.add(campaign)
        await self._session.flush()
        entered = Move(LifeKind.CAMPAIGN, None, campaign.status, now)
        await record_moves(self._context, campaign.id, [entered])
        return campaign

    async def get(self, campaign_id: str) -> BacklinkingCampaign:
        """Return a campaign.

        Raises:
            NotFound: the caller has no such campaign.
        """
        statement = queries.campaign(campaign_id, self._context.owner)
        return found(await self._session.scalar(statement), campaign_id)

    async def page(
        self, user_id: int, status: str | None = None, *, limit: int = 100, after: str | None = None
    ) -> Sequence[BacklinkingCampaign]:
        """Return a user's campaigns, newest first, from the one behind the id `after`.

        Raises:
            InvalidInput: `status` is not a state of campaigns, or `limit` is not from 1 to 1000.
            NotFound: there is no such user, or the caller is bound to another.
        """
        asked = parse(CampaignQuery, {"status": status, "limit": limit, "after": after})
        await require_user(self._context, user_id)
        rows = await self._session.scalars(
            queries.campaigns_of(user_id, status=asked.status, after=asked.after, limit=asked.limit)
        )
        return rows.all()

    async def named(self, user_id: int, name: str) -> BacklinkingCampaign | None:
        """Return a user's campaign of a name, or None.

        Raises:
            Conflict: two campaigns have the name.
            NotFound: the caller is bound to another user.
            InvalidInput: no campaign can have such a name.
        """
        require_same_user(self._context, user_id)
        check_text("name", name)
        found = (await self._session.scalars(queries.campaigns_named(user_id, name))).all()
        if len(found) > 1:
            raise Conflict(f"Several campaigns are called {name}; name one by its id, such as {found[0].id}.")
        return found[0] if found else None

    async def update(
        self, campaign_id: str, campaign_data: Mapping[str, Any] | CampaignUpdate
    ) -> BacklinkingCampaign:
        """Change a campaign's settings; what is as asked already is left untouched, `updated_at` too.

        Raises:
            InvalidInput: a key is unknown or a value breaks a rule.
            NotFound: the caller has no such campaign.
        """
        changes = parse(CampaignUpdate, campaign_data).model_dump(exclude_unset=True)
        campaign = await self._locked(campaign_id)
        if any(getattr(campaign, name) != value for name, value in changes.items()):
            for name, value in changes.items():
                setattr(campaign, name, value)
            campaign.updated_at = self._context.now()
            await self._session.flush()
        return campaign

    async def delete(self, campaign_id: str) -> None:
        """Delete a campaign with everything in it, at once and for good. Suppressions stay.

        Raises:
            Conflict: a legal hold stands over it.
            NotFound: the caller has no such campaign.
        """
        await refuse_held(self._context, campaign_id=campaign_id)
        statement = queries.delete_campaign(campaign_id, self._context.owner)
        user_id = found(
            await self._session.scalar(statement.returning(BacklinkingCampaign.user_id)), campaign_id
        )
        # What its emails had earned for the user's templates went with them.
        if (await self._session.scalars(recounts.templates_held(user_id))).all():
            await self._session.execute(recounts.recount_templates(user_id))

    async def stats(self, campaign_id: str) -> CampaignStats:
        """Return a campaign's numbers from its counters, at the same cost whatever its size.

        Of one that is archived, or on its way there, they are what they were then.
        `figures` has rates with intervals, the time to an answer and costs, as of the last roll-up.

        Raises:
            NotFound: the caller has no such campaign.
        """
        both = archived.with_archive(campaign_id, self._context.owner)
        campaign, archive = (await self._session.execute(both)).one_or_none() or (None, None)
        if campaign is None or archive is not None:
            away = archived.standing(campaign_id, self._context.owner)
            kept = archive or found(await self._session.scalar(away), campaign_id)
            return archived_stats(kept, self._context.now())
        counts: dict[str, dict[str, int]] = {}
        for row in await self._session.scalars(queries.counts(campaign_id)):
            if row.count:
                counts.setdefault(row.subject, {})[row.state] = row.count
        state = (await self._session.execute(roll_ups.state(campaign_id))).first()
        money = (await self._session.execute(budgets.spending(campaign_id, self._context.now()))).one()
        figures = None if state is None else figures_of([state.totals], self._context.now(), state.counted_at)
        return CampaignStats(
            figures=figures,
            campaign_id=campaign.id,
            status=campaign.status,
            total_opportunities=campaign.total_opportunities or 0,
            contacted_opportunities=campaign.contacted_opportunities or 0,
            responded_opportunities=campaign.responded_opportunities or 0,
            successful_links=campaign.successful_links or 0,
            estimated_cost=campaign.estimated_cost or 0.0,
            actual_cost=campaign.actual_cost or 0.0,
            ai_cost_limit=money.cost_limit,
            ai_cost_reserved=float(money.reserved),
            counts=counts,
        )
