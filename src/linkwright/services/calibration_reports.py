"""What a group's confidences were worth, in the shapes that are shown.

NumPy is loaded with this module, so whoever only writes decisions does not load it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from linkwright.learning import calibration
from linkwright.learning.calibration import Calibration, measure
from linkwright.learning.eprocess import Reals
from linkwright.learning.recalibration import Calibrator, Line, line, recalibrate, surprises
from linkwright.learning.reliability import Bin, reliability
from linkwright.schemas.calibration import LaterOutcomes, Measures, ReliabilityBin
from linkwright.services.calibration_groups import Group, Pairs

_PARTS = 3


def learn(groups: dict[Group, Pairs]) -> dict[Group, Calibrator]:
    """Learn a calibrator for every group that has enough, of its own or by its parent."""
    lines: dict[Group, Line] = {}
    found: dict[Group, Calibrator] = {}
    for group, pairs in groups.items():
        parent = lines.get(group.parent) if group.parent else None
        raw, happened = _arrays(pairs)
        calibrator = recalibrate(raw, happened, parent)
        if calibrator is not None:
            found[group] = calibrator
            lines[group] = line(raw, happened, parent)
    return found


def measures(pairs: Pairs) -> Measures:
    """Measure raw confidences."""
    found = measure(*_arrays(pairs))
    return Measures.model_validate(_values(found) | {"bins": [_bin(one) for one in found.bins]})


def told_later(pairs: Pairs) -> tuple[LaterOutcomes | None, list[ReliabilityBin]]:
    """Learn from the earlier two thirds and tell the latest: what it gains, and the curve of that."""
    raw, happened = _arrays(pairs)
    earlier = len(raw) - len(raw) // _PARTS
    calibrator = recalibrate(raw[:earlier], happened[:earlier])
    if calibrator is None:
        return None, []
    mended = calibrator(raw[earlier:])
    before, after = surprises(raw[earlier:], happened[earlier:]), surprises(mended, happened[earlier:])
    gains = before - after
    told = LaterOutcomes(
        count=len(gains),
        raw_log_loss=float(before.mean()),
        log_loss=float(after.mean()),
        gain=float(gains.mean()),
        gain_error=float(gains.std() / np.sqrt(len(gains))),
    )
    return told, [_bin(one) for one in reliability(mended, happened[earlier:])]


def still_needed(pairs: Pairs) -> int:
    """Return about how many more outcomes are needed before anything is said; 0 when it is."""
    count, positives = len(pairs.said), sum(pairs.happened)
    rarer = min(positives, count - positives)
    missing = calibration.LEAST_OF_EACH - rarer
    # At the rate so far, with half a happening added so that none so far does not mean never.
    for_rarer = missing * (count + 1) / (rarer + 0.5) if missing > 0 else 0
    return int(max(calibration.LEAST_OUTCOMES - count, for_rarer, 0))


def _arrays(pairs: Pairs) -> tuple[Reals, Reals]:
    return np.array(pairs.said, dtype=np.float64), np.array(pairs.happened, dtype=np.float64)


def _bin(one: Bin) -> ReliabilityBin:
    low, high = one.interval
    return ReliabilityBin(said=one.said, happened=one.happened, count=one.count, low=low, high=high)


def _values(found: Calibration) -> dict[str, Any]:
    names = ("count", "positives", "brier", "skill", "log_loss", "spiegelhalter", "p_value", "expected_error")
    values = {name: getattr(found, name) for name in names}
    if found.cox is not None:
        cox = found.cox
        values |= {"intercept": cox.intercept, "slope": cox.slope}
        values |= {"intercept_low": cox.intercept_interval.low, "intercept_high": cox.intercept_interval.high}
        values |= {"slope_low": cox.slope_interval.low, "slope_high": cox.slope_interval.high}
    return values
