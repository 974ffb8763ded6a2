"""Inbound: every message once, at the email it belongs to, or kept for a person."""

from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.models import BacklinkingResponse, InboundMessage, Suppression
from tests.support.outreach import Desk


def message(number: int = 1, **values: Any) -> dict[str, Any]:
    return {
        "digest": sha256(str(number).encode()).hexdigest(),
        "from_address": "someone@nowhere.org",
        "subject": "Re: A guide",
        "body_text": "Yes\n> quoted",
        "reply_text": "Yes",
        "response_type": "positive",
        **values,
    }


class TestRecord:
    async def test_keeps_each_message_once(self, desk: Desk) -> None:
        email = await desk.sent()
        mail = message(in_reply_to=email.message_id)

        first = await desk.inbound("record", desk.user_id, mail)
        again = await desk.inbound("record", desk.user_id, mail)

        assert (first.new, again.new) == (True, False)
        assert first.message.id == again.message.id
        assert first.response.body_text == "Yes"
        assert first.message.body_text == "Yes\n> quoted"
        assert len(await desk.all(select(BacklinkingResponse.id))) == 1

    async def test_what_belongs_nowhere_is_kept(self, desk: Desk) -> None:
        received = await desk.inbound("record", desk.user_id, message())

        assert (received.message.matched_by, received.response) == ("none", None)
        page = await desk.inbound("unmatched", desk.user_id)
        assert [row.id for row in page.rows] == [received.message.id]

    @pytest.mark.parametrize(
        "hostile",
        [
            {"subject": "x" * 5000},
            {"subject": "two\nlines\tand more"},
            {"subject": None},
            {"from_address": None},
            {"from_address": "not an address"},
            {"from_address": "x" * 300 + "@y.com"},
            {"message_id": "a b\nc" * 500},
            {"reply_text": None, "body_text": None},
            {"reading": {"intent": "love"}},
            {"response_type": None},
            {"received_at": "2150-01-01T00:00:00Z"},
            {"sent_at": "1971-01-01T00:00:00Z"},
            {"response_type": "bounce", "bounced_recipient": "junk"},
        ],
    )
    async def test_no_message_is_lost_for_its_form(self, desk: Desk, hostile: dict[str, Any]) -> None:
        email = await desk.sent()

        received = await desk.inbound(
            "record", desk.user_id, message(in_reply_to=email.message_id, **hostile)
        )

        assert received.response is not None
        assert received.message.response_id == received.response.id

    @pytest.mark.parametrize("wrong", [{"digest": "x"}, {"response_type": "maybe"}, {"body_text": "a\0"}])
    async def test_broken_input_is_named(self, desk: Desk, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput, match=next(iter(wrong))):
            await desk.inbound("record", desk.user_id, message(**wrong))

    async def test_for_another_user_is_not_found(self, desk: Desk) -> None:
        other = await Desk(desk.database).sit_down(address="other@example.com")

        with pytest.raises(NotFound):
            await desk.inbound("record", other.user_id, message())


