"""Recommending: bound by what the user wants, drawn from what is stored, never from another's evidence."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update

from linkwright.errors import InvalidInput, NotFound
from linkwright.models import AIDecision
from linkwright.services.campaigns import Campaigns
from linkwright.services.comparison import Comparisons
from linkwright.services.learning import Learning
from linkwright.services.learning_tallies import Tally
from linkwright.services.recommend import Recommending
from linkwright.settings import USUAL_LEARNING
from tests.support.choices import entries, learn, recommend, recommend_many, write_choices
from tests.support.outreach import Desk


async def preferring(desk: Desk, **preferences: str) -> None:
    async with desk.context() as context:
        await Campaigns(context).update(desk.campaign_id, preferences)


class TestTheChoice:
    async def test_is_recorded_with_every_probability(self, desk: Desk) -> None:
        found = await recommend(desk, candidates=["A", "B", "C"], context={"site": "blog"}, seed=11)
        row = await desk.row(AIDecision, found.decision_id)

        assert (row.kind, row.factor, row.decided_by, row.rng_seed) == ("choose", "template", "policy", 11)
        assert row.candidates == [{"arm": one.arm, "p": one.p} for one in found.candidates]
        assert sum(one.p for one in found.candidates) == pytest.approx(1)
        assert row.action == found.choice
        assert row.propensity == next(one.p for one in found.candidates if one.arm == found.choice)
        assert (row.propensity_kind, row.context, row.policy_version) == (
            "exact",
            {"site": "blog"},
            "thompson-1",
        )

    async def test_the_same_seed_and_evidence_choose_the_same(self, desk: Desk) -> None:
        choices = [(await recommend(desk, candidates=list("ABCDEF"), seed=5)).choice for _ in range(3)]
        assert len(set(choices)) == 1

    async def test_follows_the_evidence(self, desk: Desk) -> None:
        await write_choices(desk, "A", trials=200, replies=50)
        await write_choices(desk, "B", trials=200, replies=2)
        await learn(desk)
        found = await recommend(desk, candidates=["A", "B"], seed=1)
        first, second = found.candidates
        assert first.p > 0.98
        assert second.p == pytest.approx(0.01)  # the floor: 0.02 over two arms
        assert found.interval[0] < 0.25 < found.interval[1]

    async def test_counts_what_is_kept_as_whoever_keeps_it_does(self, desk: Desk) -> None:
        await write_choices(desk, "A", trials=40, replies=6, days_ago=300)
        await write_choices(desk, 'B "quoted" é', trials=30, replies=1, days_ago=50)
        await learn(desk)
        found = await recommend(desk, candidates=["A", 'B "quoted" é', "C"])
        rules = USUAL_LEARNING.half_life
        kept = {key: Tally.of(row.data_value) for key, row in (await entries(desk)).items()}

        assert len(kept) == 2
        for one in found.candidates[:2]:
            counted = kept[f"template:{one.arm}"].at(desk.now, rules)
            assert (one.trials, one.replies) == pytest.approx(counted)
            assert 0 < one.trials < 40
        assert (found.candidates[2].trials, found.candidates[2].replies) == (0, 0)

    async def test_what_somebody_stored_beside_it_is_no_evidence(self, desk: Desk) -> None:
        async with desk.context() as context:
            for key, value in (("template:A", {"last_evidence": "no"}), ("A", {"trials": 9})):
                await Learning(context).store(desk.user_id, "email_template", key, value)
        found = await recommend(desk, candidates=["A", "B"])
        assert [one.p for one in found.candidates] == pytest.approx([0.5, 0.5])

    async def test_a_seed_that_nobody_gave_is_written_down(self, desk: Desk) -> None:
        one, other = await recommend(desk, "send_hour"), await recommend(desk, "send_hour")
        assert one.seed != other.seed

    async def test_templates_are_those_that_are_active(self, desk: Desk) -> None:
        text = {"subject_template": "S", "body_template_html": "<p>B</p>"}
        for name in ("One", "Two"):
            await desk.templates("create", desk.user_id, text | {"name": name})
        gone = await desk.templates("create", desk.user_id, text | {"name": "Three"})
        await desk.templates("retire", gone.id)
        found = await recommend(desk)
        assert [one.arm for one in found.candidates] == ["One", "Two"]


class TestPreferences:
    @pytest.mark.parametrize(
        ("preference", "left"),
        [
            ("auto", ["gemini:flash", "openai:mini", "openai:large"]),
            ("openai", ["openai:mini", "openai:large"]),
            ("openai:mini", ["openai:mini"]),
        ],
    )
    async def test_a_model_preference_leaves_its_models(
        self, desk: Desk, preference: str, left: list[str]
    ) -> None:
        await preferring(desk, ai_model_preference=preference)
        found = await recommend(desk, "model", candidates=["gemini:flash", "openai:mini", "openai:large"])
        assert [one.arm for one in found.candidates] == left
        assert len(found.excluded) == 3 - len(left)

    async def test_who_wants_no_personalization_gets_the_preferred_tone(self, desk: Desk) -> None:
        await preferring(desk, tone_preference="friendly", personalization_level="low")
        found = await recommend(desk, "tone")
        row = await desk.row(AIDecision, found.decision_id)
        assert (found.choice, row.propensity, row.propensity_kind) == ("friendly", 1.0, "deterministic")

    async def test_a_model_that_was_never_used_can_be_preferred(self, desk: Desk) -> None:
        await preferring(desk, ai_model_preference="gemini")
        assert (await recommend(desk, "model")).choice == "gemini"


class TestTheUniformSlice:
    async def test_is_drawn_evenly_whatever_was_learned(self, desk: Desk) -> None:
        await write_choices(desk, "A", trials=200, replies=50)
        await learn(desk)
        found = await recommend(desk, candidates=["A", "B", "C", "D"], context={"slice": "uniform"}, seed=2)
        row = await desk.row(AIDecision, found.decision_id)

        assert row.candidates == [{"arm": arm, "p": 0.25} for arm in "ABCD"]
        assert (row.propensity, row.propensity_kind) == (0.25, "exact")
        assert (row.decider, row.policy_version) == ("uniform", "uniform-1")
        assert found.candidates[0].expected_rate > 0.2

    async def test_is_an_experiment_to_whoever_compares(self, desk: Desk) -> None:
        found = await recommend_many(desk, 40, candidates=["A", "B"], context={"slice": "uniform"}, seed=3)
        await recommend_many(desk, 7, candidates=["A", "B"])
        async with desk.context() as context:
            await context.session.execute(update(AIDecision).values(executed_at=desk.now))
            compared = await Comparisons(context).compare(desk.user_id, "template")

        even, drawn = compared.traffic
        assert (even.kind, drawn.kind) == ("randomised", "adaptive")
        assert {arm.arm: arm.waiting for arm in even.arms} == Counter(one.choice for one in found)
        assert sum(arm.waiting for arm in drawn.arms) == 7

    async def test_stays_within_the_preference(self, desk: Desk) -> None:
        await preferring(desk, ai_model_preference="openai")
        models = ["gemini:flash", "openai:mini", "openai:large"]
        found = await recommend(desk, "model", candidates=models, context={"slice": "uniform"})
        assert [(one.arm, one.p) for one in found.candidates] == [("openai:mini", 0.5), ("openai:large", 0.5)]

    async def test_what_leaves_no_choice_is_no_experiment(self, desk: Desk) -> None:
        await preferring(desk, tone_preference="friendly", personalization_level="none")
        found = await recommend(desk, "tone", context={"slice": "uniform"})
        row = await desk.row(AIDecision, found.decision_id)
        assert (found.choice, row.propensity_kind) == ("friendly", "deterministic")

    async def test_another_slice_is_refused(self, desk: Desk) -> None:
        with pytest.raises(InvalidInput, match="slice"):
            await recommend(desk, "tone", context={"slice": "unifrom"})


class TestMany:
    async def test_each_is_a_draw_of_its_own_that_its_seed_repeats(self, desk: Desk) -> None:
        found = await recommend_many(desk, 50, candidates=list("ABCDEF"), seed=9)
        again = [await recommend(desk, candidates=list("ABCDEF"), seed=one.seed) for one in found[:5]]

        assert len({one.seed for one in found}) == 50
        assert len({one.choice for one in found}) == 6
        assert [one.choice for one in again] == [one.choice for one in found[:5]]
        rows = {row[0].id: row[0] for row in await desk.all(select(AIDecision))}
        for one in found:
            row = rows[one.decision_id]
            assert (row.action, row.rng_seed, row.outcome_state) == (one.choice, one.seed, "pending")
            assert row.propensity == next(each.p for each in one.candidates if each.arm == one.choice)

    async def test_the_same_seed_makes_the_same_choices(self, desk: Desk) -> None:
        one, other = [await recommend_many(desk, 20, "send_hour", seed=4) for _ in range(2)]
        assert [each.choice for each in one] == [each.choice for each in other]

    async def test_each_is_about_its_prospect(self, desk: Desk) -> None:
        pages = [await desk.prospect(), await desk.prospect()]
        found = await recommend_many(desk, 2, "tone", opportunity_ids=pages)
        rows = [await desk.row(AIDecision, one.decision_id) for one in found]
        assert [row.opportunity_id for row in rows] == pages

    @pytest.mark.parametrize(
        ("count", "prospects", "error"),
        [
            (0, (), InvalidInput),
            (1001, (), InvalidInput),
            (2, (1,), InvalidInput),
            (2, (1, 99), NotFound),
            (1, ("1",), NotFound),
            (1, (2**40,), NotFound),
        ],
    )
    async def test_bad_input_writes_nothing(
        self, desk: Desk, count: int, prospects: tuple[Any, ...], error: type[Exception]
    ) -> None:
        await desk.prospect()
        with pytest.raises(error):
            await recommend_many(desk, count, "tone", opportunity_ids=prospects)
        assert await desk.all(select(AIDecision.id)) == []


class TestBadInput:
    @pytest.mark.parametrize(
        ("factor", "candidates", "field"),
        [
            ("colour", None, "factor"),
            ("tone", [], "candidates"),
            ("tone", "friendly", "candidates"),
            ("tone", [" "], "candidates"),
            ("tone", ["x" * 151], "candidates"),
            ("tone", ["a\x00"], "candidates"),
            ("tone", [str(n) for n in range(1001)], "candidates"),
            ("template", None, "candidates"),
        ],
    )
    async def test_is_named_and_nothing_is_written(
        self, desk: Desk, factor: str, candidates: list[str] | None, field: str
    ) -> None:
        with pytest.raises(InvalidInput, match=field):
            await recommend(desk, factor, candidates=candidates)
        assert await desk.all(select(AIDecision.id)) == []

    async def test_nothing_that_the_preference_allows(self, desk: Desk) -> None:
        await preferring(desk, ai_model_preference="openai")
        with pytest.raises(InvalidInput, match="preference allows"):
            await recommend(desk, "model", candidates=["gemini:flash"])

    async def test_a_campaign_or_prospect_of_nobody(self, desk: Desk) -> None:
        async with desk.context() as context:
            with pytest.raises(NotFound, match="campaign"):
                await Recommending(context).recommend(desk.user_id, "0" * 36, "tone")
            with pytest.raises(NotFound, match="opportunity"):
                await Recommending(context).recommend(
                    desk.user_id, desk.campaign_id, "tone", opportunity_id=99
                )
