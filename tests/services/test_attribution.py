"""What came of decisions: known at once where an event arrives, else when the window closes, and once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import InvalidInput, NotFound
from linkwright.models import AIDecision, AIDecisionOutcome
from linkwright.services.analytics import Analytics
from linkwright.services.attribution import Attributed, Attribution
from linkwright.services.context import Context
from linkwright.services.decisions import Decisions
from tests.services.test_decision_effects import choose, decision
from tests.support.outreach import Desk


async def attribute(desk: Desk, **arguments: Any) -> Attributed:
    async with desk.context() as context:
        return await Attribution(context).attribute_outcomes(**arguments)


async def said(desk: Desk, decision_id: int) -> dict[str, float]:
    """What came of a decision, by name."""
    return {row.name: row.value for row in await outcomes(desk, decision_id)}


async def outcomes(desk: Desk, decision_id: int) -> list[AIDecisionOutcome]:
    async with desk.context() as context:
        return list(await Decisions(context).outcomes(decision_id))


async def letter(desk: Desk, **changes: Any) -> tuple[int, Any]:
    """A choice and the letter that was sent under it."""
    chosen = await choose(desk, **changes)
    email = await desk.draft(decision_ids=[chosen])
    return chosen, await desk.sending("mark_sent", email.id)


class TestAtOnce:
    async def test_an_answer_is_the_outcome_of_what_led_to_it(self, desk: Desk) -> None:
        chosen, email = await letter(desk)
        desk.later(days=2)
        response = await desk.reply(email, "positive")

        human, positive = await outcomes(desk, chosen)
        assert (human.name, human.value, human.evidence) == ("human_reply", 1.0, f"response:{response.id}")
        assert (human.occurred_at, human.recorded_at, human.late) == (desk.now, desk.now, False)
        assert (positive.name, positive.value) == ("positive_reply", 1.0)
        assert (await decision(desk, chosen)).outcome_state == "pending"  # The link may still come.

    async def test_a_machine_s_answer_is_none(self, desk: Desk) -> None:
        chosen, email = await letter(desk)
        await desk.reply(email, "out_of_office")

        assert await said(desk, chosen) == {}

    async def test_a_link_a_complaint_and_no_more_is_waited_for(self, desk: Desk) -> None:
        chosen, email = await letter(desk)
        desk.later(days=3)
        await desk.reply(email, "neutral")
        await desk.opportunities("record_link", email.opportunity_id, "https://s.com/p", evidence="seen")
        await desk.delivery("record_complaint", email.id)

        assert await said(desk, chosen) == {"human_reply": 1, "link_live": 1, "complaint": 1}

    async def test_a_bounce_censors(self, desk: Desk) -> None:
        chosen, email = await letter(desk)
        await desk.delivery("record_bounce", email.id)

        assert (await decision(desk, chosen)).outcome_state == "censored"
        assert await said(desk, chosen) == {}

    async def test_the_last_letter_before_an_answer_has_earned_it(self, desk: Desk) -> None:
        first, email = await letter(desk, factor="subject_style")
        sequence = await choose(desk, opportunity_id=email.opportunity_id)
        desk.later(days=4)
        second = await choose(desk, factor="subject_style")
        follow_up = await desk.draft(
            email.opportunity_id, email_type="follow_up", decision_ids=[second, sequence]
        )
        await desk.sending("mark_sent", follow_up.id)
        desk.later(days=1)
        await desk.reply(email, "negative")  # An answer to the first letter, after the second.

        assert await said(desk, first) == {}
        assert await said(desk, second) == {"human_reply": 1.0}
        assert await said(desk, sequence) == {"human_reply": 1.0}

    async def test_a_person_s_word_is_the_outcome_of_a_reading(self, desk: Desk) -> None:
        right = await desk.reply(await desk.sent(), "positive", ai_intent_classification="interested")
        wrong = await desk.reply(await desk.sent(), "positive", ai_intent_classification="interested")
        await desk.reviews("review", right.id, {"user_notes": "as it says"})
        await desk.reviews("review", wrong.id, {"ai_intent_classification": "not_now"})

        readings = await desk.all(
            select(AIDecision.id).where(AIDecision.decided_by == "model").order_by(AIDecision.id)
        )
        assert [await said(desk, row.id) for row in readings] == [{"agreement": 1.0}, {"agreement": 0.0}]

    async def test_a_person_s_word_is_the_outcome_of_a_score(self, desk: Desk) -> None:
        page = await desk.prospect()
        found = {"ai_relevance_score": 0.9, "ai_contact_recommendation": "contact"}
        await desk.opportunities("record_analysis", page, found)
        await desk.opportunities("override", page, "reject")

        [row] = await desk.all(select(AIDecision.id).where(AIDecision.kind == "score"))
        assert await said(desk, row.id) == {"agreement": 0.0}

    @pytest.mark.parametrize(
        ("recommended", "word", "agrees"),
        [
            ("contact", "approve", 1),
            ("contact", "reject", 0),
            ("skip", "reject", 1),
            ("skip", "approve", 0),
            ("hold", "hold", 1),
            ("research_more", "research", 1),
            ("find_contact", "research", 1),
            ("find_contact", "approve", 1),
            ("find_contact", "reject", 0),
        ],
    )
    async def test_the_ledger_and_the_analytics_agree_on_who_agreed(
        self, desk: Desk, recommended: str, word: str, agrees: int
    ) -> None:
        page = await desk.prospect()
        found = {"ai_relevance_score": 0.9, "ai_contact_recommendation": recommended}
        await desk.opportunities("record_analysis", page, found)
        await desk.opportunities("override", page, word)

        [row] = await desk.all(select(AIDecision.id).where(AIDecision.kind == "score"))
        assert await said(desk, row.id) == {"agreement": agrees}
        async with desk.context() as context:
            [day] = await Analytics(context).page(desk.campaign_id, period_type="daily")
        assert day.ai_accuracy_score == agrees

    async def test_what_was_overridden_has_no_outcome(self, desk: Desk) -> None:
        chosen = await choose(desk)
        email = await desk.draft(decision_ids=[chosen], template_used="Guest post")
        await desk.sending("mark_sent", email.id)
        await desk.reply(email)

        assert await said(desk, chosen) == {}
        assert (await decision(desk, chosen)).outcome_state == "censored"


class TestTheJob:
    async def test_says_no_when_a_window_closes(self, desk: Desk) -> None:
        chosen, _ = await letter(desk, factor="send_hour")
        sent = desk.now
        desk.later(days=13)
        assert await attribute(desk) == Attributed()
        desk.later(days=1)
        assert (await attribute(desk)).outcomes == 1
        assert await said(desk, chosen) == {"human_reply": 0.0}
        row = await decision(desk, chosen)
        assert (row.outcome_state, row.outcome_due_at) == ("pending", sent + timedelta(days=21))

        desk.later(days=60)
        assert (await attribute(desk)).outcomes == 3
        row = await decision(desk, chosen)
        assert (row.outcome_state, row.outcome_due_at) == ("known", None)
        assert await attribute(desk) == Attributed()

    async def test_an_event_of_which_we_hear_late_corrects_once_and_says_when(self, desk: Desk) -> None:
        chosen, email = await letter(desk, factor="send_hour")
        came = desk.later(days=10)
        desk.later(days=10)
        await attribute(desk)
        async with desk.context() as context:
            [row] = await Decisions(context).outcomes(chosen)
            row.learned_at, row.learned_value = desk.now, 0.0
        heard = desk.later(days=2)
        for _ in range(2):
            await desk.reply(email, "negative", received_at=came, message_id="<late@x>")

        [row] = [each for each in await outcomes(desk, chosen) if each.name == "human_reply"]
        assert (row.value, row.value_before, row.late) == (1.0, 0.0, True)
        assert (row.occurred_at, row.recorded_at) == (came, heard)
        assert (row.learned_at, row.learned_value) == (None, 0.0)

    async def test_an_event_of_which_we_hear_when_its_window_has_closed_is_late(self, desk: Desk) -> None:
        chosen, email = await letter(desk, factor="send_hour")
        came = desk.later(days=10)
        heard = desk.later(days=10)
        await desk.reply(email, "negative", received_at=came)

        [row] = await outcomes(desk, chosen)
        assert (row.value, row.late, row.occurred_at, row.recorded_at) == (1.0, True, came, heard)

    async def test_what_is_known_stays_known_when_the_letter_comes_back_after_all(self, desk: Desk) -> None:
        chosen, email = await letter(desk)
        await desk.reply(email)
        desk.later(days=1)
        await desk.delivery("record_bounce", email.id)

        assert await said(desk, chosen) == {"human_reply": 1.0, "positive_reply": 1.0}
        assert (await decision(desk, chosen)).outcome_state == "known"

    async def test_an_answer_after_the_window_changes_nothing(self, desk: Desk) -> None:
        chosen, email = await letter(desk, factor="send_hour")
        desk.later(days=15)
        await attribute(desk)
        await desk.reply(email, "negative")

        assert await said(desk, chosen) == {"human_reply": 0.0}

    async def test_an_answer_that_was_none_is_taken_back(self, desk: Desk) -> None:
        chosen, email = await letter(desk, factor="send_hour")
        response = await desk.reply(email, "neutral")
        await desk.reviews("review", response.id, {"response_type": "auto_reply"})

        assert await said(desk, chosen) == {"human_reply": 0.0}

    async def test_two_at_once_count_once(self, desk: Desk) -> None:
        chosen, _ = await letter(desk, factor="send_hour")
        desk.later(days=70)

        async def work() -> Attributed:
            async with desk.database.transaction() as session:
                return await Attribution(Context(session, clock=lambda: desk.now)).attribute_outcomes()

        done = await asyncio.gather(*(work() for _ in range(4)))

        assert sum(each.outcomes for each in done) == 4
        assert len(await outcomes(desk, chosen)) == 4

    async def test_works_in_batches_until_nothing_is_left(self, desk: Desk) -> None:
        for _ in range(5):
            await letter(desk, factor="send_hour")
        desk.later(days=70)

        rounds = []
        while True:
            rounds.append(await attribute(desk, limit=2))
            if rounds[-1].after is None:
                break

        assert [each.judged for each in rounds] == [2, 2, 1]
        assert (await attribute(desk, limit=2)).judged == 0

    async def test_looks_at_all_of_history_again(self, desk: Desk) -> None:
        chosen, _ = await letter(desk, factor="send_hour")
        desk.later(days=70)
        await attribute(desk)
        async with desk.context() as context:
            for row in await Decisions(context).outcomes(chosen):
                row.value = 1.0
        assert await attribute(desk) == Attributed()

        assert (await attribute(desk, again_after=0)).corrected == 4
        assert set((await said(desk, chosen)).values()) == {0.0}

    async def test_gives_effect_to_what_left_before_it_was_written_down(self, desk: Desk) -> None:
        chosen, email = await letter(desk)
        dropped = await choose(desk)
        draft = await desk.draft(decision_ids=[dropped])
        await desk.emails("cancel", draft.id)
        async with desk.context() as context:
            row = await Decisions(context).get(chosen)
            row.executed_at, row.executed_action, row.outcome_due_at = None, None, None

        done = await attribute(desk)

        assert (done.took_effect, done.censored) == (1, 1)
        assert (await decision(desk, chosen)).executed_at == email.sent_at
        assert (await decision(desk, dropped)).outcome_state == "censored"

    @pytest.mark.parametrize("again", [None, 0])
    async def test_is_not_done_while_letters_wait_for_their_effect(
        self, desk: Desk, again: int | None
    ) -> None:
        for _ in range(5):
            draft = await desk.draft(decision_ids=[await choose(desk)])
            await desk.emails("cancel", draft.id)

        total = Attributed(after=0)
        while total.after is not None:
            total += await attribute(desk, limit=2, again_after=again)

        assert total.censored == 5

    async def test_a_score_waits_for_contact_and_gives_up(self, desk: Desk) -> None:
        page = await desk.prospect()
        await desk.opportunities("record_analysis", page, {"ai_relevance_score": 0.9})
        desk.later(days=61)
        await attribute(desk)
        [row] = await desk.all(select(AIDecision).where(AIDecision.kind == "score"))
        assert row[0].outcome_state == "pending"
        desk.later(days=130)
        await attribute(desk)

        [row] = await desk.all(select(AIDecision).where(AIDecision.kind == "score"))
        assert row[0].outcome_state == "censored"

    async def test_a_reading_that_nobody_reviewed_is_censored(self, desk: Desk) -> None:
        await desk.reply(await desk.sent(), ai_intent_classification="interested")
        desk.later(days=61)
        await attribute(desk)

        [row] = await desk.all(select(AIDecision.outcome_state).where(AIDecision.kind == "classify"))
        assert row.outcome_state == "censored"

    async def test_judges_one_user_alone(self, desk: Desk) -> None:
        mine, _ = await letter(desk, factor="send_hour")
        stranger = await Desk(desk.database).sit_down(address="other@example.com")
        theirs, _ = await letter(stranger, factor="send_hour")
        desk.later(days=70)
        with pytest.raises(NotFound):
            await attribute(desk, user_id=stranger.user_id)
        await attribute(desk)

        assert len(await said(desk, mine)) == 4
        assert await said(stranger, theirs) == {}

    async def test_refuses_a_moment_to_come(self, desk: Desk) -> None:
        with pytest.raises(InvalidInput, match="until: must not lie in the future"):
            await attribute(desk, until=desk.now + timedelta(days=9))
        with pytest.raises(InvalidInput, match="limit"):
            await attribute(desk, limit=0)
