"""Evidence: outcomes counted into what is known of each arm, once each, and all anew when asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from linkwright.db.rows import run
from linkwright.errors import InvalidInput
from linkwright.learning.reply_times import ReplyTimes, reply_times
from linkwright.outcomes import window_of
from linkwright.queries import archived_campaigns
from linkwright.queries import evidence as queries
from linkwright.services.archived_evidence import Reply, facts_of, replies_of
from linkwright.services.context import Context
from linkwright.services.learning_factors import DATA_TYPE, LONGEST_ARM, arm_of, key_of
from linkwright.services.learning_tallies import Tally
from linkwright.services.ownership import require_user
from linkwright.vocabulary import DecisionKind, Factor, OutcomeName

_DAY: Final = timedelta(days=1)
_AT_ONCE: Final = 1000
REPLIES: Final = 1000
"""Of the latest answers, so many tell how soon people answer."""

# By factor and arm.
Tallies = dict[tuple[str, str], Tally]


@dataclass(frozen=True, slots=True)
class Learned:
    """What a call counted: outcomes, and whether more wait for the next call."""

    counted: int
    arms: int
    more: bool = False


class Evidence:
    """Evidence, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session
        self._half_life = context.learning.half_life

    async def learn(self, user_id: int, limit: int = _AT_ONCE) -> Learned:
        """Count the outcomes that have not been counted, or that have changed since.

        Whoever learns for a user keeps others from doing so at the same time, so each outcome
        counts once however many workers there are. Counting what is kept under another half-life starts anew.

        Raises:
            InvalidInput: `limit` is not from 1 to 10,000.
            NotFound: there is no such user, or the caller is bound to another.
        """
        if not 1 <= limit <= 10 * _AT_ONCE:
            raise InvalidInput("limit", f"must be from 1 to {10 * _AT_ONCE}", limit)
        await require_user(self._context, user_id)
        await run(self._session, queries.alone(user_id))
        tallies, comparable = await self._kept(user_id)
        if not comparable:
            return await self.rebuild(user_id)
        facts = list(await run(self._session, queries.unlearned(user_id, limit)))
        counting = [fact for fact in facts if fact.counts and len(fact.action) <= LONGEST_ARM]
        for fact in counting:
            self._count(tallies, fact)
        await self._claim(counting, facts)
        await self._keep(user_id, tallies)
        return Learned(len(counting), len(tallies), more=len(facts) == limit)

    async def rebuild(self, user_id: int) -> Learned:
        """Count all of a user's outcomes anew, from the ledger and from what archived campaigns have left.

        Raises:
            NotFound: there is no such user, or the caller is bound to another.
        """
        await require_user(self._context, user_id)
        await run(self._session, queries.alone(user_id))
        before, _ = await self._kept(user_id)
        await run(self._session, queries.unclaim(user_id))
        tallies: Tallies = {}
        counted = 0
        away = list(await run(self._session, queries.archived(user_id)))
        for row in away:
            for kept in facts_of(row.evidence):
                self._count(tallies, kept)
                counted += 1
        leaving = {row.campaign_id for row in away}
        while facts := list(await run(self._session, queries.unlearned(user_id, _AT_ONCE))):
            counting = [fact for fact in facts if fact.counts and len(fact.action) <= LONGEST_ARM]
            # Of a campaign that is being moved out, all is counted already.
            here = [fact for fact in counting if fact.campaign_id not in leaving]
            for fact in here:
                self._count(tallies, fact)
            await self._claim(counting, facts)
            counted += len(here)
        await self._keep(user_id, tallies, before)
        return Learned(counted, len(tallies))

    def _count(self, tallies: Tallies, fact: Any) -> None:
        place = fact.factor, fact.action
        tallies[place] = tallies.get(place, Tally()).with_evidence(fact, self._half_life)

    async def _claim(self, counting: list[Any], facts: list[Any]) -> None:
        now = self._context.now()
        counted = {fact.id for fact in counting}
        for ids, counts in ((sorted(counted), True), ([f.id for f in facts if f.id not in counted], False)):
            if ids:
                await run(self._session, queries.claim(ids, now, counted=counts))

    async def _kept(self, user_id: int) -> tuple[Tallies, bool]:
        tallies: Tallies = {}
        days = self._half_life / _DAY
        comparable = True
        for row in await run(self._session, queries.kept(user_id)):
            factor = row.data_key.partition(":")[0]
            if DATA_TYPE[Factor(factor)] != row.data_type:
                continue
            comparable &= row.data_value.get("half_life_days") == days
            tally = Tally.of(row.data_value)
            tallies[factor, arm_of(factor, row.data_key) or ""] = replace(
                tally, campaign_id=row.source_campaign_id, opportunity_id=row.source_opportunity_id
            )
        return tallies, comparable

    async def _keep(
        self, user_id: int, tallies: Tallies, before: Mapping[tuple[str, str], Tally] = {}
    ) -> None:
        await self._look_at_waiting(user_id, tallies)
        gone = [place for place in {*before, *tallies} if not _is_evidence(tallies.get(place))]
        for factor, arm in gone:
            tallies.pop((factor, arm), None)
            data_type = DATA_TYPE[Factor(factor)]
            await run(self._session, queries.forget(user_id, data_type, [key_of(factor, arm)]))
        if not tallies:
            return
        pools = {row.factor: row for row in await run(self._session, queries.pools())}
        rows: list[dict[str, Any]] = []
        for factor in sorted({factor for factor, _ in tallies}):
            mine = {arm: tally for (name, arm), tally in tallies.items() if name == factor}
            rows += self._rows(user_id, Factor(factor), mine, pools.get(factor))
        for first in range(0, len(rows), 100):
            await run(self._session, queries.keep(rows[first : first + 100]))

    async def _look_at_waiting(self, user_id: int, tallies: Tallies) -> None:
        now = self._context.now()
        for place, tally in tallies.items():
            latest = tally.last[0] if tally.last else None
            tallies[place] = replace(tally, waiting=0, exposed=0.0, last_used=latest)
        times = await self._reply_times(user_id)
        for row in await run(self._session, queries.waiting(user_id, now)):
            if row.factor not in times or len(row.action) > LONGEST_ARM:
                continue
            place = row.factor, row.action
            tally = tallies.get(place, Tally())
            exposed = times[row.factor].exposure((now - row.executed_at) / _DAY)
            used = row.executed_at if tally.last_used is None else max(row.executed_at, tally.last_used)
            tallies[place] = replace(
                tally, waiting=tally.waiting + 1, exposed=tally.exposed + exposed, last_used=used
            )

    async def _reply_times(self, user_id: int) -> dict[str, ReplyTimes]:
        taken: dict[str, list[float]] = defaultdict(list)
        found = [Reply._make(row) for row in await run(self._session, queries.replies(user_id, REPLIES))]
        for row in await run(self._session, archived_campaigns.replies(user_id)):
            found += replies_of(row.replies)
        found.sort(key=lambda one: (one.occurred_at, one.id), reverse=True)
        for one in found[:REPLIES]:
            taken[one.factor].append((one.occurred_at - one.executed_at) / _DAY)
        return {factor.value: reply_times(taken[factor.value], window_days(factor)) for factor in Factor}

    def _rows(
        self, user_id: int, factor: Factor, tallies: Mapping[str, Tally], pool: Any
    ) -> list[dict[str, Any]]:
        # NumPy takes a moment to load, and this is the first thing that needs it.
        from linkwright.services.learning_expectations import known  # noqa: PLC0415

        now = self._context.now()
        arms = sorted(tallies)
        counts = {arm: tally.at(now, self._half_life) for arm, tally in tallies.items()}
        found = known(arms, counts, pool, self._context.learning)
        return [
            {
                "user_id": user_id,
                "data_type": DATA_TYPE[factor].value,
                "data_key": key_of(factor, arm),
                "data_value": {
                    **tallies[arm].as_value(self._half_life),
                    "prior": [float(found.chances.prior.a[place]), float(found.chances.prior.b[place])],
                    "interval": list(found.interval(place)),
                },
                "success_score": float(found.means[place]),
                "usage_count": tallies[arm].trials + tallies[arm].waiting,
                "last_used": tallies[arm].last_used,
                "source_campaign_id": tallies[arm].campaign_id,
                "source_opportunity_id": tallies[arm].opportunity_id,
                "created_at": now,
                "updated_at": now,
            }
            for place, arm in enumerate(arms)
        ]


def window_days(factor: Factor) -> int:
    """Return how many days an answer is waited for."""
    window = window_of(DecisionKind.CHOOSE, factor, OutcomeName.HUMAN_REPLY)
    if window is None:
        raise ValueError(factor)
    return window.days


def _is_evidence(tally: Tally | None) -> bool:
    return tally is not None and bool(tally.trials or tally.waiting)
