"""Six arms on three kinds of site, chosen by Thompson sampling: what is an arm worth, told from the log?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from linkwright.learning.eprocess import Reals
from linkwright.learning.offpolicy import Logged, Value, always, doubly_robust, snips

ARMS, KINDS = 6, 3
A_DAY, DELAY = 50, 3
_DRAWS = 128
_MEANS = np.array([0.073, 0.060, 0.071, 0.050, 0.045, 0.043])
# An arm that is good on one kind of site is ordinary elsewhere: then an average over what
# was chosen is far from an average over sites.
_LIFTS = np.array(
    [[1.6, 0.4, 0.5, 1.0, 1.2, 0.6], [0.7, 1.9, 0.6, 0.8, 1.0, 1.0], [0.7, 0.7, 1.9, 1.2, 0.8, 1.4]]
)
RATES = _MEANS * _LIFTS / _LIFTS.mean(axis=0)

Estimator: TypeAlias = Callable[[Logged, Reals], Value | None]


@dataclass(frozen=True)
class History:
    """What was logged, and the kind of site of each decision."""

    logged: Logged
    kinds: np.ndarray

    def policies(self) -> dict[str, tuple[Reals, float]]:
        """Return target policies with their true rates."""
        best = RATES.argmax(axis=1)
        named = {
            f"always {arm}": (always(arm, self.logged), float(RATES[:, arm].mean())) for arm in (0, 2, 4)
        }
        uniform = np.full_like(self.logged.propensities, 1 / ARMS)
        named["uniform"] = (uniform, float(RATES.mean()))
        named["best for the kind"] = (np.eye(ARMS)[best[self.kinds]], float(RATES.max(axis=1).mean()))
        return named


def history(decisions: int, floor: float, seed: int) -> History:
    """Decide and be answered; the posterior is one for each kind of site and arm."""
    rng = np.random.default_rng(seed)
    good, bad = np.ones((KINDS, ARMS)), np.full((KINDS, ARMS), 15.0)
    days: list[tuple[np.ndarray, ...]] = []
    for day in range(decisions // A_DAY):
        winners = rng.beta(good, bad, (_DRAWS, KINDS, ARMS)).argmax(axis=-1)
        wins = np.stack([np.bincount(winners[:, kind], minlength=ARMS) / _DRAWS for kind in range(KINDS)])
        kinds = rng.integers(0, KINDS, A_DAY)
        propensities = ((1 - ARMS * floor) * wins + floor)[kinds]
        chosen = (rng.random((A_DAY, 1)) > propensities.cumsum(axis=1)).sum(axis=1).clip(0, ARMS - 1)
        outcomes = rng.random(A_DAY) < RATES[kinds, chosen]
        days.append((kinds, chosen, outcomes, propensities))
        if day >= DELAY:
            kinds, chosen, outcomes, _ = days[day - DELAY]
            np.add.at(good, (kinds[outcomes], chosen[outcomes]), 1)
            np.add.at(bad, (kinds[~outcomes], chosen[~outcomes]), 1)
    kinds, chosen, outcomes, propensities = (np.concatenate(part) for part in zip(*days, strict=True))
    return History(Logged(chosen, outcomes.astype(float), propensities), kinds)


def guessed(logged: Logged) -> Logged:
    """Return a log whose propensities were not kept, with the arms' shares of all emails in their place."""
    counts = np.bincount(logged.chosen, minlength=ARMS) / len(logged.chosen)
    return replace(logged, propensities=np.tile(np.maximum(counts, 1e-9), (len(logged.chosen), 1)))


def snips_guessed(logged: Logged, target: Reals) -> Value | None:
    """SNIPS, by propensities guessed from counts."""
    return snips(guessed(logged), target)


ESTIMATORS: dict[str, Estimator] = {
    "SNIPS": snips,
    "doubly robust": doubly_robust,
    "SNIPS, guessed": snips_guessed,
}


@dataclass(frozen=True)
class Score:
    """How an estimator did: bias with its standard error, root mean square error, coverage, share told."""

    bias: float
    error: float
    rmse: float
    coverage: float
    told: float


def trial(decisions: int, floor: float, runs: int, seed: int = 0) -> dict[tuple[str, str], Score]:
    """Return the score of every estimator on every policy."""
    found: dict[tuple[str, str], list[tuple[float, bool] | None]] = {}
    for run in range(runs):
        past = history(decisions, floor, seed + run)
        for policy, (target, truth) in past.policies().items():
            for name, estimator in ESTIMATORS.items():
                value = estimator(past.logged, target)
                held = None
                if value is not None:
                    held = value.estimate - truth, value.interval.low <= truth <= value.interval.high
                found.setdefault((policy, name), []).append(held)
    return {key: _score(values) for key, values in found.items()}


def _score(values: list[tuple[float, bool] | None]) -> Score:
    told = [value for value in values if value is not None]
    if not told:
        return Score(np.nan, np.nan, np.nan, np.nan, 0.0)
    errors = np.array([error for error, _ in told])
    return Score(
        bias=float(errors.mean()),
        error=float(errors.std() / np.sqrt(len(errors))),
        rmse=float(np.sqrt((errors**2).mean())),
        coverage=float(np.mean([held for _, held in told])),
        told=len(told) / len(values),
    )


def table() -> None:
    """Print bias, error and coverage, with and without the propensities that were logged."""
    for decisions, floor in ((5_000, 0.02), (5_000, 0.05), (1_000, 0.02)):
        print(f"\n{decisions:,} decisions by Thompson sampling with a floor of {floor}; per mille; 400 runs")
        print(f"{'policy':20}{'estimator':16}{'bias (se)':>16}{'rmse':>8}{'coverage, %':>13}{'told, %':>9}")
        for (policy, name), score in trial(decisions, floor, 400).items():
            bias = f"{1e3 * score.bias:+.1f} ({1e3 * score.error:.1f})"
            print(
                f"{policy:20}{name:16}{bias:>16}{1e3 * score.rmse:8.1f}"
                f"{100 * score.coverage:13.1f}{100 * score.told:9.1f}"
            )
