"""Two arms, looked at every day for ninety days: how often is there a winner?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from linkwright.learning.eprocess import Blocks, Reals, log_evidence

DAYS = 90
ALPHA = 0.05
DELAY = 3
FLOOR = 0.02
_DRAWS = 64
_TAIL = 1.959964

# For every run and day: would the method call a winner if it looked then?
Calls: TypeAlias = NDArray[np.bool_]
Method: TypeAlias = Callable[[Blocks], Calls]


@dataclass(frozen=True)
class Experiment:
    """So many emails a day to two arms with these rates, in so many runs."""

    a_day: int
    first: float
    second: float
    thompson: bool = False
    runs: int = 1_000
    seed: int = 20_261_124

    def blocks(self) -> Blocks:
        """Send and answer; the same seed, the same answers."""
        rng = np.random.default_rng(self.seed)
        rates = np.array([self.first, self.second])
        if self.thompson:
            return self._allocated(rng, rates)
        to_first = rng.binomial(self.a_day, 0.5, (self.runs, DAYS))
        sent = np.stack([to_first, self.a_day - to_first], axis=-1)
        replied = rng.binomial(sent, rates)
        return Blocks(sent.astype(float), replied.astype(float), np.full((self.runs, DAYS), 0.5))

    def _allocated(self, rng: np.random.Generator, rates: Reals) -> Blocks:
        """Beta Thompson sampling, a batch a day, win shares with a floor, outcomes seen after three days."""
        sent = np.zeros((self.runs, DAYS, 2))
        replied = np.zeros((self.runs, DAYS, 2))
        share = np.zeros((self.runs, DAYS))
        for day in range(DAYS):
            seen = max(day - DELAY, 0)
            good, all_ = replied[:, :seen].sum(axis=1), sent[:, :seen].sum(axis=1)
            draws = rng.beta((1 + good)[:, None], (15 + all_ - good)[:, None], (self.runs, _DRAWS, 2))
            wins = (draws[..., 0] > draws[..., 1]).mean(axis=1)
            share[:, day] = FLOOR + (1 - 2 * FLOOR) * wins
            to_first = rng.binomial(self.a_day, share[:, day])
            sent[:, day] = np.stack([to_first, self.a_day - to_first], axis=-1)
            replied[:, day] = rng.binomial(sent[:, day].astype(int), rates)
        return Blocks(sent, replied, share)


def e_process(blocks: Blocks) -> Calls:
    """Ours."""
    calls: Calls = log_evidence(blocks) >= -np.log(ALPHA)
    return calls


def naive_z(blocks: Blocks) -> Calls:
    """The test of two proportions, p < 0.05, as if each look were the only one."""
    sent, replied = blocks.sent.cumsum(axis=-2), blocks.replied.cumsum(axis=-2)
    common = replied.sum(axis=-1) / sent.sum(axis=-1)
    both = np.maximum(sent, 1)
    rates = replied / both
    spread = np.sqrt(common * (1 - common) * (1 / both[..., 0] + 1 / both[..., 1]))
    apart = np.abs(rates[..., 0] - rates[..., 1])
    calls: Calls = (sent.min(axis=-1) > 0) & (apart > _TAIL * spread) & (spread > 0)
    return calls


def chance_to_win(blocks: Blocks) -> Calls:
    """A winner as soon as its posterior chance is above 95 % (normal approximation, priors Beta(1, 1))."""
    sent, replied = blocks.sent.cumsum(axis=-2) + 2, blocks.replied.cumsum(axis=-2) + 1
    means = replied / sent
    variance = (means * (1 - means) / (sent + 1)).sum(axis=-1)
    calls: Calls = np.abs(means[..., 0] - means[..., 1]) > 1.644854 * np.sqrt(variance)
    return calls


def winners(experiment: Experiment, method: Method = e_process) -> tuple[float, float, float]:
    """Return the share of runs with a winner on any day, its standard error, and the median day of those."""
    called = method(experiment.blocks())
    ever: Calls = np.any(called, axis=1)
    share = float(ever.mean())
    days = called.argmax(axis=1)[ever] + 1
    error = float(np.sqrt(share * (1 - share) / experiment.runs))
    return share, error, float(np.median(days)) if ever.any() else float("nan")


def missed(experiment: Experiment) -> tuple[float, float]:
    """Return how often the interval of the difference leaves the truth out at any look, and the error."""
    course = log_evidence(experiment.blocks(), experiment.first - experiment.second)
    share = float((course >= -np.log(ALPHA)).any(axis=1).mean())
    return share, float(np.sqrt(share * (1 - share) / experiment.runs))


def winners_of_several(arms: int, a_day: int, rate: float, runs: int, seed: int = 7) -> tuple[float, float]:
    """Return how often any of several equal arms differs from the first on any day, and the error."""
    rng = np.random.default_rng(seed)
    sent = rng.multinomial(a_day, np.full(arms, 1 / arms), (runs, DAYS))
    replied = rng.binomial(sent, rate)
    called = np.zeros(runs, dtype=bool)
    for arm in range(1, arms):
        pair = [arm, 0]
        blocks = Blocks(
            sent[..., pair].astype(float), replied[..., pair].astype(float), np.full((runs, DAYS), 0.5)
        )
        called |= (log_evidence(blocks) >= np.log((arms - 1) / ALPHA)).any(axis=1)
    share = float(called.mean())
    return share, float(np.sqrt(share * (1 - share) / runs))


def table() -> None:
    """Print false winners, power, and how often the interval misses."""
    methods: dict[str, Method] = {
        "e-process": e_process,
        "z each day": naive_z,
        "chance > 95 %": chance_to_win,
    }
    print(
        "\nWinners in per cent of 4,000 runs, with a look every day for 90 days (standard error; median day)"
    )
    print(f"{'allocation':12}{'a day':>6}{'rates, %':>12}", *(f"{name:>22}" for name in methods))
    for thompson in (False, True):
        for a_day, first, second in _CASES:
            case = Experiment(a_day, first, second, thompson, runs=4_000)
            cells = []
            for method in methods.values():
                share, error, day = winners(case, method)
                cells.append(f"{100 * share:8.2f} ({100 * error:.2f}; {day:3.0f})")
            name = "Thompson" if thompson else "even"
            print(
                f"{name:12}{a_day:6}{100 * first:6.1f}{100 * second:6.1f}", *(f"{cell:>22}" for cell in cells)
            )
    print("\nAny winner among several equal arms, even draws, 50 a day, 5 %: per cent of 4,000 runs")
    for arms in (3, 6, 10):
        share, error = winners_of_several(arms, 50, 0.05, 4_000)
        print(f"{arms:2} arms {100 * share:10.2f} ({100 * error:.2f})")
    print("\nIntervals of the difference that miss the truth at any of 90 looks, per cent of 1,000 runs")
    for thompson in (False, True):
        for a_day, first, second in _CASES:
            share, error = missed(Experiment(a_day, first, second, thompson, runs=1_000))
            name = "Thompson" if thompson else "even"
            print(f"{name:12}{a_day:6}{100 * first:6.1f}{100 * second:6.1f}", end="")
            print(f"{100 * share:10.2f} ({100 * error:.2f})")


_CASES = (
    (10, 0.015, 0.015),
    (10, 0.05, 0.05),
    (50, 0.015, 0.015),
    (50, 0.05, 0.05),
    (50, 0.05, 0.08),
    (50, 0.05, 0.10),
    (10, 0.05, 0.10),
    (50, 0.015, 0.03),
    (50, 0.05, 0.065),
)
