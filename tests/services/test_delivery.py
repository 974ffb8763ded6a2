"""Delivery: each report counts once, and a person who objects is left alone."""

from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import Conflict, IllegalMove, InvalidInput
from linkwright.models import Suppression
from tests.support.outreach import Desk


async def standing(desk: Desk) -> dict[str | None, str]:
    return dict(await desk.all(select(Suppression.address, Suppression.reason)))


class TestMarkDelivered:
    async def test_once(self, desk: Desk) -> None:
        email = await desk.sent()

        first = await desk.delivery("mark_delivered", email.id)
        desk.later(hours=1)
        again = await desk.delivery("mark_delivered", email.id)

        assert (first.status, again.delivered_at) == ("delivered", first.delivered_at)

    async def test_not_before_it_was_sent(self, desk: Desk) -> None:
        email = await desk.queued()

        with pytest.raises(Conflict, match="never sent"):
            await desk.delivery("mark_delivered", email.id)

    async def test_not_after_a_bounce(self, desk: Desk) -> None:
        email = await desk.sent()
        await desk.delivery("record_bounce", email.id)

        with pytest.raises(IllegalMove):
            await desk.delivery("mark_delivered", email.id)

    async def test_a_report_that_was_heard_may_be_repeated_whatever_came_since(self, desk: Desk) -> None:
        email = await desk.sent()
        await desk.delivery("mark_delivered", email.id, key="evt-1")
        await desk.delivery("record_bounce", email.id, key="evt-2")

        assert (await desk.delivery("mark_delivered", email.id, key="evt-1")).status == "bounced"
        with pytest.raises(IllegalMove):
            await desk.delivery("mark_delivered", email.id, key="evt-3")

    async def test_is_evidence_that_an_email_of_unknown_fate_left(self, desk: Desk) -> None:
        email = await desk.sending_one()
        await desk.sending("mark_send_unknown", email.id)

        assert (await desk.delivery("mark_delivered", email.id)).status == "delivered"
        assert (await desk.moves(email.id))[-2:] == [("send_unknown", "sent"), ("sent", "delivered")]
        assert (await desk.sending("mark_sent", email.id)).status == "delivered"


class TestRecordBounce:
    async def test_a_hard_one_leaves_the_address_alone_in_all_campaigns(self, desk: Desk) -> None:
        email = await desk.sent()
        other = await desk.campaign(name="Other")
        waiting = await desk.prospect(other, contact_email=email.to_email)
        letter = {"subject": "S", "body_html": "b", "from_email": "me@outreach.com"}
        queued = await desk.emails("create", other, waiting, letter)

        bounced = await desk.delivery("record_bounce", email.id, diagnostic="550 5.1.1 unknown")

        assert (bounced.status, bounced.bounced_at) == ("bounced", desk.now)
        assert await standing(desk) == {email.to_email: "hard_bounce"}
        assert (await desk.email(queued.id)).status == "cancelled"
        for prospect in (email.opportunity_id, waiting):
            assert (await desk.opportunity(prospect)).status == "suppressed"

    async def test_a_soft_one_only_ends_the_email(self, desk: Desk) -> None:
        email = await desk.sent()

        assert (await desk.delivery("record_bounce", email.id, kind="soft")).status == "bounced"
        assert await standing(desk) == {}
        assert (await desk.opportunity(email.opportunity_id)).status == "contacted"

    async def test_twice_is_harmless(self, desk: Desk) -> None:
        email = await desk.sent()
        for _ in range(2):
            await desk.delivery("record_bounce", email.id, key="b-1", occurred_at=desk.now)

        assert len(await desk.moves(email.id)) == 6
        assert len(await desk.all(select(Suppression.id))) == 1

    async def test_of_a_forwarded_mailbox_suppresses_that_one(self, desk: Desk) -> None:
        email = await desk.sent()

        await desk.delivery("record_bounce", email.id, recipient="gone@elsewhere.com")

        assert await standing(desk) == {"gone@elsewhere.com": "hard_bounce"}
        assert (await desk.opportunity(email.opportunity_id)).status == "contacted"

    async def test_a_won_link_stays_won(self, desk: Desk) -> None:
        email = await desk.sent()
        await desk.reply(email)
        await desk.opportunities(
            "record_link", email.opportunity_id, "https://site1.com/post", evidence="seen"
        )

        await desk.delivery("record_bounce", email.id)

        assert (await desk.opportunity(email.opportunity_id)).status == "published"
        assert await standing(desk) == {email.to_email: "hard_bounce"}

    @pytest.mark.parametrize("wrong", [{"kind": "medium"}, {"recipient": "nobody"}, {"diagnostic": "a\0"}])
    async def test_a_broken_report_is_named(self, desk: Desk, wrong: dict[str, Any]) -> None:
        email = await desk.sent()

        with pytest.raises(InvalidInput, match=next(iter(wrong))):
            await desk.delivery("record_bounce", email.id, **wrong)


