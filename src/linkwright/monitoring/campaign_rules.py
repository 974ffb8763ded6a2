"""What must be true of every campaign."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from linkwright.monitoring.checks import Check
from linkwright.queries.recounts import CAMPAIGN, EMAIL
from linkwright.vocabulary import CampaignStatus as C
from linkwright.vocabulary import EmailStatus

_HAS_RUN: Final = (C.ACTIVE.value, C.PAUSED.value, C.COMPLETED.value)


def checks() -> Iterator[Check]:
    """Return the checks."""
    shown = (CAMPAIGN.c.id, CAMPAIGN.c.status)
    yield Check(
        "campaigns.started",
        "A campaign that runs or has run must say when it was started.",
        "Look in its status_changes for the first move to active and set started_at to that moment.",
        select(*shown, CAMPAIGN.c.started_at).where(
            CAMPAIGN.c.status.in_(_HAS_RUN), CAMPAIGN.c.started_at.is_(None)
        ),
    )
    yield Check(
        "campaigns.paused",
        "A campaign must have paused_at while it is paused, and at no other time.",
        "Set or clear paused_at; the move is in its status_changes.",
        select(*shown, CAMPAIGN.c.paused_at).where(
            (CAMPAIGN.c.status == C.PAUSED.value) == CAMPAIGN.c.paused_at.is_(None)
        ),
    )
    yield Check(
        "campaigns.completed",
        "A completed campaign must say when it was completed, and an active one must not.",
        "Set or clear completed_at; the move is in its status_changes.",
        select(*shown, CAMPAIGN.c.completed_at).where(
            ((CAMPAIGN.c.status == C.COMPLETED.value) & CAMPAIGN.c.completed_at.is_(None))
            | ((CAMPAIGN.c.status == C.ACTIVE.value) & CAMPAIGN.c.completed_at.is_not(None))
        ),
    )
    yield Check(
        "campaigns.queue",
        "Only an active campaign has queued emails.",
        "Take them out of the queue (unqueue_email) or make the campaign active.",
        select(EMAIL.c.id, EMAIL.c.campaign_id, CAMPAIGN.c.status.label("campaign_status"))
        .join(CAMPAIGN, CAMPAIGN.c.id == EMAIL.c.campaign_id)
        .where(EMAIL.c.status == EmailStatus.QUEUED.value, CAMPAIGN.c.status != C.ACTIVE.value),
    )
