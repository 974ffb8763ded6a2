"""The worlds that policies are tried in. All rates are assumptions, none of it is real mail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from linkwright.learning.eprocess import Reals


@dataclass(frozen=True)
class World:
    """Users who join one after another and send so many emails a day, each with one level of every factor.

    The log odds of a reply are those of `base_rate`, plus something of the user, plus for each factor
    something of the level and something of this user with this level: normal, with the standard deviations
    `user_sd`, `arm_sd` and `own_sd`. Or the rates of one factor's levels are given, in an order
    that differs from run to run.
    """

    name: str
    about: str
    levels: tuple[int, ...]
    users: int = 1
    days_between: int = 0
    per_day: int = 50
    emails: int = 10_000
    base_rate: float = 0.05
    user_sd: float = 0.0
    arm_sd: float = 0.0
    own_sd: float = 0.0
    rates: tuple[float, ...] = ()
    # Days until it is known whether an email was answered; without, replies come when they come.
    known_after: int | None = 3
    # The emails per user at which regret is read.
    marks: tuple[int, ...] = (1_000, 10_000)

    @property
    def life(self) -> int:
        """How many days each user sends."""
        return self.emails // self.per_day

    @property
    def days(self) -> int:
        """How many days there are until the last user has sent all."""
        return (self.users - 1) * self.days_between + self.life

    def shortened(self, emails: int) -> World:
        """Return the same world with fewer emails per user."""
        marks = tuple(mark for mark in self.marks if mark < emails)
        return replace(self, emails=emails, marks=(*marks, emails))

    def with_marks(self, count: int) -> World:
        """Return the same world, whose regret is read at about so many more places: for a curve."""
        days = np.geomspace(1, self.life, count).round().astype(int)
        more = {int(day) * self.per_day for day in days}
        return replace(self, marks=tuple(sorted(more | set(self.marks))))

    def truth(self, runs: int, rng: np.random.Generator) -> Truth:
        """Draw the users and arms of each run."""
        base = np.full((runs, self.users), np.log(self.base_rate / (1 - self.base_rate)))
        if self.rates:
            order = np.argsort(rng.random((runs, len(self.rates))), axis=1)
            odds = np.array(self.rates) / (1 - np.array(self.rates))
            return Truth(np.zeros((runs, 1)), (np.log(odds)[order][:, None, :],))
        base = base + rng.normal(0, self.user_sd, base.shape)
        effects = tuple(
            rng.normal(0, self.arm_sd, (runs, 1, count))
            + rng.normal(0, self.own_sd, (runs, self.users, count))
            for count in self.levels
        )
        return Truth(base, effects)


@dataclass(frozen=True)
class Truth:
    """Log odds: of each user in each run, and what each level of each factor adds."""

    base: Reals
    effects: tuple[Reals, ...]

    @property
    def best(self) -> Reals:
        """The rate of each user's best combination."""
        return rate_of(self.base + sum(effect.max(axis=-1) for effect in self.effects))


def rate_of(log_odds: Reals) -> Reals:
    """Return the probability with these log odds."""
    rate: Reals = 1 / (1 + np.exp(-log_odds))
    return rate


_ONE: Final = World(
    "one-user",
    "one user, 8 arms from 12 % to 2 %, 50 emails a day",
    (8,),
    rates=(0.12, 0.10, 0.08, 0.07, 0.06, 0.05, 0.04, 0.02),
    emails=50_000,
    marks=(1_000, 10_000, 50_000),
)
_MANY: Final = World(
    "alike",
    "100 users join over 200 days, 6 arms, 10 emails a day; arms matter much for all alike",
    (6,),
    users=100,
    days_between=2,
    per_day=10,
    emails=1_000,
    user_sd=0.6,
    arm_sd=0.4,
    own_sd=0.2,
    marks=(100, 1_000),
)
WORLDS: Final = {
    world.name: world
    for world in (
        _ONE,
        _MANY,
        replace(
            _MANY,
            name="different",
            about="the same, but what works differs from user to user",
            arm_sd=0.15,
            own_sd=0.4,
        ),
        replace(_MANY, name="shared", about="the same, and what works is the same for all", own_sd=0.0),
        replace(
            _MANY,
            name="four-factors",
            about="the same users choose four factors of 4, 3, 3 and 2 levels at once",
            levels=(4, 3, 3, 2),
            arm_sd=0.38,
            own_sd=0.0,
            base_rate=0.04,
        ),
        World(
            "combinations",
            "one user, 72 combinations of 4 x 3 x 3 x 2 levels, 20 emails a day",
            (4, 3, 3, 2),
            per_day=20,
            emails=6_000,
            base_rate=0.04,
            arm_sd=0.38,
            marks=(1_000, 6_000),
        ),
        World(
            "late-replies",
            "one user, 4 arms, 10 emails a day, replies take hours to weeks",
            (4,),
            rates=(0.12, 0.08, 0.05, 0.02),
            per_day=10,
            emails=3_000,
            known_after=None,
            marks=(300, 3_000),
        ),
    )
}
