"""Responses: an answer and all that follows from it, or nothing."""

from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.models import BacklinkingCampaign, BacklinkingTemplate, Suppression
from linkwright.schemas.responses import ResponseRead
from tests.support.outreach import Desk


class TestAPersonsAnswer:
    @pytest.mark.parametrize("kind", ["positive", "negative", "neutral"])
    async def test_makes_the_prospect_responded(self, desk: Desk, kind: str) -> None:
        email = await desk.sent()
        desk.later(hours=6)

        await desk.reply(email, kind)

        prospect = await desk.opportunity(email.opportunity_id)
        assert (prospect.status, prospect.responded_at) == ("responded", desk.now)
        assert prospect.response_time_hours == 6
        campaign = await desk.row(BacklinkingCampaign, desk.campaign_id)
        assert campaign.responded_opportunities == 1
        assert await desk.counts("response") == {kind: 1}

    async def test_stops_the_sequence(self, desk: Desk) -> None:
        email = await desk.sent()
        waiting = [
            await desk.draft(email.opportunity_id, email_type="follow_up"),
            await desk.queued(email.opportunity_id, email_type="reminder"),
        ]
        reply_draft = await desk.draft(email.opportunity_id, email_type="reply")
        elsewhere = await desk.sent()
        other = await desk.draft(elsewhere.opportunity_id, email_type="follow_up")

        await desk.reply(email)

        assert [(await desk.email(each.id)).status for each in waiting] == ["cancelled", "cancelled"]
        assert (await desk.email(reply_draft.id)).status == "draft"
        assert (await desk.email(other.id)).status == "draft"

    async def test_only_the_first_sets_the_time(self, desk: Desk) -> None:
        email = await desk.sent()
        first = desk.later(hours=1)
        await desk.reply(email)
        desk.later(hours=5)
        await desk.reply(email)

        prospect = await desk.opportunity(email.opportunity_id)
        assert (prospect.responded_at, prospect.response_time_hours) == (first, 1)
        campaign = await desk.row(BacklinkingCampaign, desk.campaign_id)
        assert campaign.responded_opportunities == 1

    async def test_that_comes_to_light_later_but_was_earlier_becomes_the_first(self, desk: Desk) -> None:
        email = await desk.sent()
        early, late = desk.later(hours=1), desk.later(hours=1)
        await desk.reply(email, received_at=late)
        await desk.reply(email, received_at=early)

        assert (await desk.opportunity(email.opportunity_id)).responded_at == early

    async def test_by_a_clock_that_is_wrong_is_not_before_the_question(self, desk: Desk) -> None:
        email = await desk.sent()

        await desk.reply(email, received_at=desk.now.replace(hour=3))

        prospect = await desk.opportunity(email.opportunity_id)
        assert (prospect.responded_at, prospect.response_time_hours) == (prospect.contacted_at, 0)

    @pytest.mark.parametrize("state", ["no_response", "expired"])
    async def test_is_never_too_late(self, desk: Desk, state: str) -> None:
        email = await desk.sent()
        verb = {"no_response": "mark_no_response", "expired": "expire"}[state]
        await desk.opportunities(verb, email.opportunity_id)

        await desk.reply(email)

        assert (await desk.opportunity(email.opportunity_id)).status == "responded"

    async def test_counts_for_the_template_once_per_email(self, desk: Desk) -> None:
        body = {"subject_template": "Hi", "body_template_html": "<p>Hi</p>", "name": "Guest post"}
        template = await desk.templates("create", desk.user_id, body)
        emails = [await desk.sent(template_used="Guest post") for _ in range(3)]
        desk.later(hours=2)
        await desk.reply(emails[0])
        desk.later(hours=4)
        await desk.reply(emails[0])
        await desk.reply(emails[1], "out_of_office")
        await desk.reply(emails[2])

        row = await desk.row(BacklinkingTemplate, template.id)
        assert row.success_rate == 2 / 3
        assert row.average_response_time == pytest.approx(4)