class TestRecordComplaint:
    async def test_leaves_the_person_alone(self, desk: Desk) -> None:
        email = await desk.sent()
        follow_up = await desk.queued(email.opportunity_id, email_type="follow_up")

        complained = await desk.delivery("record_complaint", email.id)
        await desk.delivery("record_complaint", email.id)

        assert complained.status == "complained"
        assert await standing(desk) == {email.to_email: "complaint"}
        assert (await desk.email(follow_up.id)).status == "cancelled"
        assert len(await desk.delivery("events", email.id)) == 4


class TestRecordUnsubscribe:
    async def test_keeps_the_emails_state(self, desk: Desk) -> None:
        email = await desk.sent()

        for _ in range(2):
            assert (await desk.delivery("record_unsubscribe", email.id, key="u")).status == "sent"

        assert await standing(desk) == {email.to_email: "unsubscribe"}
        assert await desk.counts("event") == {"unsubscribed": 1}


class TestOpensAndClicks:
    async def test_of_people_count_and_of_machines_do_not(self, desk: Desk) -> None:
        email = await desk.sent()

        await desk.delivery("record_open", email.id, agent="machine", key="m")
        assert (await desk.email(email.id)).open_count == 0
        assert (await desk.opportunity(email.opportunity_id)).email_open_rate == 0

        for number in range(3):
            await desk.delivery("record_open", email.id, agent="human", key=f"h{number}")
        await desk.delivery("record_click", email.id, key="c")

        after = await desk.email(email.id)
        assert (after.open_count, after.open_rate, after.click_count, after.click_rate) == (3, 1.0, 1, 1.0)
        assert await desk.counts("event") == {"opened": 3, "clicked": 1}

    async def test_told_again_count_once(self, desk: Desk) -> None:
        email = await desk.sent()

        for _ in range(3):
            await desk.delivery("record_open", email.id, key="h", occurred_at=desk.now)

        assert (await desk.email(email.id)).open_count == 1

    async def test_the_prospects_rate_is_opened_over_sent(self, desk: Desk) -> None:
        first = await desk.sent()
        await desk.delivery("record_open", first.id)
        assert (await desk.opportunity(first.opportunity_id)).email_open_rate == 1

        second = await desk.draft(first.opportunity_id, email_type="follow_up")
        await desk.sending("mark_sent", second.id)

        assert (await desk.opportunity(first.opportunity_id)).email_open_rate == 0.5

    @pytest.mark.parametrize(
        "wrong", [{"agent": "robot"}, {"key": ""}, {"key": "x" * 101}, {"occurred_at": "now"}, {"detail": []}]
    )
    async def test_a_broken_report_is_named(self, desk: Desk, wrong: dict[str, Any]) -> None:
        email = await desk.sent()

        with pytest.raises(InvalidInput, match=next(iter(wrong))):
            await desk.delivery("record_open", email.id, **wrong)


class TestKeys:
    @pytest.mark.parametrize("verb", ["record_open", "record_click"])
    async def test_a_report_repeated_later_without_its_moment_counts_once(
        self, desk: Desk, verb: str
    ) -> None:
        email = await desk.sent()
        await desk.delivery(verb, email.id, key="evt-1")
        desk.later(minutes=1)

        again = await desk.delivery(verb, email.id, key="evt-1")

        assert again.open_count + again.click_count == 1


class TestOneKeyForTwoKinds:
    async def test_an_open_and_a_click_of_one_moment_both_count(self, desk: Desk) -> None:
        email = await desk.sent()
        report = {"key": "evt-1", "occurred_at": desk.now}

        for _ in range(2):
            await desk.delivery("record_open", email.id, **report)
            await desk.delivery("record_click", email.id, **report)
            await desk.delivery("mark_delivered", email.id, delivered_at=desk.now, key="evt-1")

        seen = await desk.email(email.id)
        assert (seen.open_count, seen.click_count, seen.status) == (1, 1, "delivered")
        kinds = [event.kind for event in await desk.delivery("events", email.id)]
        assert sorted(kinds)[:3] == ["clicked", "delivered", "opened"]
        assert await desk.counts("event") == {"opened": 1, "clicked": 1}
