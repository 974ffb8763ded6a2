"""The story of a prospect and of a letter: whole, in order, and as it was known at any time."""

from datetime import timedelta
from typing import Any

import pytest

from linkwright.errors import InvalidInput, NotFound
from linkwright.schemas.stories import Story
from linkwright.services.stories import Stories
from tests.services.test_attribution import attribute
from tests.services.test_decision_effects import choose
from tests.support.outreach import Desk


async def explain(desk: Desk, kind: str, identity: int, as_of: object = None) -> Story:
    async with desk.context() as context:
        return await Stories(context).explain(kind, identity, as_of)  # type: ignore[arg-type]


class TestExplain:
    async def test_tells_everything_in_order(self, desk: Desk) -> None:
        page = await desk.prospect(title="Trail Notes")
        desk.later(hours=1)
        found = {"ai_relevance_score": 0.8, "ai_contact_recommendation": "contact"}
        await desk.opportunities(
            "record_analysis", page, found, decision={"confidence_raw": 0.3, "cost": 0.5}
        )
        desk.later(hours=1)
        chosen = await choose(desk)
        email = await desk.draft(page, decision_ids=[chosen], ai_model_used="ours-7b")
        desk.later(hours=1)
        await desk.sending("mark_sent", email.id)
        desk.later(days=2)
        await desk.reply(email)

        story = await explain(desk, "opportunity", page)

        assert (story.title, story.status) == ("Trail Notes", "responded")
        assert (story.cost, story.unpriced) == (0.5, 1)
        assert [entry.at for entry in story.entries] == sorted(entry.at for entry in story.entries)
        told = [(entry.what, entry.text) for entry in story.entries]
        wanted = [
            ("decision", "score: contact"),
            ("letter", "A guide for your readers"),
            ("decision", "choose template: Broken link"),
            ("decision", "generate"),
            ("event", "sent"),
            ("move", "sending → sent"),
            ("answer", "Re"),
            ("move", "contacted → responded"),
        ]
        assert [each for each in told if each in wanted] == wanted
        [choice] = [entry for entry in story.entries if entry.id == chosen and entry.what == "decision"]
        assert [(each.arm, each.p, each.chosen) for each in choice.alternatives] == [
            ("Broken link", 0.7, True),
            ("Guest post", 0.3, False),
        ]
        assert {each.name: each.value for each in choice.outcomes} == {"human_reply": 1, "positive_reply": 1}

    async def test_at_one_moment_a_prospect_is_judged_before_its_letter_is_written(self, desk: Desk) -> None:
        page = await desk.prospect()
        await desk.draft(page)
        found = {"ai_relevance_score": 0.8, "ai_contact_recommendation": "contact"}
        await desk.opportunities("record_analysis", page, found)

        story = await explain(desk, "opportunity", page)

        [judged] = [n for n, each in enumerate(story.entries) if each.text == "score: contact"]
        [letter] = [n for n, each in enumerate(story.entries) if each.what == "letter"]
        assert judged < letter

    async def test_as_of_a_past_time_knows_nothing_of_later(self, desk: Desk) -> None:
        chosen = await choose(desk, factor="send_hour")
        email = await desk.draft(decision_ids=[chosen])
        await desk.sending("mark_sent", email.id)
        came = desk.later(days=10)
        then = desk.later(days=10)
        await attribute(desk)
        desk.later(days=1)
        await desk.reply(email, "negative", received_at=came)

        async def known(story: Story) -> list[float]:
            [choice] = [each for each in story.entries if each.what == "decision"]
            return [each.value for each in choice.outcomes if each.name == "human_reply"]

        before = await explain(desk, "email", email.id, then - timedelta(days=15))
        assert (before.status, await known(before)) == ("sent", [])
        # The answer had come, nobody knew of it, and nobody had said that there was none.
        assert await known(await explain(desk, "email", email.id, came + timedelta(days=2))) == []
        assert await known(await explain(desk, "email", email.id, then)) == [0.0]
        assert await known(await explain(desk, "email", email.id)) == [1.0]

    async def test_an_answer_that_was_read_otherwise_since_is_what_it_was_taken_for(self, desk: Desk) -> None:
        chosen = await choose(desk, factor="send_hour")
        email = await desk.draft(decision_ids=[chosen])
        await desk.sending("mark_sent", email.id)
        came = desk.later(days=2)
        answer = await desk.reply(email)
        then = desk.later(days=1)
        corrected = desk.later(days=1)
        await desk.reviews("review", answer.id, {"response_type": "out_of_office"})

        async def known(as_of: object = None) -> tuple[str, set[tuple[Any, ...]]]:
            story = await explain(desk, "email", email.id, as_of)
            [told] = [each for each in story.entries if each.what == "answer"]
            [choice] = [each for each in story.entries if each.id == chosen and each.what == "decision"]
            of = {(one.name, one.value, one.occurred_at, one.recorded_at) for one in choice.outcomes}
            return told.facts["type"], of

        names = ("human_reply", "positive_reply")
        assert await known(then) == ("positive", {(name, 1.0, came, came) for name in names})
        assert await known() == ("out_of_office", {(name, 0.0, corrected, corrected) for name in names})

    async def test_an_answer_in_a_mailbox_that_was_not_read_yet_is_not_known(self, desk: Desk) -> None:
        email = await desk.sent()
        came = desk.later(days=1)
        read = desk.later(days=2)
        mail = {
            "digest": "a" * 64,
            "raw_headers": f"In-Reply-To: {email.message_id}\n",
            "in_reply_to": email.message_id,
            "from_address": email.to_email,
            "subject": "Re",
            "body_text": "Yes",
            "received_at": came,
            "response_type": "positive",
        }
        await desk.inbound("record", desk.user_id, mail)

        async def answers(as_of: object = None) -> int:
            story = await explain(desk, "email", email.id, as_of)
            return sum(each.what == "answer" for each in story.entries)

        assert await answers(came + timedelta(hours=1)) == 0
        assert await answers(read) == await answers() == 1

    async def test_a_bounce_that_was_read_late_had_moved_nothing_before(self, desk: Desk) -> None:
        chosen = await choose(desk, factor="send_hour")
        email = await desk.draft(decision_ids=[chosen])
        await desk.sending("mark_sent", email.id)
        happened = desk.later(hours=1)
        between = desk.later(days=1)
        read = desk.later(days=1)
        await desk.delivery("record_bounce", email.id, occurred_at=happened)

        async def known(as_of: object = None) -> tuple[str, bool, bool]:
            story = await explain(desk, "email", email.id, as_of)
            told = {entry.text for entry in story.entries}
            return story.status, "bounced" in told, "sent → bounced" in told

        assert await known(happened) == await known(between) == ("sent", False, False)
        assert await known(read) == await known() == ("bounced", True, True)
        # When it happened is where it stands, and when it was heard of is said beside.
        story = await explain(desk, "email", email.id)
        [event] = [entry for entry in story.entries if entry.text == "bounced"]
        assert (event.at, event.facts["recorded_at"]) == (happened, read)

    async def test_a_choice_has_not_taken_effect_before_its_letter_left(self, desk: Desk) -> None:
        chosen = await choose(desk, factor="send_hour")
        email = await desk.draft(decision_ids=[chosen])
        written = desk.now
        left = desk.later(hours=5)
        await desk.sending("mark_sent", email.id)

        async def effect(as_of: object = None) -> object:
            story = await explain(desk, "email", email.id, as_of)
            [choice] = [entry for entry in story.entries if entry.id == chosen and entry.what == "decision"]
            return choice.facts.get("executed_at")

        assert await effect(written) is None
        assert await effect(left) == await effect() == left

    async def test_a_clock_that_goes_back_hides_nothing(self, desk: Desk) -> None:
        page = await desk.prospect()
        told = await explain(desk, "opportunity", page)
        desk.later(seconds=-30)

        assert (await explain(desk, "opportunity", page)).entries == told.entries

    async def test_of_what_was_not_there_yet_there_is_none(self, desk: Desk) -> None:
        page = await desk.prospect()
        with pytest.raises(NotFound):
            await explain(desk, "opportunity", page, desk.now - timedelta(hours=1))
        with pytest.raises(InvalidInput, match="as_of: must not lie in the future"):
            await explain(desk, "opportunity", page, desk.now + timedelta(days=9))
        with pytest.raises(InvalidInput, match="kind"):
            await explain(desk, "campaign", page)