class TestNoPersonsAnswer:
    @pytest.mark.parametrize("kind", ["auto_reply", "out_of_office", "bounce", "spam", "unsubscribe"])
    async def test_never_makes_responded(self, desk: Desk, kind: str) -> None:
        email = await desk.sent()

        await desk.reply(email, kind)

        prospect = await desk.opportunity(email.opportunity_id)
        assert prospect.responded_at is None
        assert prospect.status == ("suppressed" if kind in {"bounce", "unsubscribe"} else "contacted")
        assert await desk.counts("response") == {kind: 1}

    @pytest.mark.parametrize("kind", ["auto_reply", "out_of_office", "spam"])
    async def test_lets_the_sequence_go_on(self, desk: Desk, kind: str) -> None:
        email = await desk.sent()
        follow_up = await desk.queued(email.opportunity_id, email_type="follow_up")

        await desk.reply(email, kind)

        assert (await desk.email(follow_up.id)).status == "queued"

    @pytest.mark.parametrize(
        ("kind", "reason", "status"),
        [
            ("unsubscribe", "unsubscribe", "sent"),
            ("complaint", "complaint", "complained"),
            ("bounce", "hard_bounce", "bounced"),
        ],
    )
    async def test_that_objects_suppresses_and_cancels(
        self, desk: Desk, kind: str, reason: str, status: str
    ) -> None:
        email = await desk.sent()
        follow_up = await desk.queued(email.opportunity_id, email_type="follow_up")

        await desk.reply(email, kind)

        assert await desk.all(select(Suppression.reason)) == [(reason,)]
        assert (await desk.email(follow_up.id)).status == "cancelled"
        assert (await desk.email(email.id)).status == status

    async def test_a_soft_bounce_suppresses_nobody(self, desk: Desk) -> None:
        email = await desk.sent()
        answer = {"from_email": "daemon@x.com", "body_text": "full", "response_type": "bounce"}

        await desk.responses("create", desk.campaign_id, None, email.id, answer, bounce={"kind": "soft"})

        assert await desk.all(select(Suppression.reason)) == []
        assert (await desk.email(email.id)).status == "bounced"


class TestCreate:
    async def test_keeps_all_that_was_said(self, desk: Desk) -> None:
        email = await desk.sent()
        said: dict[str, Any] = {
            "body_html": "<p>Yes</p>",
            "ai_sentiment_analysis": {"label": "positive", "score": 0.9},
            "ai_intent_classification": "interested",
            "ai_urgency_level": "high",
            "ai_recommended_action": "send_topics",
            "ai_follow_up_delay": 3,
            "is_opportunity": True,
            "requires_action": True,
            "link_url": "https://site1.com/post",
            "link_acquired": True,
        }

        made = await desk.reply(email, **said)

        read = ResponseRead.model_validate(await desk.responses("get", made.id))
        assert read.model_dump() | said == read.model_dump()
        assert read == ResponseRead.model_validate(made)

    async def test_the_same_message_is_one_response(self, desk: Desk) -> None:
        email = await desk.sent()

        first = await desk.reply(email, message_id="<r@x>")
        again = await desk.reply(email, message_id="<r@x>")

        assert first.id == again.id
        assert await desk.counts("response") == {"positive": 1}

    async def test_a_long_foreign_message_id_is_kept_as_its_digest(self, desk: Desk) -> None:
        email = await desk.sent()

        made = await desk.reply(email, message_id=f"<{'x' * 900}@y>")

        assert made.message_id.startswith("sha256:")
        assert (await desk.reply(email, message_id=f"{'x' * 900}@y")).id == made.id

    async def test_without_an_email_answers_the_last_one_sent(self, desk: Desk) -> None:
        first = await desk.sent()
        desk.later(days=3)
        second = await desk.draft(first.opportunity_id, email_type="follow_up")
        await desk.sending("mark_sent", second.id)

        answer = {"from_email": first.to_email, "body_text": "Yes"}
        made = await desk.responses("create", desk.campaign_id, first.opportunity_id, None, answer)

        assert made.email_id == second.id

    async def test_to_an_email_that_never_left_is_refused(self, desk: Desk) -> None:
        draft = await desk.draft()

        with pytest.raises(Conflict, match="never sent"):
            await desk.reply(draft)
        assert await desk.counts("response") == {}

    async def test_is_evidence_that_an_email_left(self, desk: Desk) -> None:
        email = await desk.sending_one()
        await desk.sending("mark_send_unknown", email.id)

        await desk.reply(email)

        assert (await desk.email(email.id)).status == "sent"
        assert (await desk.opportunity(email.opportunity_id)).status == "responded"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("from_email", "nobody"),
            ("subject", "a\nb"),
            ("body_text", None),
            ("response_type", "maybe"),
            ("ai_intent_classification", "love"),
            ("ai_urgency_level", "panic"),
            ("ai_response_quality", 2.0),
            ("received_at", "2026-09-15T10:00:00"),
            ("received_at", "2030-01-01T00:00:00Z"),
            ("email_id", 5),
        ],
    )
    async def test_a_broken_field_is_named(self, desk: Desk, field: str, value: Any) -> None:
        email = await desk.sent()

        with pytest.raises(InvalidInput, match=field):
            await desk.reply(email, **{field: value})

    async def test_a_link_needs_its_page(self, desk: Desk) -> None:
        email = await desk.sent()

        with pytest.raises(InvalidInput, match="link_url"):
            await desk.reply(email, link_acquired=True)

    async def test_what_does_not_belong_together_is_not_found(self, desk: Desk) -> None:
        email, other = await desk.sent(), await desk.sent()
        answer = {"from_email": "a@b.com", "body_text": "Yes"}
        stranger = await Desk(desk.database).sit_down(address="stranger@example.com")

        for who, campaign, prospect, mail in (
            (desk, desk.campaign_id, other.opportunity_id, email.id),
            (stranger, desk.campaign_id, None, email.id),
            (stranger, stranger.campaign_id, None, email.id),
            (desk, desk.campaign_id, email.opportunity_id, 999),
        ):
            with pytest.raises(NotFound):
                await who.responses("create", campaign, prospect, mail, answer)
        with pytest.raises(InvalidInput, match="email_id"):
            await desk.responses("create", desk.campaign_id, None, None, answer)


