"""Checks of what is derived by more than a statement: told again by whoever derives it, and compared.

What is kept of evidence must have the counts that the ledger says were counted; the days of a campaign
must be what its prospects' facts add up to. Both are mended by those who made them, from the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from linkwright.db.rows import run, table
from linkwright.models.analytics import BacklinkingAnalytics
from linkwright.models.decisions import AIDecisionOutcome
from linkwright.models.learning import AILearningData
from linkwright.models.roll_ups import RollUpDay, RollUpShare, RollUpState
from linkwright.monitoring.checks import REPAIR, SHOWN, Fault, Row
from linkwright.queries import evidence, roll_ups
from linkwright.services.analytics import Analytics
from linkwright.services.archived_evidence import facts_of
from linkwright.services.context import Context
from linkwright.services.evidence import Evidence
from linkwright.services.learning_factors import DATA_TYPE, key_of
from linkwright.services.learning_tallies import Tally
from linkwright.services.roll_up_shares import share_of
from linkwright.services.roll_up_stories import read_stories
from linkwright.services.roll_ups import AT_ONCE, changed, days_now
from linkwright.settings import USUAL_LEARNING, LearningRules
from linkwright.vocabulary import Factor

HELD: Final = tuple(
    table(model)
    for model in (
        AIDecisionOutcome,
        AILearningData,
        BacklinkingAnalytics,
        RollUpShare,
        RollUpDay,
        RollUpState,
    )
)
"""What is written by those who tell it again."""

Days = dict[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Differs:
    """One row that is not what it should be, and whose it is: what has to be told again."""

    row: Row
    owner: int | str


@dataclass(frozen=True, slots=True)
class Retold:
    """One thing that must be what its maker would say. `mend` lets the maker say it for one owner."""

    name: str
    problem: str
    differences: Callable[[Context], AsyncIterator[Differs]]
    mend: Callable[[Context, Any], Awaitable[object]]


async def ask_again(session: AsyncSession, check: Retold, *, shown: int = SHOWN) -> Fault | None:
    """Compare; return what is wrong, or None."""
    found = [one.row async for one in check.differences(Context(session))]
    if not found:
        return None
    return Fault(check.name, check.problem, REPAIR, len(found), found[:shown], derived=True)


async def tell_again(session: AsyncSession, check: Retold, learning: LearningRules = USUAL_LEARNING) -> int:
    """Have told again what is wrong; return how many rows were."""
    context = Context(session, actor="doctor", learning=learning)
    found = [one async for one in check.differences(context)]
    for owner in dict.fromkeys(one.owner for one in found):
        await check.mend(context, owner)
    return len(found)


async def _evidence(context: Context) -> AsyncIterator[Differs]:
    kept: dict[tuple[int, str], tuple[str, int, int]] = {}
    for row in await run(context.session, evidence.kept_of_everybody()):
        if DATA_TYPE[Factor(row.data_key.partition(":")[0])] == row.data_type:
            tally = Tally.of(row.data_value)
            kept[row.user_id, row.data_key] = (f"{row.id}", tally.trials, tally.replies)
    counted = {
        (row.user_id, key_of(row.factor, row.action)): (row.trials, round(row.replies))
        for row in await run(context.session, evidence.counted())
    }
    for row in await run(context.session, evidence.archived()):
        for fact in facts_of(row.evidence):
            place = (row.user_id, key_of(fact.factor, fact.action))
            trials, replies = counted.get(place, (0, 0))
            counted[place] = (trials + 1, replies + round(fact.value))
    for user_id, key in sorted(kept.keys() | counted.keys()):
        name, *stored = kept.get((user_id, key), ("missing", 0, 0))
        trials, replies = counted.get((user_id, key), (0, 0))
        if stored != [trials, replies]:
            details = {"user": user_id, "key": key, "stored": stored, "recounted": [trials, replies]}
            yield Differs(Row(name, details), user_id)


async def _count_evidence(context: Context, user_id: int) -> None:
    await Evidence(context).rebuild(user_id)


async def _days(context: Context) -> AsyncIterator[Differs]:
    for (campaign_id,) in (await run(context.session, roll_ups.counted())).all():
        stored = _by_day(dict((await context.session.execute(roll_ups.days(campaign_id))).all()))
        shares: dict[str, Counter[str]] = {}
        for (share,) in await context.session.execute(roll_ups.every_share(campaign_id)):
            for day, numbers in share.items():
                shares.setdefault(day, Counter()).update(numbers)
        now, facts = await _as_of_now(context, campaign_id)
        for one, other, what in ((stored, _some(shares), "of its shares"), (now, facts, "of its facts")):
            for day in sorted(one.keys() | other.keys()):
                names = one.get(day, {}).keys() | other.get(day, {}).keys()
                for name in sorted(names):
                    pair = [one.get(day, {}).get(name, 0), other.get(day, {}).get(name, 0)]
                    if pair[0] != pair[1]:
                        details = {"day": day, "number": name, "stored": pair[0], f"sum {what}": pair[1]}
                        yield Differs(Row(campaign_id, details), campaign_id)


async def _as_of_now(context: Context, campaign_id: str) -> tuple[Days, Days]:
    """Return a campaign's days as a roll-up would leave them, and as all facts add up."""
    everybody = roll_ups.shares(campaign_id, roll_ups.everybody(campaign_id))
    ids = sorted(row.opportunity_id for row in await context.session.execute(everybody))
    facts: dict[date, Counter[str]] = {}
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        stories = await read_stories(context, campaign_id, some)
        after = {id_: share_of(story) for id_, story in stories.items()}
        for day, numbers in changed({id_: {} for id_ in some}, after).items():
            facts.setdefault(day, Counter()).update(numbers)
    return _by_day(await days_now(context, campaign_id)), _by_day(facts)


def _by_day(days: Mapping[date, Mapping[str, int]]) -> Days:
    return _some({day.isoformat(): numbers for day, numbers in days.items()})


def _some(days: Mapping[str, Mapping[str, int]]) -> Days:
    return {day: {name: n for name, n in numbers.items() if n} for day, numbers in days.items()}


async def _count_days(context: Context, campaign_id: str) -> None:
    for statement in roll_ups.forget(campaign_id):
        await context.session.execute(statement)
    await Analytics(context).roll_up(campaign_id)


CHECKS: Final[Sequence[Retold]] = (
    Retold(
        "ai_learning_data",
        "What is kept of a choice has not the letters and answers that the ledger says were counted.",
        _evidence,
        _count_evidence,
    ),
    Retold(
        "analytics_days",
        "A day of a campaign's analytics is not what its prospects' facts add up to.",
        _days,
        _count_days,
    ),
)
