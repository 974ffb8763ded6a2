"""Decisions take effect when the letter leaves that was written under them; once, and as what happened."""

from datetime import timedelta
from typing import Any

import pytest

from linkwright.errors import Conflict, NotFound
from linkwright.models import AIContent, AIDecision
from linkwright.services.decision_texts import digest_of
from linkwright.services.decisions import Decisions
from tests.support.outreach import Desk

CHOICE: dict[str, Any] = {
    "kind": "choose",
    "decided_by": "policy",
    "factor": "template",
    "candidates": [{"arm": "Guest post", "p": 0.3}, {"arm": "Broken link", "p": 0.7}],
    "action": "Broken link",
    "propensity": 0.7,
    "propensity_kind": "exact",
}


async def choose(desk: Desk, **changes: Any) -> int:
    async with desk.context() as context:
        data = CHOICE | {"campaign_id": desk.campaign_id} | changes
        return (await Decisions(context).record(desk.user_id, data)).id


async def decision(desk: Desk, identity: int) -> AIDecision:
    row: AIDecision = await desk.row(AIDecision, identity)
    return row


class TestWrittenUnder:
    async def test_a_choice_takes_effect_when_its_letter_leaves(self, desk: Desk) -> None:
        template, hour = await choose(desk), await choose(desk, factor="send_hour")
        email = await desk.draft(decision_ids=[template, hour, hour])
        before = await decision(desk, template)
        assert (before.email_id, before.opportunity_id) == (email.id, email.opportunity_id)
        assert (before.executed_at, before.outcome_due_at) == (None, None)

        left = desk.later(hours=3)
        await desk.sending("mark_sent", email.id)

        first, second = await decision(desk, template), await decision(desk, hour)
        assert (first.executed_at, first.executed_action) == (left, "Broken link")
        assert first.outcome_due_at == left + timedelta(days=21)
        assert second.outcome_due_at == left + timedelta(days=14)

    async def test_a_later_letter_is_judged_from_the_first_mail(self, desk: Desk) -> None:
        parent = await desk.sent()
        first, left = desk.now, desk.later(days=5)
        chosen = await choose(desk)
        email = await desk.draft(parent.opportunity_id, email_type="follow_up", decision_ids=[chosen])
        await desk.sending("mark_sent", email.id)

        row = await decision(desk, chosen)
        assert (row.executed_at, row.outcome_due_at) == (left, first + timedelta(days=21))

    async def test_no_clock_says_that_it_took_effect_before_it_was_decided(self, desk: Desk) -> None:
        chosen = await choose(desk)
        email = await desk.draft(decision_ids=[chosen])
        await desk.sending("mark_sent", email.id, sent_at=desk.now - timedelta(minutes=5))

        assert (await decision(desk, chosen)).executed_at == desk.now

    async def test_another_template_than_the_chosen_is_an_override(self, desk: Desk) -> None:
        chosen = await choose(desk)
        email = await desk.draft(decision_ids=[chosen], template_used="Guest post")
        await desk.sending("mark_sent", email.id)

        assert (await decision(desk, chosen)).executed_action == "Guest post"

    async def test_saying_twice_that_it_left_changes_nothing(self, desk: Desk) -> None:
        chosen = await choose(desk)
        email = await desk.draft(decision_ids=[chosen])
        left = desk.now
        await desk.sending("mark_sent", email.id)
        desk.later(days=1)
        await desk.sending("mark_sent", email.id)

        assert (await decision(desk, chosen)).executed_at == left

    async def test_one_choice_is_carried_out_by_one_letter(self, desk: Desk) -> None:
        chosen = await choose(desk)
        email = await desk.draft(decision_ids=[chosen])

        with pytest.raises(Conflict, match=f"Decision {chosen} was carried out by email {email.id}"):
            await desk.draft(decision_ids=[chosen])

    async def test_of_another_user_there_is_none(self, desk: Desk) -> None:
        chosen = await choose(desk)
        stranger = await Desk(desk.database).sit_down(address="other@example.com")

        with pytest.raises(NotFound, match=f"There is no decision {chosen}"):
            await stranger.draft(decision_ids=[chosen])
        assert (await decision(desk, chosen)).email_id is None

    async def test_about_something_else_is_refused(self, desk: Desk) -> None:
        score = await choose(desk, kind="score", factor=None)
        other = await desk.prospect()
        elsewhere = await choose(desk, opportunity_id=other)

        with pytest.raises(Conflict, match="is a score"):
            await desk.draft(decision_ids=[score])
        with pytest.raises(Conflict, match="is about another opportunity"):
            await desk.draft(decision_ids=[elsewhere])


class TestTexts:
    async def test_are_kept_once(self, desk: Desk) -> None:
        texts = {"kind": "generate", "rendered_prompt": "Write to Ann.", "output_text": "Dear Ann"}
        one, two = await choose(desk, **texts), await choose(desk, **texts)

        rows = [await decision(desk, one), await decision(desk, two)]
        assert {row.rendered_prompt_digest for row in rows} == {digest_of("Write to Ann.")}
        assert {row.output_digest for row in rows} == {digest_of("Dear Ann")}
        async with desk.context() as context:
            found = await context.session.get(AIContent, (desk.user_id, digest_of("Dear Ann")))
        assert found is not None
        assert found.text == "Dear Ann"
