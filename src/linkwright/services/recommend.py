"""Recommending: which arm of a factor to use next, drawn from probabilities that are written down."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Final

from linkwright.db.bulk import insert_many
from linkwright.db.rows import run
from linkwright.errors import InvalidInput, NotFound
from linkwright.models.decisions import AIDecision
from linkwright.queries import recommend as queries
from linkwright.schemas.decisions import Drawn
from linkwright.schemas.draws import is_slice
from linkwright.schemas.validation import parse
from linkwright.services.arguments import check_row_id
from linkwright.services.context import Context
from linkwright.services.learning_factors import DATA_TYPE, factor_of, key_of
from linkwright.services.learning_tallies import counts_now
from linkwright.services.ownership import require_same_user
from linkwright.services.recommend_candidates import allowed
from linkwright.vocabulary import DeciderKind, DecisionKind, Factor, OutcomeState, PropensityKind

MOST_AT_ONCE: Final = 1000
_SEED_BITS: Final = 62
_LEARNING: Final = "thompson"
_EVENLY, _EVENLY_VERSION = "uniform", "uniform-1"


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

        A `context` of `{"slice": "uniform"}` draws evenly among what may be chosen, whatever was learned:
        that is the experiment which `compare` finds a winner in.

        Raises:
            InvalidInput: there is no such factor or slice, or nothing that may be chosen.
            NotFound: the user has no such campaign, or it has no such prospect.
        """
        about = () if opportunity_id is None else (opportunity_id,)
        seeds = [secrets.randbits(_SEED_BITS) if seed is None else seed]
        return (await self._drawn(user_id, campaign_id, factor, candidates, context, about, seeds))[0]

    async def recommend_many(
        self,
        user_id: int,
        campaign_id: str,
        factor: str,
        count: int,
        candidates: Sequence[str] | None = None,
        context: Mapping[str, Any] | None = None,
        *,
        opportunity_ids: Sequence[int] = (),
        seed: int | None = None,
    ) -> list[Recommendation]:
        """Choose `count` times from the same evidence, as for the letters of a day, and record each choice.

        Each is as `recommend` would choose it, drawn by a seed of its own; `seed` makes these. With
        `opportunity_ids`, the first choice is about the first of these prospects, and so on.

        Raises:
            InvalidInput: as for `recommend`; or `count` is not from 1 to 1,000, or not how many
                prospects there are.
            NotFound: the user has no such campaign, or it has no such prospect.
        """
        if not 1 <= count <= MOST_AT_ONCE:
            raise InvalidInput("count", f"must be from 1 to {MOST_AT_ONCE:,}", count)
        prospects = list(opportunity_ids)
        if prospects and len(prospects) != count:
            raise InvalidInput("opportunity_ids", f"must be {count:,}, one for each choice", len(prospects))
        random = secrets.SystemRandom() if seed is None else Random(seed)  # noqa: S311  (repeatable on purpose)
        seeds = [random.getrandbits(_SEED_BITS) for _ in range(count)]
        return await self._drawn(user_id, campaign_id, factor, candidates, context, prospects, seeds)

    async def _drawn(
        self,
        user_id: int,
        campaign_id: str,
        factor: str,
        candidates: Sequence[str] | None,
        context: Mapping[str, Any] | None,
        prospects: Sequence[int],
        seeds: Sequence[int],
    ) -> list[Recommendation]:
        wanted = factor_of(factor)
        evenly = is_slice(context)
        brought = parse(Drawn, {"context": context, "rng_seed": seeds[0]})
        grounds = await self._grounds(user_id, campaign_id, wanted, prospects)
        mine = key_of(wanted, "")
        kept = {
            key[len(mine) :]: fields
            for key, fields in (grounds.kept or {}).items()
            if key.startswith(mine) and key != mine
        }
        arms, excluded = await allowed(self._session, user_id, wanted, grounds, candidates, kept)
        now, half_life = self._context.now(), self._context.learning.half_life
        counts = {arm: counts_now(kept[arm], now, half_life) for arm in arms if arm in kept}
        pool = None if grounds.users is None else grounds

        # NumPy takes a moment to load, and few transactions need it.
        from linkwright.learning.choosing import Policy, choose, even  # noqa: PLC0415
        from linkwright.services.learning_expectations import known  # noqa: PLC0415

        found = known(arms, counts, pool, self._context.learning)
        probabilities = even(len(arms)) if evenly else found.chances.probabilities
        columns = (probabilities, found.means, found.trials, found.replies)
        shown = tuple(map(Candidate, arms, *(column.tolist() for column in columns)))
        version = _EVENLY_VERSION if evenly else Policy().version
        about: list[int | None] = [*prospects] or [None] * len(seeds)
        places = [choose(probabilities, seed) for seed in seeds]
        kind = PropensityKind.EXACT if len(arms) > 1 else PropensityKind.DETERMINISTIC
        row = {
            "user_id": user_id,
            "campaign_id": campaign_id,
            "kind": DecisionKind.CHOOSE.value,
            "factor": wanted.value,
            "decided_by": DeciderKind.POLICY.value,
            "decider": _EVENLY if evenly else _LEARNING,
            "policy_version": version,
            "context": brought.context,
            "propensity_kind": kind.value,
            "candidates": [{"arm": one.arm, "p": one.p} for one in shown],
            "excluded": excluded or None,
            "outcome_state": OutcomeState.PENDING.value,
            "decided_at": now,
        }
        draws = [
            {"opportunity_id": row, "action": arms[place], "propensity": shown[place].p, "rng_seed": seed}
            for row, place, seed in zip(about, places, seeds, strict=True)
        ]
        ids = await self._record(row, draws)
        interval = lru_cache(found.interval)
        return [
            Recommendation(
                decision_id=id_,
                factor=wanted.value,
                choice=arms[place],
                candidates=shown,
                excluded=tuple(excluded),
                expected_rate=shown[place].expected_rate,
                interval=interval(place),
                trials=shown[place].trials,
                replies=shown[place].replies,
                pooled_users=0 if pool is None else pool.users,
                seed=seed,
                policy_version=version,
            )
            for id_, place, seed in zip(ids, places, seeds, strict=True)
        ]

    async def _grounds(self, user_id: int, campaign_id: str, factor: Factor, prospects: Sequence[int]) -> Any:
        """Return what a choice depends on, for a campaign that has these prospects."""
        require_same_user(self._context, user_id)
        key = {
            "campaign_id": campaign_id,
            "user_id": user_id,
            "factor": factor.value,
            "data_type": DATA_TYPE[factor].value,
        }
        grounds = (await run(self._session, queries.GROUNDS, key)).first()
        if grounds is None:
            raise NotFound("campaign", campaign_id)
        for prospect in prospects:
            check_row_id("opportunity_id", prospect)
        if prospects:
            there = set((await run(self._session, queries.prospects(campaign_id, prospects))).scalars())
            for prospect in prospects:
                if prospect not in there:
                    raise NotFound("opportunity", prospect)
        return grounds

    async def _record(self, row: Mapping[str, Any], draws: Sequence[Mapping[str, Any]]) -> Sequence[int]:
        """Write a row for each draw, and return their ids."""
        # They are not parsed: but for what the caller brought they are our own, and to ask of a hundred
        # probabilities whether they sum to one takes longer than to draw. Tests hold it.
        if len(draws) == 1:
            return [(await run(self._session, queries.RECORD, {**row, **draws[0]})).scalar_one()]
        rows = [tuple({**row, **draw}.values()) for draw in draws]
        return await insert_many(self._session, AIDecision, [*row, *draws[0]], rows)
