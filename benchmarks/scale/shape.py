"""What a record of so many emails looks like: whose campaigns, how large, when. Drawn once, from a seed.

Campaigns are of Zipf's sizes: the first has a tenth of all emails, the median some hundred. They
live for months somewhere within two years, the large ones for all of them. Who is written to gets one to four
letters six days apart; one in ten answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

DAY: Final = 86_400
DAYS: Final = 730
USERS: Final = 40
GAP: Final = 6 * DAY
TOUCHES: Final = (0.35, 0.25, 0.20, 0.20)
"""Of how many prospects get one letter, two, three, four."""
TOUCHES_EACH: Final = sum((place + 1) * share for place, share in enumerate(TOUCHES))
ANSWER: Final = 0.1
WAITING: Final = 0.2
"""Prospects for whom no letter was written yet, beside one who was written to."""
CONTACTED, WAITS = 1, 0

Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Shape:
    """The plan. Moments are seconds since 1970; arrays of prospects are in the order in which they come."""

    start: int
    owners: Longs
    begins: Longs
    ends: Longs
    campaign: Longs
    found: Longs
    touches: Longs
    first: Longs
    answered: Longs
    """When a prospect answered; 0 where it did not."""
    relevance: NDArray[np.float64]

    @property
    def end(self) -> int:
        """Return the moment behind the last."""
        return self.start + DAYS * DAY

    def letter(self, prospect: Any, touch: Any) -> Any:
        """Return when a letter leaves: six days after the one before it, give or take an hour."""
        return self.first[prospect] + touch * GAP + (prospect * 31 + touch * 1709) % 7200 - 3600


def drawn(emails: int, start: int, *, seed: int = 4) -> Shape:
    """Return the shape of a record of about so many emails that begins at `start`."""
    chance = np.random.default_rng(seed)
    campaigns = max(20, round(0.6 * sqrt(emails)))
    share = 1 / np.arange(1, campaigns + 1)
    sizes = np.maximum(1, np.round(share / share.sum() * emails / TOUCHES_EACH)).astype(np.int64)
    owners = chance.permutation(np.arange(campaigns) % USERS)
    life = chance.integers(60, 366, campaigns) * DAY
    life[: max(1, campaigns // 20)] = DAYS * DAY
    begins = start + (chance.random(campaigns) * (DAYS * DAY - life)).astype(np.int64) // DAY * DAY
    ends = begins + life

    # The last letter leaves before the campaign ends.
    writes = np.repeat(np.arange(campaigns), sizes)
    waits = np.repeat(np.arange(campaigns), np.round(sizes * WAITING).astype(np.int64))
    campaign = np.concatenate([writes, waits])
    room = (ends - begins - 3 * GAP - 10 * DAY)[campaign]
    first = begins[campaign] + 3 * DAY + (chance.random(campaign.size) * room).astype(np.int64)
    touches = np.zeros(campaign.size, np.int64)
    touches[: writes.size] = chance.choice(len(TOUCHES), writes.size, p=TOUCHES) + 1
    order = np.argsort(first, kind="stable")
    campaign, first, touches = campaign[order], first[order], touches[order]
    plan = Shape(
        start=start,
        owners=owners,
        begins=begins,
        ends=ends,
        campaign=campaign,
        found=first - chance.integers(1, 3 * DAY, first.size),
        touches=touches,
        first=first,
        answered=np.zeros(first.size, np.int64),
        relevance=np.round(chance.beta(2, 2, first.size), 6),
    )
    who = np.flatnonzero((touches > 0) & (chance.random(first.size) < ANSWER))
    plan.answered[who] = plan.letter(who, touches[who] - 1) + chance.integers(3600, 5 * DAY, who.size)
    return plan


def letters_of(plan: Shape, begin: int, end: int) -> tuple[Longs, Longs, Longs]:
    """Return the letters that leave within a time, in their order: when, to whom, which touch."""
    # Nobody's last letter leaves later than this after the first.
    near = slice(
        int(np.searchsorted(plan.first, begin - 3 * GAP - 2 * DAY)),
        int(np.searchsorted(plan.first, end + DAY)),
    )
    who = np.arange(near.start, near.stop)
    found: list[tuple[Longs, Longs, Longs]] = []
    for touch in range(len(TOUCHES)):
        some = who[plan.touches[near] > touch]
        at = plan.letter(some, touch)
        inside = (at >= begin) & (at < end)
        found.append((at[inside], some[inside], np.full(int(inside.sum()), touch, np.int64)))
    at, to, touch_of = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(at, kind="stable")
    return at[order], to[order], touch_of[order]
