"""Policies in worlds, day by day, many runs at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from linkwright.learning.eprocess import Reals
from linkwright.learning.reply_times import of_counts
from linkwright.learning.simulation.coverage import Coverage, Weighing
from linkwright.learning.simulation.policies import Chooser, divergence
from linkwright.learning.simulation.worlds import Truth, World, rate_of

# Replies that come when they come: log-normal, half within 30 hours, and counted up to two weeks.
_MEDIAN_DAYS: Final = 30 / 24
_SIGMA: Final = 1.3
_WINDOW: Final = 14


@dataclass(frozen=True)
class Regret:
    """Replies that were lost against always using the best, per user, one number per run and mark."""

    policy: str
    world: str
    lost: dict[int, Reals]
    # Intervals from the logged probabilities, of every level's rate: how many held the truth.
    coverage: Coverage | None

    def mean(self, mark: int) -> float:
        """Return the mean over runs."""
        return float(self.lost[mark].mean())

    def error(self, mark: int) -> float:
        """Return the standard error of that mean."""
        return float(self.lost[mark].std(ddof=1) / np.sqrt(len(self.lost[mark])))


@dataclass(frozen=True)
class _Sent:
    """One day's emails: who, with which levels, and after how many days a reply comes (0: never)."""

    users: slice
    levels: tuple[NDArray[np.int64], ...]
    reply_after: NDArray[np.int64]


def simulate(
    world: World,
    policy: str,
    choosers: Callable[[], Chooser],
    *,
    runs: int,
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Regret:
    """Run a policy. The same seed gives every policy the same users and arms."""
    truth = world.truth(runs, np.random.default_rng(seed))
    day = _Days(world, truth, [choosers() for _ in world.levels], np.random.default_rng([seed, 1]))
    for number in range(world.days):
        day.live(number)
        progress(number + 1)
    return Regret(
        policy, world.name, {mark: at.mean(axis=1) for mark, at in day.lost_at.items()}, day.coverage()
    )


def lai_robbins(world: World, mark: int) -> float | None:
    """Return the bound of Lai and Robbins (Advances in Applied Mathematics 6, 1985); for given rates only.

    It is a slope in the logarithm of the number of emails, reached in the end; a good policy starts below.
    """
    if not world.rates:
        return None
    rates = np.array(world.rates)
    worse = rates[rates < rates.max()]
    return float(
        ((rates.max() - worse) / divergence(worse, np.full(worse.shape, rates.max()))).sum() * np.log(mark)
    )


class _Days:
    """The counts, the emails on their way and what was lost, all runs at once."""

    def __init__(self, world: World, truth: Truth, choosers: list[Chooser], rng: np.random.Generator) -> None:
        self._world, self._truth, self._choosers, self._rng = world, truth, choosers, rng
        shapes = [(len(truth.base), world.users, count) for count in world.levels]
        self._trials = [np.zeros(shape) for shape in shapes]
        self._replies = [np.zeros(shape) for shape in shapes]
        self._waiting: list[_Sent] = []
        self._came = [0] * _WINDOW
        self._lost = np.zeros(shapes[0][:2])
        self.lost_at = {mark: np.zeros(shapes[0][:2]) for mark in world.marks}
        self._weighing = [Weighing(shape[0], shape[2]) for shape in shapes] if world.users > 1 else []

    def live(self, day: int) -> None:
        world, truth = self._world, self._truth
        self._hear()
        gap = max(world.days_between, 1)
        first = 0 if day < world.life else (day - world.life) // gap + 1
        users = slice(first, min(world.users, day // gap + 1))
        trials, replies = self._seen()
        log_odds = truth.base[:, users, None]
        drawn, chosen, added = [], [], []
        for factor, chooser in enumerate(self._choosers):
            chooser.learn(trials[factor], replies[factor], day)
            chance = chooser.probabilities(trials[factor][:, users], replies[factor][:, users], users)
            level = self._draw(chance)
            effect = np.broadcast_to(truth.effects[factor][:, users], chance.shape)
            drawn.append(chance)
            chosen.append(level)
            added.append(np.take_along_axis(effect, level, axis=-1))
        log_odds = log_odds + sum(added)
        rate = rate_of(log_odds)
        replied = self._rng.random(rate.shape) < rate
        self._waiting.append(_Sent(users, tuple(chosen), self._reply_days(replied)))
        self._lost[:, users] += (truth.best[:, users, None] - rate).sum(axis=-1)
        for factor, weighing in enumerate(self._weighing):
            effect = np.broadcast_to(truth.effects[factor][:, users], drawn[factor].shape)
            others = rate_of((log_odds - added[factor])[..., None] + effect[:, :, None, :])
            weighing.add(drawn[factor], chosen[factor], replied, others)
        for user in range(users.start, users.stop):
            sent = (day - user * world.days_between + 1) * world.per_day
            if sent in self.lost_at:
                self.lost_at[sent][:, user] = self._lost[:, user]

    def coverage(self) -> Coverage | None:
        return Coverage.of(self._weighing) if self._weighing else None

    def _draw(self, chance: Reals) -> NDArray[np.int64]:
        edges = np.cumsum(chance, axis=-1)[:, :, None, :-1]
        point = self._rng.random((*chance.shape[:2], self._world.per_day, 1))
        level: NDArray[np.int64] = (point > edges).sum(axis=-1)
        return level

    def _reply_days(self, replied: NDArray[np.bool_]) -> NDArray[np.int64]:
        if self._world.known_after is not None:
            return replied.astype(np.int64)
        taken = _MEDIAN_DAYS * np.exp(self._rng.normal(0, _SIGMA, replied.shape))
        days = np.ceil(taken).astype(np.int64)
        return np.where(replied & (days <= _WINDOW), days, 0)

    def _hear(self) -> None:
        """Count the day's emails whose outcome is known by now."""
        for factor, chooser in enumerate(self._choosers):
            self._trials[factor] *= chooser.keeps
            self._replies[factor] *= chooser.keeps
        window = self._world.known_after or _WINDOW
        if len(self._waiting) < window:
            return
        sent = self._waiting.pop(0)
        self._count(sent, self._trials, self._replies, sent.reply_after > 0, np.ones(sent.reply_after.shape))
        if self._world.known_after is None:
            days, times = np.unique(sent.reply_after[sent.reply_after > 0], return_counts=True)
            for number, count in zip(days, times, strict=True):
                self._came[number - 1] += int(count)

    def _seen(self) -> tuple[list[Reals], list[Reals]]:
        if self._world.known_after is not None:
            return self._trials, self._replies
        # Replies are counted as they come, and silence by how long it has lasted.
        trials, replies = [each.copy() for each in self._trials], [each.copy() for each in self._replies]
        times = of_counts(self._came)
        for age, sent in enumerate(reversed(self._waiting), start=1):
            came = (sent.reply_after > 0) & (sent.reply_after <= age)
            self._count(sent, trials, replies, came, np.where(came, 1.0, times.exposure(age)))
        return trials, replies

    def _count(
        self, sent: _Sent, trials: list[Reals], replies: list[Reals], replied: NDArray[np.bool_], worth: Reals
    ) -> None:
        for factor, count in enumerate(self._world.levels):
            for level in range(count):
                here = sent.levels[factor] == level
                trials[factor][:, sent.users, level] += (here * worth).sum(axis=-1)
                replies[factor][:, sent.users, level] += (here & replied).sum(axis=-1)
