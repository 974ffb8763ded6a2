"""One person at several prospects, or in several campaigns, is written to as one person."""

import asyncio

import pytest
from sqlalchemy import select, update

from linkwright.errors import Conflict
from linkwright.models import BacklinkingEmail, StatusChange
from linkwright.services.campaigns import Campaigns
from linkwright.services.responses import Responses
from tests.support.outreach import LETTER, Desk

# The same mailbox twice, and somebody else who looks alike.
SAME = [
    ("ed@news.com", "ed@news.com"),
    ("Ed@news.com", "ed@news.com"),
    ("j.doe@gmail.com", "jdoe+links@googlemail.com"),
]
OTHERS = [
    ("a_b@news.com", "axb@news.com"),
    ("ed+a@news.com", "ed@news.com"),
    ("jo@gmail.com", "jd@gmail.com"),
]


async def in_sequence(desk: Desk, campaign_id: str, address: str) -> tuple[BacklinkingEmail, int]:
    """A letter that left, and a queued follow-up to it, in one of the user's campaigns."""
    home, desk.campaign_id = desk.campaign_id, campaign_id
    sent = await desk.sent(await desk.prospect(contact_email=address))
    follow_up = await desk.queued(sent.opportunity_id, email_type="follow_up")
    desk.campaign_id = home
    return sent, follow_up.id


async def another_campaign(desk: Desk) -> str:
    async with desk.context() as context:
        campaigns = Campaigns(context)
        made = await campaigns.create(desk.user_id, {"name": "B", "keywords": ["b"]})
        await campaigns.start(made.id)
    return str(made.id)


class TestAnAnswer:
    @pytest.mark.parametrize(("answered", "waiting"), SAME)
    async def test_stops_the_persons_sequences_in_all_campaigns(
        self, desk: Desk, answered: str, waiting: str
    ) -> None:
        mail = await desk.sent(await desk.prospect(contact_email=answered))
        _, elsewhere = await in_sequence(desk, await another_campaign(desk), waiting)

        await desk.reply(mail)

        assert (await desk.email(elsewhere)).status == "cancelled"
        why = select(StatusChange.reason).where(
            StatusChange.email_id == elsewhere, StatusChange.new_status == "cancelled"
        )
        assert await desk.all(why) == [("the person has answered",)]

    @pytest.mark.parametrize(("answered", "waiting"), OTHERS)
    async def test_stops_nobody_elses(self, desk: Desk, answered: str, waiting: str) -> None:
        mail = await desk.sent(await desk.prospect(contact_email=answered))
        _, follow_up = await in_sequence(desk, await another_campaign(desk), waiting)

        await desk.reply(mail)

        assert (await desk.email(follow_up)).status == "queued"

    async def test_stops_the_same_persons_at_another_prospect(self, desk: Desk) -> None:
        mail = await desk.sent()
        _, follow_up = await in_sequence(desk, desk.campaign_id, "ed@news.com")

        await desk.reply(mail, from_email="ED@news.com")  # From another mailbox than was written to.

        assert (await desk.email(follow_up)).status == "cancelled"
        assert await desk.counts("email") == {"sent": 2, "cancelled": 1}

    async def test_leaves_another_users_alone(self, desk: Desk) -> None:
        other = await Desk(desk.database).sit_down(address="other@example.com")
        _, theirs = await in_sequence(other, other.campaign_id, "ed@news.com")
        mail = await desk.sent(await desk.prospect(contact_email="ed@news.com"))

        await desk.reply(mail)

        assert (await other.email(theirs)).status == "queued"

    @pytest.mark.parametrize("kind", ["auto_reply", "out_of_office"])
    async def test_of_a_machine_stops_nothing(self, desk: Desk, kind: str) -> None:
        mail = await desk.sent(await desk.prospect(contact_email="ed@news.com"))
        _, follow_up = await in_sequence(desk, await another_campaign(desk), "ed@news.com")

        response = await desk.reply(mail, kind)
        assert (await desk.email(follow_up)).status == "queued"

        await desk.reviews("review", response.id, {"response_type": "positive"})
        assert (await desk.email(follow_up)).status == "cancelled"

    async def test_refuses_the_follow_up_that_would_be_written_next(self, desk: Desk) -> None:
        mail = await desk.sent(await desk.prospect(contact_email="ed@news.com"))
        desk.campaign_id = await another_campaign(desk)
        sent = await desk.sent(await desk.prospect(contact_email="ed@news.com"))
        desk.later(days=1)
        await desk.reply(mail)

        with pytest.raises(Conflict, match="has answered, about another prospect"):
            await desk.draft(sent.opportunity_id, email_type="follow_up")

    async def test_of_long_ago_refuses_no_new_sequence(self, desk: Desk) -> None:
        await desk.reply(await desk.sent(await desk.prospect(contact_email="ed@news.com")))
        desk.later(days=300)
        sent, follow_up = await in_sequence(desk, await another_campaign(desk), "ed@news.com")

        assert sent.status == "sent"
        claims = await desk.sending("claim_due")
        assert [claim.email.id for claim in claims] == [follow_up]

    async def test_blocks_what_slipped_past_it(self, desk: Desk) -> None:
        mail = await desk.sent(await desk.prospect(contact_email="ed@news.com"))
        _, follow_up = await in_sequence(desk, await another_campaign(desk), "ed@news.com")
        desk.later(days=1)
        await desk.reply(mail)
        async with desk.context() as context:  # As if it had been queued at that very moment.
            await context.session.execute(
                update(BacklinkingEmail).where(BacklinkingEmail.id == follow_up).values(status="queued")
            )

        assert await desk.sending("claim_due") == []
        assert (await desk.email(follow_up)).status == "blocked"

    async def test_two_at_once_wait_for_each_other_and_never_forever(self, desk: Desk) -> None:
        campaigns = [desk.campaign_id, await another_campaign(desk)]
        mails = [await in_sequence(desk, each, "ed@news.com") for each in campaigns]

        async with desk.context() as context:
            answer = {"from_email": "ed@news.com", "body_text": "Yes", "response_type": "positive"}
            await Responses(context).create(campaigns[1], None, mails[1][0].id, answer)
            rival = asyncio.create_task(desk.reply(mails[0][0]))
            await asyncio.wait([rival], timeout=0.3)
        await asyncio.wait_for(rival, timeout=20)

        assert {(await desk.email(follow_up)).status for _, follow_up in mails} == {"cancelled"}


