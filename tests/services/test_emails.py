"""Emails: written once per touch, approved by somebody, and never to whom it must not go."""

from typing import Any

import pytest

from linkwright.errors import (
    Conflict,
    DuplicateRow,
    IllegalMove,
    InvalidInput,
    LinkwrightError,
    NotFound,
    Suppressed,
)
from linkwright.schemas.emails import EmailRead
from linkwright.services.emails import Emails
from tests.support.outreach import LETTER, Desk


class TestCreate:
    async def test_makes_a_draft_to_the_prospects_contact(self, desk: Desk) -> None:
        email = await desk.draft(template_used="Guest post", personalization_data={"name": "Jane"})

        assert (email.status, email.to_email, email.follow_up_number) == ("draft", "editor@site1.com", 1)
        assert await desk.moves(email.id) == [(None, "draft")]
        assert await desk.counts("email") == {"draft": 1}
        again = await desk.emails("get", email.id)
        assert EmailRead.model_validate(again) == EmailRead.model_validate(email)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("subject", "two\r\nBcc: all@example.com"),
            ("subject", "x" * 201),
            ("subject", None),
            ("body_html", "a\0b"),
            ("from_email", "nobody"),
            ("to_email", "a@b@c.com"),
            ("email_type", "spam"),
            ("ai_confidence_score", 1.7),
            ("ai_confidence_score", float("nan")),
            ("ai_confidence_score", "high"),
            ("follow_up_number", 0),
            ("personalization_data", {"a": float("inf")}),
            ("status", "sent"),
            ("message_id", "<1@example.com>"),
        ],
    )
    async def test_a_broken_field_is_named(self, desk: Desk, field: str, value: object) -> None:
        prospect = await desk.prospect()

        with pytest.raises(InvalidInput) as caught:
            await desk.emails("create", desk.campaign_id, prospect, {**LETTER, field: value})

        assert caught.value.field.split(".")[0] == field
        assert await desk.counts("email") == {}

    async def test_without_an_address_it_says_so(self, desk: Desk) -> None:
        prospect = await desk.prospect(contact_email=None)

        with pytest.raises(InvalidInput, match="to_email"):
            await desk.draft(prospect)

    async def test_the_same_touch_is_written_once(self, desk: Desk) -> None:
        first = await desk.draft()

        with pytest.raises(DuplicateRow, match="initial number 1"):
            await desk.draft(first.opportunity_id)
        assert await desk.counts("email") == {"draft": 1}

        await desk.emails("cancel", first.id)
        assert (await desk.draft(first.opportunity_id)).status == "draft"

    async def test_a_negotiation_has_no_touches(self, desk: Desk) -> None:
        prospect = await desk.prospect()

        for _ in range(2):
            assert (await desk.draft(prospect, email_type="negotiation")).status == "draft"

    async def test_a_duplicate_leaves_the_transaction_usable(self, desk: Desk) -> None:
        first = await desk.draft()
        other = await desk.prospect()

        async with desk.context() as context:
            emails = Emails(context)
            with pytest.raises(DuplicateRow):
                await emails.create(desk.campaign_id, first.opportunity_id, LETTER)
            made = await emails.create(desk.campaign_id, other, LETTER)

        assert (await desk.email(made.id)).status == "draft"

    async def test_a_prospect_of_another_campaign_is_not_found(self, desk: Desk) -> None:
        prospect = await desk.prospect()
        other = await desk.campaign(name="Other")

        with pytest.raises(NotFound):
            await desk.emails("create", other, prospect, LETTER)

    @pytest.mark.parametrize("status", ["rejected", "expired", "declined"])
    async def test_a_closed_prospect_gets_no_letter(self, desk: Desk, status: str) -> None:
        prospect = await desk.prospect(status=status)

        with pytest.raises(Conflict, match=status):
            await desk.draft(prospect)

    @pytest.mark.parametrize("spelling", ["Jane.Doe@gmail.com", "janedoe+x@googlemail.com"])
    async def test_a_suppressed_person_gets_none_under_any_alias(self, desk: Desk, spelling: str) -> None:
        await desk.suppressions("add", "janedoe@gmail.com", "unsubscribe")
        prospect = await desk.prospect(contact_email=None)

        with pytest.raises(Suppressed, match="unsubscribe"):
            await desk.draft(prospect, to_email=spelling)


