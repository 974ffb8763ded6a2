"""Prospects: recorded, changed, paged and removed."""

import base64
import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.errors import Conflict, DuplicateRow, InvalidInput, NotFound, OpportunityLimitReached
from linkwright.models import BacklinkingCampaign, BacklinkOpportunity
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.services.decisions import Decisions
from linkwright.services.opportunities import Opportunities
from tests.support.prospects import (
    NOON,
    at_noon,
    counters,
    full_row,
    history,
    make_campaign,
    make_email,
    recount,
)


@pytest.fixture
async def campaign_id(session: AsyncSession) -> str:
    return await make_campaign(session)


@pytest.fixture
def prospects(session: AsyncSession) -> Opportunities:
    return Opportunities(at_noon(session))


class TestCreate:
    async def test_keeps_every_column(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        made = await prospects.create(campaign_id, full_row())
        await session.refresh(made)

        read = OpportunityRead.model_validate(made).model_dump(mode="json")

        assert len(read) == len(BacklinkOpportunity.__table__.columns) == 43
        asked = full_row()
        moments = ("discovered_at", "analyzed_at")
        assert {name: read[name] for name in asked if name not in moments} == {
            name: value for name, value in asked.items() if name not in moments
        }
        assert read["analyzed_at"] == "2026-09-02T08:00:00Z"
        assert read["domain"] == "site1.example.com"

    async def test_keeps_one_page_under_one_address(self, prospects: Opportunities, campaign_id: str) -> None:
        made = await prospects.create(campaign_id, {"url": "HTTP://Example.com:80/a?utm_source=x#top"})

        assert (made.url, made.domain) == ("http://example.com/a", "example.com")
        with pytest.raises(DuplicateRow):
            await prospects.create(campaign_id, {"url": "http://example.com/a#again"})

    async def test_what_nobody_looked_at_has_no_verdict(
        self, prospects: Opportunities, campaign_id: str
    ) -> None:
        unseen = await prospects.create(campaign_id, {"url": "https://example.com/a", "domain_authority": 30})
        seen = await prospects.create(
            campaign_id, {"url": "https://example.com/b", "ai_relevance_score": 0.4}
        )

        assert (unseen.analyzed_at, seen.analyzed_at) == (None, NOON)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"url": "javascript:alert(1)"}, "url"),
            ({"url": "https://example.com/" + "a" * 5000}, "url"),
            ({"url": None}, "url"),
            ({"domain": "other.example"}, "domain"),
            ({"contact_email": "nobody"}, "contact_email"),
            ({"contact_page_url": "file:///etc/passwd"}, "contact_page_url"),
            ({"ai_relevance_score": 1.7}, "ai_relevance_score"),
            ({"ai_relevance_score": float("nan")}, "ai_relevance_score"),
            ({"ai_relevance_score": "high"}, "ai_relevance_score"),
            ({"ai_content_analysis": {"score": float("nan")}}, "ai_content_analysis"),
            ({"ai_content_analysis": {"when": NOON}}, "ai_content_analysis"),
            ({"ai_content_analysis": {"a": "\x00"}}, "ai_content_analysis"),
            ({"ai_content_analysis": {"a": "\ud800"}}, "ai_content_analysis"),
            ({"title": "a\x00b"}, "title"),
            ({"title": "\ud800"}, "title"),
            ({"title": "a" * 501}, "title"),
            ({"status": "won"}, "status"),
            ({"user_rating": 9}, "user_rating"),
            ({"user_rating": True}, "user_rating"),
            ({"domain_authority": 101}, "domain_authority"),
            ({"discovered_at": "2026-09-01T08:00:00"}, "discovered_at"),
            ({"discovered_at": "0001-01-01T00:00:00Z"}, "discovered_at"),
            ({"discovered_at": "9999-12-31T23:59:59Z"}, "discovered_at"),
            ({"word_count_min": 9, "word_count_max": 1}, "input"),
            ({"link_acquired": True}, "input"),
            ({"titel": "x"}, "titel"),
        ],
    )
    async def test_names_the_field_that_breaks_a_rule(
        self, prospects: Opportunities, campaign_id: str, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            await prospects.create(campaign_id, full_row(**changes))

        assert refused.value.field == field

    async def test_text_that_only_looks_like_a_nul_is_kept(
        self, prospects: Opportunities, campaign_id: str
    ) -> None:
        made = await prospects.create(campaign_id, full_row(ai_content_analysis={"a": "\\u0000"}))

        assert made.ai_content_analysis == {"a": "\\u0000"}

    @pytest.mark.parametrize(
        ("row", "filled"),
        [
            ({"status": "contacted"}, {"contacted_at": NOON, "responded_at": None}),
            (
                {"status": "responded"},
                {"contacted_at": NOON, "responded_at": NOON, "response_time_hours": 0.0},
            ),
            (
                {
                    "status": "responded",
                    "contacted_at": "2026-09-01T08:00:00Z",
                    "responded_at": "2026-09-01T20:00:00Z",
                },
                {"response_time_hours": 12.0},
            ),
            ({"status": "published"}, {"published_at": NOON, "link_acquired": False}),
            (
                {"status": "link_lost", "link_url": "https://example.com/l"},
                {"published_at": NOON, "link_acquired": True, "link_placement_date": NOON},
            ),
        ],
    )
    async def test_a_state_brings_the_moments_that_it_implies(
        self,
        session: AsyncSession,
        prospects: Opportunities,
        campaign_id: str,
        row: dict[str, Any],
        filled: dict[str, Any],
    ) -> None:
        made = await prospects.create(campaign_id, {"url": "https://example.com/a", **row})

        assert {name: getattr(made, name) for name in filled} == filled
        assert await history(session, made.id) == [(None, row["status"])]
        assert await counters(session, campaign_id) == await recount(session, campaign_id)

    async def test_stops_at_the_campaigns_limit(
        self, session: AsyncSession, prospects: Opportunities
    ) -> None:
        campaign_id = await make_campaign(session, max_opportunities=1)
        await prospects.create(campaign_id, full_row(1))

        with pytest.raises(OpportunityLimitReached, match="at most 1 prospects"):
            await prospects.create(campaign_id, full_row(2))


class TestOwnership:
    async def test_another_users_ids_lead_nowhere(self, session: AsyncSession) -> None:
        mine = await make_campaign(session)
        made = await Opportunities(at_noon(session)).create(mine, full_row())
        await make_campaign(session, address="other@example.com")
        theirs = Opportunities(at_noon(session, owner=2, actor="user:2"))

        with pytest.raises(NotFound):
            await theirs.create(mine, full_row(2))
        with pytest.raises(NotFound):
            await theirs.add_many(mine, [full_row(2)])
        with pytest.raises(NotFound):
            await theirs.page(mine)
        for verb, arguments in (
            ("get", ()),
            ("update", ({"title": "x"},)),
            ("delete", ()),
            ("start_analysis", ()),
            ("record_analysis", ({"ai_relevance_score": 1.0},)),
            ("fail_analysis", ("x",)),
            ("qualify", ()),
            ("approve", ()),
            ("reject", ("x",)),
            ("decline", ()),
            ("expire", ()),
            ("negotiate", ()),
            ("accept", ()),
            ("mark_no_response", ()),
            ("suppress", ("x",)),
            ("lift", ("x",)),
            ("override", ("approve",)),
            ("rate", (5,)),
        ):
            with pytest.raises(NotFound):
                await getattr(theirs, verb)(made.id, *arguments)
        for verb, words in (
            ("record_link", {"url": "https://example.com/l", "evidence": "user"}),
            ("record_link_lost", {"evidence": "user"}),
            ("record_link_restored", {"evidence": "user"}),
        ):
            with pytest.raises(NotFound):
                await getattr(theirs, verb)(made.id, **words)

    @pytest.mark.parametrize("hostile", [0, -1, 2**31, 2**70, "1", 1.0, True, None])
    async def test_an_id_that_no_row_can_have_is_not_found(
        self, prospects: Opportunities, hostile: Any
    ) -> None:
        with pytest.raises(NotFound):
            await prospects.get(hostile)
        with pytest.raises(NotFound):
            await prospects.qualify(hostile)


class TestUpdate:
    async def test_changes_what_is_named_and_clears_what_is_none(
        self, prospects: Opportunities, campaign_id: str
    ) -> None:
        made = await prospects.create(campaign_id, full_row())

        changed = await prospects.update(made.id, {"title": None, "contact_name": "John"})

        assert (changed.title, changed.contact_name, changed.description) == (
            None,
            "John",
            "We like hikers’ stories.",
        )

    async def test_a_new_address_moves_the_domain_too(
        self, prospects: Opportunities, campaign_id: str
    ) -> None:
        made = await prospects.create(campaign_id, full_row())

        changed = await prospects.update(made.id, {"url": "https://www.Example.org/x"})

        assert (changed.url, changed.domain) == ("https://www.example.org/x", "example.org")

    async def test_refuses_a_page_that_is_there(self, prospects: Opportunities, campaign_id: str) -> None:
        first = await prospects.create(campaign_id, full_row(1))
        second = await prospects.create(campaign_id, full_row(2))

        with pytest.raises(DuplicateRow):
            await prospects.update(second.id, {"url": first.url})

    @pytest.mark.parametrize("name", ["status", "domain", "ai_relevance_score", "link_url", "campaign_id"])
    async def test_says_where_a_field_is_moved_instead(
        self, prospects: Opportunities, campaign_id: str, name: str
    ) -> None:
        made = await prospects.create(campaign_id, full_row())

        with pytest.raises(InvalidInput) as refused:
            await prospects.update(made.id, {name: "x"})

        assert refused.value.field == name
        assert "known field" not in refused.value.rule

    async def test_looks_at_both_ends_of_a_range(self, prospects: Opportunities, campaign_id: str) -> None:
        made = await prospects.create(campaign_id, full_row())

        with pytest.raises(InvalidInput):
            await prospects.update(made.id, {"word_count_min": 5000})


class TestDelete:
    async def test_takes_it_out_of_the_counters(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        made = await prospects.create(campaign_id, full_row(status="responded"))
        await prospects.delete(made.id)

        assert await counters(session, campaign_id) == await recount(session, campaign_id)
        with pytest.raises(NotFound):
            await prospects.get(made.id)

    async def test_keeps_what_was_written_to(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        made = await prospects.create(campaign_id, full_row())
        await make_email(session, campaign_id, made.id)

        with pytest.raises(Conflict, match="1 emails"):
            await prospects.delete(made.id)


class TestPage:
    async def test_goes_through_all_from_best_to_worst_each_once(
        self, prospects: Opportunities, campaign_id: str
    ) -> None:
        scores = [(number % 3 / 4, number % 2 / 2) for number in range(13)]
        rows = [
            full_row(number, ai_relevance_score=relevance, ai_authority_score=authority)
            for number, (relevance, authority) in enumerate(scores)
        ]
        ids = (await prospects.add_many(campaign_id, rows)).ids

        seen: list[int] = []
        after = None
        while True:
            page = await prospects.page(campaign_id, limit=4, after=after)
            seen += [row.id for row in page.rows]
            after = page.after
            if after is None:
                break

        best = sorted(zip(scores, ids, strict=True), reverse=True)
        assert seen == [id_ for _, id_ in best]

    async def test_narrows_to_a_status(self, prospects: Opportunities, campaign_id: str) -> None:
        await prospects.create(campaign_id, full_row(1))
        contacted = await prospects.create(campaign_id, full_row(2, status="contacted"))

        page = await prospects.page(campaign_id, "contacted")

        assert ([row.id for row in page.rows], page.after) == ([contacted.id], None)

    async def test_ends_without_an_empty_page(self, prospects: Opportunities, campaign_id: str) -> None:
        await prospects.add_many(campaign_id, [full_row(1), full_row(2)])

        assert (await prospects.page(campaign_id, limit=2)).after is None

    @pytest.mark.parametrize(
        "hostile",
        [
            "",
            "x",
            "é",
            "\ud800",
            "a" * 2000,
            7,
            base64.urlsafe_b64encode(b"[]").decode(),
            base64.urlsafe_b64encode(b"[" * 500).decode(),
            base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        ],
    )
    async def test_refuses_a_cursor_that_it_did_not_make(
        self, prospects: Opportunities, campaign_id: str, hostile: Any
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            await prospects.page(campaign_id, after=hostile)

        assert refused.value.field == "after"

    @pytest.mark.parametrize(
        "key", [[1e400, 0, 1], ["a", 0, 1], [0, 0, -1], [0, 0, 2**40], [0, 0, 1.5], [True, 0, 1]]
    )
    async def test_refuses_a_cursor_with_another_key(
        self, prospects: Opportunities, campaign_id: str, key: list[Any]
    ) -> None:
        forged = base64.urlsafe_b64encode(json.dumps(["opportunities", campaign_id, None, *key]).encode())

        with pytest.raises(InvalidInput):
            await prospects.page(campaign_id, after=forged.decode())

    async def test_refuses_the_cursor_of_another_list(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        await prospects.add_many(campaign_id, [full_row(1), full_row(2)])
        cursor = (await prospects.page(campaign_id, limit=1)).after
        other = await make_campaign(session, name="Other")

        for where in ((other, None), (campaign_id, "discovered")):
            with pytest.raises(InvalidInput):
                await prospects.page(*where, after=cursor)

    @pytest.mark.parametrize("limit", [0, -1, 1001, True, "5", 2.0, None])
    async def test_refuses_a_size_that_is_none(
        self, prospects: Opportunities, campaign_id: str, limit: Any
    ) -> None:
        with pytest.raises(InvalidInput):
            await prospects.page(campaign_id, limit=limit)

    async def test_refuses_a_status_that_is_none(self, prospects: Opportunities, campaign_id: str) -> None:
        with pytest.raises(InvalidInput):
            await prospects.page(campaign_id, "won")


class TestDecidedAbout:
    async def test_stays_because_the_ledger_and_its_costs_would_go_with_it(
        self, session: AsyncSession, prospects: Opportunities, campaign_id: str
    ) -> None:
        made = await prospects.create(campaign_id, full_row())
        user = await session.scalar(select(BacklinkingCampaign.user_id))
        score = {"kind": "score", "decided_by": "model", "cost": 0.5}
        about = {"campaign_id": campaign_id, "opportunity_id": made.id}
        await Decisions(at_noon(session)).record(user or 0, score | about)

        with pytest.raises(Conflict, match="1 decisions"):
            await prospects.delete(made.id)