class TestAFirstLetter:
    @pytest.mark.parametrize(("first", "second"), [SAME[0], SAME[2]])
    async def test_to_the_same_person_is_refused_and_names_the_other(
        self, desk: Desk, first: str, second: str
    ) -> None:
        letter = await desk.draft(to_email=first)

        with pytest.raises(Conflict, match=f"Email {letter.id} is the first letter"):
            await desk.draft(to_email=second)

        await desk.emails("cancel", letter.id)
        assert (await desk.draft(to_email=second)).status == "draft"

    @pytest.mark.parametrize(("first", "second"), OTHERS)
    async def test_to_somebody_else_is_none_of_it(self, desk: Desk, first: str, second: str) -> None:
        await desk.queued(to_email=first)

        assert (await desk.queued(to_email=second)).status == "queued"

    async def test_in_another_campaign_may_be_written(self, desk: Desk) -> None:
        await desk.draft(to_email="ed@news.com")
        desk.campaign_id = await another_campaign(desk)

        assert (await desk.draft(to_email="ed@news.com")).status == "draft"

    async def test_cannot_be_turned_to_the_same_person(self, desk: Desk) -> None:
        await desk.draft(to_email="ed@news.com")
        other = await desk.draft(to_email="jo@news.com")

        with pytest.raises(Conflict, match="first letter"):
            await desk.emails("update", other.id, {"to_email": "ed@news.com"})

    async def test_that_was_spelt_otherwise_is_not_queued(self, desk: Desk) -> None:
        older = await desk.draft(to_email="Ed@news.com")
        newer = await desk.draft(to_email="ed@news.com")
        for email in (older, newer):
            await desk.emails("approve", email.id)

        with pytest.raises(Conflict, match=f"email {older.id} is the first letter"):
            await desk.sending("queue", newer.id)
        assert (await desk.sending("queue", older.id)).status == "queued"

    async def test_that_came_in_between_is_blocked_by_the_older(self, desk: Desk) -> None:
        older, newer = await desk.queued(to_email="ed@news.com"), await desk.queued(to_email="jo@news.com")
        async with desk.context() as context:  # Two writers at the same moment see nothing of each other.
            await context.session.execute(
                update(BacklinkingEmail).where(BacklinkingEmail.id == newer.id).values(to_email="ed@news.com")
            )

        assert [claim.email.id for claim in await desk.sending("claim_due")] == [older.id]
        assert (await desk.email(newer.id)).status == "blocked"

    async def test_that_left_elsewhere_is_a_fact(self, desk: Desk) -> None:
        await desk.sent(to_email="ed@news.com")
        mail = LETTER | {"to_email": "ed@news.com", "sent_at": desk.now}

        recorded = await desk.emails("record_sent", desk.campaign_id, await desk.prospect(), mail)

        assert (recorded.status, recorded.email_type) == ("sent", "initial")

    async def test_that_left_all_the_same_is_a_fact(self, desk: Desk) -> None:
        older, newer = await desk.draft(to_email="Ed@news.com"), await desk.draft(to_email="ed@news.com")

        for email in (newer, older):
            assert (await desk.sending("mark_sent", email.id)).status == "sent"
