"""One kind of traffic, compared: from counts per day and arm to what may be said.

NumPy is loaded with this module, so only who compares loads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from linkwright.learning import offpolicy
from linkwright.learning.comparing import ALPHA, Comparison, Verdict, chance_greater, compare
from linkwright.learning.eprocess import Blocks, evidence
from linkwright.learning.intervals import jeffreys
from linkwright.learning.offpolicy import Logged, always, effective_size, snips
from linkwright.learning.ratio_mismatch import against_propensities
from linkwright.schemas.comparison import ArmRead, Mismatch, PairRead, TrafficKind, TrafficRead

# What an estimate from adaptive traffic looks at: more tells no more of an arm as it is.
MOST_ADAPTIVE: Final = 50_000
_UNKNOWN: Final = (
    "Not comparable: nobody knows with what probability these letters got their arm. Whoever got which may"
    " have been the reason for the answers."
)
_BROKEN: Final = (
    "No verdict: the arms were not taken as often as was drawn. Letters of one arm were held back, lost or"
    " recorded otherwise; mend that first."
)
_ADAPTIVE: Final = "Rates are compared weighed by the logged probabilities; their intervals are for one look."
_TOO_MUCH: Final = (
    f"Only the latest {MOST_ADAPTIVE:,} adaptive decisions are weighed, and no winner is named."
)


@dataclass(frozen=True)
class Cell:
    """What left on one day under one arm, drawn from the same probabilities."""

    day: str
    arm: str
    probabilities: Mapping[str, float]
    sent: int
    succeeded: int


@dataclass(frozen=True)
class Terms:
    """What decides verdicts: who is compared with whom, and which difference matters."""

    baseline: str | None
    matters: float
    fewer_is_better: bool


def traffic(
    kind: TrafficKind, cells: Sequence[Cell], totals: Mapping[str, Mapping[str, Any]], terms: Terms
) -> TrafficRead:
    """Compare the arms of one kind of traffic with the baseline."""
    arms = _arms(cells, totals)
    if kind is TrafficKind.HISTORY:
        return TrafficRead(
            kind=kind.value,
            mismatch=None,
            mean_weight=None,
            arms=arms,
            pairs=[],
            note=_UNKNOWN,
        )
    found = against_propensities((cell.arm, cell.probabilities, cell.sent) for cell in cells)
    mismatch = Mismatch(p_value=found.p_value, alarming=found.alarming, arm=found.arm)
    baseline = terms.baseline or (arms[0].arm if arms else "")
    others = [one.arm for one in arms if one.arm != baseline]
    if all(one.arm != baseline for one in arms):
        others = []
    pairs = [
        _randomised(cells, arm, baseline, terms, len(others))
        if kind is TrafficKind.RANDOMISED
        else _adaptive(cells, arm, baseline, terms, len(others))
        for arm in others
    ]
    note = _ADAPTIVE if kind is TrafficKind.ADAPTIVE else None
    if note and sum(cell.sent for cell in cells) > MOST_ADAPTIVE:
        note = f"{note} {_TOO_MUCH}"
    if mismatch.alarming:
        note = _BROKEN
        pairs = [pair.model_copy(update={"verdict": Verdict.CANNOT_TELL.value}) for pair in pairs]
    return TrafficRead(
        kind=kind.value,
        mismatch=mismatch,
        mean_weight=_mean_weight(cells),
        arms=arms,
        pairs=pairs,
        note=note,
    )


def _mean_weight(cells: Sequence[Cell]) -> float | None:
    if not cells or any(cell.probabilities.get(cell.arm, 0.0) <= 0 for cell in cells):
        return None
    return offpolicy.mean_weight(_logged(cells, ())[0])


def _arms(cells: Sequence[Cell], totals: Mapping[str, Mapping[str, Any]]) -> list[ArmRead]:
    sent: dict[str, int] = defaultdict(int)
    succeeded: dict[str, int] = defaultdict(int)
    for cell in cells:
        sent[cell.arm] += cell.sent
        succeeded[cell.arm] += cell.succeeded
    found = [_arm(arm, sent[arm], succeeded[arm], of) for arm, of in totals.items()]
    return sorted(found, key=lambda one: (-one.sent, one.arm))


def _arm(arm: str, sent: int, succeeded: int, total: Mapping[str, Any]) -> ArmRead:
    low, high = jeffreys(succeeded, sent) if sent else (None, None)
    cost, replies, links = float(total["cost"]), int(total["replies"]), int(total["links"])
    duration = total["duration"]
    return ArmRead(
        arm=arm,
        sent=sent,
        waiting=int(total["waiting"]),
        succeeded=succeeded,
        rate=succeeded / sent if sent else None,
        low=low,
        high=high,
        replies=replies,
        links=links,
        cost=cost,
        unpriced=int(total["unpriced"]),
        cost_per_reply=cost / replies if replies else None,
        cost_per_link=cost / links if links else None,
        mean_duration_ms=None if duration is None else float(duration),
    )


def _randomised(cells: Sequence[Cell], arm: str, baseline: str, terms: Terms, comparisons: int) -> PairRead:
    days, blocks = _blocks(cells, arm, baseline)
    found: Comparison = compare(
        arm,
        baseline,
        blocks,
        comparisons=comparisons,
        matters=terms.matters,
        fewer_is_better=terms.fewer_is_better,
    )
    block = found.evidence.block
    return PairRead(
        arm=arm,
        baseline=baseline,
        verdict=found.verdict.value,
        difference=found.difference,
        low=found.interval.low,
        high=found.interval.high,
        e_value=found.evidence.highest,
        decided_on=None if block is None else days[block],
        chance_better=found.chance_better,
        steady=found.steady,
    )


def _adaptive(cells: Sequence[Cell], arm: str, baseline: str, terms: Terms, comparisons: int) -> PairRead:
    logged, names = _logged(cells, (arm, baseline))
    first, second = (always(names.index(name), logged) for name in (arm, baseline))
    apart = offpolicy.difference(logged, first, second)
    one, other = snips(logged, first), snips(logged, second)
    days, blocks = _blocks(cells, arm, baseline)
    # Evidence is for all that was seen, or for nothing: a window that moves has had more looks.
    whole = sum(cell.sent for cell in cells) <= MOST_ADAPTIVE
    found = evidence(blocks, ALPHA / comparisons)
    verdict, decided = Verdict.CANNOT_TELL, None
    if apart is not None and whole:
        verdict = Verdict.NOT_ENOUGH_DATA
        if found.block is not None:
            decided = days[found.block]
            better = (apart.estimate > 0) != terms.fewer_is_better
            verdict = Verdict.BETTER if better else Verdict.WORSE
    sent, succeeded = blocks.sent.sum(axis=0), blocks.replied.sum(axis=0)
    chance = chance_greater(sent, succeeded)
    return PairRead(
        arm=arm,
        baseline=baseline,
        verdict=verdict.value,
        difference=apart.estimate if apart else None,
        low=apart.interval.low if apart else None,
        high=apart.interval.high if apart else None,
        e_value=found.highest,
        decided_on=decided,
        chance_better=1 - chance if terms.fewer_is_better else chance,
        estimate=one.estimate if one else None,
        baseline_estimate=other.estimate if other else None,
        effective=min(effective_size(logged, first), effective_size(logged, second)),
    )


def _blocks(cells: Sequence[Cell], arm: str, baseline: str) -> tuple[list[str], Blocks]:
    """Return the days and blocks of letters that either arm could have got, with the first one's share."""
    table: dict[tuple[str, float], list[int]] = {}
    for cell in cells:
        first, second = cell.probabilities.get(arm, 0.0), cell.probabilities.get(baseline, 0.0)
        if cell.arm in {arm, baseline} and first > 0 and second > 0:
            counts = table.setdefault((cell.day, first / (first + second)), [0, 0, 0, 0])
            place = 0 if cell.arm == arm else 2
            counts[place] += cell.sent
            counts[place + 1] += cell.succeeded
    keys = sorted(table)
    counts_ = np.array([table[key] for key in keys], dtype=np.float64).reshape(len(keys), 4)
    shares = np.array([share for _, share in keys], dtype=np.float64)
    return [day for day, _ in keys], Blocks(counts_[:, [0, 2]], counts_[:, [1, 3]], shares)


