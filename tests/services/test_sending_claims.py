"""Claims: each queued email goes to one worker, if policy still lets it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from linkwright.db.engine import Database
from linkwright.errors import IllegalMove, InvalidInput
from linkwright.models import BacklinkingCampaign, BacklinkOpportunity, StatusChange
from linkwright.services.context import Context
from linkwright.services.email_held import Held
from linkwright.services.sending import Sending
from linkwright.services.sending_claims import Claim
from tests.support.outreach import Desk


class TestClaimDue:
    async def test_takes_the_oldest_first_and_each_once(self, desk: Desk) -> None:
        queued = [(await desk.queued()).id for _ in range(3)]

        first = await desk.sending("claim_due", 2)
        second = await desk.sending("claim_due", 2)

        assert [claim.email.id for claim in first] == queued[:2]
        assert [claim.email.id for claim in second] == queued[2:]
        assert {claim.email.status for claim in first + second} == {"sending"}
        assert await desk.counts("email") == {"sending": 3}

    async def test_takes_no_more_than_the_day_allows(self, database: Database) -> None:
        desk = await Desk(database).sit_down(max_emails_per_day=2)
        queued = [(await desk.queued()).id for _ in range(3)]

        assert [claim.email.id for claim in await desk.sending("claim_due")] == queued[:2]
        assert await desk.sending("claim_due") == []
        assert (await desk.email(queued[2])).status == "queued"

        desk.later(days=1)
        assert [claim.email.id for claim in await desk.sending("claim_due")] == queued[2:]

    async def test_blocks_what_policy_forbids_meanwhile_and_says_why(self, desk: Desk) -> None:
        good, rejected = await desk.queued(), await desk.queued()
        suppressed = await desk.queued(to_email="jane.doe@gmail.com")
        async with desk.context() as context:  # Past the verbs, which would have tidied up.
            await context.session.execute(
                update(BacklinkOpportunity)
                .where(BacklinkOpportunity.id == rejected.opportunity_id)
                .values(status="rejected")
            )
        # An alias of the address: found by its hash at the claim alone.
        await desk.suppressions("add", "janedoe@gmail.com")

        claimed = await desk.sending("claim_due")

        assert [claim.email.id for claim in claimed] == [good.id]
        why = select(StatusChange.email_id, StatusChange.reason).where(StatusChange.new_status == "blocked")
        assert dict(await desk.all(why)) == {
            rejected.id: "the prospect is rejected",
            suppressed.id: "suppressed: manual",
        }

    async def test_blocks_a_follow_up_to_who_answered(self, desk: Desk) -> None:
        first = await desk.sent()
        second = await desk.queued(first.opportunity_id, email_type="follow_up")
        async with desk.context() as context:
            await context.session.execute(
                update(BacklinkOpportunity)
                .where(BacklinkOpportunity.id == first.opportunity_id)
                .values(responded_at=desk.now)
            )

        assert await desk.sending("claim_due") == []
        assert (await desk.email(second.id)).status == "blocked"

    async def test_blocks_a_follow_up_of_what_did_not_arrive(self, desk: Desk) -> None:
        first = await desk.sent()
        second = await desk.queued(first.opportunity_id, email_type="follow_up", parent_email_id=first.id)
        await desk.delivery("record_bounce", first.id, kind="soft")

        assert await desk.sending("claim_due") == []
        assert (await desk.email(second.id)).status == "blocked"

    async def test_what_was_blocked_goes_back_when_policy_lets_it(self, desk: Desk) -> None:
        email = await desk.queued()
        suppression = await desk.suppressions("add", "someone@else.com")
        async with desk.context() as context:
            await context.session.execute(update(BacklinkOpportunity).values(status="rejected"))
        await desk.sending("claim_due")
        async with desk.context() as context:
            await context.session.execute(update(BacklinkOpportunity).values(status="approved"))

        assert (await desk.sending("requeue_blocked", email.id)).status == "queued"
        assert [claim.email.id for claim in await desk.sending("claim_due")] == [email.id]
        assert suppression.lifted_at is None

    @pytest.mark.parametrize("status", ["draft", "paused", "completed", "cancelled"])
    async def test_gives_nothing_of_a_campaign_that_is_not_active(self, desk: Desk, status: str) -> None:
        await desk.queued()
        async with desk.context() as context:
            await context.session.execute(update(BacklinkingCampaign).values(status=status))

        assert await desk.sending("claim_due") == []

    async def test_gives_a_user_only_their_own_and_a_worker_all(self, desk: Desk) -> None:
        mine = await desk.queued()
        other = await Desk(desk.database).sit_down(address="other@example.com")
        theirs = await other.queued()

        assert [claim.email.id for claim in await other.sending("claim_due")] == [theirs.id]
        desk.owner = None
        assert [claim.email.id for claim in await desk.sending("claim_due")] == [mine.id]

    async def test_two_workers_never_get_the_same(self, desk: Desk) -> None:
        queued = {(await desk.queued()).id for _ in range(6)}

        async with desk.context() as context:
            first = await Sending(context).claim_due(3)
            rival = asyncio.create_task(desk.sending("claim_due", 6))
            await asyncio.wait([rival], timeout=0.3)
        taken = [claim.email.id for claim in first + await rival]

        assert sorted(taken) == sorted(queued)

    @pytest.mark.parametrize(
        "wrong", [{"limit": 0}, {"limit": "5"}, {"lease": timedelta(0)}, {"lease": timedelta(days=2)}]
    )
    async def test_a_wrong_question_is_refused(self, desk: Desk, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            await desk.sending("claim_due", **wrong)


class TestExpireLeases:
    async def test_moves_the_lost_to_unknown_and_leaves_the_others(self, desk: Desk) -> None:
        lost = await desk.sending_one()
        desk.later(minutes=8)
        kept = await desk.sending_one()
        desk.later(minutes=3)

        expired = await desk.sending("expire_leases")

        assert [email.id for email in expired] == [lost.id]
        assert (await desk.email(lost.id)).status == "send_unknown"
        assert (await desk.email(kept.id)).status == "sending"

    async def test_counts_from_the_last_claim(self, desk: Desk) -> None:
        email = await desk.sending_one()
        desk.later(minutes=9)
        await desk.sending("release", email.id)
        await desk.sending("claim_due")
        desk.later(minutes=5)

        assert await desk.sending("expire_leases") == []

    async def test_keeps_a_longer_lease(self, desk: Desk) -> None:
        await desk.queued()
        await desk.sending("claim_due", 1, lease=timedelta(hours=2))
        desk.later(hours=1)

        assert await desk.sending("expire_leases") == []
        desk.later(hours=1)
        assert len(await desk.sending("expire_leases")) == 1

    async def test_an_unknown_one_keeps_its_place_in_its_day_only(self, database: Database) -> None:
        desk = await Desk(database).sit_down(max_emails_per_day=1)
        await desk.sending_one()
        desk.later(hours=1)
        await desk.sending("expire_leases")
        waiting = await desk.queued()

        assert await desk.sending("claim_due") == []
        desk.later(days=1)
        assert [claim.email.id for claim in await desk.sending("claim_due")] == [waiting.id]


class TestAttempts:
    """Worker one was slow, or says everything twice; worker two has the email by now."""

    async def again(self, desk: Desk) -> Claim:
        """An email that was claimed, put back and claimed again, all in one moment."""
        await desk.queued()
        [first] = await desk.sending("claim_due")
        await desk.sending("release", first.email.id, attempt=first.attempt)
        [second] = await desk.sending("claim_due", lease=timedelta(hours=1))
        assert (first.attempt, second.attempt) == (1, 2)
        assert second.lease_until == desk.now + timedelta(hours=1)
        claim: Claim = second
        return claim

    @pytest.mark.parametrize("verb", ["release", "mark_failed", "mark_send_unknown"])
    async def test_a_late_report_of_an_earlier_one_changes_nothing(self, desk: Desk, verb: str) -> None:
        claim = await self.again(desk)
        before = await desk.moves(claim.email.id)

        assert (await desk.sending(verb, claim.email.id, attempt=1)).status == "sending"

        assert await desk.moves(claim.email.id) == before
        assert await desk.sending("claim_due") == []

    @pytest.mark.parametrize(
        ("verb", "status"),
        [("release", "queued"), ("mark_failed", "failed"), ("mark_send_unknown", "send_unknown")],
    )
    async def test_saying_so_twice_changes_nothing(self, desk: Desk, verb: str, status: str) -> None:
        claim = await self.again(desk)

        for _ in range(2):
            assert (await desk.sending(verb, claim.email.id, attempt=2)).status == status

        assert len(await desk.moves(claim.email.id)) == 7

    async def test_that_it_left_stays_true_however_late(self, desk: Desk) -> None:
        claim = await self.again(desk)

        assert (await desk.sending("mark_sent", claim.email.id, attempt=1)).status == "sent"

        assert (await desk.sending("release", claim.email.id, attempt=2)).status == "sent"

    async def test_that_it_left_counts_when_it_waits_again_or_failed(self, database: Database) -> None:
        desk = await Desk(database).sit_down(max_emails_per_day=2)
        for verb in ("release", "mark_failed"):
            await desk.queued()
            [claim] = await desk.sending("claim_due")
            await desk.sending(verb, claim.email.id, attempt=1)
            # A place of the day that nobody else may have, and a person nobody may write to: too late.
            async with desk.context() as context:
                await context.session.execute(update(BacklinkingCampaign).values(max_emails_per_day=0))

            sent = await desk.sending("mark_sent", claim.email.id, attempt=1)

            assert (sent.status, sent.failed_at) == ("sent", None)
            async with desk.context() as context:
                await context.session.execute(update(BacklinkingCampaign).values(max_emails_per_day=2))

    async def test_one_that_was_cancelled_meanwhile_is_refused(self, desk: Desk) -> None:
        claim = await self.again(desk)
        await desk.sending("release", claim.email.id, attempt=2)
        await desk.emails("cancel", claim.email.id)

        with pytest.raises(IllegalMove, match="cancelled"):
            await desk.sending("mark_sent", claim.email.id, attempt=2)

    @pytest.mark.parametrize("attempt", [0, -1, 3, 2**40])
    async def test_one_that_never_was_is_refused(self, desk: Desk, attempt: int) -> None:
        claim = await self.again(desk)

        for verb in ("release", "mark_failed", "mark_send_unknown"):
            with pytest.raises(InvalidInput, match="attempt"):
                await desk.sending(verb, claim.email.id, attempt=attempt)

    async def test_a_lease_of_an_earlier_one_ends_no_later_one(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await desk.queued()
        [first] = await desk.sending("claim_due")
        desk.later(hours=1)
        hold = Held.email

        async def meanwhile(ctx: Context, email_id: int) -> Held:
            # Between the look and the lock the worker came back, and another took the email.
            await Sending(ctx).release(email_id, attempt=1)
            await Sending(ctx).claim_due()
            return await hold(ctx, email_id)

        async def once(ctx: Context, email_id: int) -> Held:
            monkeypatch.setattr(Held, "email", hold)
            return await meanwhile(ctx, email_id)

        monkeypatch.setattr(Held, "email", once)

        assert await desk.sending("expire_leases") == []
        assert (await desk.email(first.email.id)).status == "sending"


class TestAfterANo:
    @pytest.mark.parametrize("verb", ["decline", "expire"])
    async def test_no_letter_leaves_that_was_queued_before(self, desk: Desk, verb: str) -> None:
        first = await desk.sent()
        second = await desk.queued(first.opportunity_id, email_type="follow_up")
        await desk.opportunities(verb, first.opportunity_id, "said so by telephone")

        assert await desk.sending("claim_due") == []
        assert (await desk.email(second.id)).status == "blocked"

    async def test_nor_a_reminder_when_the_link_is_there(self, desk: Desk) -> None:
        first = await desk.sent()
        await desk.queued(first.opportunity_id, email_type="follow_up")
        page = "https://site1.com/guest-post"
        await desk.opportunities("record_link", first.opportunity_id, page, evidence="seen")

        assert await desk.sending("claim_due") == []


class TestMidnight:
    async def test_what_was_claimed_before_it_takes_a_place_of_the_day_after(self, desk: Desk) -> None:
        desk.now = desk.now.replace(hour=23, minute=59)
        for _ in range(12):
            await desk.queued()

        claimed = await desk.sending("claim_due", 8)
        desk.later(minutes=2)
        claimed += await desk.sending("claim_due", 8)
        for claim in claimed:
            await desk.sending("mark_sent", claim.email.id, attempt=claim.attempt)

        assert len(claimed) == 10


class TestTheMomentOfExpiry:
    async def test_wants_to_know_the_zone(self, desk: Desk) -> None:
        await desk.sending_one()

        with pytest.raises(InvalidInput, match="time zone"):
            await desk.sending("expire_leases", desk.now.replace(tzinfo=None))
