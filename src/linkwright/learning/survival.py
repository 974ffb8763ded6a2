"""How long until something happens, where for some it has not happened yet.

Who has not answered is not somebody who never will, and leaving them out makes answers look fast: early
in a campaign only the quick ones are in. Kaplan and Meier, "Nonparametric estimation from incomplete
observations" (JASA 53, 1958); the variance is Greenwood's (1926).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf, log, sqrt

from linkwright.learning.intervals import Interval, normal_quantile

FEWEST_EVENTS = 5
"""Below so many events a median says more about chance than about people."""


@dataclass(frozen=True, slots=True)
class Step:
    """The curve from one moment at which something happened, until the next."""

    time: float
    at_risk: int
    events: int
    survival: float
    # Greenwood's sum: the variance of the survival is this times its square.
    greenwood: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """A time, and what it may also be. None is beyond what was seen."""

    time: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """An estimated survival curve: the share for whom it has not happened yet, by time."""

    steps: tuple[Step, ...]
    number: int
    events: int

    def at(self, time: float) -> float:
        """Return the share for whom it had not happened by this time."""
        return self._before(time).survival

    def interval(self, time: float, coverage: float = 0.95) -> Interval:
        """Return the interval of that share, on the scale log(-log S), which stays within 0 and 1.

        Kalbfleisch and Prentice, "The Statistical Analysis of Failure Time Data" (1980).
        """
        step = self._before(time)
        survival = step.survival
        if survival >= 1.0:
            # Nothing has happened yet: the rule of three, for any coverage.
            known = self._at_risk(time)
            return Interval(((1 - coverage) / 2) ** (1 / known) if known else 0.0, 1.0)
        if survival <= 0.0:
            return Interval(0.0, self.steps[-2].survival if len(self.steps) > 1 else 1.0)
        half = normal_quantile(coverage) * sqrt(step.greenwood) / abs(log(survival))
        return Interval(survival ** exp(half), survival ** exp(-half))

    def quantile(self, share: float, coverage: float = 0.95) -> Quantile:
        """Return the time by which it has happened for `share` of all (Brookmeyer and Crowley, 1982).

        With one answer in twelve letters there is no median of this kind: ask `of_those_by` then.
        """
        found = {"low": None, "time": None, "high": None}
        for step in self.steps:
            low, high = self.interval(step.time, coverage)
            for name, survival in (("low", low), ("time", step.survival), ("high", high)):
                if found[name] is None and survival <= 1 - share + 1e-12:
                    found[name] = step.time  # type: ignore[assignment]
        return Quantile(found["time"], found["low"], found["high"])

    def of_those_by(self, horizon: float, share: float = 0.5, coverage: float = 0.95) -> Quantile:
        """Return the time by which `share` of all that happen by `horizon` have happened.

        With share 0.5 it is the median time of an answer, of those that come in time. Where the curve
        F and its height at the horizon are both estimates, the interval holds the times t at which
        F(t) - share * F(horizon) may be 0; its variance follows from Greenwood's, whose covariance
        of S(s) and S(t) is S(s) S(t) G(min(s, t)).
        """
        end = self._before(horizon)
        steps = [step for step in self.steps if step.time <= horizon]
        if not steps:
            return Quantile(None, None, None)
        z = normal_quantile(coverage)
        aim = share * (1 - end.survival)
        time = next((step.time for step in steps if 1 - step.survival >= aim - 1e-12), None)
        low: float | None = None
        high: float | None = None
        for step in steps:
            gap = (1 - step.survival) - aim
            spread = sqrt(max(_spread(step, end, share), 0.0))
            if low is None and gap + z * spread >= 0:
                low = step.time
            if high is None and gap - z * spread > 0:
                high = step.time
        return Quantile(time, low, high)

    def _before(self, time: float) -> Step:
        found = Step(0.0, self.number, 0, 1.0, 0.0)
        for step in self.steps:
            if step.time > time:
                break
            found = step
        return found

    def _at_risk(self, time: float) -> int:
        return next((step.at_risk for step in self.steps if step.time > time), self.number - self.events)


def _spread(step: Step, end: Step, share: float) -> float:
    if inf in (end.greenwood, step.greenwood):
        return 0.0
    return (
        step.survival**2 * step.greenwood
        + (share * end.survival) ** 2 * end.greenwood
        - 2 * share * step.survival * end.survival * step.greenwood
    )


def kaplan_meier(events: Mapping[float, int], censored: Mapping[float, int]) -> Curve:
    """Return the survival curve of so many for whom it happened, and had not yet, at each time.

    Who is censored at the time of an event was still at risk of it.

    >>> curve = kaplan_meier({6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1},
    ...                      {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1})
    >>> [round(curve.at(time), 3) for time in (6, 7, 10, 13, 16, 22, 23)]
    [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    >>> curve.quantile(0.5).time
    23
    """
    number = sum(events.values()) + sum(censored.values())
    at_risk, survival, greenwood = number, 1.0, 0.0
    steps: list[Step] = []
    for time in sorted(events.keys() | censored.keys()):
        happened = events.get(time, 0)
        if happened:
            survival *= 1 - happened / at_risk
            greenwood += happened / (at_risk * (at_risk - happened)) if at_risk > happened else inf
            steps.append(Step(time, at_risk, happened, survival if at_risk > happened else 0.0, greenwood))
        at_risk -= happened + censored.get(time, 0)
    return Curve(tuple(steps), number, sum(events.values()))
