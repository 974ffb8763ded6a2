"""Shapes agree with the tables: in what they default to, what they have and what they leave out."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from linkwright.models import (
    AIDecision,
    AIDecisionOutcome,
    AILearningData,
    BacklinkingAnalytics,
    BacklinkingCampaign,
    BacklinkingTemplate,
    Base,
    User,
)
from linkwright.schemas.analytics import AnalyticsCreate
from linkwright.schemas.campaigns import CampaignCreate, CampaignUpdate
from linkwright.schemas.decisions import DecisionCreate, DecisionRead, OutcomeRead
from linkwright.schemas.fields import Record, Shape
from linkwright.schemas.learning import LearningCreate
from linkwright.schemas.templates import TemplateCreate, TemplateUpdate
from linkwright.schemas.users import UserCreate, UserRead, UserUpdate

CREATES: dict[type[Shape], type[Base]] = {
    UserCreate: User,
    CampaignCreate: BacklinkingCampaign,
    TemplateCreate: BacklinkingTemplate,
    LearningCreate: AILearningData,
    AnalyticsCreate: BacklinkingAnalytics,
    DecisionCreate: AIDecision,
}
UPDATES: dict[type[Shape], type[Shape]] = {
    UserUpdate: UserCreate,
    CampaignUpdate: CampaignCreate,
    TemplateUpdate: TemplateCreate,
}
# Moved by verbs, counted, or said by the database.
NEVER_SET = {
    "id",
    "user_id",
    "campaign_id",
    "created_at",
    "updated_at",
    "usage_count",
    "last_used",
    "started_at",
    "paused_at",
    "completed_at",
    "actual_cost",
    "total_opportunities",
    "contacted_opportunities",
    "responded_opportunities",
    "successful_links",
    "success_rate",
    "average_response_time",
    "is_system_template",
    "created_by_user_id",
    "outcome_state",
    "address_key",
}


# Long texts of a decision go to `ai_contents`; what was set aside for its call is in `ai_reservations`.
KEPT_ELSEWHERE = {"rendered_prompt", "output_text", "reservation_id"}


def default_of(model: type[Base], name: str) -> Any:
    default = model.__table__.columns[name].default
    return None if default is None else default.arg


class TestCreate:
    @pytest.mark.parametrize("shape", CREATES, ids=lambda shape: shape.__name__)
    def test_defaults_to_what_the_table_defaults_to(self, shape: type[Shape]) -> None:
        given = {
            name: field.default
            for name, field in shape.model_fields.items()
            if field.default is not PydanticUndefined and name not in {"currency", *KEPT_ELSEWHERE}
        }

        assert given == {name: default_of(CREATES[shape], name) for name in given}

    @pytest.mark.parametrize("shape", CREATES, ids=lambda shape: shape.__name__)
    def test_needs_what_the_table_needs(self, shape: type[Shape]) -> None:
        columns = CREATES[shape].__table__.columns
        needed = {
            column.key
            for column in columns
            if not column.nullable and column.key not in NEVER_SET | {"decided_at"} and column.default is None
        }

        assert needed == {name for name, field in shape.model_fields.items() if field.is_required()}

    @pytest.mark.parametrize("shape", [*CREATES, *UPDATES], ids=lambda shape: shape.__name__)
    def test_lets_nobody_set_what_the_verbs_move(self, shape: type[Shape]) -> None:
        allowed = {"campaign_id"} if shape is DecisionCreate else set()

        assert set(shape.model_fields) & (NEVER_SET - allowed) == set()


class TestUpdate:
    @pytest.mark.parametrize("shape", UPDATES, ids=lambda shape: shape.__name__)
    def test_changes_whatever_may_be_set_at_first_but_the_state(self, shape: type[Shape]) -> None:
        more = {"is_active"} if shape is TemplateUpdate else set()

        assert set(shape.model_fields) - more == set(UPDATES[shape].model_fields) - {"status"}

    @pytest.mark.parametrize("shape", UPDATES, ids=lambda shape: shape.__name__)
    def test_of_nothing_is_nothing(self, shape: type[Shape]) -> None:
        assert shape().model_dump(exclude_unset=True) == {}


class TestRead:
    @pytest.mark.parametrize(
        ("shape", "model", "hidden"),
        [
            (UserRead, User, {"address_key"}),
            (DecisionRead, AIDecision, set()),
            (OutcomeRead, AIDecisionOutcome, set()),
        ],
    )
    def test_has_every_column_but_secrets(
        self, shape: type[Record], model: type[Base], hidden: set[str]
    ) -> None:
        assert set(shape.model_fields) == {column.key for column in model.__table__.columns} - hidden
