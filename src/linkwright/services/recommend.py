"""Recommending: which arm of a factor to use next, drawn from probabilities that are written down."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.errors import InvalidInput, NotFound
from linkwright.queries import decisions as decision_queries
from linkwright.queries import evidence as queries
from linkwright.schemas.decisions import DecisionCreate
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.learning_factors import DATA_TYPE, USUAL, arm_of, checked_arms, factor_of
from linkwright.services.learning_tallies import Tally
from linkwright.services.ownership import require_same_user
from linkwright.vocabulary import (
    DeciderKind,
    DecisionKind,
    Factor,
    OutcomeState,
    PersonalizationLevel,
    PropensityKind,
)

_SEED_BITS: Final = 62
_DECIDER: Final = "thompson"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One arm: the probability with which it is chosen, the reply rate expected of it, on which evidence.

    `trials` and `replies` are as they count now: faded, and what still waits by how long it has waited.
    """

    arm: str
    p: float
    expected_rate: float
    trials: float
    replies: float


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What was chosen, out of what, and what is expected of it. The decision is in the ledger."""

    decision_id: int
    factor: str
    choice: str
    candidates: tuple[Candidate, ...]
    excluded: tuple[Mapping[str, str], ...]
    expected_rate: float
    interval: tuple[float, float]
    trials: float
    replies: float
    # How many users' evidence the expectations rest on besides; 0 where there is no pool.
    pooled_users: int
    seed: int
    policy_version: str


class Recommending:
    """Recommending, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def recommend(
        self,
        user_id: int,
        campaign_id: str,
        factor: str,
        candidates: Sequence[str] | None = None,
        context: Mapping[str, Any] | None = None,
        *,
        opportunity_id: int | None = None,
        seed: int | None = None,
    ) -> Recommendation:
        """Choose an arm of a factor for a campaign's next letter, and record the choice.

        Without `candidates` it is chosen between what the user has: active templates, models seen,
        the tones and the usual hours, delays and styles of subject. The campaign's preferences bind it: a
        model preference leaves that provider's or that model's; a personalization level of `none` or `low`
        leaves the tone preferred. `candidates` narrow it further, down to one for who wants no choice.
        The same seed and the same evidence choose the same.

        Raises:
            InvalidInput: there is no such factor, or nothing that may be chosen.
            NotFound: the user has no such campaign, or it has no such prospect.
        """
        wanted = factor_of(factor)
        require_same_user(self._context, user_id)
        key = {"campaign_id": campaign_id, "user_id": user_id}
        campaign = (await run(self._session, queries.PREFERENCES, key)).first()
        if campaign is None:
            raise NotFound("campaign", campaign_id)
        if opportunity_id is not None:
            there = decision_queries.in_campaign(campaign_id, opportunity_id, None, None)
            if not (await run(self._session, there)).one()[0]:
                raise NotFound("opportunity", opportunity_id)
        tallies = await self._tallies(user_id, wanted)
        arms, excluded = await self._allowed(user_id, wanted, campaign, candidates, tallies)
        pool = (await run(self._session, queries.POOL, {"factor": wanted.value})).first()

        # NumPy takes a moment to load, and few transactions need it.
        from linkwright.learning.choosing import Policy, choose  # noqa: PLC0415
        from linkwright.services.learning_expectations import known  # noqa: PLC0415

        found = known(arms, tallies, pool, self._context.now(), self._context.learning)
        seed = secrets.randbits(_SEED_BITS) if seed is None else seed
        probabilities = found.chances.probabilities
        place = choose(probabilities, seed)
        columns = (arms, probabilities, found.means, found.trials, found.replies)
        shown = tuple(Candidate(arm, *map(float, numbers)) for arm, *numbers in zip(*columns, strict=True))
        chosen = shown[place]
        version = Policy().version
        decision = parse(
            DecisionCreate,
            {
                "campaign_id": campaign_id,
                "opportunity_id": opportunity_id,
                "kind": DecisionKind.CHOOSE,
                "factor": wanted,
                "decided_by": DeciderKind.POLICY,
                "decider": _DECIDER,
                "policy_version": version,
                "context": None if context is None else dict(context),
                "candidates": [{"arm": one.arm, "p": one.p} for one in shown],
                "excluded": excluded or None,
                "action": chosen.arm,
                "propensity": chosen.p,
                "propensity_kind": PropensityKind.EXACT if len(arms) > 1 else PropensityKind.DETERMINISTIC,
                "rng_seed": seed,
            },
        )
        return Recommendation(
            decision_id=await self._record(user_id, decision),
            factor=wanted.value,
            choice=chosen.arm,
            candidates=shown,
            excluded=tuple(excluded),
            expected_rate=chosen.expected_rate,
            interval=found.interval(place),
            trials=chosen.trials,
            replies=chosen.replies,
            pooled_users=0 if pool is None else pool.users,
            seed=seed,
            policy_version=version,
        )

    async def _tallies(self, user_id: int, factor: Factor) -> dict[str, Tally]:
        key = {"user_id": user_id, "data_type": DATA_TYPE[factor].value}
        rows = await run(self._session, queries.ARMS, key)
        named = ((arm_of(factor, row.data_key), row.data_value) for row in rows)
        return {arm: Tally.of(value) for arm, value in named if arm is not None}

    async def _allowed(
        self,
        user_id: int,
        factor: Factor,
        campaign: Any,
        candidates: Sequence[str] | None,
        tallies: Mapping[str, Tally],
    ) -> tuple[list[str], list[dict[str, str]]]:
        preferred = _preference(factor, campaign)
        if candidates is not None:
            arms = checked_arms(candidates)
        elif factor == Factor.TEMPLATE:
            arms = [row.name for row in await run(self._session, queries.templates(user_id))]
        else:
            arms = list(USUAL.get(factor, ())) or sorted(tallies)
        excluded = []
        if preferred is not None:
            reason = f"the campaign prefers {preferred}"
            excluded = [{"arm": arm, "reason": reason} for arm in arms if not _fits(arm, preferred)]
            arms = [arm for arm in arms if _fits(arm, preferred)]
            if not arms and candidates is None:
                arms = [preferred]
        if not arms:
            said = "must have one that the campaign's preference allows" if excluded else "must be given"
            raise InvalidInput("candidates", f"{said}: there is no {factor} to choose")
        return arms, excluded

    async def _record(self, user_id: int, decision: DecisionCreate) -> int:
        values = {
            **decision.model_dump(exclude={"rendered_prompt", "output_text"}, exclude_none=True),
            "user_id": user_id,
            "outcome_state": OutcomeState.PENDING.value,
            "decided_at": self._context.now(),
        }
        result = await run(self._session, queries.RECORD, values)
        return int(result.scalar_one())


def _preference(factor: Factor, campaign: Any) -> str | None:
    """Return what a campaign leaves no choice about."""
    if factor == Factor.MODEL and campaign.ai_model_preference not in {None, "", "auto"}:
        return str(campaign.ai_model_preference)
    bound = campaign.personalization_level in {PersonalizationLevel.NONE, PersonalizationLevel.LOW}
    if factor == Factor.TONE and bound and campaign.tone_preference:
        return str(campaign.tone_preference)
    return None


def _fits(arm: str, preferred: str) -> bool:
    """Whether an arm is what is preferred; a provider is so by any of its models.

    >>> _fits("openai:gpt-4o-mini", "openai"), _fits("openai:gpt-4o-mini", "openai:gpt-4o")
    (True, False)
    """
    return arm == preferred or arm.startswith(f"{preferred}:")
