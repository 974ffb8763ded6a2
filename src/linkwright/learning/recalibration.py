"""Making a raw confidence a probability, by what came of earlier ones.

Two shapes. The sigmoid of a line over the raw log odds (Platt, "Probabilistic outputs for support vector
machines", 1999, with his smoothed targets), from a hundred outcomes and three of each kind on; and the
best non-decreasing steps (pool adjacent violators: Ayer and others, Annals of Mathematical Statistics 26,
1955) from five thousand on, and then only if they told the latest third better.

Platt's line has two numbers to learn, and a few positives teach little. So it is drawn towards the line
of the parent group, or, where there is none, towards the score's own level with a slope of 0.85, because
what a score sees is noisy, and noise makes overconfident. The pull is a Student's t with 3 degrees of
freedom, of scale 0.2 on the level and 0.3 on the slope: a score that was nearly right is nearly left alone,
and one that says 0.8 of what happens once in twenty times is not held back (heavy tails for this
reason: Gelman and others, Annals of Applied Statistics 2, 2008). A normal pull holds that one back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from linkwright.learning.eprocess import Reals

LEAST_OUTCOMES: Final = 100
# Without the pull below, ten. With it three do no harm: in trials at a base rate of 5 % waiting for ten
# costs a twentieth of the log loss at two hundred outcomes, and all that there is to gain at a hundred.
LEAST_OF_EACH: Final = 3
STEPS_FROM: Final = 5_000
# A score of exactly 0 or 1 that is wrong once would cost without end.
SUREST: Final = 1e-4
_SCALES: Final = (0.2, 0.3)  # of the level, of the slope
_FREEDOM: Final = 3.0
_USUAL_SLOPE: Final = 0.85
_ROUNDS: Final = 100
_SETTLED: Final = 1e-9
_SMALLEST_STEP: Final = 1e-6
_LATEST: Final = 3  # one part in so many is told beforehand, to see which shape does it better
_SURE_ERRORS: Final = 2.0  # standard errors by which steps must do better


class Calibrator(Protocol):
    """What turns raw confidences into probabilities."""

    def __call__(self, raw: Reals) -> Reals:
        """Return the probability for each raw confidence."""
        ...

    def as_values(self) -> dict[str, Any]:
        """Return what `calibrator_of` makes this from again."""
        ...


@dataclass(frozen=True)
class Line:
    """Platt's: log odds = intercept + slope * raw log odds."""

    intercept: float = 0.0
    slope: float = 1.0

    def __call__(self, raw: Reals) -> Reals:
        """Return the probability for each raw confidence."""
        return chance(self.intercept + self.slope * log_odds(raw))

    def as_values(self) -> dict[str, Any]:
        """Return what `calibrator_of` makes this from again."""
        return {"method": "platt", "intercept": self.intercept, "slope": self.slope}


@dataclass(frozen=True)
class Steps:
    """Isotonic: a raw confidence of at least `starts[i]` has the probability `levels[i]`."""

    starts: tuple[float, ...]
    levels: tuple[float, ...]

    def __call__(self, raw: Reals) -> Reals:
        """Return the probability for each raw confidence."""
        places = np.searchsorted(np.asarray(self.starts), raw, side="right") - 1
        levels: Reals = np.asarray(self.levels)[np.maximum(places, 0)]
        return levels

    def as_values(self) -> dict[str, Any]:
        """Return what `calibrator_of` makes this from again."""
        return {"method": "isotonic", "starts": list(self.starts), "levels": list(self.levels)}


AS_IT_IS: Final = Line()


def calibrator_of(values: Mapping[str, Any]) -> Calibrator:
    """Return a calibrator from its values.

    >>> calibrator_of(Line(-1.0, 0.5).as_values())
    Line(intercept=-1.0, slope=0.5)
    """
    if values["method"] == "isotonic":
        return Steps(tuple(values["starts"]), tuple(values["levels"]))
    return Line(values["intercept"], values["slope"])


def enough(happened: Reals) -> bool:
    """Return whether outcomes (0 or 1) are enough to learn a line from."""
    positives = float(happened.sum())
    return len(happened) >= LEAST_OUTCOMES and LEAST_OF_EACH <= positives <= len(happened) - LEAST_OF_EACH


