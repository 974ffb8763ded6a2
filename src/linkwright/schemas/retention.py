"""Retention: policies, holds and the record of what was removed, as they are read."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from linkwright.schemas.fields import Record, RowId, Shape, known, upto
from linkwright.vocabulary import DataClass, RetentionAction


class PolicyCreate(Shape):
    """How long a class of data is kept, and what then. `days` is left out where everything is kept."""

    data_class: Annotated[str, known(DataClass)]
    action: Annotated[str, known(RetentionAction)]
    # Which numbers are sensible is said with the rest of the rules, so that there is one message.
    days: Annotated[int, Field(ge=-(2**31), lt=2**31)] | None = None
    user_id: RowId | None = None


class HoldCreate(Shape):
    """An order to remove nothing of a campaign, or of a user, and why."""

    reason: Annotated[str, upto(2000, least=1)]
    campaign_id: Annotated[str, upto(36, least=1)] | None = None
    user_id: RowId | None = None


class PolicyRead(Record):
    """One policy; without a user it is everybody's who has no own."""

    id: int
    user_id: int | None
    data_class: str
    action: str
    days: int | None
    updated_at: datetime
    updated_by: str


class HoldRead(Record):
    """One hold, standing or released."""

    id: int
    user_id: int
    campaign_id: str | None
    reason: str
    placed_at: datetime
    placed_by: str
    released_at: datetime | None
    released_by: str | None


class RemovalRead(Record):
    """What one run removed of one class in one campaign."""

    id: int
    user_id: int
    campaign_id: str | None
    data_class: str
    action: str
    days: int
    before: datetime
    row_count: int
    byte_count: int
    removed_at: datetime
