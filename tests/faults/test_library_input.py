"""The library, called by somebody who gives it everything but what it asks for."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from linkwright import BacklinkingDatabaseService, InvalidInput, LinkwrightError, NotFound
from linkwright.monitoring.doctor import examine
from tests.faults.hostile import NONSENSE, Hostile
from tests.support.dump import dump, likeness
from tests.support.tour import tour

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
LONG = "https://example.org/" + "a" * 5_000


@pytest.fixture
async def service(migrated_url: str) -> AsyncIterator[BacklinkingDatabaseService]:
    async with await BacklinkingDatabaseService.open(migrated_url, clock=lambda: NOON) as service:
        yield service.acting_as("user:1")


async def test_nonsense_in_any_argument_is_an_error_of_ours_and_leaves_nothing(
    service: BacklinkingDatabaseService, tmp_path: Path, sqlite_template: Path
) -> None:
    hostile = Hostile(service)
    await tour(hostile)

    assert hostile.surprises == []
    assert hostile.tried > 5_000

    untouched = shutil.copy(sqlite_template, tmp_path / "untouched.db")
    async with await BacklinkingDatabaseService.open(f"sqlite:///{untouched}", clock=lambda: NOON) as other:
        polite = other.acting_as("user:1")

        async def call(verb: str, *arguments: Any, **named: Any) -> Any:
            return await getattr(polite, verb)(*arguments, **named)

        await tour(call)
        assert await likeness(service.database) == await likeness(other.database)


PROSPECT: dict[str, list[Any]] = {
    "url": [LONG, "javascript:alert(1)", "file:///etc/passwd", "https://me:pw@example.org/", "//x", 7, None],
    "contact_email": [
        "nobody",
        "a@b@c.example",
        "ed@localhost",
        "j\u00f6rg@example.org",
        "a" * 400 + "@x.io",
    ],
    "contact_page_url": ["data:text/html,x", LONG],
    "ai_relevance_score": [1.7, -0.1, float("nan"), float("inf"), "high", True],
    "spam_score": [1.7, float("nan"), "high", [0.5]],
    "user_rating": [0, 9, 4.5, True, "five", 2**63],
    "word_count_min": [-1, 2**31, 10**400, 1.5, "many"],
    "status": ["hot lead", "DISCOVERED", "", 1],
    "title": ["a\x00b", "a\ud800b", "x" * 501, 7],
    "discovered_at": ["2026-01-01T10:00:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "soon"],
    "published_at": [
        datetime(2026, 1, 1),  # noqa: DTZ001  (that is what is wrong with it)
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        True,
    ],
    "ai_content_analysis": [
        {"a": float("nan")},
        {"a": 2**70},
        {"a\x00": 1},
        {"a": "\ud800"},
        NONSENSE["a deep dict"],
    ],
    "primary_topics": ["hiking", ["x"] * 100_000, [1], {"a": 1}],
    "requires_images": ["maybe", 2],
    "frob": ["x"],
    "titel": ["A guide"],
}


class TestAProspect:
    @pytest.mark.parametrize("field", PROSPECT)
    async def test_a_bad_field_is_named_and_nothing_is_kept(
        self, service: BacklinkingDatabaseService, field: str
    ) -> None:
        me = await service.create_user("me@example.com")
        campaign = await service.create_campaign(me.id, {"name": "Spring", "keywords": ["x"]})
        before = await dump(service.database)

        for value in PROSPECT[field]:
            row = {"url": "https://example.org/page", field: value}
            with pytest.raises(InvalidInput) as refused:
                await service.create_opportunity(campaign.id, row)
            many = await service.add_opportunities(campaign.id, [row])

            assert field in {place.partition(".")[0] for place, _ in refused.value.problems}
            assert len(str(refused.value)) < 600
            assert (many.new, many.same, many.merged) == (0, 0, 0)
            assert [error.row for error in many.refused] == [1]
            assert await dump(service.database) == before

    async def test_good_rows_land_beside_bad_ones(self, service: BacklinkingDatabaseService) -> None:
        me = await service.create_user("me@example.com")
        campaign = await service.create_campaign(me.id, {"name": "Spring", "keywords": ["x"]})
        rows: list[Any] = [{"url": f"https://s{n}.example/", "user_rating": n} for n in range(8)]
        rows += [None, 7, "https://x.example/", []]

        done = await service.add_opportunities(campaign.id, rows)

        assert done.new == 5
        assert [error.row for error in done.refused] == [1, 7, 8, 9, 10, 11, 12]
        assert (await service.get_campaign(campaign.id)).total_opportunities == 5

    async def test_ten_million_letters_are_kept_or_refused_but_never_cut(
        self, service: BacklinkingDatabaseService
    ) -> None:
        me = await service.create_user("me@example.com")
        campaign = await service.create_campaign(me.id, {"name": "Spring", "keywords": ["x"]})
        long = "x" * 10_000_000

        page = await service.create_opportunity(
            campaign.id, {"url": "https://a.example/", "description": long}
        )
        with pytest.raises(InvalidInput):
            await service.create_opportunity(campaign.id, {"url": "https://b.example/", "title": long})

        assert (await service.get_opportunity(page.id)).description == long

    @pytest.mark.parametrize("host", ["b\u00fccher.example", "B\u00dcCHER.example", "xn--bcher-kva.example"])
    async def test_a_host_in_another_script_is_one_page_in_every_spelling(
        self, service: BacklinkingDatabaseService, host: str
    ) -> None:
        me = await service.create_user("me@example.com")
        campaign = await service.create_campaign(me.id, {"name": "Spring", "keywords": ["x"]})

        page = await service.create_opportunity(campaign.id, {"url": f"https://{host}/"})

        assert page.url == "https://xn--bcher-kva.example/"


class TestAnId:
    @pytest.mark.parametrize("what", NONSENSE)
    async def test_of_another_kind_is_not_found(self, service: BacklinkingDatabaseService, what: str) -> None:
        me = await service.create_user("me@example.com")
        bound = service.as_user(me.id)
        value = NONSENSE[what]

        for read in (
            bound.get_campaign,
            bound.get_opportunity,
            bound.get_email,
            bound.get_response,
            bound.get_template,
            bound.get_campaign_stats,
            bound.delete_campaign,
            bound.delete_opportunity,
        ):
            with pytest.raises(NotFound):
                await read(value)
        with pytest.raises(LinkwrightError):
            await service.create_campaign(value, {"name": "Spring", "keywords": ["x"]})
        assert (await examine(service.database)).sound


class TestOpening:
    @pytest.mark.parametrize(
        "url",
        [
            "mysql://me:hunter2-Pa55@h/x",
            "postgresql://me:hunter2-Pa55@h:port/x",
            "postgresql://me:hunter2-Pa55@127.0.0.1:1/x",
            "postgresql://me:hunter2-Pa55@[::1]:1/x?sslmode=require",
            "sqlite:///" + "x" * 5_000,
            "sqlite:////dev/null/x.db",
            "sqlite:////proc/self/mem",
        ],
    )
    async def test_what_cannot_be_opened_says_so_without_its_password(self, url: str) -> None:
        with pytest.raises(LinkwrightError) as refused:
            await BacklinkingDatabaseService.open(url)

        assert "hunter2" not in str(refused.value)
        assert len(str(refused.value)) < 300

    async def test_a_database_without_a_schema_names_the_command(self, database_url: str) -> None:
        with pytest.raises(LinkwrightError, match="linkwright db upgrade"):
            await BacklinkingDatabaseService.open(database_url)