def recalibrate(raw: Reals, happened: Reals, parent: Line | None = None) -> Calibrator | None:
    """Return what makes raw confidences probabilities, or None: not enough data.

    `raw` and `happened` are in the order of time. With a parent fewer outcomes will do, because what is
    learned starts from the parent's line.
    """
    if not enough(happened):
        return line(raw, happened, parent) if parent is not None else None
    if len(raw) >= STEPS_FROM:
        earlier = len(raw) - len(raw) // _LATEST
        later_raw, later = raw[earlier:], happened[earlier:]
        rivals = (line(raw[:earlier], happened[:earlier], parent), steps(raw[:earlier], happened[:earlier]))
        losses = [surprises(rival(later_raw), later) for rival in rivals]
        gain = losses[0] - losses[1]
        if gain.mean() > _SURE_ERRORS * gain.std() / np.sqrt(len(gain)):
            return steps(raw, happened)
    return line(raw, happened, parent)


def line(raw: Reals, happened: Reals, parent: Line | None = None) -> Line:
    """Return Platt's line, drawn towards the parent's, or towards the score nearly as it is."""
    if not len(raw):
        return parent or AS_IT_IS
    odds = log_odds(raw)
    middle = float(odds.mean())
    # Moves of the level at the middle of the scores and of the slope hardly know of each other.
    target = np.array([middle, _USUAL_SLOPE])
    if parent is not None:
        target = np.array([parent.intercept + parent.slope * middle, parent.slope])
    features = np.stack([np.ones_like(odds), odds - middle], axis=1)
    positives = float(happened.sum())
    smoothed = np.where(happened > 0, (positives + 1) / (positives + 2), 1 / (len(raw) - positives + 2))
    rate = float(smoothed.mean())
    starts = (target, np.array([np.log(rate / (1 - rate)), 0.0]))
    level, slope = min(
        (_descend(features, smoothed, target, start) for start in starts),
        key=lambda at: _penalised(features, smoothed, target, at),
    )
    return Line(float(level - slope * middle), float(slope))


def steps(raw: Reals, happened: Reals) -> Steps:
    """Return the best non-decreasing steps, each level half a success and half a failure off 0 and 1."""
    values, places = np.unique(raw, return_inverse=True)
    counts = np.bincount(places).astype(np.float64)
    sums = np.bincount(places, weights=happened)
    pools: list[tuple[float, float, float]] = []
    for start, total, count in zip(values.tolist(), sums.tolist(), counts.tolist(), strict=True):
        pool = (start, total, count)
        while pools and pools[-1][1] * pool[2] >= pool[1] * pools[-1][2]:
            before = pools.pop()
            pool = (before[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    return Steps(
        tuple(start for start, _, _ in pools),
        tuple((total + 0.5) / (count + 1) for _, total, count in pools),
    )


def log_odds(probabilities: Reals) -> Reals:
    """Return log(p / (1 - p)), with what is surer than `SUREST` taken as that."""
    kept = np.clip(probabilities, SUREST, 1 - SUREST)
    odds: Reals = np.log(kept / (1 - kept))
    return odds


def chance(odds: Reals) -> Reals:
    """Return the probability for log odds."""
    probability: Reals = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
    return probability


def surprises(probabilities: Reals, happened: Reals) -> Reals:
    """Return minus the log of the probability of what happened, for each; their mean is the log loss."""
    kept = np.clip(probabilities, SUREST, 1 - SUREST)
    losses: Reals = -np.where(happened > 0, np.log(kept), np.log(1 - kept))
    return losses


def _descend(features: Reals, smoothed: Reals, target: Reals, start: Reals) -> Reals:
    """Go down the penalised loss by Newton's steps, each halved until it helps."""
    scales = np.array(_SCALES)
    at, loss = start, _penalised(features, smoothed, target, start)
    for _ in range(_ROUNDS):
        probabilities = chance(features @ at)
        # The t's pull as that of the normal which touches it here: never concave, so every step is downhill.
        pull = (_FREEDOM + 1) / (_FREEDOM * scales**2 + (at - target) ** 2)
        gradient = features.T @ (probabilities - smoothed) + pull * (at - target)
        curved = features * (probabilities * (1 - probabilities))[:, None]
        step = np.linalg.solve(features.T @ curved + np.diag(pull), gradient)
        scale = 1.0
        while scale > _SMALLEST_STEP:
            tried = at - scale * step
            less = _penalised(features, smoothed, target, tried)
            if less < loss:
                break
            scale /= 2
        else:
            break
        gained, at, loss = loss - less, tried, less
        if gained < _SETTLED:
            break
    return at


def _penalised(features: Reals, smoothed: Reals, target: Reals, at: Reals) -> float:
    odds = features @ at
    fit = float((np.logaddexp(0, odds) - smoothed * odds).sum())
    moved = (at - target) / np.array(_SCALES)
    return fit + float((_FREEDOM + 1) / 2 * np.log1p(moved**2 / _FREEDOM).sum())
