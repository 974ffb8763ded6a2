"""What `import linkwright` offers by name."""

from __future__ import annotations

import inspect

import pytest

import linkwright
import linkwright.errors
import linkwright.schemas
from linkwright import BacklinkingDatabaseService, CampaignService


def test_are_sorted_and_all_there() -> None:
    assert linkwright.__all__ == sorted(linkwright.__all__)
    assert all(getattr(linkwright, name) is not None for name in linkwright.__all__)
    assert dir(linkwright) == linkwright.__all__
    assert linkwright.CampaignService is CampaignService


def test_every_error_is_one() -> None:
    errors = {
        name
        for name, kind in vars(linkwright.errors).items()
        if inspect.isclass(kind) and issubclass(kind, Exception)
    }

    assert errors <= set(linkwright.__all__)


@pytest.mark.parametrize("name", linkwright.schemas.__all__)
def test_every_schema_is_a_class_with_a_sentence(name: str) -> None:
    assert inspect.getdoc(getattr(linkwright.schemas, name))


def test_others_are_not() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        linkwright.nonsense  # noqa: B018


async def test_the_ten_lines_of_the_readme_work(migrated_url: str) -> None:
    async with await BacklinkingDatabaseService.open(migrated_url) as service:
        me = await service.create_user("me@example.com", name="Me")
        mine = service.as_user(me.id)
        campaign = await mine.create_campaign(me.id, {"name": "Spring", "keywords": ["trail running"]})
        await mine.add_opportunities(campaign.id, [{"url": "https://example.org/write-for-us"}])
        for page in await mine.get_campaign_opportunities(campaign.id):
            assert page.domain == "example.org"
        assert (await mine.get_campaign_stats(campaign.id)).total_opportunities == 1
