"""Mailboxes: each message once, in whatever order they come."""

from pathlib import Path
from typing import Any

import pytest

from linkwright.db.engine import Database
from linkwright.models import BacklinkingEmail, BacklinkingResponse, InboundMessage, Suppression
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
