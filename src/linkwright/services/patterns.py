"""Patterns: what works for a user, how sure that is, and what cannot be said yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from linkwright.db.rows import run
from linkwright.queries import evidence as queries
from linkwright.services.context import Context
from linkwright.services.learning_factors import arm_of
from linkwright.services.learning_tallies import Tally
from linkwright.services.ownership import require_user

# A hundredth of a point: ten replies in a thousand emails.
MATTERS: Final = 0.01
_Z: Final = 1.96
_ARMS: Final = 2


class PatternVerdict(StrEnum):
    """What may be said of an arm beside the user's other arms."""

    WORKS = "works"
    FAILS = "fails"
    NO_DIFFERENCE_THAT_MATTERS = "no_difference_that_matters"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One arm: the rate expected of it with its 95 % interval, and the rate of the user's other arms.

    `more` is about how many more emails would tell, where there is not enough data.
    """

    factor: str
    arm: str
    verdict: PatternVerdict
    rate: float
    interval: tuple[float, float]
    base_rate: float | None
    trials: int
    replies: int
    waiting: int
    more: int | None = None


class Patterns:
    """Patterns, inside one transaction that somebody else opened and will close."""

    def __init__(self, context: Context) -> None:
        self._context, self._session = context, context.session

    async def patterns(self, user_id: int) -> list[Pattern]:
        """Return what is known of every arm that a user has tried, by factor, best first.

        An arm works, or fails, only where its whole interval is above, or below, the rate of the others.

        Raises:
            NotFound: there is no such user, or the caller is bound to another.
        """
        await require_user(self._context, user_id)
        factors: dict[str, list[tuple[str, Tally, list[float], float]]] = defaultdict(list)
        for row in await run(self._session, queries.kept(user_id)):
            factor = row.data_key.partition(":")[0]
            interval = row.data_value.get("interval")
            if (arm := arm_of(factor, row.data_key)) and interval and row.success_score is not None:
                factors[factor].append((arm, Tally.of(row.data_value), interval, row.success_score))
        found = []
        for factor in sorted(factors):
            arms = factors[factor]
            trials, replies = (sum(getattr(one[1], name) for one in arms) for name in ("trials", "replies"))
            mine = [
                _pattern(factor, *one, others=(trials - one[1].trials, replies - one[1].replies))
                for one in arms
            ]
            found += sorted(mine, key=lambda one: (-one.rate, one.arm))
        return found


def _pattern(
    factor: str, arm: str, tally: Tally, interval: list[float], rate: float, *, others: tuple[int, int]
) -> Pattern:
    low, high = interval
    base = others[1] / others[0] if others[0] else None
    more = None
    if base is None:
        verdict = PatternVerdict.NOT_ENOUGH_DATA
    elif low > base:
        verdict = PatternVerdict.WORKS
    elif high < base:
        verdict = PatternVerdict.FAILS
    elif low > base - MATTERS and high < base + MATTERS:
        verdict = PatternVerdict.NO_DIFFERENCE_THAT_MATTERS
    else:
        verdict = PatternVerdict.NOT_ENOUGH_DATA
        apart = max(abs(rate - base), MATTERS)
        more = max(ceil(_Z**2 * rate * (1 - rate) / apart**2) - tally.trials, 1)
    return Pattern(
        factor, arm, verdict, rate, (low, high), base, tally.trials, tally.replies, tally.waiting, more
    )
