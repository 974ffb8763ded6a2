"""The shapes of learning data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from linkwright.schemas.fields import JsonObject, Ratio, Record, RowId, Shape, known, upto
from linkwright.vocabulary import LearningType


class LearningCreate(Shape):
    """Something learned. Keys that are not given keep what is stored, when the entry is there already."""

    data_type: Annotated[str, known(LearningType)]
    data_key: Annotated[str, upto(200, least=1)]
    data_value: JsonObject
    success_score: Ratio = 0.0
    source_campaign_id: Annotated[str, upto(36)] | None = None
    source_opportunity_id: RowId | None = None


class LearningQuery(Shape):
    """Which entries of a user, and how many at once."""

    data_type: Annotated[str, known(LearningType)] | None = None
    data_key: Annotated[str, upto(200)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class LearningRead(Record):
    """A piece of learning data, every column."""

    id: int
    user_id: int
    data_type: str
    data_key: str
    data_value: dict[str, Any]
    success_score: float | None
    usage_count: int | None
    last_used: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    source_campaign_id: str | None
    source_opportunity_id: int | None