class TestFollowUp:
    async def test_follows_the_last_sent_email_as_the_next_touch(self, desk: Desk) -> None:
        first = await desk.sent()

        second = await desk.draft(first.opportunity_id, email_type="follow_up")

        assert (second.parent_email_id, second.follow_up_number) == (first.id, 2)

    async def test_needs_a_parent_that_was_sent(self, desk: Desk) -> None:
        first = await desk.draft()

        with pytest.raises(Conflict, match="needs its parent"):
            await desk.draft(first.opportunity_id, email_type="follow_up")
        with pytest.raises(Conflict, match="it is draft"):
            await desk.draft(first.opportunity_id, email_type="follow_up", parent_email_id=first.id)

    async def test_of_a_bounced_parent_is_refused(self, desk: Desk) -> None:
        first = await desk.sent()
        await desk.delivery("record_bounce", first.id, kind="soft")

        with pytest.raises(Conflict, match="needs its parent"):
            await desk.draft(first.opportunity_id, email_type="reminder")

    async def test_of_another_prospects_email_is_refused(self, desk: Desk) -> None:
        first, other = await desk.sent(), await desk.sent()

        with pytest.raises(NotFound):
            await desk.draft(first.opportunity_id, email_type="follow_up", parent_email_id=other.id)

    async def test_is_refused_once_the_person_answered(self, desk: Desk) -> None:
        first = await desk.sent()
        await desk.reply(first, "neutral")

        with pytest.raises(Conflict, match="answered"):
            await desk.draft(first.opportunity_id, email_type="follow_up")

    async def test_is_not_refused_because_of_an_absence_note(self, desk: Desk) -> None:
        first = await desk.sent()
        await desk.reply(first, "out_of_office")

        assert (await desk.draft(first.opportunity_id, email_type="follow_up")).status == "draft"

    async def test_stops_at_the_campaigns_limit(self, database: Any) -> None:
        desk = await Desk(database).sit_down(max_follow_ups=1)
        first = await desk.sent()
        second = await desk.draft(first.opportunity_id, email_type="follow_up")
        await desk.sending("mark_sent", second.id)

        with pytest.raises(Conflict, match="max_follow_ups"):
            await desk.draft(first.opportunity_id, email_type="reminder")


class TestUpdate:
    async def test_changes_what_is_named_and_nothing_else(self, desk: Desk) -> None:
        email = await desk.draft(body_text="plain")

        edited = await desk.emails("update", email.id, {"subject": "Better", "body_text": None})

        assert (edited.subject, edited.body_text, edited.user_edited) == ("Better", None, True)
        assert edited.body_html == email.body_html

    async def test_voids_an_approval(self, desk: Desk) -> None:
        email = await desk.draft()
        await desk.emails("approve", email.id)

        edited = await desk.emails("update", email.id, {"subject": "Better"})

        assert (edited.status, edited.user_approved) == ("draft", False)
        assert await desk.moves(email.id) == [(None, "draft"), ("draft", "approved"), ("approved", "draft")]
        with pytest.raises(IllegalMove, match="nobody has approved"):
            await desk.sending("mark_sent", email.id)

    async def test_saying_nothing_changes_nothing(self, desk: Desk) -> None:
        email = await desk.draft()

        assert not (await desk.emails("update", email.id, {})).user_edited

    @pytest.mark.parametrize("field", ["subject", "body_html", "to_email"])
    async def test_what_is_required_cannot_be_emptied(self, desk: Desk, field: str) -> None:
        email = await desk.draft()

        with pytest.raises(InvalidInput, match=field):
            await desk.emails("update", email.id, {field: None})

    async def test_a_queued_email_is_past_editing(self, desk: Desk) -> None:
        email = await desk.queued()

        with pytest.raises(Conflict, match="queued"):
            await desk.emails("update", email.id, {"subject": "Late"})

    async def test_the_new_recipient_may_not_be_suppressed(self, desk: Desk) -> None:
        email = await desk.draft()
        await desk.suppressions("add", "other@example.com")

        with pytest.raises(Suppressed):
            await desk.emails("update", email.id, {"to_email": "Other@example.com"})


