"""Statements that read a history."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from linkwright.models.campaigns import BacklinkingCampaign
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.status_changes import StatusChange
from linkwright.queries.ownership import owned
from linkwright.vocabulary import LifeKind

_KEYS: Final[dict[LifeKind, tuple[InstrumentedAttribute[Any], InstrumentedAttribute[str]]]] = {
    LifeKind.CAMPAIGN: (BacklinkingCampaign.id, BacklinkingCampaign.id),
    LifeKind.OPPORTUNITY: (BacklinkOpportunity.id, BacklinkOpportunity.campaign_id),
    LifeKind.EMAIL: (BacklinkingEmail.id, BacklinkingEmail.campaign_id),
}


def campaign_of(kind: LifeKind, identity: Any, owner: int | None) -> Select[str]:
    """Select the campaign in which something lives, when it is this owner's."""
    key, campaign_id = _KEYS[kind]
    return owned(select(campaign_id).where(key == identity), campaign_id, owner)


def page(
    kind: LifeKind, identity: Any, campaign_id: str, *, after: int | None, limit: int
) -> Select[StatusChange]:
    """Select the moves of one life in the order they were written down, from after a known one.

    Those of a prospect's emails are among the prospect's own.
    """
    change = StatusChange
    statement = select(change).where(change.campaign_id == campaign_id)
    match kind:
        case LifeKind.CAMPAIGN:
            # That both are empty follows from the kind, and an index knows it.
            statement = statement.where(
                change.opportunity_id.is_(None), change.email_id.is_(None), change.kind == kind.value
            )
        case LifeKind.OPPORTUNITY:
            statement = statement.where(change.opportunity_id == identity)
        case LifeKind.EMAIL:
            statement = statement.where(change.email_id == identity)
    if after is not None:
        statement = statement.where(change.id > after)
    return statement.order_by(change.id).limit(limit)
