"""Reviews: a person's word wins, is kept as a label, and has the effects of what it says."""

from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.models import AIDecision, BacklinkingCampaign, BacklinkingTemplate, Suppression
from tests.support.outreach import Desk


async def decisions(desk: Desk) -> list[Any]:
    columns = (
        AIDecision.kind,
        AIDecision.decided_by,
        AIDecision.action,
        AIDecision.context,
        AIDecision.output,
    )
    return await desk.all(select(*columns).order_by(AIDecision.id))


class TestReview:
    async def test_without_a_word_only_ticks_it_off(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent())

        reviewed = await desk.reviews("review", response.id, {"user_notes": "nice"})

        assert (reviewed.user_reviewed, reviewed.user_notes) == (True, "nice")
        assert await decisions(desk) == []

    async def test_an_override_is_kept_as_a_decision(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent(), "positive")

        said = {"response_type": "negative", "user_sentiment_override": "mixed"}
        reviewed = await desk.reviews("review", response.id, said)

        assert (reviewed.response_type, reviewed.user_sentiment_override) == ("negative", "mixed")
        [row] = await decisions(desk)
        assert tuple(row[:3]) == ("classify", "user", "negative")
        assert row.context["before"]["response_type"] == "positive"
        assert row.output == said
        assert await desk.counts("response") == {"negative": 1}
        assert (await desk.opportunity(response.opportunity_id)).status == "responded"

    async def test_no_reading_changes_what_a_person_said(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent(), "positive")
        await desk.reviews("review", response.id, {"response_type": "negative"})

        with pytest.raises(Conflict, match="person"):
            await desk.reviews("classify", response.id, {"response_type": "positive"})

    async def test_a_machine_after_all_takes_the_answer_back(self, desk: Desk) -> None:
        body = {"subject_template": "Hi", "body_template_html": "<p>Hi</p>", "name": "Guest post"}
        template = await desk.templates("create", desk.user_id, body)
        email = await desk.sent(template_used="Guest post")
        desk.later(hours=1)
        response = await desk.reply(email)

        await desk.reviews("review", response.id, {"response_type": "auto_reply"})

        prospect = await desk.opportunity(email.opportunity_id)
        assert (prospect.status, prospect.responded_at, prospect.response_time_hours) == (
            "contacted",
            None,
            None,
        )
        campaign = await desk.row(BacklinkingCampaign, desk.campaign_id)
        assert campaign.responded_opportunities == 0
        row = await desk.row(BacklinkingTemplate, template.id)
        assert (row.success_rate, row.average_response_time) == (0, None)

    async def test_taking_one_answer_back_leaves_the_other(self, desk: Desk) -> None:
        email = await desk.sent()
        desk.later(hours=1)
        first = await desk.reply(email)
        second = desk.later(hours=1)
        await desk.reply(email)

        await desk.reviews("review", first.id, {"response_type": "out_of_office"})

        prospect = await desk.opportunity(email.opportunity_id)
        assert (prospect.status, prospect.responded_at) == ("responded", second)

    async def test_a_person_after_all_makes_it_an_answer(self, desk: Desk) -> None:
        email = await desk.sent()
        response = await desk.reply(email, "auto_reply")

        await desk.reviews("review", response.id, {"response_type": "positive"})

        assert (await desk.opportunity(email.opportunity_id)).status == "responded"

    async def test_an_objection_after_all_suppresses(self, desk: Desk) -> None:
        email = await desk.sent()
        response = await desk.reply(email, "negative")

        await desk.reviews("review", response.id, {"response_type": "unsubscribe"})

        assert await desk.all(select(Suppression.reason)) == [("unsubscribe",)]
        prospect = await desk.opportunity(email.opportunity_id)
        assert (prospect.status, prospect.responded_at) == ("suppressed", None)

    @pytest.mark.parametrize(
        "wrong", [{"response_type": "maybe"}, {"user_sentiment_override": "glad"}, {"x": 1}]
    )
    async def test_a_broken_word_is_named(self, desk: Desk, wrong: dict[str, Any]) -> None:
        response = await desk.reply(await desk.sent())

        with pytest.raises(InvalidInput, match=next(iter(wrong))):
            await desk.reviews("review", response.id, wrong)


class TestClassify:
    async def test_appends_a_decision_with_what_it_cost(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent(), "neutral")

        reading = {"response_type": "positive", "ai_intent_classification": "interested"}
        read = await desk.reviews(
            "classify", response.id, reading, decision={"request_model": "m", "confidence": 0.8}
        )

        assert (read.response_type, read.ai_intent_classification) == ("positive", "interested")
        [row] = await decisions(desk)
        assert (row.decided_by, row.output) == ("model", reading)


class TestMarkReplySent:
    async def test_settles_what_was_due(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent(), requires_action=True)

        for _ in range(2):
            done = await desk.reviews("mark_reply_sent", response.id)
            assert (done.user_response_sent, done.requires_action) == (True, False)


class TestOwner:
    async def test_somebody_elses_response_is_not_found(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent())
        stranger = await Desk(desk.database).sit_down(address="stranger@example.com")

        for verb, *rest in (("review", {}), ("classify", {}), ("mark_reply_sent",)):
            with pytest.raises(NotFound):
                await stranger.reviews(verb, response.id, *rest)