class TestApprove:
    async def test_by_a_person_is_written_down(self, desk: Desk) -> None:
        email = await desk.draft(user_approved=False)

        approved = await desk.emails("approve", email.id, by="user:7")

        assert (approved.status, approved.user_approved) == ("approved", True)

    async def test_by_a_policy_is_no_users_word(self, desk: Desk) -> None:
        email = await desk.draft(user_approved=False)

        approved = await desk.emails("approve", email.id, by="policy:auto-send")

        assert (approved.status, approved.user_approved) == ("approved", False)
        assert (await desk.sending("mark_sent", email.id)).status == "sent"

    @pytest.mark.parametrize("by", ["model:gpt", "", "user:", "service"])
    async def test_by_nobody_is_refused(self, desk: Desk, by: str) -> None:
        email = await desk.draft()

        with pytest.raises(InvalidInput, match="person"):
            await desk.emails("approve", email.id, by=by)

    async def test_can_be_taken_back_until_it_is_queued(self, desk: Desk) -> None:
        email = await desk.draft()
        await desk.emails("approve", email.id)
        assert (await desk.emails("unapprove", email.id)).status == "draft"

        queued = await desk.queued()
        with pytest.raises(IllegalMove, match="queued"):
            await desk.emails("unapprove", queued.id)


class TestCancel:
    async def test_is_final(self, desk: Desk) -> None:
        email = await desk.draft()
        await desk.emails("cancel", email.id, reason="wrong person")

        for verb in ("approve", "cancel"):
            with pytest.raises(IllegalMove):
                await desk.emails(verb, email.id)

    async def test_cannot_recall_what_left(self, desk: Desk) -> None:
        email = await desk.sent()

        with pytest.raises(IllegalMove, match="sent"):
            await desk.emails("cancel", email.id)


class TestRate:
    @pytest.mark.parametrize("rating", [0, 6, 9, True, 4.5, "5"])
    async def test_only_one_to_five(self, desk: Desk, rating: object) -> None:
        email = await desk.draft()

        with pytest.raises(InvalidInput, match="rating"):
            await desk.emails("rate", email.id, rating)

    async def test_can_be_given_and_taken_back(self, desk: Desk) -> None:
        email = await desk.draft()

        assert (await desk.emails("rate", email.id, 5)).user_feedback_rating == 5
        assert (await desk.emails("rate", email.id, None)).user_feedback_rating is None


