"""What may come of a decision: which event, within which window, counted from which instant.

Rules are data. They are stored with each outcome by the name of their version, so that a later
version can be laid beside this one over the same history. `docs/ledger.md` shows the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from linkwright.vocabulary import ContactRecommendation, Factor, OpportunityStatus, OverrideDecision
from linkwright.vocabulary import DecisionKind as D
from linkwright.vocabulary import OutcomeName as O

VERSION: Final = "v1"


class Since(StrEnum):
    """From which instant a window runs."""

    EXECUTED = "executed"
    """When the email left that was written under the decision."""
    FIRST_MAIL = "first_mail"
    """When the first email to the prospect left, whichever that was."""
    DECIDED = "decided"
    """When it was decided."""


class Credit(StrEnum):
    """Which events of a prospect are a decision's."""

    PROSPECT = "prospect"
    """All of them: the whole sequence was written under the decision."""
    LAST_MAIL = "last_mail"
    """Those that no later email came before: the last one sent before an answer has earned it."""
    EMAIL = "email"
    """What was reported of its own email."""
    PERSON = "person"
    """What a person said next of the same prospect or response."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One outcome: 1 when the event comes within the window, and 0 when the window closes first."""

    name: O
    days: int
    since: Since
    credit: Credit
    event: str
    # Whether silence is an answer. Nobody replied is one; nobody checked is none.
    closes_with_zero: bool = True

    @property
    def window(self) -> timedelta:
        """How long the event may take."""
        return timedelta(days=self.days)


_ANSWER: Final = "a person answers: a response of type positive, negative or neutral"
_YES: Final = "a person answers, and the response is positive"
_LINK: Final = "the link is live"
_SPAM: Final = "the recipient calls an email spam"

_LINK_LIVE: Final = Rule(O.LINK_LIVE, 60, Since.FIRST_MAIL, Credit.PROSPECT, _LINK)
_COMPLAINT: Final = Rule(O.COMPLAINT, 30, Since.EXECUTED, Credit.EMAIL, _SPAM)

# What shapes every letter to a prospect is judged by whether any of them is answered, on one
# calendar that starts with the first. Else a choice would be paid for by how late it was made.
OF_A_SEQUENCE: Final = (
    Rule(O.HUMAN_REPLY, 21, Since.FIRST_MAIL, Credit.PROSPECT, _ANSWER),
    Rule(O.POSITIVE_REPLY, 21, Since.FIRST_MAIL, Credit.PROSPECT, _YES),
    _LINK_LIVE,
    _COMPLAINT,
)
OF_A_LETTER: Final = (
    Rule(O.HUMAN_REPLY, 14, Since.EXECUTED, Credit.LAST_MAIL, _ANSWER),
    Rule(O.POSITIVE_REPLY, 21, Since.EXECUTED, Credit.LAST_MAIL, _YES),
    _LINK_LIVE,
    _COMPLAINT,
)
OF_A_READING: Final = (
    Rule(
        O.AGREEMENT,
        60,
        Since.DECIDED,
        Credit.PERSON,
        "a person reviews the response: 1 when they say the same, 0 when they say something else",
        closes_with_zero=False,
    ),
)
OF_A_SCORE: Final = (
    Rule(
        O.CONTACTED_AND_ANSWERED,
        60,
        Since.FIRST_MAIL,
        Credit.PROSPECT,
        "a person answers, or the link is live",
    ),
    Rule(
        O.AGREEMENT,
        60,
        Since.DECIDED,
        Credit.PERSON,
        "a person decides about the prospect: 1 when they do what was recommended, else 0",
        closes_with_zero=False,
    ),
)

SEQUENCE_FACTORS: Final = frozenset({Factor.TEMPLATE.value, Factor.TONE.value, Factor.MODEL.value})
_LETTER_FACTORS: Final = frozenset(Factor) - {Factor(name) for name in SEQUENCE_FACTORS}

RULES: Final[Mapping[tuple[D, Factor | None], tuple[Rule, ...]]] = {
    **{(D.CHOOSE, Factor(name)): OF_A_SEQUENCE for name in sorted(SEQUENCE_FACTORS)},
    **{(D.CHOOSE, factor): OF_A_LETTER for factor in sorted(_LETTER_FACTORS)},
    (D.GENERATE, None): OF_A_LETTER,
    (D.CLASSIFY, None): OF_A_READING,
    (D.SCORE, None): OF_A_SCORE,
}

# A prospect that nobody writes to within this time after it was scored says nothing about the score.
PATIENCE_FOR_CONTACT: Final = timedelta(days=180)

_GOOD: Final = frozenset(
    {
        ContactRecommendation.CONTACT.value,
        ContactRecommendation.FIND_CONTACT.value,
        OpportunityStatus.QUALIFIED.value,
    }
)
AGREES: Final[Mapping[str, frozenset[str]]] = {
    OverrideDecision.APPROVE.value: _GOOD,
    "qualify": _GOOD,
    OverrideDecision.REJECT.value: frozenset(
        {ContactRecommendation.SKIP.value, OpportunityStatus.REJECTED.value}
    ),
    OverrideDecision.RESEARCH.value: frozenset(
        {ContactRecommendation.RESEARCH_MORE.value, ContactRecommendation.FIND_CONTACT.value}
    ),
    OverrideDecision.HOLD.value: frozenset({ContactRecommendation.HOLD.value}),
}
"""With which recommendations a person agrees who decides so about a prospect. To find somebody to write to is
said of a page that is worth it and of one that wants looking into, so both words agree with it."""

# These take effect when an email leaves; whatever else is decided takes effect at once.
BY_EMAIL: Final = frozenset({D.CHOOSE.value, D.GENERATE.value})


def rules_for(kind: str, factor: str | None = None) -> tuple[Rule, ...]:
    """Return what may come of a decision, the outcome that its confidence speaks of first; none for some.

    >>> [rule.name.value for rule in rules_for("choose", "send_hour")]
    ['human_reply', 'positive_reply', 'link_live', 'complaint']
    >>> rules_for("insight")
    ()
    """
    if kind != D.CHOOSE:
        return RULES.get((D(kind), None), ())
    return RULES[D.CHOOSE, Factor(factor)] if factor in set(Factor) else ()


def window_of(kind: str, factor: str | None, name: str) -> timedelta | None:
    """Return how long an outcome of a decision is waited for, or None where it has no such outcome.

    >>> window_of("choose", "template", "human_reply").days
    21
    """
    return next((rule.window for rule in rules_for(kind, factor) if rule.name == name), None)


def first_due(rules: tuple[Rule, ...], starts: Mapping[Since, datetime]) -> datetime | None:
    """Return when the first of the windows closes, of those that have begun."""
    return min((starts[rule.since] + rule.window for rule in rules if rule.since in starts), default=None)