def _logged(cells: Sequence[Cell], arms: Sequence[str]) -> tuple[Logged, list[str]]:
    """Return decisions one by one; `arms` have a place even where none of their windows has closed."""
    drawn = {name for cell in cells for name in cell.probabilities}
    names = sorted(drawn | {cell.arm for cell in cells} | set(arms))
    places = {name: place for place, name in enumerate(names)}
    chosen: list[int] = []
    outcomes: list[float] = []
    rows: list[list[float]] = []
    days: list[int] = []
    numbers = {day: number for number, day in enumerate(sorted({cell.day for cell in cells}))}
    for cell in cells:
        row = [cell.probabilities.get(name, 0.0) for name in names]
        chosen += [places[cell.arm]] * cell.sent
        outcomes += [1.0] * cell.succeeded + [0.0] * (cell.sent - cell.succeeded)
        rows += [row] * cell.sent
        days += [numbers[cell.day]] * cell.sent
    latest = slice(-MOST_ADAPTIVE, None)
    return (
        Logged(
            np.array(chosen[latest], dtype=np.int64),
            np.array(outcomes[latest], dtype=np.float64),
            np.array(rows[latest], dtype=np.float64).reshape(-1, len(names)),
            np.array(days[latest], dtype=np.int64),
        ),
        names,
    )
