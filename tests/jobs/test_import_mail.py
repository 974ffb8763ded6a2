"""Mailboxes: each message once, in whatever order they come."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from linkwright.db.engine import Database
from linkwright.models import (
    AIDecision,
    BacklinkingEmail,
    BacklinkingResponse,
    InboundMessage,
    Suppression,
)
from linkwright.service import BacklinkingDatabaseService
from tests.support import samples
from tests.support.bringing import ME, Bringing, counts
from tests.support.dump import dump

SENT = samples.message(sender=ME, to="ed@huts.com", subject="An article", message_id="1@x.com")
REPLY = samples.message(
    sender="ed@huts.com", to=ME, subject="Re: An article", message_id="2@huts.com", answers="1@x.com", days=1
)

ANSWER: Any = {
    "sender": "ed@huts.com",
    "to": ME,
    "subject": "Re: An article",
    "message_id": "same@huts.com",
    "answers": "1@x.com",
    "days": 1,
}

DRAFTED = datetime(2026, 3, 1, 9, tzinfo=UTC)
"""The day before the first of the sample messages."""


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> Bringing:
    return await Bringing(database, tmp_path).set_up()


async def test_the_answer_may_come_before_its_mail(place: Bringing) -> None:
    assert counts(await place.mail(place.file(REPLY, "reply.eml"))) == (1, 0, 0, 0)
    assert await place.all(BacklinkingResponse) == []

    await place.mail(place.file(SENT, "sent.eml"), campaign=True)

    [email], [response] = await place.all(BacklinkingEmail), await place.all(BacklinkingResponse)
    [message] = await place.all(InboundMessage)
    assert (response.email_id, message.matched_by) == (email.id, "in_reply_to")
    assert (await place.page("https://huts.com/")).status == "responded"
    assert await place.is_sound()


async def test_mail_to_nobody_known_is_refused_without_a_campaign(place: Bringing) -> None:
    summary = await place.mail(place.file(SENT, "sent.eml"))

    assert counts(summary) == (0, 0, 0, 1)
    assert "--campaign" in summary.refusals[0].rule


async def test_a_mailbox_again_changes_nothing(place: Bringing) -> None:
    path = samples.mailbox(place.folder, 8)
    await place.mail(path, campaign=True)
    before = await dump(place.database)

    assert not (await place.mail(path, campaign=True)).changed
    assert await dump(place.database) == before


async def test_a_message_without_a_date_has_none(place: Bringing) -> None:
    sent = samples.message(sender=ME, to="ed@huts.com", subject="Hi", message_id="3@x.com", days=None)

    await place.mail(place.file(sent, "sent.eml"), campaign=True)

    [email] = await place.all(BacklinkingEmail)
    assert email.sent_at is None
    assert await place.is_sound()


async def test_two_mails_under_one_id_are_two(place: Bringing) -> None:
    # Some senders give all their mail the same Message-ID. The second may be the one that says no.
    await place.mail(place.file(SENT, "sent.eml"), campaign=True)
    first = samples.message(**ANSWER, body="Which company do you write for?")
    second = samples.message(**ANSWER, body="Please unsubscribe me from your list.")

    summary = await place.mail(place.file(first, "first.eml"))
    later = await place.mail(place.file(second, "second.eml"))

    assert (counts(summary), counts(later)) == ((1, 0, 0, 0), (1, 0, 0, 0))
    assert [each.response_type for each in await place.all(BacklinkingResponse)] == ["neutral", "unsubscribe"]
    assert len(await place.all(Suppression)) == 1
    assert await place.is_sound()


async def test_one_mail_by_two_ways_is_one(place: Bringing) -> None:
    await place.mail(place.file(SENT, "sent.eml"), campaign=True)
    mail = samples.message(**ANSWER, body="Yes.")

    for number, raw in enumerate((mail, "Received: by another server\n" + mail)):
        await place.mail(place.file(raw, f"{number}.eml"))

    assert len(await place.all(InboundMessage)) == 1
    assert len(await place.all(BacklinkingResponse)) == 1


class TestALetterThatWasDraftedHere:
    async def drafted(self, place: Bringing) -> tuple[BacklinkingDatabaseService, BacklinkingEmail]:
        """A letter to ed@huts.com that waits, written under a choice."""
        await place.prospects("url,contact_email\nhttps://huts.com/write,ed@huts.com\n")
        service = BacklinkingDatabaseService(place.database, clock=lambda: DRAFTED)
        page = await place.page("https://huts.com/write")
        choice = await service.recommend(place.user_id, place.campaign_id, "tone", ["formal", "casual"])
        letter = {
            "subject": "An article",
            "body_text": "Hello Ed,\n\nwould an article on huts suit you, in the spring or in the summer?",
            "body_html": "<p>Hello</p>",
            "from_email": ME,
            "to_email": "ed@huts.com",
            "user_approved": False,
            "decision_ids": [choice.decision_id],
        }
        return service, await service.create_email(place.campaign_id, page.id, letter)

    async def test_has_left_when_it_is_in_the_sent_mail(self, place: Bringing) -> None:
        _, draft = await self.drafted(place)
        wrapped = "Hello Ed,\n\nwould an article on huts suit you,\nin the spring or in the summer?"
        sent = samples.message(
            sender=ME,
            to="ed@huts.com",
            subject="An article",
            message_id="1@x.com",
            body=f"{wrapped}\n\n-- \nMe",
        )

        summary = await place.mail(place.file(sent, "sent.eml"))
        again = await place.mail(place.file(f"{sent}\n", "again.eml"))

        assert (counts(summary), counts(again)) == ((0, 0, 1, 0), (0, 1, 0, 0))
        [email] = await place.all(BacklinkingEmail)
        assert (email.id, email.status, email.message_id) == (draft.id, "sent", "<1@x.com>")
        assert (email.user_approved, email.body_text) == (True, draft.body_text)
        [choice] = [one for one in await place.all(AIDecision) if one.kind == "choose"]
        assert (choice.executed_at, choice.email_id) == (email.sent_at, email.id)
        assert (await place.page("https://huts.com/write")).status == "contacted"
        assert await place.is_sound()

    async def test_still_waits_when_the_words_are_others_or_older(self, place: Bringing) -> None:
        _, draft = await self.drafted(place)
        words = (draft.body_text or "").replace("huts", "boots")
        for number, (body, days) in enumerate(((words, 0), (draft.body_text or "", -30))):
            sent = samples.message(
                sender=ME,
                to="ed@huts.com",
                subject="An article",
                message_id=f"{number}@x.com",
                body=body,
                days=days,
            )
            await place.mail(place.file(sent, f"{number}.eml"))

        assert [email.status for email in await place.all(BacklinkingEmail)] == ["draft", "sent", "sent"]
        assert await place.is_sound()
