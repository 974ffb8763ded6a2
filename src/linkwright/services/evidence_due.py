"""Whether there is anything to learn: so that who has nothing new writes nothing."""

from __future__ import annotations

from collections import Counter
from typing import Final

from linkwright.db.rows import run
from linkwright.queries import ai_work
from linkwright.queries import evidence as queries
from linkwright.services.context import Context
from linkwright.services.learning_factors import LONGEST_ARM, arm_of
from linkwright.services.learning_tallies import Tally
from linkwright.vocabulary import Factor

_FACTORS: Final = frozenset(factor.value for factor in Factor)


async def is_due(context: Context, user_id: int) -> bool:
    """Say whether learning would change what is kept: for an outcome, a letter that left, or a new day.

    Silence counts for more the longer it lasts. Once a day is often enough: what is expected moves by
    less than anybody could see within one.
    """
    session, now = context.session, context.now()
    if (await run(session, queries.unlearned(user_id, 1))).first() is not None:
        return True
    waiting = Counter(
        (row.factor, row.action)
        for row in await run(session, queries.waiting(user_id, now))
        if row.factor in _FACTORS and len(row.action) <= LONGEST_ARM
    )
    kept: Counter[tuple[str, str]] = Counter()
    for row in await run(session, queries.kept(user_id)):
        factor = row.data_key.partition(":")[0]
        kept[factor, arm_of(factor, row.data_key) or ""] += Tally.of(row.data_value).waiting
    if +waiting != +kept:
        return True
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    old = await run(session, ai_work.kept_before(user_id, midnight)) if waiting else ()
    return any(Tally.of(row.data_value).waiting for row in old)
