"""ALwrity's leads, attempts and replies, in whatever order they come."""

from pathlib import Path

import pytest

from linkwright.db.engine import Database
from linkwright.models import BacklinkingEmail, BacklinkingResponse, InboundMessage, Suppression
from tests.support import samples
from tests.support.bringing import ME, Bringing, counts
from tests.support.dump import dump

LEADS = """\
lead_id,campaign_id,domain,page_title,email,status,discovery_source,created_at
L1,C,huts.com,Huts,ed@huts.com,contacted,search,2026-01-02T10:00:00
L2,C,huts.com,Huts again,ed@huts.com,discovered,search,2026-01-02T10:00:00
L3,C,peaks.com,Peaks,jo@peaks.com,replied,search,2026-01-02T10:00:00
"""
ATTEMPTS = """\
attempt_id,lead_id,campaign_id,sender_email,subject,status,sent_at,created_at
A1,L1,C,me@outreach.example,An article,sent,2026-02-01T10:00:00,2026-02-01T09:00:00
A2,L2,C,me@outreach.example,Again,sent,2026-02-09T10:00:00,2026-02-09T09:00:00
A3,L3,C,me@outreach.example,An article,sent,2026-02-02T10:00:00,2026-02-02T09:00:00
A4,L9,C,me@outreach.example,An article,sent,2026-02-02T10:00:00,2026-02-02T09:00:00
"""
REPLIES = """\
reply_id,attempt_id,from_email,subject,classification,received_at
R1,A3,jo@peaks.com,Re: An article,interested,2026-02-03T10:00:00
R2,A8,x@y.com,Re,replied,2026-02-03T10:00:00
"""


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> Bringing:
    return await Bringing(database, tmp_path).set_up()


async def test_the_three_files_find_each_other(place: Bringing) -> None:
    assert counts(await place.prospects(LEADS)) == (2, 0, 1, 0)
    assert counts(await place.prospects(ATTEMPTS)) == (3, 0, 0, 1)
    assert counts(await place.prospects(REPLIES)) == (1, 0, 0, 1)

    emails = await place.all(BacklinkingEmail)
    assert [email.status for email in emails] == ["sent", "sent", "sent"]
    [response] = await place.all(BacklinkingResponse)
    assert (response.response_type, response.email_id) == ("positive", emails[2].id)
    assert (await place.page("https://peaks.com/")).status == "responded"
    assert await place.is_sound()


async def test_in_the_wrong_order_each_says_which_file_to_bring_first(place: Bringing) -> None:
    replies, attempts = place.file(REPLIES), place.file(ATTEMPTS)
    first = await place.prospects(replies)
    second = await place.prospects(attempts)
    assert counts(first) == (0, 0, 0, 2)
    assert "attempts first" in first.refusals[0].rule
    assert counts(second) == (0, 0, 0, 4)
    assert "leads first" in second.refusals[0].rule

    await place.prospects(LEADS)

    assert counts(await place.prospects(attempts)) == (3, 0, 0, 1)
    assert counts(await place.prospects(replies)) == (1, 0, 0, 1)


async def test_all_of_it_again_changes_nothing(place: Bringing) -> None:
    paths = [place.file(content) for content in (LEADS, ATTEMPTS, REPLIES)]
    for path in paths:
        await place.prospects(path)
    before = await dump(place.database)

    for path in paths:
        assert not (await place.prospects(path)).changed

    assert await dump(place.database) == before


# The same letter and its answer, as ALwrity has them and as the mailbox has them.
LEAD = "lead_id,campaign_id,domain,email,status\nL1,C,huts.com,ed@huts.com,contacted\n"
ATTEMPT = (
    "attempt_id,lead_id,campaign_id,sender_email,subject,status,sent_at\n"
    f"A1,L1,C,{ME},An article,sent,{{sent}}\n"
)
REPLY = (
    "reply_id,attempt_id,from_email,subject,classification,received_at\n"
    "R1,A1,Ed@huts.com,RE: An article,{kind},{came}\n"
)
SENT = samples.message(sender=ME, to="ed@huts.com", subject="An article", message_id="1@x.com")
ANSWER = samples.message(
    sender="ed@huts.com",
    to=ME,
    subject="Re: An article",
    body="Yes, please send it.\n\n> Hello",
    message_id="2@huts.com",
    answers="1@x.com",
    days=1,
)


class TestAnAnswerThatAMailboxHasToo:
    @pytest.mark.parametrize("order", [("reply", "mail"), ("mail", "reply")])
    async def test_is_one_response_whichever_tells_of_it_first(
        self, place: Bringing, order: tuple[str, str]
    ) -> None:
        mail = place.file(ANSWER, "answer.eml")
        reply = place.file(REPLY.format(kind="interested", came=samples.at(days=1, minutes=2)))
        await self._letter(place)

        for one in (*order, *order):
            await (place.mail(mail) if one == "mail" else place.prospects(reply))

        [response], [message] = await place.all(BacklinkingResponse), await place.all(InboundMessage)
        assert message.response_id == response.id
        assert response.body_text.startswith("Yes, please send it.")
        assert await place.is_sound()

    async def test_is_two_when_another_day_tells_them_apart(self, place: Bringing) -> None:
        await self._letter(place)
        await place.mail(place.file(ANSWER, "answer.eml"))

        reply = REPLY.format(kind="interested", came=samples.at(days=3))
        assert counts(await place.prospects(reply)) == (1, 0, 0, 0)

        assert len(await place.all(BacklinkingResponse)) == 2

    async def test_never_hides_a_no(self, place: Bringing) -> None:
        await self._letter(place)
        await place.mail(place.file(ANSWER, "answer.eml"))

        await place.prospects(REPLY.format(kind="unsubscribe", came=samples.at(days=1, minutes=2)))

        assert [row.reason for row in await place.all(Suppression)] == ["unsubscribe"]
        assert await place.is_sound()

    async def _letter(self, place: Bringing) -> None:
        await place.prospects(LEAD)
        await place.prospects(ATTEMPT.format(sent=samples.at()))
        await place.mail(place.file(SENT, "sent.eml"))
        assert len(await place.all(BacklinkingEmail)) == 1
