"""Evidence: every outcome counts once, whatever the order, and counting anew gives the same."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from linkwright.errors import InvalidInput, NotFound
from linkwright.models import AIDecision, AIDecisionOutcome, User
from linkwright.services.evidence import Evidence
from linkwright.services.patterns import Patterns, PatternVerdict
from linkwright.services.pooling import Pooling
from linkwright.settings import LearningRules
from tests.support.choices import came, chosen, correct, entries, learn, recommend, write_choices
from tests.support.outreach import Desk


class _CrashError(Exception):
    """The worker dies."""


EXACT = ("trials", "replies", "waiting", "first_evidence", "last_evidence", "last_decision", "half_life_days")
ROUNDED = ("faded_trials", "faded_replies", "exposed")


async def numbers(desk: Desk) -> tuple[list[Any], list[float]]:
    """What is kept, as far as it must be the same whoever counted it: exactly, and but for rounding."""
    exact: list[Any] = []
    rounded: list[float] = []
    for key, row in sorted((await entries(desk)).items()):
        value = row.data_value
        exact.append((key, row.usage_count, row.last_used, row.source_campaign_id))
        exact += [value[name] for name in EXACT]
        rounded += [
            row.success_score,
            *value["prior"],
            *value["interval"],
            *(value[name] for name in ROUNDED),
        ]
    return exact, rounded


async def same_numbers(desk: Desk, before: tuple[list[Any], list[float]]) -> bool:
    """Whether the same is kept as before."""
    exact, rounded = await numbers(desk)
    return exact == before[0] and rounded == pytest.approx(before[1], rel=1e-7, abs=1e-9)


class TestLearn:
    async def test_counts_what_came_of_choices_by_arm(self, desk: Desk) -> None:
        await write_choices(desk, "A", trials=30, replies=6)
        await write_choices(desk, "B", trials=20, replies=0)
        learned = await learn(desk)
        rows = await entries(desk)

        assert (learned.counted, learned.more) == (50, False)
        assert set(rows) == {"template:A", "template:B"}
        row = rows["template:A"]
        assert (row.data_type, row.usage_count, row.source_campaign_id) == (
            "email_template",
            30,
            desk.campaign_id,
        )
        assert (row.data_value["trials"], row.data_value["replies"]) == (30, 6)
        low, high = row.data_value["interval"]
        assert low < row.success_score < high
        assert row.success_score > rows["template:B"].success_score

    async def test_twice_is_once(self, desk: Desk) -> None:
        await write_choices(desk, "A", trials=10, replies=2)
        await learn(desk)
        before = await numbers(desk)
        assert (await learn(desk)).counted == 0
        assert await same_numbers(desk, before)

    async def test_two_workers_count_once(self, desk: Desk) -> None:
        await write_choices(desk, "A", trials=40, replies=9)
        both = await asyncio.gather(learn(desk), learn(desk))
        assert sum(one.counted for one in both) == 40
        assert (await entries(desk))["template:A"].data_value["trials"] == 40

    async def test_silence_that_may_still_be_broken_counts_by_its_age(self, desk: Desk) -> None:
        async with desk.context() as context:
            ages = [timedelta(hours=6), timedelta(days=3), timedelta(days=9)]
            context.session.add_all([chosen(desk, "A", desk.now - age) for age in ages])
        await learn(desk)
        value = (await entries(desk))["template:A"].data_value
        assert (value["trials"], value["waiting"]) == (0, 3)
        assert 1 < value["exposed"] < 3

    async def test_an_overridden_choice_and_other_outcomes_teach_nothing(self, desk: Desk) -> None:
        async with desk.context() as context:
            left = desk.now - timedelta(days=30)
            other = chosen(desk, "A", left, executed_action="B", outcome_state="known")
            plain = chosen(desk, "A", left, outcome_state="known")
            context.session.add_all([other, plain])
            await context.session.flush()
            context.session.add_all([came(other, 1.0), came(plain, 1.0, name="complaint")])
        assert (await learn(desk)).counted == 0
        assert "template:B" not in await entries(desk)

    async def test_old_evidence_counts_less(self, desk: Desk) -> None:
        await write_choices(desk, "A", trials=100, replies=30, days_ago=1460)
        await write_choices(desk, "B", trials=100, replies=30, days_ago=30)
        await learn(desk)
        found = await recommend(desk, candidates=["A", "B"], seed=1)
        assert found.candidates[0].trials == pytest.approx(50, abs=2)
        assert found.candidates[1].trials > 95

    @pytest.mark.parametrize("limit", [0, -1, 10_001])
    async def test_a_limit_has_limits(self, desk: Desk, limit: int) -> None:
        with pytest.raises(InvalidInput, match="limit"):
            await learn(desk, limit)

    async def test_nobody_learns_for_another(self, desk: Desk) -> None:
        async with desk.context() as context:
            with pytest.raises(NotFound):
                await Evidence(context).learn(desk.user_id + 1)


@pytest.mark.parametrize("seed", range(4))
async def test_counting_as_it_comes_equals_counting_anew(desk: Desk, seed: int) -> None:
    random = Random(seed)
    async with desk.context() as context:
        decisions = [
            chosen(
                desk,
                random.choice("ABC"),
                desk.now - timedelta(days=random.randrange(25, 900), hours=random.randrange(24)),
                factor=random.choice(["template", "tone"]),
                outcome_state="known",
            )
            for _ in range(60)
        ]
        context.session.add_all(decisions)
        await context.session.flush()
    random.shuffle(decisions)
    for one in decisions:
        async with desk.context() as context:
            context.session.add(came(one, float(random.random() < 0.3)))
        if random.random() < 0.2:
            async with desk.context() as context:
                ids = list(await context.session.scalars(select(AIDecisionOutcome.id)))
                await correct(context, random.choice(ids), float(random.random() < 0.5))
        if random.random() < 0.2:
            await learn(desk, limit=random.randrange(1, 9))
        if random.random() < 0.1:
            with pytest.raises(_CrashError):
                async with desk.context() as context:
                    await Evidence(context).learn(desk.user_id)
                    raise _CrashError
    while (await learn(desk, limit=7)).more:
        pass
    before = await numbers(desk)
    async with desk.context() as context:
        learned = await Evidence(context).rebuild(desk.user_id)

    assert learned.counted == 60
    assert await same_numbers(desk, before)


async def test_another_half_life_counts_anew(desk: Desk) -> None:
    await write_choices(desk, "A", trials=10, replies=3, days_ago=100)
    await learn(desk)
    async with desk.context() as context:
        rules = LearningRules(half_life=timedelta(days=50))
        changed = type(context)(context.session, context.clock, context.owner, context.actor, learning=rules)
        assert (await Evidence(changed).learn(desk.user_id)).counted == 10
    assert (await entries(desk))["template:A"].data_value["half_life_days"] == 50


async def test_patterns_say_what_works_and_what_cannot_be_said(desk: Desk) -> None:
    await write_choices(desk, "good", trials=300, replies=60)
    await write_choices(desk, "bad", trials=300, replies=9)
    await write_choices(desk, "new", trials=5, replies=1)
    await write_choices(desk, "9", trials=40, replies=4, factor="send_hour")
    await learn(desk)
    async with desk.context() as context:
        found = {one.arm: one for one in await Patterns(context).patterns(desk.user_id)}

    assert found["good"].verdict == PatternVerdict.WORKS
    assert found["bad"].verdict == PatternVerdict.FAILS
    assert found["new"].verdict == PatternVerdict.NOT_ENOUGH_DATA
    assert (found["new"].more or 0) > 10
    assert (found["9"].verdict, found["9"].base_rate) == (PatternVerdict.NOT_ENOUGH_DATA, None)


async def test_patterns_take_the_others_for_no_surer_than_they_are(desk: Desk) -> None:
    await write_choices(desk, "short", trials=1, replies=1)
    await write_choices(desk, "long", trials=1, replies=1)
    await learn(desk)
    async with desk.context() as context:
        found = await Patterns(context).patterns(desk.user_id)

    assert [one.verdict for one in found] == [PatternVerdict.NOT_ENOUGH_DATA] * 2
    assert all((one.base_rate or 1) < 0.5 for one in found)


class TestPool:
    async def test_is_of_arms_that_enough_users_have_tried(self, desk: Desk) -> None:
        await self._users(desk, number=6)
        async with desk.context() as context:
            assert await Pooling(self._trusted(context)).pool() == {"tone": 6}
        found = await recommend(desk, "tone", candidates=["friendly", "formal", "secret"], seed=3)
        by_arm = {one.arm: one for one in found.candidates}
        assert found.pooled_users == 6
        assert by_arm["friendly"].expected_rate > 1.5 * by_arm["formal"].expected_rate
        assert (
            by_arm["formal"].expected_rate < by_arm["secret"].expected_rate < by_arm["friendly"].expected_rate
        )

    async def test_too_few_users_tell_nothing(self, desk: Desk) -> None:
        await self._users(desk, number=4)
        async with desk.context() as context:
            assert await Pooling(self._trusted(context)).pool() == {}
        assert (await recommend(desk, "tone", seed=3)).pooled_users == 0

    @staticmethod
    def _trusted(context: Any) -> Any:
        return type(context)(context.session, context.clock, None, "job")

    async def _users(self, desk: Desk, number: int) -> None:
        me, campaign = desk.user_id, desk.campaign_id
        for n in range(number):
            async with desk.context() as context:
                user = User(
                    email=f"u{n}@example.com",
                    name="U",
                    address_key=b"k" * 32,
                    created_at=desk.now,
                    updated_at=desk.now,
                )
                context.session.add(user)
                await context.session.flush()
                left = desk.now - timedelta(days=40)
                rows = []
                arms = {"friendly": 30, "formal": 5} | ({"secret": 90} if n < 3 else {})
                for arm, replies in arms.items():
                    for k in range(200):
                        row = chosen(
                            desk,
                            arm,
                            left,
                            factor="tone",
                            user_id=user.id,
                            campaign_id=None,
                            outcome_state="known",
                        )
                        rows.append((row, float(k < replies)))
                context.session.add_all([row for row, _ in rows])
                await context.session.flush()
                context.session.add_all([came(row, value) for row, value in rows])
                await context.session.flush()
                trusted = self._trusted(context)
                while (await Evidence(trusted).learn(user.id)).more:
                    pass
        assert (desk.user_id, desk.campaign_id) == (me, campaign)


async def test_the_kept_evidence_of_a_decision_that_is_gone_goes_when_counted_anew(desk: Desk) -> None:
    await write_choices(desk, "A", trials=3, replies=1)
    await learn(desk)
    async with desk.context() as context:
        for row in await context.session.scalars(select(AIDecision)):
            await context.session.delete(row)
    async with desk.context() as context:
        await Evidence(context).rebuild(desk.user_id)
    assert await entries(desk) == {}
