"""The lives of campaigns, opportunities and emails: which state may follow which.

The tables are `docs/lives.md` as data. A verb asks `allowed` before a single move and
`path` when a fact that has already happened (a mail that left, a link that is live)
implies the states in between; each of those is then recorded like any other move.
"""

from collections import deque
from collections.abc import Mapping
from typing import Final

from linkwright.vocabulary import CampaignStatus as C
from linkwright.vocabulary import EmailStatus as E
from linkwright.vocabulary import LifeKind
from linkwright.vocabulary import OpportunityStatus as O

Moves = Mapping[str, tuple[str, ...]]

# An archived campaign goes back to the state it was archived from; the verb checks which.
CAMPAIGN: Final[Moves] = {
    C.DRAFT: (C.SCHEDULED, C.ACTIVE, C.CANCELLED),
    C.SCHEDULED: (C.ACTIVE, C.DRAFT, C.CANCELLED),
    C.ACTIVE: (C.PAUSED, C.COMPLETED, C.CANCELLED),
    C.PAUSED: (C.ACTIVE, C.COMPLETED, C.CANCELLED),
    C.COMPLETED: (C.ACTIVE, C.ARCHIVED),
    C.CANCELLED: (C.ARCHIVED,),
    C.ARCHIVED: (C.COMPLETED, C.CANCELLED),
}

OPPORTUNITY: Final[Moves] = {
    O.DISCOVERED: (O.QUALIFIED, O.ANALYZING, O.REJECTED, O.EXPIRED, O.SUPPRESSED),
    O.ANALYZING: (O.QUALIFIED, O.REJECTED, O.DISCOVERED, O.SUPPRESSED),
    O.QUALIFIED: (O.APPROVED, O.REJECTED, O.EXPIRED, O.SUPPRESSED),
    O.APPROVED: (O.CONTACTED, O.QUALIFIED, O.REJECTED, O.EXPIRED, O.SUPPRESSED),
    O.CONTACTED: (O.RESPONDED, O.NO_RESPONSE, O.PUBLISHED, O.DECLINED, O.EXPIRED, O.SUPPRESSED),
    O.NO_RESPONSE: (O.CONTACTED, O.RESPONDED, O.EXPIRED, O.SUPPRESSED),
    O.RESPONDED: (
        O.NEGOTIATING,
        O.ACCEPTED,
        O.DECLINED,
        O.CONTACTED,
        O.NO_RESPONSE,
        O.PUBLISHED,
        O.SUPPRESSED,
    ),
    O.NEGOTIATING: (O.ACCEPTED, O.DECLINED, O.NO_RESPONSE, O.EXPIRED, O.SUPPRESSED),
    O.ACCEPTED: (O.PUBLISHED, O.NEGOTIATING, O.DECLINED, O.NO_RESPONSE, O.EXPIRED, O.SUPPRESSED),
    O.PUBLISHED: (O.LINK_LOST,),
    O.LINK_LOST: (O.PUBLISHED, O.EXPIRED),
    O.REJECTED: (O.QUALIFIED, O.SUPPRESSED),
    O.DECLINED: (O.RESPONDED, O.EXPIRED, O.SUPPRESSED),
    O.EXPIRED: (O.QUALIFIED, O.RESPONDED, O.SUPPRESSED),
    O.SUPPRESSED: (O.QUALIFIED,),
}

EMAIL: Final[Moves] = {
    E.DRAFT: (E.APPROVED, E.CANCELLED),
    E.APPROVED: (E.QUEUED, E.DRAFT, E.CANCELLED),
    E.QUEUED: (E.SENDING, E.APPROVED, E.BLOCKED, E.CANCELLED),
    E.SENDING: (E.SENT, E.FAILED, E.QUEUED, E.SEND_UNKNOWN),
    E.SEND_UNKNOWN: (E.SENT, E.FAILED),
    E.SENT: (E.DELIVERED, E.BOUNCED, E.COMPLAINED),
    E.DELIVERED: (E.BOUNCED, E.COMPLAINED),
    E.FAILED: (E.QUEUED, E.CANCELLED),
    E.BLOCKED: (E.QUEUED, E.CANCELLED),
    E.BOUNCED: (),
    E.COMPLAINED: (),
    E.CANCELLED: (),
}

LIVES: Final[Mapping[LifeKind, Moves]] = {
    LifeKind.CAMPAIGN: CAMPAIGN,
    LifeKind.OPPORTUNITY: OPPORTUNITY,
    LifeKind.EMAIL: EMAIL,
}


def allowed(kind: LifeKind, old: str, new: str) -> bool:
    """Say whether a single move from `old` to `new` is in the life of `kind`."""
    return new in LIVES[kind].get(old, ())


def path(kind: LifeKind, old: str, new: str, *, avoiding: frozenset[str] = frozenset()) -> list[str]:
    """Return the states that lead from `old` (exclusive) to `new`, the fewest there are.

    Empty when `old` is `new`, and also when no path exists: a caller tells those apart by comparing.

    >>> path(LifeKind.EMAIL, "approved", "sent")
    ['queued', 'sending', 'sent']
    """
    waiting: deque[list[str]] = deque([[old]])
    seen = {old, *avoiding}
    while waiting:
        walked = waiting.popleft()
        if walked[-1] == new:
            return [str(state) for state in walked[1:]]
        for following in LIVES[kind].get(walked[-1], ()):
            if following not in seen:
                seen.add(following)
                waiting.append([*walked, following])
    return []
