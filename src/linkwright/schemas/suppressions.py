"""Suppressions: who must be left alone, and how that is read."""

from datetime import datetime
from typing import Annotated

from linkwright.schemas.fields import Record, Shape, Text, known, upto
from linkwright.schemas.mail_fields import ForeignAddress
from linkwright.vocabulary import SuppressionReason

_CampaignId = Annotated[str, upto(36)]


class SuppressionCreate(Shape):
    """A person who may not be contacted. Any spelling of the address will do."""

    address: ForeignAddress
    reason: Annotated[str, known(SuppressionReason)] = SuppressionReason.MANUAL.value
    campaign_id: _CampaignId | None = None
    note: Text | None = None


class SuppressionRead(Record):
    """One suppression, standing or lifted."""

    id: int
    user_id: int
    address_hash: bytes
    address: str | None
    reason: str
    campaign_id: str | None
    actor: str
    note: str | None
    created_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None
