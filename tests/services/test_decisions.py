"""The ledger: appended to, never rewritten; a cost counted once."""

import asyncio
from typing import Any

import pytest

from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.models import BacklinkingCampaign
from linkwright.services.campaigns import Campaigns
from linkwright.services.context import Context
from linkwright.services.decisions import Decisions
from tests.support.outreach import Desk

CHOICE: dict[str, Any] = {
    "kind": "choose",
    "decided_by": "policy",
    "factor": "template",
    "candidates": [{"arm": "a", "p": 0.3}, {"arm": "b", "p": 0.7}],
    "action": "b",
    "propensity": 0.7,
    "propensity_kind": "exact",
    "rng_seed": 2**62,
    "confidence": 0.6,
    "cost": 0.0125,
}
REPLY = {"name": "human_reply", "rule": "v1", "value": 1.0, "evidence": "response:12"}


async def cost(desk: Desk) -> float:
    return float((await desk.row(BacklinkingCampaign, desk.campaign_id)).actual_cost)


class TestRecord:
    async def test_keeps_what_was_seen_and_adds_its_cost(self, desk: Desk) -> None:
        email = await desk.draft()
        about = {
            "campaign_id": desk.campaign_id,
            "opportunity_id": email.opportunity_id,
            "email_id": email.id,
        }
        async with desk.context() as context:
            decision = await Decisions(context).record(desk.user_id, CHOICE | about)
            context.session.expunge_all()
            stored = await Decisions(context).get(decision.id)

        assert {name: getattr(stored, name) for name in CHOICE} == CHOICE
        assert (stored.currency, stored.outcome_state, stored.decided_at) == ("USD", "pending", desk.now)
        assert await cost(desk) == 0.0125

    async def test_of_no_campaign_costs_no_campaign(self, desk: Desk) -> None:
        async with desk.context() as context:
            await Decisions(context).record(desk.user_id, CHOICE)

        assert await cost(desk) == 0.0

    async def test_the_same_key_again_changes_nothing(self, desk: Desk) -> None:
        data = CHOICE | {"campaign_id": desk.campaign_id, "idempotency_key": "job-7"}

        async def record(**changes: Any) -> int:
            async with desk.context() as context:
                return (await Decisions(context).record(desk.user_id, data | changes)).id

        ids = await asyncio.gather(*(record() for _ in range(6)))

        assert len(set(ids)) == 1
        assert await cost(desk) == 0.0125
        with pytest.raises(Conflict, match="idempotency key job-7 belongs to decision"):
            await record(action="a", propensity=0.3)

    async def test_many_costs_at_once_add_up(self, desk: Desk) -> None:
        async def record() -> None:
            async with desk.database.transaction() as session:
                data = CHOICE | {"campaign_id": desk.campaign_id, "cost": 0.25}
                await Decisions(Context(session)).record(desk.user_id, data)

        await asyncio.gather(*(record() for _ in range(8)))

        assert await cost(desk) == 2.0

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"kind": "guess"}, "kind: must be one of"),
            ({"decided_by": "dice"}, "decided_by: must be one of"),
            ({"propensity": 0.0}, "propensity"),
            ({"propensity_kind": None}, "propensity and propensity_kind go together"),
            ({"confidence": 1.5}, "confidence"),
            ({"cost": -1.0}, "cost"),
            ({"cost": float("nan")}, "cost"),
            ({"currency": "EUR"}, "currency"),
            ({"rng_seed": 2**63}, "rng_seed"),
            ({"prompt_digest": "x" * 64}, "prompt_digest: must be hexadecimal"),
            ({"email_id": 5}, "campaign_id is required"),
            ({"outcome_state": "known"}, "outcome_state"),
            ({"factor": "weather"}, "factor must be one of: template, tone, model"),
            ({"confidence_raw": float("nan")}, "confidence_raw"),
            ({"action": "c"}, "action"),
            ({"propensity": 0.6}, "propensity"),
            ({"decided_at": "2027-01-01T00:00:00Z"}, "decided_at: must not lie in the future"),
            ({"decided_at": "2026-01-01T00:00:00"}, "decided_at: must say its time zone"),
        ],
    )
    async def test_refuses_what_breaks_a_rule(self, desk: Desk, changes: dict[str, Any], said: str) -> None:
        async with desk.context() as context:
            with pytest.raises(InvalidInput, match=said):
                await Decisions(context).record(desk.user_id, CHOICE | changes)

    async def test_what_it_is_about_is_in_the_campaign(self, desk: Desk) -> None:
        other = await desk.campaign()
        page = await desk.prospect(other)
        async with desk.context() as context:
            about = {"campaign_id": desk.campaign_id, "opportunity_id": page}
            with pytest.raises(NotFound, match=f"There is no opportunity {page}"):
                await Decisions(context).record(desk.user_id, CHOICE | about)
            # Nothing of it is kept, and the transaction goes on.
            assert await Decisions(context).page(desk.user_id) == []
            assert (await Campaigns(context).get(desk.campaign_id)).actual_cost == 0.0


