"""Evidence that may be looked at every day: e-values of rates.

An e-value is a bet against "nothing is going on" whose stake cannot grow on average when that is true.
So whenever one looks, the chance that it was ever 1/a or more is at most a (Ville, 1939; Ramdas, Grunwald,
Vovk and Shafer, "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38, 2023).

Each function divides the probability of all that was seen under a mixture of alternatives, fixed before
anything was seen, by the greatest that "nothing is going on" can give it (universal inference: Wasserman,
Ramdas and Balakrishnan, PNAS 117, 2020). Values are logarithms: e-values run out of numbers.

Trials are of one rate at a time: so many came, so many of them succeeded, in days' order. The order inside
a day does not matter to any of these numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log1p
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[Any]

_LOST: Final = 1e-290

# SciPy and NumPy are loaded where they are used: the command line starts without them.


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The most likely place of a change in a series of rates, and the evidence that there is one at all."""

    log_e: float
    # The first of the trials behind the change; None when there are too few to have one.
    place: int | None


def above(part: int, whole: int, limit: float) -> float:
    """Return the evidence that a rate is above `limit`, against all rates up to it.

    The alternatives are spread evenly over the rates above. For a rate below the limit each factor of
    the ratio is 1 or less on average, because it grows with the rate; so it is an e-value for all of them.

    >>> round(above(30, 200, 0.05), 1), above(5, 200, 0.05) < 0
    (11.3, True)
    """
    from scipy.special import betaincc, betaln, xlog1py, xlogy  # noqa: PLC0415

    if not whole:
        return 0.0
    a, b = part + 1, whole - part + 1
    tail = float(betaincc(a, b, limit))
    if tail < _LOST:  # Too small for a float: as good as certain that it is below.
        return log(_LOST)
    bet = float(betaln(a, b)) + log(tail) - log1p(-limit)
    return bet - float(xlogy(part, limit) + xlog1py(whole - part, -limit))


def below(part: int, whole: int, limit: float) -> float:
    """Return the evidence that a rate is below `limit`, against all rates from it on."""
    return above(whole - part, whole, 1 - limit)


def groups_differ(parts: Sequence[int], wholes: Sequence[int], usual: float) -> float:
    """Return the evidence that groups have rates of their own, against all having one.

    `usual` is about what rate is expected of such things. It has to be fixed beforehand and makes no
    difference to how often there is a false alarm, only to how soon a true one.

    >>> round(groups_differ([60, 20], [600, 600], 0.05), 1), groups_differ([30, 31], [600, 600], 0.05) < 0
    (7.1, True)
    """
    import numpy as np  # noqa: PLC0415

    part, whole = np.asarray(parts, float), np.asarray(wholes, float)
    return float(_bet(part, whole, usual).sum() - _best(part.sum(), whole.sum()))


def change_point(parts: Sequence[int], wholes: Sequence[int], usual: float) -> ChangePoint:
    """Return the evidence that a rate changed once in a series, against its having stayed the same.

    A change before the n-th of the series is bet on with the stake 1/(n (n+1)), and the rest of the
    stake on there being none. The rate after it is expected about where the rate before was.

    >>> found = change_point([5, 6, 4, 5, 6] + [15, 16, 14, 16], [100] * 9, 0.05)
    >>> round(found.log_e, 1), found.place
    (4.9, 5)
    """
    import numpy as np  # noqa: PLC0415
    from scipy.special import logsumexp  # noqa: PLC0415

    part, whole = np.cumsum(np.asarray(parts, float)), np.cumsum(np.asarray(wholes, float))
    size = len(part)
    if size < 2 or whole[-1] <= 0:  # noqa: PLR2004  (before and after)
        return ChangePoint(0.0, None)
    before, tried = part[:-1], whole[:-1]
    place = np.arange(1, size)
    # About the rate before, never quite 0: a guess that the trials before the change already allow.
    guess = (before + 1) / (tried + 1 / usual)
    bets = (
        _bet(before, tried, usual)
        + _bet(part[-1] - before, whole[-1] - tried, guess)
        - np.log(place)
        - np.log(place + 1)
    )
    none = _bet(part[-1], whole[-1], usual) - np.log(size)
    total = float(logsumexp(np.append(bets, none)) - _best(part[-1], whole[-1]))
    return ChangePoint(total, int(place[np.argmax(bets)]))


def _bet(part: Floats, whole: Floats, usual: Any) -> Floats:
    """Return the log probability of trials in order under Beta(1, 1/usual - 1), whose mean is `usual`."""
    from scipy.special import betaln  # noqa: PLC0415

    other = 1 / usual - 1
    found: Floats = betaln(part + 1, whole - part + other) - betaln(1, other)
    return found


def _best(part: Any, whole: Any) -> float:
    """Return the greatest log probability that one rate can give to trials in their order."""
    from scipy.special import xlogy  # noqa: PLC0415

    return float(xlogy(part, part / whole) + xlogy(whole - part, 1 - part / whole)) if whole else 0.0
