"""The life of a campaign: every move, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from linkwright.errors import IllegalMove, NotFound
from linkwright.lives import allowed
from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.emails import BacklinkingEmail
from linkwright.queries import campaigns as queries
from linkwright.schemas.campaigns import MoveReason, RequiredReason
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.history import Move, record_moves
from linkwright.vocabulary import CampaignStatus as C
from linkwright.vocabulary import EmailStatus, LifeKind

T = TypeVar("T")

# Which verb makes the move that was meant, where the life has it but this verb does not.
_INSTEAD = {
    (C.PAUSED, C.ACTIVE): "resume it",
    (C.COMPLETED, C.ACTIVE): "reopen it, with a reason",
    (C.DRAFT, C.ACTIVE): "start it",
    (C.SCHEDULED, C.ACTIVE): "start it",
    (C.ARCHIVED, C.COMPLETED): "restore it",
    (C.ARCHIVED, C.CANCELLED): "restore it",
}


class CampaignLife:
    """The moves of campaigns, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def schedule(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """Plan a draft to be started.

        Raises:
            IllegalMove: it is not a draft.
            NotFound: the caller has no such campaign.
        """
        return await self._move(campaign_id, C.SCHEDULED, reason, only=(C.DRAFT,))

    async def unschedule(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """Make a scheduled campaign a draft again.

        Raises:
            IllegalMove: it is not scheduled.
            NotFound: the caller has no such campaign.
        """
        return await self._move(campaign_id, C.DRAFT, reason, only=(C.SCHEDULED,))

    async def start(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """Start a draft or a scheduled campaign: from now on its emails may be queued.

        Raises:
            IllegalMove: it is neither.
            NotFound: the caller has no such campaign.
        """
        return await self._move(campaign_id, C.ACTIVE, reason, only=(C.DRAFT, C.SCHEDULED))

    async def pause(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """Hold an active campaign: its queued emails are approved again, one being sent is not held.

        Raises:
            IllegalMove: it is not active.
            NotFound: the caller has no such campaign.
        """
        return await self._move(campaign_id, C.PAUSED, reason, only=(C.ACTIVE,))

    async def resume(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """Go on with a paused campaign. Emails are not queued again by themselves.

        Raises:
            IllegalMove: it is not paused.
            NotFound: the caller has no such campaign.
        """
        return await self._move(campaign_id, C.ACTIVE, reason, only=(C.PAUSED,))

    async def complete(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """End an active or paused campaign that has done its work.

        Raises:
            IllegalMove: it is neither.
            NotFound: the caller has no such campaign.
        """
        return await self._move(campaign_id, C.COMPLETED, reason, only=(C.ACTIVE, C.PAUSED))

    async def cancel(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """End a campaign that will not do its work.

        Raises:
            IllegalMove: it has ended already.
            NotFound: the caller has no such campaign.
        """
        return await self._move(
            campaign_id, C.CANCELLED, reason, only=(C.DRAFT, C.SCHEDULED, C.ACTIVE, C.PAUSED)
        )

    async def reopen(self, campaign_id: str, reason: str) -> BacklinkingCampaign:
        """Make a completed campaign active again. `started_at` stays what it was.

        Raises:
            InvalidInput: `reason` is missing or blank.
            IllegalMove: it is not completed.
            NotFound: the caller has no such campaign.
        """
        parse(RequiredReason, {"reason": reason})
        return await self._move(campaign_id, C.ACTIVE, reason, only=(C.COMPLETED,))

    async def archive(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """Put a completed or cancelled campaign away.

        Raises:
            IllegalMove: it is neither.
            NotFound: the caller has no such campaign.
        """
        return await self._move(campaign_id, C.ARCHIVED, reason, only=(C.COMPLETED, C.CANCELLED))

    async def restore(self, campaign_id: str, reason: str | None = None) -> BacklinkingCampaign:
        """Bring an archived campaign back to the state it was archived from.

        Raises:
            IllegalMove: it is not archived.
            NotFound: the caller has no such campaign.
        """
        await self._locked(campaign_id)
        before = await self._session.scalar(queries.state_before_archive(campaign_id))
        state = C(before or C.COMPLETED)
        return await self._move(campaign_id, state, reason, only=(C.ARCHIVED,))

    async def _move(
        self, campaign_id: str, new: C, reason: str | None, *, only: tuple[C, ...]
    ) -> BacklinkingCampaign:
        reason = parse(MoveReason, {"reason": reason}).reason
        campaign = await self._locked(campaign_id)
        old = C(campaign.status)
        if old not in only or not allowed(LifeKind.CAMPAIGN, old, new):
            raise IllegalMove("campaign", campaign_id, old=old, new=new, rule=_INSTEAD.get((old, new), ""))
        now = self._context.now()
        campaign.status, campaign.updated_at = new.value, now
        campaign.paused_at = now if new is C.PAUSED else None
        if new is C.ACTIVE:
            # The first start is the start; reopening does not begin the campaign again.
            campaign.started_at = campaign.started_at or now
            campaign.completed_at = None
        elif new is C.COMPLETED and old is not C.ARCHIVED:
            campaign.completed_at = now
        await self._session.flush()
        moves = await self._released(campaign_id, now) if old is C.ACTIVE else []
        moves.append(Move(LifeKind.CAMPAIGN, old.value, new.value, now, reason=reason))
        await record_moves(self._context, campaign_id, moves)
        return campaign

    async def _released(self, campaign_id: str, now: datetime) -> list[Move]:
        """Return the queued emails to approved, in one statement, and say which they were."""
        released = await self._session.execute(
            queries.release_queued_emails(campaign_id).returning(
                BacklinkingEmail.id, BacklinkingEmail.opportunity_id
            )
        )
        return [
            Move(
                LifeKind.EMAIL,
                EmailStatus.QUEUED.value,
                EmailStatus.APPROVED.value,
                now,
                opportunity_id=opportunity_id,
                email_id=email_id,
                reason="the campaign is no longer active",
            )
            for email_id, opportunity_id in sorted(released.all())
        ]

    async def _locked(self, campaign_id: str) -> BacklinkingCampaign:
        statement = queries.locked_campaign(campaign_id, self._context.owner)
        return found(await self._session.scalar(statement), campaign_id)


def found(row: T | None, campaign_id: str) -> T:
    """Return a row that is there.

    Raises:
        NotFound: the caller has no such campaign.
    """
    if row is None:
        raise NotFound("campaign", campaign_id)
    return row
