"""Two at once: what one has read may have changed by the time it is its turn, and nobody waits for good.

Each of these was seen to fail on PostgreSQL before the lock or the order that it names was there.
SQLite has one writer at a time: there they show only that waiting ends.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import Conflict, NotFound
from linkwright.models import AIDecision, BacklinkingEmail, CampaignCount
from linkwright.services.decisions import Decisions
from linkwright.services.emails import Emails
from linkwright.services.opportunities import Opportunities
from linkwright.services.reviews import Reviews
from linkwright.services.sending import Sending
from tests.support.outreach import LETTER, Desk

GIVEN = 0.4  # Seconds: ample time to go wrong, were there no lock.
TEXT = {"subject_template": "Hi", "body_template_html": "<p>Hi</p>"}


async def begun(rival: Awaitable[Any]) -> asyncio.Task[Any]:
    """Let a rival come as far as it can while the first transaction is open."""
    task = asyncio.ensure_future(rival)
    await asyncio.wait([task], timeout=GIVEN)
    return task


class TestReviews:
    async def test_of_one_response_are_counted_one_after_the_other(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent(), "neutral")

        async with desk.context() as context:
            await Reviews(context).review(response.id, {"response_type": "positive"})
            rival = await begun(desk.reviews("review", response.id, {"response_type": "negative"}))
        await rival

        assert await desk.counts("response") == {"negative": 1}

    async def test_a_persons_word_stands_against_a_reading_at_the_same_time(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent(), "neutral")

        async with desk.context() as context:
            await Reviews(context).review(response.id, {"response_type": "negative"})
            rival = await begun(desk.reviews("classify", response.id, {"ai_urgency_level": "low"}))
        with pytest.raises(Conflict, match="person"):
            await rival


class TestOutcomes:
    async def test_what_just_became_known_is_not_censored(self, desk: Desk) -> None:
        async with desk.context() as context:
            decision = await Decisions(context).record(desk.user_id, {"kind": "score", "decided_by": "model"})

        async def censor() -> None:
            async with desk.context() as context:
                await Decisions(context).censor(decision.id)

        async with desk.context() as context:
            outcome = {"name": "human_reply", "rule": "v1", "value": 1.0}
            await Decisions(context).record_outcome(decision.id, outcome)
            rival = await begun(censor())
        with pytest.raises(Conflict, match="known"):
            await rival
        assert (await desk.row(AIDecision, decision.id)).outcome_state == "known"


class TestDeletingAProspect:
    async def test_takes_no_letter_with_it_that_is_being_written(self, desk: Desk) -> None:
        prospect = await desk.prospect()

        async with desk.context() as context:
            await Emails(context).create(desk.campaign_id, prospect, LETTER)
            rival = await begun(desk.opportunities("delete", prospect))
        with pytest.raises(Conflict, match="1 emails"):
            await rival
        assert len(await desk.all(select(BacklinkingEmail.id))) == 1

    async def test_leaves_no_letter_to_nobody(self, desk: Desk) -> None:
        prospect = await desk.prospect()

        async with desk.context() as context:
            await Opportunities(context).delete(prospect)
            rival = await begun(desk.draft(prospect))
        with pytest.raises(NotFound):
            await rival
        assert await desk.all(select(CampaignCount).where(CampaignCount.subject == "email")) == []


class TestLocks:
    async def test_suppressing_one_prospect_and_writing_to_another_wait_for_each_other_in_turn(
        self, desk: Desk
    ) -> None:
        """The first held the counts of prospects and asked for those of emails; the other, the reverse."""
        first, second = await desk.queued(), await desk.queued()
        barrier = asyncio.Event()

        async def suppress() -> None:
            async with desk.context() as context:
                await Opportunities(context).suppress(first.opportunity_id, "asked by telephone")
                barrier.set()
                await asyncio.sleep(GIVEN / 4)

        async def send() -> None:
            async with desk.context() as context:
                await Sending(context).mark_sent(second.id)

        for _ in range(3):
            await asyncio.gather(suppress(), send())
            first, second = await desk.queued(), await desk.queued()

        assert (await desk.counts("opportunity"))["suppressed"] == 3

    async def test_renaming_a_template_waits_for_the_letter_that_is_being_sent(self, desk: Desk) -> None:
        """The template was locked before the emails that name it; a sender locks them the other way."""
        template = await desk.templates("create", desk.user_id, TEXT | {"name": "Guest post"})
        email = await desk.draft(template_used="Guest post")
        await desk.draft(template_used="Guest post")

        async with desk.context() as context:
            await Emails(context).rate(email.id, 5)
            rival = await begun(desk.templates("update", template.id, {"name": "Guest post 2"}))
            await asyncio.wait_for(Sending(context).mark_sent(email.id), timeout=5)
        await rival

        assert (await desk.templates("get", template.id)).usage_count == 1
        assert (await desk.email(email.id)).template_used == "Guest post 2"
