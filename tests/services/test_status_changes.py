"""Histories: what is in them, in which order, page by page."""

from typing import Any

import pytest

from linkwright.errors import InvalidInput, NotFound
from linkwright.models import BacklinkingCampaign, StatusChange
from linkwright.services.campaigns import Campaigns
from linkwright.services.pages import Page
from linkwright.services.status_changes import StatusChanges
from tests.support.outreach import Desk


async def history(desk: Desk, kind: str, identity: Any, **named: Any) -> Page[StatusChange]:
    async with desk.context() as context:
        return await StatusChanges(context).page(kind, identity, **named)


def steps(moves: Page[StatusChange]) -> list[tuple[str, str | None, str]]:
    return [(move.kind, move.old_status, move.new_status) for move in moves]


async def approved(desk: Desk) -> int:
    prospect = await desk.prospect()
    await desk.opportunities("qualify", prospect, "a good page")
    await desk.opportunities("approve", prospect)
    return prospect


class TestHistory:
    async def test_of_a_campaign_has_its_own_moves_alone(self, desk: Desk) -> None:
        await desk.sent(await approved(desk))
        async with desk.context() as context:
            await Campaigns(context).pause(desk.campaign_id, "holidays")

        [*_, last] = await history(desk, "campaign", desk.campaign_id)

        assert (last.kind, last.old_status, last.new_status) == ("campaign", "active", "paused")
        assert (last.reason, last.actor, last.changed_at) == ("holidays", "user:1", desk.now)
        assert {move.kind for move in await history(desk, "campaign", desk.campaign_id)} == {"campaign"}

    async def test_of_a_prospect_has_the_moves_of_its_emails_and_of_no_other(self, desk: Desk) -> None:
        other = await desk.sent(await approved(desk))
        prospect = await approved(desk)
        email = await desk.draft(prospect)
        await desk.emails("approve", email.id)

        moves = await history(desk, "opportunity", prospect)

        assert steps(moves) == [
            ("opportunity", "discovered", "qualified"),
            ("opportunity", "qualified", "approved"),
            ("email", None, "draft"),
            ("email", "draft", "approved"),
        ]
        assert moves.rows[0].reason == "a good page"
        assert other.id not in {move.email_id for move in moves}

    async def test_of_an_email_has_every_step_that_a_fact_implied(self, desk: Desk) -> None:
        prospect = await approved(desk)
        email = await desk.draft(prospect)
        await desk.emails("approve", email.id)
        await desk.sending("mark_sent", email.id)

        assert steps(await history(desk, "email", email.id)) == [
            ("email", None, "draft"),
            ("email", "draft", "approved"),
            ("email", "approved", "queued"),
            ("email", "queued", "sending"),
            ("email", "sending", "sent"),
        ]

    async def test_goes_on_where_a_page_ended(self, desk: Desk) -> None:
        prospect = await approved(desk)
        await desk.draft(prospect)
        whole = [move.id for move in await history(desk, "opportunity", prospect)]

        first = await history(desk, "opportunity", prospect, limit=2)
        second = await history(desk, "opportunity", prospect, limit=2, after=first.after)

        assert [move.id for move in (*first, *second)] == whole
        assert first.after is not None
        assert second.after is None

    async def test_a_cursor_is_of_one_history(self, desk: Desk) -> None:
        prospect, other = await approved(desk), await approved(desk)
        page = await history(desk, "opportunity", prospect, limit=1)

        with pytest.raises(InvalidInput, match="after"):
            await history(desk, "opportunity", other, after=page.after)


class TestNone:
    @pytest.mark.parametrize("kind", ["response", "", None, "Campaign"])
    async def test_has_what_has_no_life(self, desk: Desk, kind: Any) -> None:
        with pytest.raises(InvalidInput, match="kind: must be one of: campaign, opportunity, email"):
            await history(desk, kind, 1)

    @pytest.mark.parametrize(
        ("kind", "identity"),
        [("campaign", "none"), ("campaign", 1), ("campaign", "a\0"), ("opportunity", 2**40), ("email", "1")],
    )
    async def test_has_what_is_not_there(self, desk: Desk, kind: str, identity: Any) -> None:
        with pytest.raises(NotFound, match=f"There is no {kind}"):
            await history(desk, kind, identity)

    async def test_has_what_is_somebody_elses(self, desk: Desk) -> None:
        prospect = await approved(desk)
        email = await desk.draft(prospect)
        campaign = (await desk.row(BacklinkingCampaign, desk.campaign_id)).id
        desk.owner = desk.user_id + 1

        for kind, identity in (("campaign", campaign), ("opportunity", prospect), ("email", email.id)):
            with pytest.raises(NotFound, match=f"There is no {kind}"):
                await history(desk, kind, identity)