class TestPage:
    async def test_goes_through_all_once(self, desk: Desk) -> None:
        written = [(await desk.draft()).id for _ in range(5)]

        seen: list[int] = []
        after = None
        while True:
            page = await desk.emails("page", desk.campaign_id, after=after, limit=2)
            seen += [email.id for email in page.rows]
            after = page.after
            if after is None:
                break

        assert seen == written

    async def test_of_one_status_or_one_prospect(self, desk: Desk) -> None:
        await desk.draft()
        sent = await desk.sent()
        for only in ({"status": "sent"}, {"opportunity_id": sent.opportunity_id}):
            page = await desk.emails("page", desk.campaign_id, **only)
            assert [email.id for email in page.rows] == [sent.id]

    async def test_of_a_campaign_without_emails_is_empty(self, desk: Desk) -> None:
        assert (await desk.emails("page", desk.campaign_id)).rows == []

    @pytest.mark.parametrize("wrong", [{"status": "lost"}, {"limit": 0}, {"after": "x"}, {"limit": 10**6}])
    async def test_a_wrong_question_is_refused(self, desk: Desk, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            await desk.emails("page", desk.campaign_id, **wrong)


class TestOwner:
    async def test_somebody_elses_email_is_not_found_by_any_verb(self, desk: Desk) -> None:
        email = await desk.sent()
        campaign, prospect = desk.campaign_id, email.opportunity_id
        stranger = await Desk(desk.database).sit_down(address="stranger@example.com")
        calls: list[tuple[Any, ...]] = [
            ("emails", "create", campaign, prospect, LETTER),
            ("emails", "record_sent", campaign, prospect, LETTER | {"sent_at": desk.now}),
            ("emails", "get", email.id),
            ("emails", "page", campaign),
            ("emails", "update", email.id, {"subject": "Mine"}),
            ("emails", "approve", email.id),
            ("emails", "unapprove", email.id),
            ("emails", "cancel", email.id),
            ("emails", "rate", email.id, 5),
            ("sending", "queue", email.id),
            ("sending", "unqueue", email.id),
            ("sending", "mark_sent", email.id),
            ("sending", "mark_failed", email.id),
            ("sending", "release", email.id),
            ("sending", "mark_send_unknown", email.id),
            ("sending", "retry_failed", email.id),
            ("sending", "requeue_blocked", email.id),
            ("delivery", "mark_delivered", email.id),
            ("delivery", "record_bounce", email.id),
            ("delivery", "record_complaint", email.id),
            ("delivery", "record_unsubscribe", email.id),
            ("delivery", "record_open", email.id),
            ("delivery", "record_click", email.id),
            ("delivery", "events", email.id),
        ]

        for noun, verb, *args in calls:
            with pytest.raises(NotFound):
                await getattr(stranger, noun)(verb, *args)
        assert (await desk.email(email.id)).status == "sent"

    @pytest.mark.parametrize("identity", [0, -1, 2**40, "1", None, 1.5, True])
    async def test_an_id_that_no_row_has_is_not_found(self, desk: Desk, identity: Any) -> None:
        for noun, verb in (("emails", "get"), ("emails", "cancel"), ("sending", "mark_sent")):
            with pytest.raises(NotFound):
                await getattr(desk, noun)(verb, identity)

    @pytest.mark.parametrize("identity", ["", "x\0", "é" * 40, "\ud800", 7, None])
    async def test_a_campaign_that_cannot_be_is_not_found(self, desk: Desk, identity: Any) -> None:
        with pytest.raises(NotFound):
            await desk.emails("page", identity)
        with pytest.raises(LinkwrightError):
            await desk.emails("create", identity, 1, LETTER)


class TestRecordSent:
    async def test_enters_history_at_its_own_time(self, desk: Desk) -> None:
        prospect = await desk.prospect()
        left = desk.now.replace(year=2020)
        mail = LETTER | {"sent_at": left, "message_id": "<old@example.com>"}

        email = await desk.emails("record_sent", desk.campaign_id, prospect, mail)
        again = await desk.emails("record_sent", desk.campaign_id, prospect, mail)

        assert again.id == email.id
        assert (email.status, email.sent_at, email.email_type) == ("sent", left, "initial")
        assert (await desk.opportunity(prospect)).contacted_at == left
        assert await desk.moves(email.id) == [(None, "sent")]
        assert await desk.counts("email") == {"sent": 1}
        assert await desk.counts("opportunity") == {"contacted": 1}

    async def test_asks_no_limit_and_no_suppression(self, database: Any) -> None:
        desk = await Desk(database).sit_down(max_emails_per_day=0)
        prospect = await desk.prospect()
        await desk.suppressions("add", "editor@site1.com")

        mail = LETTER | {"sent_at": desk.now, "to_email": "editor@site1.com"}
        assert (await desk.emails("record_sent", desk.campaign_id, prospect, mail)).status == "sent"

    async def test_later_mails_follow_up_and_earlier_ones_move_the_first_contact(self, desk: Desk) -> None:
        prospect = await desk.prospect()
        days = [desk.now.replace(day=day) for day in (5, 9, 2)]

        mails = [
            await desk.emails("record_sent", desk.campaign_id, prospect, LETTER | {"sent_at": day})
            for day in days
        ]

        assert [(mail.email_type, mail.follow_up_number) for mail in mails] == [
            ("initial", 1),
            ("follow_up", 2),
            ("follow_up", 3),
        ]
        assert mails[1].parent_email_id == mails[0].id
        assert (await desk.opportunity(prospect)).contacted_at == days[2]