class TestRead:
    async def test_pages_newest_first_and_only_ones_own(self, desk: Desk) -> None:
        email = await desk.sent()
        made = [(await desk.reply(email)).id for _ in range(3)]
        stranger = await Desk(desk.database).sit_down(address="stranger@example.com")

        page = await desk.responses("page", desk.campaign_id, limit=2)
        rest = await desk.responses("page", desk.campaign_id, limit=2, after=page.after)

        assert [row.id for row in [*page.rows, *rest.rows]] == made[::-1]
        assert (await stranger.responses("awaiting_review")).rows == []
        for verb, identity in (("page", desk.campaign_id), ("get", made[0])):
            with pytest.raises(NotFound):
                await stranger.responses(verb, identity)

    async def test_pages_those_of_one_prospect(self, desk: Desk) -> None:
        await desk.reply(await desk.sent())
        email = await desk.sent()
        mine = await desk.reply(email)

        page = await desk.responses("page", desk.campaign_id, opportunity_id=email.opportunity_id)

        assert [row.id for row in page.rows] == [mine.id]

    async def test_what_waits_for_a_person(self, desk: Desk) -> None:
        email = await desk.sent()
        first, second = await desk.reply(email), await desk.reply(email)
        await desk.reviews("review", first.id, {})

        waiting = await desk.responses("awaiting_review")

        assert [row.id for row in waiting.rows] == [second.id]


class TestUnsubscribingFromElsewhere:
    async def test_leaves_both_mailboxes_alone(self, desk: Desk) -> None:
        email = await desk.sent()
        other = await desk.campaign(name="Other")
        prospect = await desk.prospect(other, contact_email="jane@site1.com")

        await desk.reply(email, "unsubscribe", from_email="Jane@site1.com")

        asked = ["jane@site1.com", email.to_email]
        assert set(await desk.suppressions("standing", asked)) == set(asked)
        assert (await desk.opportunity(prospect)).status == "suppressed"

    async def test_but_not_a_robot_that_passes_a_complaint_on(self, desk: Desk) -> None:
        email = await desk.sent()

        await desk.reply(email, "complaint", from_email="feedback@provider.com")

        assert await desk.suppressions("standing", ["feedback@provider.com"]) == {}
