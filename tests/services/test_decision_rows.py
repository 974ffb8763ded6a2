"""What a verb decides is a row of the ledger, written with it, that says what the verb's columns say."""

from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import Conflict, InvalidInput
from linkwright.models import AIContent, AIDecision, BacklinkingCampaign
from linkwright.services.campaigns import Campaigns
from linkwright.services.decision_rows import UNPRICED
from linkwright.services.decision_rows import unpriced as count_unpriced
from linkwright.services.decision_texts import digest_of
from linkwright.services.decisions import Decisions
from tests.support.outreach import Desk

GENERATED: dict[str, Any] = {
    "ai_model_used": "gpt-4o-mini",
    "ai_prompt_used": "Write to Ann.",
    "ai_confidence_score": 0.8,
    "ai_generation_time": 1.25,
}
CALL: dict[str, Any] = {
    "provider_name": "openai",
    "response_model": "gpt-4o-mini-2024-07-18",
    "input_tokens": 1000,
    "output_tokens": 200,
}


async def ledger(desk: Desk) -> list[AIDecision]:
    async with desk.context() as context:
        return list(await context.session.scalars(select(AIDecision).order_by(AIDecision.id)))


async def unpriced(desk: Desk) -> int:
    async with desk.context() as context:
        return (await Campaigns(context).stats(desk.campaign_id)).unpriced


FOUND = {"ai_relevance_score": 0.9, "ai_contact_recommendation": "find_contact"}


class TestALetter:
    async def test_that_was_generated_is_a_decision(self, desk: Desk) -> None:
        email = await desk.draft(**GENERATED)

        [row] = await ledger(desk)
        assert (row.kind, row.decided_by, row.email_id) == ("generate", "model", email.id)
        assert (row.request_model, row.confidence_raw, row.duration_ms) == ("gpt-4o-mini", 0.8, 1250)
        assert row.parameters == {"temperature": 0.7}
        assert row.rendered_prompt_digest == digest_of("Write to Ann.")
        assert (row.cost, row.executed_at) == (None, None)
        assert await unpriced(desk) == 1

    async def test_that_a_person_wrote_is_none(self, desk: Desk) -> None:
        await desk.draft()

        assert await ledger(desk) == []

    async def test_of_a_template_is_a_rule_s_and_costs_nothing(self, desk: Desk) -> None:
        await desk.draft(ai_model_used="template:guest-post")

        [row] = await ledger(desk)
        assert (row.decided_by, row.cost, row.price_source) == ("rule", 0.0, "local")
        assert await unpriced(desk) == 0

    async def test_is_priced_by_its_tokens(self, desk: Desk) -> None:
        await desk.draft(**GENERATED, decision=CALL)

        [row] = await ledger(desk)
        assert row.cost == pytest.approx(0.00027)
        assert row.price_source is not None
        assert row.price_source.startswith("genai-prices")
        campaign = await desk.row(BacklinkingCampaign, desk.campaign_id)
        assert campaign.actual_cost == pytest.approx(0.00027)
        assert await unpriced(desk) == 0

    async def test_of_a_model_without_a_price_is_counted_as_unpriced(self, desk: Desk) -> None:
        await desk.draft(ai_model_used="ours-7b", decision=CALL | {"response_model": "ours-7b-v3"})

        [row] = await ledger(desk)
        assert (row.cost, row.currency, row.price_source) == (None, None, None)
        assert await unpriced(desk) == 1

    async def test_says_what_its_decision_says(self, desk: Desk) -> None:
        said = {"request_model": "gpt-4o-mini", "rendered_prompt": "Write.", "confidence_raw": 0.4}
        email = await desk.draft(decision=CALL | said | {"parameters": {"temperature": 0.2}})

        assert (email.ai_model_used, email.ai_prompt_used) == ("gpt-4o-mini", "Write.")
        assert (email.ai_confidence_score, email.ai_temperature) == (0.4, 0.2)

    async def test_may_not_contradict_it(self, desk: Desk) -> None:
        with pytest.raises(InvalidInput, match=r"ai_model_used: must be what decision\.request_model says"):
            await desk.draft(ai_model_used="gpt-4o", decision={"request_model": "gemini-2.5-flash"})
        with pytest.raises(InvalidInput, match=r"decision\.kind: is said by the verb itself"):
            await desk.draft(**GENERATED, decision={"kind": "score"})
        assert await ledger(desk) == []

    async def test_edited_keeps_what_the_model_had_written(self, desk: Desk) -> None:
        email = await desk.draft(**GENERATED)
        await desk.emails("update", email.id, {"body_html": "<p>Mine</p>"})

        [row] = await ledger(desk)
        async with desk.context() as context:
            kept = await context.session.get(AIContent, (desk.user_id, row.output_digest))
        assert kept is not None
        assert kept.text == email.body_html

    async def test_generated_anew_is_decided_anew(self, desk: Desk) -> None:
        email = await desk.draft(**GENERATED)
        await desk.emails("update", email.id, {"ai_model_used": "gemini-2.5-flash", "body_html": "<p>2</p>"})

        rows = await ledger(desk)
        assert [row.request_model for row in rows] == ["gpt-4o-mini", "gemini-2.5-flash"]
        assert rows[1].rendered_prompt_digest == rows[0].rendered_prompt_digest

    async def test_a_key_that_comes_again_costs_nothing(self, desk: Desk) -> None:
        await desk.draft(**GENERATED, decision=CALL | {"idempotency_key": "job-1"})
        with pytest.raises(Conflict, match="idempotency key job-1 belongs to decision"):
            await desk.draft(**GENERATED, decision=CALL | {"idempotency_key": "job-1"})

        assert len(await ledger(desk)) == 1

    async def test_approved_is_a_decision_of_who_approved(self, desk: Desk) -> None:
        email = await desk.draft()
        await desk.emails("approve", email.id, by="policy:all")

        [row] = await ledger(desk)
        assert (row.kind, row.factor, row.action) == ("choose", "send", "approve")
        assert (row.decided_by, row.decider, row.executed_at) == ("policy", "policy:all", desk.now)


