"""Every call to a provider is paid for before it is made, and is a row of the ledger whatever came of it."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from linkwright import BacklinkingDatabaseService, BudgetSpent, Conflict, ProviderFailed, UnpricedModel
from linkwright.db.engine import Database
from linkwright.jobs.ai_desk import AIDesk
from linkwright.jobs.ai_readings import read_replies
from linkwright.models import AIContent, AIDecision, AIReservation, BacklinkingCampaign, Base
from linkwright.monitoring.doctor import examine
from linkwright.outreach.connections import Account
from linkwright.outreach.local import LocalAI, local_ai
from linkwright.outreach.pages import Page
from linkwright.outreach.providers import ProviderAI
from tests.monitoring.sound_record import sit_down
from tests.outreach.server import Provider, Reply, Said, speaking, told
from tests.support.outreach import Desk

pytest.importorskip("pydantic_ai")

KEY = "sk-planted-0123456789"
TOPICS = told(
    intent="asks_for_topics", sentiment="neutral", action="reply", confidence=0.9, evidence=["topics"]
)
NO = told(intent="not_interested", sentiment="neutral", action="reply", confidence=0.8)
PAGE = Page("Huts of the Alps", "We slept in four huts and liked three of them.")
# 200 tokens in and 30 out, of gpt-4o-mini.
COST = 200 * 0.15e-6 + 30 * 0.60e-6


@dataclass
class Place:
    """A campaign with letters that were answered, and a service for it."""

    desk: Desk
    service: BacklinkingDatabaseService

    def at(self, provider: Provider, *, model: str = "gpt-4o-mini", timeout: float = 20.0) -> AIDesk:
        account = Account("openai", model, SecretStr(KEY), provider.url, timeout)
        return AIDesk(self.service, self.desk.user_id, ProviderAI(account, LocalAI()))

    async def answered(self, words: str = "Which topics?", kind: str = "neutral") -> int:
        response = await self.desk.reply(await self.desk.sent(), kind, body_text=words)
        return int(response.id)

    async def ledger(self, kind: str = "classify") -> list[AIDecision]:
        statement = select(AIDecision).where(AIDecision.kind == kind).order_by(AIDecision.id)
        return [row for (row,) in await self.desk.all(statement)]

    async def limit(self, cost_limit: float | None, **more: Any) -> None:
        await self.service.set_ai_budget(self.desk.campaign_id, {"cost_limit": cost_limit, **more})

    async def spent(self) -> float:
        return float((await self.desk.row(BacklinkingCampaign, self.desk.campaign_id)).actual_cost)

    async def nothing_is_set_aside(self) -> bool:
        return await self.desk.all(select(AIReservation.id)) == []


@pytest.fixture
async def place(database: Database) -> Place:
    desk = await sit_down(database)
    service = BacklinkingDatabaseService(database, clock=lambda: desk.now)
    await service.update_campaign(desk.campaign_id, {"max_emails_per_day": 100})
    return Place(desk, service)


class TestAReading:
    async def test_is_on_the_response_and_in_the_ledger_with_all_of_the_call(self, place: Place) -> None:
        await place.limit(1.0)
        response = await place.answered()
        async with speaking(TOPICS) as provider:
            row = await place.at(provider).read_response(response)

        assert (row.response_type, row.ai_intent_classification) == ("positive", "asks_for_topics")
        assert (row.ai_urgency_level, row.ai_recommended_action) == ("high", "send_topics")
        assert row.ai_sentiment_analysis == {"label": "positive", "confidence": 0.9}
        [call] = await place.ledger()
        assert (call.response_id, call.decided_by, call.decider) == (response, "model", "openai:gpt-4o-mini")
        assert (call.request_model, call.response_model) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
        assert (call.prompt_name, call.prompt_version) == ("classify_reply", "1")
        assert (call.input_tokens, call.output_tokens, call.attempts) == (200, 30, 1)
        assert call.cost == pytest.approx(COST)
        assert (call.currency, call.error_type) == ("USD", None)
        assert (call.price_source or "").startswith("genai-prices")
        assert call.parameters == {"temperature": 0.0, "max_tokens": 1500}
        assert call.context is not None
        assert call.context["evidence"] == ["topics"]
        assert (call.finish_reason, len(call.trace_id or "")) == ("tool_call", 32)
        assert await place.spent() == pytest.approx(COST)
        assert await place.nothing_is_set_aside()
        assert (await examine(place.desk.database)).faults == []

    async def test_of_the_same_words_keeps_its_prompt_once(self, place: Place) -> None:
        first, second = await place.answered(), await place.answered()
        async with speaking(TOPICS) as provider:
            for response in (first, second):
                await place.at(provider).read_response(response)
        assert len({row.rendered_prompt_digest for row in await place.ledger()}) == 1
        [(kept,)] = await place.desk.all(select(AIContent))
        assert "Which topics?" in kept.text

    async def test_says_how_often_it_was_tried(self, place: Place) -> None:
        async with speaking(Said(b"{}", 429), TOPICS) as provider:
            await place.at(provider).read_response(await place.answered())
        [call] = await place.ledger()
        assert call.attempts == 2
        assert call.context is not None
        assert [status for status, _ in call.context["tries"]] == [429, 200]
        assert call.context["before"]["response_type"] == "neutral"

    async def test_that_a_person_overtook_is_paid_and_not_used(self, place: Place) -> None:
        response = await place.answered()
        await place.desk.reviews("review", response, {"response_type": "negative"})
        async with speaking(TOPICS) as provider:
            with pytest.raises(Conflict, match="person"):
                await place.at(provider).read_response(response)
        call = (await place.ledger())[-1]
        assert (call.error_type, call.outcome_state) == ("not_used", "censored")
        assert call.cost == pytest.approx(COST)
        assert await place.spent() == pytest.approx(COST)
        assert await place.nothing_is_set_aside()

    async def test_of_no_person_is_not_asked_for(self, place: Place) -> None:
        response = await place.answered(kind="auto_reply")
        async with speaking(TOPICS) as provider:
            with pytest.raises(Conflict, match="is auto_reply"):
                await place.at(provider).read_response(response)
        assert provider.asked == []

    async def test_of_a_wish_that_no_model_lowers_asks_nobody_and_costs_nothing(self, place: Place) -> None:
        response = await place.answered("Remove me from your list. Never write to me again.")
        async with speaking(TOPICS) as provider:
            row = await place.at(provider).read_response(response)
        assert (provider.asked, row.response_type) == ([], "unsubscribe")
        assert [call.decided_by for call in await place.ledger()] == ["rule"]

    async def test_without_a_provider_is_the_rules_own(self, place: Place) -> None:
        desk = AIDesk(place.service, place.desk.user_id, local_ai("none"))
        row = await desk.read_response(await place.answered("Sounds good. Which topics would you suggest?"))
        assert row.ai_intent_classification == "asks_for_topics"
        [call] = await place.ledger()
        assert (call.decided_by, call.cost, call.request_model) == ("rule", None, None)


class TestOtherQuestions:
    async def test_a_page_is_scored_a_letter_drafted_and_a_reply_suggested(self, place: Place) -> None:
        prospect, response = await place.desk.prospect(), await place.answered()
        replies = (
            told(relevance=0.8, confidence=0.7, reasons=["huts"]),
            told(subject="An article", body="Hello, may I write for you?"),
            told(body="Thank you, here they are.", action="send_topics"),
        )
        async with speaking(*replies) as provider:
            desk = place.at(provider)
            scored = await desk.score_prospect(prospect, PAGE)
            letter = await desk.draft_letter(prospect, PAGE, from_email="me@outreach.com")
            suggested = await desk.suggest_reply(response)
        assert (scored.ai_relevance_score, scored.status) == (0.8, "discovered")
        assert (letter.status, letter.ai_model_used, letter.subject) == ("draft", "gpt-4o-mini", "An article")
        assert suggested.ai_suggested_reply == "Thank you, here they are."
        rows = [*await place.ledger("score"), *await place.ledger("generate"), *await place.ledger()]
        assert [row.prompt_name for row in rows] == ["score_page", "draft_email", "suggest_reply"]
        assert rows[1].email_id == letter.id
        assert await place.spent() == pytest.approx(3 * COST)
        assert await place.nothing_is_set_aside()
        assert (await examine(place.desk.database)).faults == []

    async def test_what_is_no_response_is_asked_on_the_campaigns_account(self, place: Place) -> None:
        async with speaking(TOPICS) as provider:
            await place.at(provider).classify_reply("Which?", campaign_id=place.desk.campaign_id)
            await place.at(provider).classify_reply("Which?")
        assert [row.campaign_id for row in await place.ledger()] == [place.desk.campaign_id, None]
        assert await place.spent() == pytest.approx(COST)


class TestACallThatBroughtNothing:
    @pytest.mark.parametrize(
        ("reply", "error", "cost"),
        [
            (told(intent="buy_now"), "another_form", 2 * COST),
            (Said(b'{"error": {"message": "wrong key"}}', 401), "http_401", 0.0),
            (Said(b"{}", seconds=30), "timeout", None),
        ],
        ids=["another form", "refused key", "timeout"],
    )
    async def test_is_a_row_and_its_money_is_counted(
        self, place: Place, reply: Said | Reply, error: str, cost: float | None
    ) -> None:
        await place.limit(1.0)
        response = await place.answered()
        async with speaking(reply) as provider:
            with pytest.raises(ProviderFailed):
                await place.at(provider, timeout=2.0).read_response(response)
        [call] = await place.ledger()
        assert (call.error_type, call.response_id, call.outcome_state) == (error, response, "censored")
        assert call.cost == (None if cost is None else pytest.approx(cost))
        assert call.duration_ms is not None
        assert await place.spent() == pytest.approx(cost or 0.0)
        stats = await place.service.get_campaign_stats(place.desk.campaign_id)
        assert stats.unpriced == (1 if cost is None else 0)
        assert await place.nothing_is_set_aside()
        assert (await examine(place.desk.database)).faults == []


class TestTheLimit:
    async def test_stops_a_call_before_it_is_made(self, place: Place) -> None:
        await place.limit(0.0001)
        async with speaking(TOPICS) as provider:
            with pytest.raises(BudgetSpent, match=r"may spend 0\.0001 USD"):
                await place.at(provider).read_response(await place.answered())
        assert provider.asked == []
        assert await place.ledger() == []

    async def test_is_kept_by_sixteen_at_once(self, place: Place) -> None:
        responses = [await place.answered() for _ in range(16)]
        async with speaking(TOPICS) as provider:
            desk = place.at(provider)
            await desk.read_response(responses[0])
            # Room for the answers of all, but not for what all may cost at the same time.
            limit = 0.02
            await place.limit(limit)
            done = await asyncio.gather(
                *(desk.read_response(one) for one in responses[1:]), return_exceptions=True
            )
        refused = [one for one in done if isinstance(one, BudgetSpent)]
        assert len(provider.asked) == 1 + len(done) - len(refused)
        assert await place.spent() == pytest.approx((16 - len(refused)) * COST)
        assert await place.spent() <= limit
        assert await place.nothing_is_set_aside()

    async def test_wants_to_know_the_price(self, place: Place) -> None:
        response = await place.answered()
        async with speaking(TOPICS) as provider:
            await place.limit(1.0)
            with pytest.raises(UnpricedModel):
                await place.at(provider, model="ours-7b").read_response(response)
            assert provider.asked == []
            await place.limit(1.0, allows_unpriced=True)
            await place.at(provider, model="ours-7b").read_response(response)


class TestARound:
    async def test_reads_what_is_left_and_nothing_twice(self, place: Place) -> None:
        for _ in range(3):
            await place.answered()
        await place.answered(kind="out_of_office")
        reviewed = await place.answered()
        await place.desk.reviews("review", reviewed, {"user_sentiment_override": "neutral"})
        async with speaking(NO) as provider:
            desk = place.at(provider)
            first = await read_replies(place.service, desk, place.desk.user_id)
            again = await read_replies(place.service, desk, place.desk.user_id)
        assert (first.read, first.failed, again.read, len(provider.asked)) == (3, 0, 0, 3)

    async def test_leaves_a_campaign_out_whose_money_is_spent(self, place: Place) -> None:
        await place.answered()
        await place.answered()
        await place.limit(0.0)
        async with speaking(NO) as provider:
            done = await read_replies(place.service, place.at(provider), place.desk.user_id)
        assert (done.read, len(done.notes), provider.asked) == (0, 1, [])

    async def test_leaves_a_provider_alone_that_fails(self, place: Place) -> None:
        for _ in range(5):
            await place.answered()
        async with speaking(Said(b"{}", 401)) as provider:
            done = await read_replies(place.service, place.at(provider), place.desk.user_id)
        assert (done.read, done.failed, len(provider.asked)) == (0, 3, 3)
        assert "not asked again" in done.notes[-1]


class TestTheKey:
    async def test_is_in_no_row_no_error_and_no_log(
        self, place: Place, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        response, seen = await place.answered(), []
        echo = Said(json.dumps({"error": {"message": f"Incorrect API key: {KEY}"}}).encode(), 401)
        loud = told(intent="unclear", sentiment="neutral", action="reply", confidence=0.1, evidence=[KEY])
        async with speaking(echo, loud, TOPICS) as provider:
            for _ in range(2):
                with pytest.raises(ProviderFailed) as failure:
                    await place.at(provider).read_response(response)
                seen.append(str(failure.value))
            await place.at(provider).read_response(response)
        assert any(KEY in key for key in provider.keys)
        async with place.desk.database.reading() as session:
            for table in Base.metadata.tables.values():
                seen += [repr(tuple(row)) for row in await session.execute(table.select())]
        assert len(await place.ledger()) == 3
        assert [text for text in [*seen, caplog.text] if KEY in text] == []
