"""A campaign written to a file and brought back: on each database, and from one to the other."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from linkwright.db.engine import Database
from linkwright.jobs.campaign_records import KINDS
from linkwright.models import BacklinkingTemplate, User
from linkwright.schemas import (
    analytics,
    campaigns,
    decisions,
    emails,
    events,
    inbound,
    opportunities,
    responses,
    retention,
    suppressions,
    templates,
)
from linkwright.services.decision_texts import digest_of
from tests.conftest import _upgrade
from tests.support.rows import row_values

if TYPE_CHECKING:
    from tests.support.postgres import Databases

from tests.support.campaign_files import bring, contents, export

CAMPAIGN, USER = "01980000-0000-7000-8000-000000000001", 7
KEY = b"a key that never leaves its home"
WITHIN = {"campaign_id": CAMPAIGN}
HASH = {"address_hash": b"h" * 32}
ABOUT = {"opportunity_id": 11, "email_id": 13}
SHAPES: dict[str, Any] = {
    "campaign": campaigns.CampaignRead,
    "template": templates.TemplateRead,
    "opportunity": opportunities.OpportunityRead,
    "email": emails.EmailRead,
    "response": responses.ResponseRead,
    "email_event": events.EventRead,
    "inbound_message": inbound.InboundRead,
    "retention_removal": retention.RemovalRead,
    "decision": decisions.DecisionRead,
    "outcome": decisions.OutcomeRead,
    "analytics": analytics.AnalyticsRead,
    "suppression": suppressions.SuppressionRead,
}
# What ties the rows together, and the few values that a rule over several columns binds.
KEYS: dict[str, dict[str, Any]] = {
    "campaign": {"id": CAMPAIGN, "user_id": USER},
    # What it earned is counted again on the way in, and nothing was sent.
    "template": {
        "id": 29,
        "name": "A template of the user's own, chosen by a decision",
        "created_by_user_id": USER,
        "usage_count": 0,
        "success_rate": 0.0,
        "average_response_time": None,
    },
    "opportunity": {"id": 11, **WITHIN},
    "email": {"id": 13, **WITHIN, "opportunity_id": 11, "parent_email_id": 14},
    "response": {"id": 17, **WITHIN, **ABOUT},
    "email_event": {"id": 19, **WITHIN, "email_id": 13},
    "removed_looks": {**WITHIN, "email_id": 13, "number": 2},
    "retention_removal": {"id": 53, **WITHIN, "user_id": USER, "row_count": 2, "byte_count": 3},
    "inbound_message": {"id": 23, **WITHIN, "user_id": USER, "email_id": 13, "response_id": 17},
    "status_change": {"id": 31, **WITHIN, **ABOUT, "kind": "email"},
    "content": {"user_id": USER, "digest": digest_of("A prompt"), "text": "A prompt"},
    "decision": {
        "id": 37,
        "rendered_prompt_digest": digest_of("A prompt"),
        **WITHIN,
        **ABOUT,
        "user_id": USER,
        "response_id": 17,
        "template_id": 29,
        "propensity": 0.25,
        "kind": "score",
        "rng_seed": 2**40,
        "cost": 0.00012345,
    },
    "outcome": {"id": 41, "user_id": USER, "decision_id": 37},
    "analytics": {"id": 43, **WITHIN},
    "count": {**WITHIN, "subject": "opportunity"},
    "suppression": {
        "id": 47,
        **WITHIN,
        "user_id": USER,
        "address": "jane@example.com",
        "address_hash": b"h" * 32,
    },
}
ROWS = st.tuples(
    *(row_values(kind.model, SHAPES.get(kind.name, emails.EmailRead), KEYS[kind.name]) for kind in KINDS)
)
PAIRS = [(a, b) for a in ("sqlite", "postgresql") for b in ("sqlite", "postgresql")]


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """Two databases at head: one to export from, one to import into."""
    chosen = request.config.getoption("--db")
    made: list[str] = []
    for place, dialect in enumerate(request.param):
        if chosen not in {dialect, "both"}:
            pytest.skip(f"{dialect} was not chosen")
        if dialect == "sqlite":
            path = tmp_path / f"{place}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            made.append(f"sqlite:///{path}")
        else:
            postgres: Databases = request.getfixturevalue("postgres")
            made.append(postgres.create_migrated(_upgrade))
    yield made
    for url in made:
        if url.startswith("postgresql"):
            request.getfixturevalue("postgres").drop(url)


@asynccontextmanager
async def opened(urls: list[str]) -> AsyncIterator[tuple[Database, Database]]:
    source, target = (Database(url) for url in urls)
    try:
        yield source, target
    finally:
        for database in (source, target):
            async with database.transaction() as session:
                for model in (BacklinkingTemplate, User):
                    await session.execute(delete(model))
            await database.close()


async def fill(database: Database, rows: tuple[dict[str, Any], ...]) -> None:
    async with database.transaction() as session:
        session.add(User(id=USER, email="me@example.com", name="Me", address_key=KEY))
        await session.flush()
        for kind, values in zip(KINDS, rows, strict=True):
            made = [values]
            if kind.name == "email":
                # Its parent came later, as in a mailbox that was read backwards.
                parent = values | {
                    "id": 14,
                    "parent_email_id": None,
                    "message_id": None,
                    "status": "cancelled",
                }
                made = [parent, values]
            for each in made:
                session.add(kind.model(**each))
                await session.flush()


class TestEveryColumn:
    @pytest.mark.slow
    @pytest.mark.parametrize("urls", PAIRS, indirect=True, ids="-to-".join)
    @settings(
        max_examples=4,
        phases=[Phase.generate],  # Rows of sixteen tables take long to make smaller.
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
    @given(rows=ROWS)
    async def test_comes_back_as_it_was(
        self, urls: list[str], tmp_path: Path, rows: tuple[dict[str, Any], ...]
    ) -> None:
        async with opened(urls) as (source, target):
            await fill(source, rows)
            digest = await export(source, tmp_path / "campaign.jsonl", CAMPAIGN)

            brought = await bring(target, tmp_path / "campaign.jsonl")

            assert brought.rows == {kind.name: 2 if kind.name == "email" else 1 for kind in KINDS}
            for kind in KINDS:
                assert await contents(target, kind) == await contents(source, kind), kind.name
            again = await export(target, tmp_path / "again.jsonl", CAMPAIGN)
            async with source.reading() as session:
                same_user = (await session.scalars(select(User.id))).one()
            async with target.reading() as session:
                if (await session.scalars(select(User.id))).one() == same_user:
                    assert again == digest
