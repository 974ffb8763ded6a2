"""Pooling: what all users' evidence says of the choices they have in common, with nobody's numbers in it."""

from __future__ import annotations

from typing import Any

from linkwright.db.rows import run
from linkwright.queries import evidence as queries
from linkwright.services.context import Context
from linkwright.services.learning_factors import DATA_TYPE, arm_of
from linkwright.services.learning_tallies import Tally
from linkwright.services.ownership import require_trusted
from linkwright.vocabulary import Factor


class Pooling:
    """Pooling, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def pool(self) -> dict[str, int]:
        """Fit the pool of every factor anew; return how many users each is of.

        A factor that fewer than the minimum of users have evidence on has none, and an arm that
        fewer have tried is not in it.

        Raises:
            Conflict: the caller is bound to a user.
        """
        require_trusted(self._context, "learn from all users")
        users = {}
        for factor in Factor:
            if (values := await self._fitted(factor)) is None:
                await run(self._session, queries.drop_pool(factor.value))
            else:
                await run(self._session, queries.keep_pool(values))
                users[factor.value] = values["users"]
        return users

    async def _fitted(self, factor: Factor) -> dict[str, Any] | None:
        now, rules = self._context.now(), self._context.learning
        counts: dict[tuple[int, str], tuple[float, float]] = {}
        for row in await run(self._session, queries.of_all_users(DATA_TYPE[factor], factor.value)):
            tally = Tally.of(row.data_value)
            if tally.trials and (arm := arm_of(factor, row.data_key)) is not None:
                counts[row.user_id, arm] = tally.at(now, rules.half_life)
        users = sorted({user for user, _ in counts})
        tried = [arm for _, arm in counts]
        arms = sorted({arm for arm in tried if tried.count(arm) >= rules.minimum_users})
        if len(users) < rules.minimum_users or not arms:
            return None
        # NumPy takes a moment to load, and few transactions need it.
        import numpy as np  # noqa: PLC0415

        from linkwright.learning.pools import fit_pool  # noqa: PLC0415

        table = np.array([[counts.get((user, arm), (0.0, 0.0)) for arm in arms] for user in users])
        pool = fit_pool(table[..., 0], table[..., 1], minimum_users=rules.minimum_users)
        return {
            "factor": factor.value,
            "arms": {
                arm: [float(pool.log_lift[place]), float(pool.lift_variance[place])]
                for place, arm in enumerate(arms)
            },
            "other_variance": float(pool.between_arms),
            "base": float(pool.base),
            "base_variance": float(pool.base_variance),
            "spread": float(pool.spread),
            "users": len(users),
            "fitted_at": now,
        }
