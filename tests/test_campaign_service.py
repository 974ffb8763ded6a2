"""Service models: the conversion, on every column and through both databases."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from linkwright import BacklinkingDatabaseService, CampaignService, NotFound
from linkwright.campaign_service import SHAPES, to_database_model, to_service_model
from linkwright.db.base import Base
from linkwright.db.engine import Database
from linkwright.models import (
    AILearningData,
    BacklinkingAnalytics,
    BacklinkingCampaign,
    BacklinkingEmail,
    BacklinkingResponse,
    BacklinkingTemplate,
    BacklinkOpportunity,
    User,
)
from tests.support.rows import row_values

USER, CAMPAIGN, PAGE, EMAIL = 7, "01980000-0000-7000-8000-000000000001", 11, 13
IN_CAMPAIGN = {"campaign_id": CAMPAIGN}
# In the order in which they can be inserted, with the keys that tie them together.
KEYS: dict[type[Base], dict[str, Any]] = {
    BacklinkingCampaign: {"id": CAMPAIGN, "user_id": USER},
    BacklinkOpportunity: {"id": PAGE, **IN_CAMPAIGN},
    BacklinkingEmail: {"id": EMAIL, **IN_CAMPAIGN, "opportunity_id": PAGE, "parent_email_id": None},
    BacklinkingResponse: {"id": 17, **IN_CAMPAIGN, "opportunity_id": PAGE, "email_id": EMAIL},
    BacklinkingAnalytics: {"id": 19, **IN_CAMPAIGN},
    AILearningData: {
        "id": 23,
        "user_id": USER,
        "source_campaign_id": CAMPAIGN,
        "source_opportunity_id": PAGE,
    },
    BacklinkingTemplate: {"id": 29, "created_by_user_id": USER},
}
ROWS = st.tuples(*(row_values(model, SHAPES[model], keys) for model, keys in KEYS.items()))

# Every example runs in the same database, in a transaction of its own that is rolled back; and a
# class's tests have an object per database.
ONE_DATABASE = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]


def values_of(row: Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


class TestShapes:
    def test_there_is_one_for_each_of_the_seven_tables(self) -> None:
        assert list(SHAPES) == list(KEYS)

    @pytest.mark.parametrize("model", SHAPES, ids=lambda model: model.__name__)
    def test_has_every_column_and_is_as_nullable(self, model: type[Base]) -> None:
        fields = SHAPES[model].model_fields

        assert list(fields) == [column.key for column in model.__table__.columns]
        # A record of analytics may have been counted for an answer, and stand in no table.
        unstored = {"id"} if model is BacklinkingAnalytics else set()
        assert {name for name, field in fields.items() if type(None) in get_args(field.annotation)} == {
            column.key for column in model.__table__.columns if column.nullable
        } | unstored

    def test_together_they_have_all_columns(self) -> None:
        assert sum(len(shape.model_fields) for shape in SHAPES.values()) == 194


class TestConversion:
    @given(rows=ROWS)
    @settings(max_examples=50, deadline=None)
    def test_of_a_row_to_a_model_and_back_loses_nothing(self, rows: tuple[dict[str, Any], ...]) -> None:
        for (model, shape), values in zip(SHAPES.items(), rows, strict=True):
            read = to_service_model(model(**values), shape)
            back = to_database_model(read)

            assert type(back) is model
            assert values_of(back) == values
            assert shape.model_validate_json(read.model_dump_json()) == read

    @given(rows=ROWS)
    @settings(max_examples=20, deadline=None, suppress_health_check=ONE_DATABASE)
    async def test_through_the_database_loses_nothing(
        self, database: Database, rows: tuple[dict[str, Any], ...]
    ) -> None:
        models = [
            to_service_model(model(**values), shape)
            for (model, shape), values in zip(SHAPES.items(), rows, strict=True)
        ]
        with pytest.raises(ZeroDivisionError):  # So that the next example finds it empty again.
            async with database.transaction() as session:
                session.add(User(id=USER, email="me@example.com", address_key=b"k" * 32))
                for model in models:
                    await session.flush()
                    session.add(to_database_model(model))
                await session.flush()
                session.expunge_all()

                for model, (table, shape) in zip(models, SHAPES.items(), strict=True):
                    row = (await session.scalars(select(table))).one()
                    assert to_service_model(row, shape) == model
                    assert values_of(to_database_model(model)) == values_of(row)
                raise ZeroDivisionError


class TestCampaignService:
    async def test_works_on_service_models(self, migrated_url: str) -> None:
        async with await BacklinkingDatabaseService.open(migrated_url) as db_service:
            me = await db_service.create_user("me@example.com")
            you = await db_service.create_user("you@example.com")
            service = CampaignService(db_service.as_user(me.id))

            campaign = await service.create_campaign(me.id, {"name": "Spring", "keywords": ["running"]})
            page = await service.add_opportunity(
                campaign.id, {"url": "https://example.org/write", "contact_email": "ed@example.org"}
            )
            email = await service.create_email(
                campaign.id,
                page.id,
                {"subject": "Hi", "body_html": "<p>Hi</p>", "from_email": "me@example.com"},
            )
            started = await service.start_campaign(campaign.id, "all is ready")

            assert started.model_copy(
                update={"status": "draft", "started_at": None, "updated_at": campaign.updated_at}
            ) == campaign.model_copy(update={"total_opportunities": 1})
            assert list(await service.get_campaign_opportunities(campaign.id)) == [page]
            assert list(await service.get_campaign_emails(campaign.id)) == [email]
            assert list(await service.get_campaign_responses(campaign.id)) == []
            assert await service.get_user_campaigns(me.id, "active") == [started]
            assert (await service.pause_campaign(campaign.id)).status == "paused"
            assert (await service.resume_campaign(campaign.id)).started_at == started.started_at
            assert (await service.complete_campaign(campaign.id)).completed_at is not None
            assert (await service.update_campaign(campaign.id, {"name": "Autumn"})).name == "Autumn"
            assert (await service.get_campaign_stats(campaign.id)).count("opportunity") == 1
            found = await service.get_campaign_analytics(campaign.id)
            assert [(each.id, each.period_type) for each in found] == [
                (None, "monthly"),
                (None, "weekly"),
                (None, "daily"),
            ]
            with pytest.raises(NotFound):
                await CampaignService(db_service.as_user(you.id)).get_campaign(campaign.id)
            await service.delete_campaign(campaign.id)
            async with db_service.database.reading() as session:
                for table in (BacklinkingCampaign, BacklinkOpportunity, BacklinkingEmail):
                    assert await session.scalar(select(func.count()).select_from(table)) == 0
