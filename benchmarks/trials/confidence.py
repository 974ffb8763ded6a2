"""Scores whose truth is known: what does recalibrating gain on later outcomes, and what does it cost?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from linkwright.learning.calibration import measure
from linkwright.learning.eprocess import Reals
from linkwright.learning.recalibration import (
    AS_IT_IS,
    SUREST,
    Calibrator,
    Line,
    chance,
    recalibrate,
    steps,
)
from linkwright.learning.reliability import expected_error

# The log odds that a page answers: mean and spread, so that one in twenty does.
_MIDDLE, _SPREAD, _NOISE = -3.445, 1.1, 0.83

# What can be seen, how likely that is, and how often it then happens.
_SEEN = np.linspace(-5, 5, 801) * np.hypot(_SPREAD, _NOISE)
_MASS = np.exp(-((_SEEN / np.hypot(_SPREAD, _NOISE)) ** 2) / 2)
_MASS /= _MASS.sum()
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
_PART = _SPREAD**2 / (_SPREAD**2 + _NOISE**2)
_HAPPENS = chance(_MIDDLE + _PART * _SEEN[:, None] + np.sqrt(_PART) * _NOISE * _NODES) @ (
    _NODE_WEIGHTS / _NODE_WEIGHTS.sum()
)

Method: TypeAlias = Callable[[Reals, Reals], Calibrator | None]


@dataclass(frozen=True)
class World:
    """A score that sees the truth through noise, and says log odds = level + steepness * what it sees."""

    name: str
    level: float
    steepness: float

    def outcomes(self, count: int, rng: np.random.Generator) -> tuple[Reals, Reals]:
        """Return raw confidences, and what happened."""
        truth = _SPREAD * rng.standard_normal(count)
        seen = truth + _NOISE * rng.standard_normal(count)
        happened = (rng.random(count) < chance(_MIDDLE + truth)).astype(float)
        return chance(self.level + self.steepness * seen), happened

    def loss(self, calibrator: Calibrator) -> float:
        """Return the log loss on all that is still to come: an integral, so that no luck is in it."""
        told = np.clip(calibrator(chance(self.level + self.steepness * _SEEN)), SUREST, 1 - SUREST)
        surprise: Reals = -(_HAPPENS * np.log(told) + (1 - _HAPPENS) * np.log(1 - told))
        return float((_MASS * surprise).sum())


OVERCONFIDENT = World("overconfident", _MIDDLE + 0.04, 1.17)
# What it says is the probability of what it sees: the best line over it.
CALIBRATED = World("calibrated", -3.248, 0.6169)
# Near to 0.8 for what happens once in twenty times, as language models say.
BOASTING = World("boasting", 1.5, 0.6)
WORLDS = (OVERCONFIDENT, CALIBRATED, BOASTING)


def plain_platt(raw: Reals, happened: Reals) -> Calibrator:
    """Platt's line without a pull: the pull of a parent is so far away that its tails leave it free."""
    from scipy.optimize import minimize  # noqa: PLC0415  (only the comparison needs it)

    odds = np.log(raw / (1 - raw))

    def loss(at: Reals) -> float:
        fitted = at[0] + at[1] * odds
        return float((np.logaddexp(0, fitted) - happened * fitted).sum())

    intercept, slope = minimize(loss, [0.0, 1.0]).x
    return Line(float(intercept), float(slope))


METHODS: dict[str, Method] = {
    "raw": lambda _raw, _happened: AS_IT_IS,
    "ours": recalibrate,
    "plain Platt": plain_platt,
    "isotonic": steps,
}


def losses(world: World, method: Method, count: int, runs: int, seed: int = 0) -> Reals:
    """Return the log loss on later outcomes of the same world, after learning from `count`, for each run."""
    rng = np.random.default_rng(seed)
    return np.array([world.loss(method(*world.outcomes(count, rng)) or AS_IT_IS) for _ in range(runs)])


def table() -> None:
    """Print log losses, and how often a bad and a good score are told apart."""
    counts = (100, 200, 500, 1_000, 5_000)
    for world in WORLDS:
        print(f"\nLog loss x 1000 on later outcomes, {world.name} score (standard error) [95th percentile]")
        print(f"{'outcomes':12}", *(f"{count:>18,}" for count in counts))
        for name, method in METHODS.items():
            cells = []
            for count in counts:
                found = 1e3 * losses(world, method, count, 300)
                error = found.std() / len(found) ** 0.5
                cells.append(f"{found.mean():.1f} ({error:.1f}) [{np.quantile(found, 0.95):.0f}]")
            print(f"{name:12}", *(f"{cell:>18}" for cell in cells))
    print("\nSpiegelhalter's test rejects at 5 %, per cent of 300 runs; mean ECE where it is told")
    rng = np.random.default_rng(7)
    for world in WORLDS:
        for count in (200, 500, 1_000, 5_000):
            rounds = [world.outcomes(count, rng) for _ in range(300)]
            measured = [measure(raw, happened) for raw, happened in rounds]
            told = [one.p_value for one in measured if one.p_value is not None]
            errors = [expected_error(raw, happened) for raw, happened in rounds]
            ece = [error for error in errors if error is not None]
            mean = f"{np.mean(ece):.4f}" if ece else "not told"
            print(f"{world.name:16}{count:6}{100 * np.mean(np.array(told) < 0.05):8.1f}   {mean}")