class TestPage:
    async def test_is_the_last_first_and_about_what_was_asked(self, desk: Desk) -> None:
        async with desk.context() as context:
            decisions = Decisions(context)
            ids = [
                (await decisions.record(desk.user_id, CHOICE | {"campaign_id": desk.campaign_id})).id
                for _ in range(3)
            ]
            other = await decisions.record(desk.user_id, CHOICE | {"kind": "score"})

            async def found(**asked: Any) -> list[int]:
                return [row.id for row in await decisions.page(desk.user_id, **asked)]

            assert await found() == [other.id, *reversed(ids)]
            assert await found(campaign_id=desk.campaign_id, limit=2) == [ids[2], ids[1]]
            assert await found(campaign_id=desk.campaign_id, before=ids[1]) == [ids[0]]
            assert await found(kind="score") == [other.id]
            with pytest.raises(NotFound, match="opportunity 7"):
                await found(opportunity_id=7)


class TestOutcomes:
    async def test_make_it_known_and_a_rule_speaks_once(self, desk: Desk) -> None:
        async with desk.context() as context:
            decisions = Decisions(context)
            decision = await decisions.record(desk.user_id, CHOICE)
            first = await decisions.record_outcome(decision.id, REPLY)
            assert (await decisions.record_outcome(decision.id, REPLY)).id == first.id
            with pytest.raises(Conflict, match=r"Rule v1 said that human_reply .* is 1"):
                await decisions.record_outcome(decision.id, REPLY | {"value": 0.0})
            later = await decisions.record_outcome(decision.id, REPLY | {"rule": "v2", "value": 0.0})

            assert [row.id for row in await decisions.outcomes(decision.id)] == [first.id, later.id]
        async with desk.context() as context:
            assert (await Decisions(context).get(decision.id)).outcome_state == "known"

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"value": 37.0}, "0 or 1"),
            ({"value": 0.5}, "0 or 1"),
            ({"name": "applause"}, "name must be one of"),
        ],
    )
    async def test_of_our_own_rule_are_what_it_says_and_yes_or_no(
        self, desk: Desk, changes: dict[str, Any], said: str
    ) -> None:
        async with desk.context() as context:
            decisions = Decisions(context)
            decision = await decisions.record(desk.user_id, CHOICE)
            with pytest.raises(InvalidInput, match=said):
                await decisions.record_outcome(decision.id, REPLY | changes)
            other = await decisions.record_outcome(decision.id, REPLY | changes | {"rule": "mine"})

        assert other.rule == "mine"

    async def test_that_will_never_be_known_are_censored_until_they_are(self, desk: Desk) -> None:
        async with desk.context() as context:
            decisions = Decisions(context)
            decision = await decisions.record(desk.user_id, CHOICE)
            assert (await decisions.censor(decision.id)).outcome_state == "censored"
            await decisions.record_outcome(decision.id, REPLY)
            with pytest.raises(Conflict, match="is known already"):
                await decisions.censor(decision.id)