class TestAProspect:
    async def test_analysed_is_a_score(self, desk: Desk) -> None:
        page = await desk.prospect()
        await desk.opportunities("record_analysis", page, FOUND, decision={"confidence_raw": 0.3} | CALL)

        [row] = await ledger(desk)
        assert (row.kind, row.opportunity_id, row.action) == ("score", page, "find_contact")
        assert (row.output, row.confidence_raw) == (FOUND, 0.3)
        assert row.cost == pytest.approx(0.00027)

    async def test_decided_about_by_a_person_is_a_choice(self, desk: Desk) -> None:
        page = await desk.prospect()
        await desk.opportunities("record_analysis", page, FOUND)
        await desk.opportunities("approve", page, "a good page")
        await desk.opportunities("override", page, "reject")

        rows = (await ledger(desk))[1:]
        assert [(row.decided_by, row.factor, row.action) for row in rows] == [
            ("user", "contact", "approve"),
            ("user", "contact", "reject"),
        ]
        assert rows[0].context == {"recommended": "find_contact"}
        assert rows[0].reasoning == "a good page"


class TestAResponse:
    async def test_that_was_read_is_a_decision(self, desk: Desk) -> None:
        email = await desk.sent()
        response = await desk.reply(email, ai_intent_classification="interested")

        [row] = await ledger(desk)
        assert (row.kind, row.response_id, row.action) == ("classify", response.id, "positive")
        assert row.output == {"response_type": "positive", "ai_intent_classification": "interested"}

    async def test_that_nobody_read_is_none(self, desk: Desk) -> None:
        await desk.reply(await desk.sent())

        assert await ledger(desk) == []

    async def test_classified_adds_what_it_cost(self, desk: Desk) -> None:
        response = await desk.reply(await desk.sent())
        reading = {"ai_urgency_level": "low"}
        await desk.reviews("classify", response.id, reading, decision=CALL)

        campaign = await desk.row(BacklinkingCampaign, desk.campaign_id)
        assert campaign.actual_cost == pytest.approx(0.00027)


class TestPrices:
    async def test_are_those_of_the_day(self, desk: Desk) -> None:
        call = {"kind": "insight", "decided_by": "model", "request_model": "claude-sonnet-4-5"} | {
            "provider_name": "anthropic",
            "input_tokens": 100_000,
            "output_tokens": 0,
            "cache_read_tokens": 0,
        }
        async with desk.context() as context:
            row = await Decisions(context).record(desk.user_id, call)

        assert row.cost == pytest.approx(0.3)

    async def test_that_were_said_stay(self, desk: Desk) -> None:
        await desk.draft(**GENERATED, decision=CALL | {"cost": 0.5, "price_source": "invoice"})

        [row] = await ledger(desk)
        assert (row.cost, row.price_source) == (0.5, "invoice")


@pytest.mark.parametrize(
    ("decided_by", "cost", "counted"),
    [("model", None, 1), ("model", 0.02, 0), ("rule", None, 0), ("user", None, 0)],
)
def test_only_what_a_model_decided_at_an_unknown_price_is_unpriced(
    decided_by: str, cost: float | None, counted: int
) -> None:
    assert count_unpriced({"decided_by": decided_by, "cost": cost})[UNPRICED] == counted
