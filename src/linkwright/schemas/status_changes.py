"""Status changes: how a move is read."""

from datetime import datetime

from linkwright.schemas.fields import Record


class StatusChangeRead(Record):
    """One move of one life. `old_status` is None where the life begins."""

    id: int
    campaign_id: str
    kind: str
    opportunity_id: int | None
    email_id: int | None
    old_status: str | None
    new_status: str
    actor: str
    reason: str | None
    changed_at: datetime
    recorded_at: datetime | None