class TestMatch:
    async def test_by_what_it_answers_with_or_without_brackets(self, desk: Desk) -> None:
        for number, strip in enumerate(("", "<>")):
            email = await desk.sent()
            assert email.message_id is not None
            mail = message(number, in_reply_to=email.message_id.strip(strip or None))

            received = await desk.inbound("record", desk.user_id, mail)

            assert (received.message.matched_by, received.message.email_id) == ("in_reply_to", email.id)

    async def test_by_the_newest_reference(self, desk: Desk) -> None:
        first = await desk.sent()
        second = await desk.draft(first.opportunity_id, email_type="follow_up")
        second = await desk.sending("mark_sent", second.id)
        references = [first.message_id, second.message_id, "<unknown@x>"]

        received = await desk.inbound(
            "record", desk.user_id, message(in_reply_to="<lost@x>", references=references)
        )

        assert (received.message.matched_by, received.message.email_id) == ("references", second.id)

    async def test_by_the_mail_that_bounced(self, desk: Desk) -> None:
        email = await desk.sent()
        mail = message(
            from_address="mailer-daemon@mx.com",
            response_type="bounce",
            bounce_kind="hard",
            bounced_message_id=email.message_id,
            bounced_recipient=email.to_email,
            bounce_diagnostic="550 unknown",
        )

        received = await desk.inbound("record", desk.user_id, mail)

        assert received.message.matched_by == "bounced_message"
        assert (await desk.email(email.id)).status == "bounced"
        assert await desk.all(select(Suppression.address)) == [(email.to_email,)]

    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            ("bounce", {"bounce_kind": "hard"}),
            ("bounce", {"bounce_kind": "soft"}),
            ("complaint", {}),
            ("unsubscribe", {}),
        ],
    )
    async def test_a_report_that_names_no_mail_of_ours_waits_for_a_person(
        self, desk: Desk, kind: str, said: dict[str, Any]
    ) -> None:
        # Anybody could write it, about anybody.
        email = await desk.sent()
        report = message(
            from_address="mailer-daemon@mx.com", response_type=kind, bounced_recipient=email.to_email, **said
        )

        received = await desk.inbound("record", desk.user_id, report)

        assert received.message.matched_by == "none"
        assert (await desk.email(email.id)).status == "sent"
        assert await desk.all(select(Suppression.address)) == []

        await desk.inbound("assign", received.message.id, email.id)

        assert (await desk.email(email.id)).status == {"unsubscribe": "sent", "complaint": "complained"}.get(
            kind, "bounced"
        )

    async def test_a_bounce_of_our_mail_suppresses_nobody_to_whom_it_was_not_written(
        self, desk: Desk
    ) -> None:
        email = await desk.sent()
        report = message(
            from_address="mailer-daemon@mx.com",
            response_type="bounce",
            bounce_kind="hard",
            bounced_message_id=email.message_id,
            bounced_recipient="boss@elsewhere.com",
        )

        received = await desk.inbound("record", desk.user_id, report)

        assert received.response.response_type == "bounce"
        assert (await desk.email(email.id)).status == "bounced"
        assert await desk.all(select(Suppression.address)) == []

    async def test_a_bounce_may_name_whom_we_wrote_to_among_others(self, desk: Desk) -> None:
        email = await desk.sent()
        named = ["boss@elsewhere.com", email.to_email.upper()]
        report = message(
            from_address="mailer-daemon@mx.com",
            response_type="bounce",
            bounce_kind="hard",
            bounced_message_id=email.message_id,
            bounced_recipient=named[0],
            reading={"bounce": {"kind": "hard", "recipients": named}},
        )

        await desk.inbound("record", desk.user_id, report)

        assert await desk.all(select(Suppression.address)) == [(email.to_email,)]
        assert (await desk.opportunity(email.opportunity_id)).status == "suppressed"

    async def test_by_the_address_we_wrote_to_last(self, desk: Desk) -> None:
        first = await desk.sent(await desk.prospect(contact_email="jane@x.com"))
        desk.later(days=1)
        prospect = await desk.prospect(contact_email="jane@x.com")
        second = await desk.sent(prospect, email_type="negotiation")
        desk.later(days=1)

        received = await desk.inbound("record", desk.user_id, message(from_address="Jane@x.com"))

        assert (received.message.matched_by, received.message.email_id) == ("address", second.id)
        early = message(2, from_address="jane@x.com", received_at=first.sent_at)
        assert (await desk.inbound("record", desk.user_id, early)).message.email_id == first.id

    async def test_by_the_site_of_a_colleague(self, desk: Desk) -> None:
        email = await desk.sent(
            await desk.prospect(url="https://www.trails.co.uk/guests", contact_email="info@other.com")
        )

        received = await desk.inbound("record", desk.user_id, message(from_address="jo@mail.trails.co.uk"))

        assert (received.message.matched_by, received.message.email_id) == ("address", email.id)

    async def test_not_by_the_domain_of_a_free_mail_service(self, desk: Desk) -> None:
        await desk.sent(await desk.prospect(url="https://gmail.com/x", contact_email="info@other.com"))

        received = await desk.inbound("record", desk.user_id, message(from_address="jo@gmail.com"))

        assert received.message.matched_by == "none"

    async def test_not_to_what_never_left(self, desk: Desk) -> None:
        email = await desk.queued()

        received = await desk.inbound(
            "record", desk.user_id, message(in_reply_to=email.message_id, from_address=email.to_email)
        )

        assert received.message.matched_by == "none"

    async def test_not_to_another_users_email(self, desk: Desk) -> None:
        email = await desk.sent()
        other = await Desk(desk.database).sit_down(address="other@example.com")

        mail = message(in_reply_to=email.message_id, from_address=email.to_email)

        assert (await other.inbound("record", other.user_id, mail)).message.matched_by == "none"


