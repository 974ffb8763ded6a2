"""Patterns: what works for a user, how sure that is, and what cannot be said yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from linkwright.db.rows import run
from linkwright.learning.contrasts import Known, contrast
from linkwright.learning.planning import planned_size
from linkwright.queries import evidence as queries
from linkwright.services.context import Context
from linkwright.services.learning_factors import arm_of
from linkwright.services.learning_tallies import Tally
from linkwright.services.ownership import require_user

# A hundredth of a point: ten replies in a thousand emails.
MATTERS: Final = 0.01


class PatternVerdict(StrEnum):
    """What may be said of an arm beside the user's other arms."""

    WORKS = "works"
    FAILS = "fails"
    NO_DIFFERENCE_THAT_MATTERS = "no_difference_that_matters"
    NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One arm: the rate expected of it with its 95 % interval, and `base_rate`, that of the others.

    `base_rate` is None where nothing is known of any other. `more` is about how many more emails would tell,
    where there is not enough data.
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

        An arm works, or fails, only where the whole interval of its difference to the others is above, or
        below, 0. What arms were chosen by follows from these rates, so it is no experiment: `compare` is one.

        Raises:
            NotFound: there is no such user, or the caller is bound to another.
        """
        await require_user(self._context, user_id)
        factors: dict[str, list[tuple[str, Tally, Known]]] = defaultdict(list)
        for row in await run(self._session, queries.kept(user_id)):
            factor = row.data_key.partition(":")[0]
            interval = row.data_value.get("interval")
            if (arm := arm_of(factor, row.data_key)) and interval and row.success_score is not None:
                tally = Tally.of(row.data_value)
                known = Known(row.success_score, interval[0], interval[1], tally.trials)
                factors[factor].append((arm, tally, known))
        found = []
        for factor in sorted(factors):
            arms = factors[factor]
            mine = [
                _pattern(factor, arm, tally, known, [other for _, _, other in arms if other is not known])
                for arm, tally, known in arms
            ]
            found += sorted(mine, key=lambda one: (-one.rate, one.arm))
        return found


def _pattern(factor: str, arm: str, tally: Tally, known: Known, others: list[Known]) -> Pattern:
    beside = contrast(known, others)
    more = None
    if beside is None:
        verdict = PatternVerdict.NOT_ENOUGH_DATA
    elif beside.low > 0:
        verdict = PatternVerdict.WORKS
    elif beside.high < 0:
        verdict = PatternVerdict.FAILS
    elif beside.low > -MATTERS and beside.high < MATTERS:
        verdict = PatternVerdict.NO_DIFFERENCE_THAT_MATTERS
    else:
        verdict = PatternVerdict.NOT_ENOUGH_DATA
        apart = max(abs(beside.size), MATTERS)
        more = max(planned_size(beside.others, min(beside.others + apart, 1)) - tally.trials, 1)
    return Pattern(
        factor=factor,
        arm=arm,
        verdict=verdict,
        rate=known.rate,
        interval=(known.low, known.high),
        base_rate=None if beside is None else beside.others,
        trials=tally.trials,
        replies=tally.replies,
        waiting=tally.waiting,
        more=more,
    )
