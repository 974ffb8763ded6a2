"""What came of one decision, by the rules in `outcomes` and the facts of its prospect. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from linkwright.outcomes import AGREES, PATIENCE_FOR_CONTACT, Credit, Rule, Since, rules_for
from linkwright.vocabulary import DecisionKind, EmailStatus, OutcomeName


@dataclass(frozen=True, slots=True)
class Letter:
    """An email to the prospect."""

    id: int
    status: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer, to one of the emails."""

    id: int
    email_id: int
    at: datetime
    positive: bool


@dataclass(frozen=True, slots=True)
class Word:
    """What a person decided: about the prospect, or about one response."""

    id: int
    at: datetime
    action: str | None
    response_id: int | None = None
    output: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a prospect that an outcome may follow from."""

    letters: tuple[Letter, ...] = ()
    answers: tuple[Answer, ...] = ()
    complaints: Mapping[int, datetime] = field(default_factory=dict)
    contacted_at: datetime | None = None
    link_at: datetime | None = None
    words: tuple[Word, ...] = ()
    reviewed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """The decision that is judged."""

    id: int
    kind: str
    factor: str | None
    action: str | None
    decided_at: datetime
    executed_at: datetime | None
    executed_action: str | None = None
    email_id: int | None = None
    response_id: int | None = None
    output: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One outcome: what happened when, what proves it, and when its window closes."""

    name: str
    value: float
    at: datetime
    closes: datetime
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a decision so far, and until when more may. Nothing found and nothing due is censored."""

    findings: tuple[Finding, ...] = ()
    due: datetime | None = None


CENSORED: Final = Verdict()


def judge(decision: Judged, facts: Facts, now: datetime) -> Verdict:
    """Return what came of a decision by `now`.

    An override, a bounce and a cancelled letter censor what was chosen or written: nobody will know.
    """
    rules = rules_for(decision.kind, decision.factor)
    if decision.executed_at is None or not rules or _void(decision, facts):
        return CENSORED
    starts = _starts(decision, facts)
    findings, dues = [], []
    for rule in rules:
        start = starts.get(rule.since)
        if start is None:
            dues.append(decision.decided_at + PATIENCE_FOR_CONTACT)
            continue
        end = start + rule.window
        if decision.executed_at >= end:
            continue  # It took effect when the window had closed: nothing of it can be told.
        found = min(_events(rule, decision, facts, end), key=lambda each: each.at, default=None)
        if found is not None:
            findings.append(found)
        elif now < end:
            dues.append(end)
        elif rule.closes_with_zero:
            findings.append(Finding(rule.name.value, 0.0, end, end))
    due = min((each for each in dues if each > now), default=None)
    return Verdict(tuple(findings), due)


def credited(answer: Answer, letters: tuple[Letter, ...]) -> int:
    """Return the letter that earned an answer: the last one sent before it.

    Clocks differ: a letter that was answered is never later than its answer.
    """
    before = [
        (letter.sent_at, letter.id)
        for letter in letters
        if letter.sent_at is not None and (letter.sent_at <= answer.at or letter.id == answer.email_id)
    ]
    return max(before)[1] if before else answer.email_id


def _void(decision: Judged, facts: Facts) -> bool:
    if decision.email_id is None or decision.kind not in {DecisionKind.CHOOSE, DecisionKind.GENERATE}:
        return False
    if decision.executed_action != decision.action:
        return True
    void = {EmailStatus.BOUNCED.value, EmailStatus.CANCELLED.value}
    return any(letter.id == decision.email_id and letter.status in void for letter in facts.letters)


def _starts(decision: Judged, facts: Facts) -> dict[Since, datetime]:
    starts = {Since.DECIDED: decision.decided_at}
    if decision.executed_at is not None:
        starts[Since.EXECUTED] = decision.executed_at
    sent = [letter.sent_at for letter in facts.letters if letter.sent_at is not None]
    if sent:
        starts[Since.FIRST_MAIL] = min(sent)
    elif facts.contacted_at is not None:  # Nobody knows when the letters left.
        starts[Since.FIRST_MAIL] = facts.contacted_at
    return starts


def _events(rule: Rule, decision: Judged, facts: Facts, end: datetime) -> Iterator[Finding]:
    name, since = rule.name, decision.executed_at or decision.decided_at
    if name is OutcomeName.COMPLAINT:
        at = facts.complaints.get(decision.email_id or 0)
        if at is not None and at < end:
            yield Finding(name.value, 1.0, at, end, f"email:{decision.email_id}")
        return
    if name is OutcomeName.AGREEMENT:
        yield from _words(decision, facts, end)
        return
    if name in {OutcomeName.LINK_LIVE, OutcomeName.CONTACTED_AND_ANSWERED}:
        if facts.link_at is not None and since <= facts.link_at < end:
            yield Finding(name.value, 1.0, facts.link_at, end, "link")
        if name is OutcomeName.LINK_LIVE:
            return
    for answer in facts.answers:
        mine = answer.email_id == decision.email_id
        if rule.credit is Credit.LAST_MAIL:
            counts = credited(answer, facts.letters) == decision.email_id
        else:
            counts = answer.at >= since or mine
        wanted = answer.positive or name is not OutcomeName.POSITIVE_REPLY
        if counts and wanted and answer.at < end:
            yield Finding(name.value, 1.0, answer.at, end, f"response:{answer.id}")


def _words(decision: Judged, facts: Facts, end: datetime) -> Iterator[Finding]:
    name = OutcomeName.AGREEMENT.value
    said = next(
        (
            word
            for word in sorted(facts.words, key=lambda each: each.id)
            if word.id > decision.id and word.response_id == decision.response_id and word.at < end
        ),
        None,
    )
    if said is not None:
        yield Finding(name, float(_same(decision, said)), said.at, end, f"decision:{said.id}")
    elif decision.response_id in facts.reviewed:
        # Somebody looked at it and had nothing to correct.
        yield Finding(name, 1.0, decision.decided_at, end, f"response:{decision.response_id}")


def _same(decision: Judged, said: Word) -> bool:
    if decision.response_id is None:
        return decision.action in AGREES.get(said.action or "", set())
    mine = dict(decision.output or {})
    sentiment = mine.get("ai_sentiment_analysis")
    mine["user_sentiment_override"] = sentiment.get("label") if isinstance(sentiment, dict) else None
    mine["response_type"] = mine.get("response_type") or decision.action
    return all(mine[name] == value for name, value in said.output.items() if mine.get(name) is not None)
