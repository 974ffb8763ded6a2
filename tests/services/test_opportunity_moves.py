"""The life of a prospect: every move that is legal, and no other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.errors import Conflict, IllegalMove, InvalidInput
from linkwright.lives import OPPORTUNITY
from linkwright.models import BacklinkOpportunity
from linkwright.services.opportunities import Opportunities
from linkwright.vocabulary import OpportunityStatus
from tests.support.prospects import NOON, at_noon, counters, full_row, history, make_campaign, recount

LINK = "https://site1.example.com/guest-post"
MOVES = {
    "start_analysis": ("analyzing", ()),
    "fail_analysis": ("discovered", ("the model timed out",)),
    "qualify": ("qualified", ()),
    "approve": ("approved", ()),
    "reject": ("rejected", ("a link farm",)),
    "decline": ("declined", ()),
    "expire": ("expired", ()),
    "negotiate": ("negotiating", ()),
    "accept": ("accepted", ()),
    "mark_no_response": ("no_response", ()),
    "suppress": ("suppressed", ("asked by telephone",)),
}


class Cast:
    """One campaign, and prospects in any state of it."""

    def __init__(self, session: AsyncSession, campaign_id: str) -> None:
        self.session, self.campaign_id = session, campaign_id
        self.prospects = Opportunities(at_noon(session))
        self._number = 0

    async def one(self, status: str, **values: Any) -> BacklinkOpportunity:
        self._number += 1
        if status in {"published", "link_lost"}:
            values = {"link_url": LINK} | values
        return await self.prospects.create(self.campaign_id, full_row(self._number, status=status, **values))


@pytest.fixture
async def cast(session: AsyncSession) -> Cast:
    return Cast(session, await make_campaign(session))


class TestEveryMove:
    @pytest.mark.parametrize("verb", MOVES)
    async def test_goes_where_the_table_says_and_nowhere_else(self, cast: Cast, verb: str) -> None:
        new, arguments = MOVES[verb]
        for old in OpportunityStatus:
            held = await cast.one(old)
            before = await history(cast.session, held.id)
            # What suppression ended only lifting it begins again.
            legal = new in OPPORTUNITY[old] and not (old == "suppressed" and verb == "qualify")
            # The same way back has two names: fail_analysis says that nothing came of it.
            if legal:
                moved = await getattr(cast.prospects, verb)(held.id, *arguments)
                assert moved.status == new
                assert await history(cast.session, held.id) == [*before, (old, new)]
            else:
                with pytest.raises(IllegalMove) as refused:
                    await getattr(cast.prospects, verb)(held.id, *arguments)
                assert (refused.value.old, refused.value.new) == (old, new)
                assert str(old) in str(refused.value)
                assert await history(cast.session, held.id) == before
        assert await counters(cast.session, cast.campaign_id) == await recount(cast.session, cast.campaign_id)

    async def test_only_a_person_takes_back_what_is_out(self, cast: Cast) -> None:
        machine = Opportunities(at_noon(cast.session, actor="rule:scores"))
        for status in ("rejected", "expired"):
            held = await cast.one(status)
            with pytest.raises(IllegalMove, match="only a person"):
                await machine.qualify(held.id)
            assert (await cast.prospects.qualify(held.id)).status == "qualified"

    @pytest.mark.parametrize("reason", [None, "", "  ", 7, "\x00", "\ud800", "a" * 2001])
    async def test_a_rejection_needs_a_reason(self, cast: Cast, reason: Any) -> None:
        held = await cast.one("discovered")

        with pytest.raises(InvalidInput) as refused:
            await cast.prospects.reject(held.id, reason)

        assert refused.value.field == "reason"


class TestRecordAnalysis:
    @pytest.mark.parametrize(
        ("recommendation", "verdict", "status"),
        [
            ("contact", None, "qualified"),
            ("find_contact", None, "qualified"),
            ("skip", None, "rejected"),
            ("hold", None, "discovered"),
            ("research_more", None, "discovered"),
            (None, None, "discovered"),
            ("contact", "rejected", "rejected"),
            ("skip", "discovered", "discovered"),
        ],
    )
    async def test_moves_by_the_verdict_or_else_by_the_recommendation(
        self, cast: Cast, recommendation: str | None, verdict: str | None, status: str
    ) -> None:
        held = await cast.prospects.create(cast.campaign_id, {"url": "https://example.com/a"})
        await cast.prospects.start_analysis(held.id)
        analysis = {"ai_relevance_score": 0.8, "ai_contact_recommendation": recommendation}

        judged = await cast.prospects.record_analysis(held.id, analysis, verdict)

        assert (judged.status, judged.ai_relevance_score, judged.analyzed_at) == (status, 0.8, NOON)
        assert judged.ai_contact_recommendation == recommendation

    async def test_describes_a_contacted_page_anew_without_moving_it(self, cast: Cast) -> None:
        held = await cast.one("contacted")

        judged = await cast.prospects.record_analysis(
            held.id, {"ai_relevance_score": 0.2, "ai_contact_recommendation": "skip"}
        )

        assert (judged.status, judged.ai_relevance_score) == ("contacted", 0.2)
        assert judged.ai_authority_score == 0.1  # Left out, so left alone.

    async def test_a_verdict_does_not_reach_who_was_written_to(self, cast: Cast) -> None:
        held = await cast.one("contacted")

        with pytest.raises(IllegalMove):
            await cast.prospects.record_analysis(held.id, {"ai_relevance_score": 0.2}, "rejected")

    @pytest.mark.parametrize(
        ("analysis", "verdict", "field"),
        [
            ({}, None, "ai_relevance_score"),
            ({"ai_relevance_score": 1.7}, None, "ai_relevance_score"),
            ({"ai_relevance_score": 0.5, "status": "published"}, None, "status"),
            ({"ai_relevance_score": 0.5, "word_count_min": 9000}, None, "word_count_min"),
            ({"ai_relevance_score": 0.5}, "published", "verdict"),
        ],
    )
    async def test_names_what_breaks_a_rule(
        self, cast: Cast, analysis: dict[str, Any], verdict: str | None, field: str
    ) -> None:
        held = await cast.one("discovered")

        with pytest.raises(InvalidInput) as refused:
            await cast.prospects.record_analysis(held.id, analysis, verdict)

        assert refused.value.field == field


class TestOverride:
    @pytest.mark.parametrize(
        ("old", "decision", "new"),
        [
            ("discovered", "approve", "approved"),
            ("analyzing", "approve", "approved"),
            ("qualified", "approve", "approved"),
            ("rejected", "approve", "approved"),
            ("approved", "approve", "approved"),
            ("discovered", "reject", "rejected"),
            ("approved", "reject", "rejected"),
            ("approved", "hold", "qualified"),
            ("approved", "research", "qualified"),
            ("contacted", "hold", "contacted"),
        ],
    )
    async def test_moves_who_was_not_written_to(self, cast: Cast, old: str, decision: str, new: str) -> None:
        held = await cast.one(old)

        moved = await cast.prospects.override(held.id, decision)

        assert (moved.status, moved.user_override_decision) == (new, decision)
        assert moved.ai_contact_recommendation == "contact"  # Stays beside it.

    @pytest.mark.parametrize("old", ["contacted", "suppressed", "published", "expired"])
    @pytest.mark.parametrize("decision", ["approve", "reject"])
    async def test_comes_too_late_for_others(self, cast: Cast, old: str, decision: str) -> None:
        held = await cast.one(old)

        with pytest.raises(IllegalMove):
            await cast.prospects.override(held.id, decision)

    async def test_refuses_a_decision_that_is_none(self, cast: Cast) -> None:
        held = await cast.one("discovered")

        with pytest.raises(InvalidInput):
            await cast.prospects.override(held.id, "perhaps")


class TestRate:
    @pytest.mark.parametrize("stars", [0, 6, 9, -1, True, 4.0, "5", None])
    async def test_is_one_to_five_stars(self, cast: Cast, stars: Any) -> None:
        held = await cast.one("discovered")

        with pytest.raises(InvalidInput):
            await cast.prospects.rate(held.id, stars)
        assert (await cast.prospects.rate(held.id, 5, "a pearl")).user_notes == "a pearl"


class TestLinks:
    async def test_a_link_is_where_it_is_since_when_it_was_seen_and_by_whom(self, cast: Cast) -> None:
        held = await cast.one("accepted")

        live = await cast.prospects.record_link(held.id, LINK + "#me", evidence="user:1")

        assert (live.status, live.link_acquired, live.link_url) == ("published", True, LINK)
        assert (live.published_at, live.link_placement_date) == (NOON, NOON)
        assert await counters(cast.session, cast.campaign_id) == await recount(cast.session, cast.campaign_id)

    @pytest.mark.parametrize(
        ("old", "way"),
        [
            ("discovered", ["qualified", "approved", "contacted", "published"]),
            ("contacted", ["published"]),
            ("no_response", ["contacted", "published"]),
            ("negotiating", ["accepted", "published"]),
            ("declined", ["responded", "published"]),
            ("expired", ["responded", "published"]),
            ("link_lost", ["published"]),
        ],
    )
    async def test_a_fact_implies_the_states_that_lead_to_it(
        self, cast: Cast, old: str, way: list[str]
    ) -> None:
        held = await cast.one(old)
        before = await history(cast.session, held.id)

        await cast.prospects.record_link(held.id, LINK, evidence="link check 7")

        walked = [old, *way]
        assert await history(cast.session, held.id) == [*before, *pairwise(walked)]

    async def test_a_link_that_nobody_asked_for_was_not_answered_to_a_mail(self, cast: Cast) -> None:
        held = await cast.one("qualified")

        live = await cast.prospects.record_link(held.id, LINK, evidence="link check 7")

        assert (live.contacted_at, live.responded_at) == (None, None)
        assert (await counters(cast.session, cast.campaign_id))["contacted_opportunities"] == 0

    async def test_saying_it_twice_counts_once(self, cast: Cast) -> None:
        held = await cast.one("accepted")
        await cast.prospects.record_link(held.id, LINK, evidence="user:1")
        before = await history(cast.session, held.id)

        await cast.prospects.record_link(held.id, LINK, evidence="user:1")

        assert await history(cast.session, held.id) == before
        assert (await counters(cast.session, cast.campaign_id))["successful_links"] == 1
        with pytest.raises(Conflict, match="has a live link"):
            await cast.prospects.record_link(held.id, LINK + "/2", evidence="user:1")

    async def test_a_lost_link_stays_acquired_and_may_come_back(self, cast: Cast) -> None:
        held = await cast.one("accepted")
        await cast.prospects.record_link(held.id, LINK, evidence="user:1")

        lost = await cast.prospects.record_link_lost(held.id, evidence="link check 8")
        assert (lost.status, lost.link_acquired, lost.link_url) == ("link_lost", True, LINK)
        before = await history(cast.session, held.id)
        await cast.prospects.record_link_lost(held.id, evidence="link check 8, said again")
        assert await history(cast.session, held.id) == before
        back = await cast.prospects.record_link_restored(held.id, evidence="link check 9")

        assert (back.status, back.published_at) == ("published", NOON)
        assert (await counters(cast.session, cast.campaign_id))["successful_links"] == 1

    async def test_a_link_is_neither_lost_nor_restored_where_there_is_none(self, cast: Cast) -> None:
        held = await cast.one("accepted")

        with pytest.raises(IllegalMove):
            await cast.prospects.record_link_lost(held.id, evidence="user:1")
        with pytest.raises(IllegalMove):
            await cast.prospects.record_link_restored(held.id, evidence="user:1")

    @pytest.mark.parametrize("old", ["rejected", "suppressed"])
    async def test_what_is_out_gets_no_link(self, cast: Cast, old: str) -> None:
        held = await cast.one(old)

        with pytest.raises(IllegalMove):
            await cast.prospects.record_link(held.id, LINK, evidence="user:1")

    @pytest.mark.parametrize(
        ("words", "field"),
        [
            ({"evidence": ""}, "evidence"),
            ({"evidence": None}, "evidence"),
            ({"url": "javascript:alert(1)"}, "link_url"),
            ({"url": None}, "link_url"),
            ({"published_at": NOON.replace(tzinfo=None)}, "published_at"),
            ({"published_at": NOON + timedelta(days=1)}, "published_at"),
            ({"published_at": NOON - timedelta(days=9)}, "published_at"),
        ],
    )
    async def test_names_what_breaks_a_rule(self, cast: Cast, words: dict[str, Any], field: str) -> None:
        held = await cast.one("contacted")

        with pytest.raises(InvalidInput) as refused:
            await cast.prospects.record_link(held.id, **({"url": LINK, "evidence": "user:1"} | words))

        assert refused.value.field == field


class TestLift:
    async def test_begins_again_with_who_and_why(self, cast: Cast) -> None:
        held = await cast.one("qualified")
        await cast.prospects.suppress(held.id, "asked by telephone")

        assert (await cast.prospects.lift(held.id, "asked us to write again")).status == "qualified"
        with pytest.raises(IllegalMove):
            await cast.prospects.lift(held.id, "once more")
        with pytest.raises(InvalidInput):
            await cast.prospects.lift(held.id, " ")


class TestForAPersonAlone:
    async def test_to_approve_what_was_rejected(self, cast: Cast) -> None:
        held = await cast.one("rejected")
        cast.prospects = Opportunities(replace(at_noon(cast.session), actor="model:x"))

        with pytest.raises(IllegalMove, match="person"):
            await cast.prospects.override(held.id, "approve")


class TestTheMomentOfALink:
    @pytest.mark.parametrize("given", ["yesterday", 5, "0001-01-01T00:00:00Z", "2020-01-01T00:00:00"])
    async def test_that_is_none_is_refused(self, cast: Cast, given: Any) -> None:
        held = await cast.one("discovered")

        with pytest.raises(InvalidInput, match="published_at"):
            await cast.prospects.record_link(held.id, LINK, evidence="seen", published_at=given)

    async def test_may_be_text(self, cast: Cast) -> None:
        held = await cast.one("discovered")

        live = await cast.prospects.record_link(
            held.id,
            LINK,
            evidence="seen",
            published_at="2026-01-01T10:00:00+02:00",  # type: ignore[arg-type]
        )

        assert live.published_at == datetime(2026, 1, 1, 8, tzinfo=UTC)