class TestAssign:
    async def test_by_a_person_makes_the_response(self, desk: Desk) -> None:
        email = await desk.sent()
        received = await desk.inbound("record", desk.user_id, message())

        assigned = await desk.inbound("assign", received.message.id, email.id)

        assert (assigned.message.matched_by, assigned.response.email_id) == ("manual", email.id)
        assert (await desk.opportunity(email.opportunity_id)).status == "responded"
        assert (await desk.inbound("unmatched", desk.user_id)).rows == []
        with pytest.raises(Conflict, match="already"):
            await desk.inbound("assign", received.message.id, email.id)

    async def test_to_what_never_left_changes_nothing(self, desk: Desk) -> None:
        email = await desk.draft()
        received = await desk.inbound("record", desk.user_id, message())

        with pytest.raises(Conflict, match="never sent"):
            await desk.inbound("assign", received.message.id, email.id)
        assert (await desk.row(InboundMessage, received.message.id)).matched_by == "none"

    async def test_across_users_is_not_found(self, desk: Desk) -> None:
        email = await desk.sent()
        received = await desk.inbound("record", desk.user_id, message())
        other = await Desk(desk.database).sit_down(address="other@example.com")
        theirs = await other.sent()

        for who, mail, mine in (
            (other, received.message.id, theirs.id),
            (desk, received.message.id, theirs.id),
        ):
            with pytest.raises(NotFound):
                await who.inbound("assign", mail, mine)
        desk.owner = None
        with pytest.raises(NotFound):
            await desk.inbound("assign", received.message.id, theirs.id)
        assert (await desk.inbound("assign", received.message.id, email.id)).response is not None


class TestDismiss:
    async def test_what_was_put_away_waits_no_more_until_that_is_taken_back(self, desk: Desk) -> None:
        stray = (await desk.inbound("record", desk.user_id, message())).message

        away = await desk.inbound("dismiss", stray.id)
        again = await desk.inbound("dismiss", stray.id)

        assert away.dismissed_at == again.dismissed_at is not None
        assert (await desk.inbound("unmatched", desk.user_id)).rows == []
        assert [row.id for row in (await desk.inbound("dismissed", desk.user_id)).rows] == [stray.id]
        assert (await desk.inbound("restore", stray.id)).dismissed_by is None
        assert [row.id for row in (await desk.inbound("unmatched", desk.user_id)).rows] == [stray.id]

    async def test_what_is_matched_after_all_is_put_away_no_more(self, desk: Desk) -> None:
        email = await desk.sent()
        stray = (await desk.inbound("record", desk.user_id, message())).message
        await desk.inbound("dismiss", stray.id)

        received = await desk.inbound("assign", stray.id, email.id)

        assert received.message.dismissed_at is None
        with pytest.raises(Conflict, match="belongs to email"):
            await desk.inbound("dismiss", stray.id)
