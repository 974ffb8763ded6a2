"""How a received message is read here: machines by their headers, people by what was learned and by rules.

Three things no learned weight may overrule: who asks to be forgotten, threatens with the law or
wants no more mail is believed at the first sure word. A wish to leave is also believed where it
is merely likely, because writing once more costs more than losing one prospect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from linkwright.outreach.features import READ, met_rules
from linkwright.outreach.letters import said
from linkwright.outreach.linear import Linear, weights
from linkwright.outreach.vectors import Embedder, embedder
from linkwright.outreach.words import PLACES, plain, sentences
from linkwright.parsing.mail import ParsedMessage, Reading, classify
from linkwright.parsing.mail.classify import read_person
from linkwright.parsing.mail.quotes import new_text
from linkwright.vocabulary import Intent, RecommendedAction, ResponseType, Sentiment, Urgency

RULE: Final = "rule:mail"
_LIKELY_TO_LEAVE: Final = 0.35
_SURE: Final = 0.3
"""Below this the answer is `unclear`: a person reads it."""

_GRAVE: Final = frozenset({Intent.ERASURE_REQUEST, Intent.LEGAL_COMPLAINT})
_SURE_OF_GRAVE: Final = 0.6
"""What is grave and has no sure word is believed only above this: a question about data is no request."""

_BY_RULE: Final = frozenset({Intent.ERASURE_REQUEST, Intent.LEGAL_COMPLAINT, Intent.UNSUBSCRIBE_REQUEST})
_EVIDENCE: Final = 5
_POSITIVE: Final = frozenset(
    {
        Intent.INTERESTED,
        Intent.ACCEPTED,
        Intent.ASKS_FOR_TOPICS,
        Intent.ASKS_FOR_DRAFT,
        Intent.PUBLISHED_NOTICE,
    }
)
_NEGATIVE: Final = frozenset({Intent.NOT_INTERESTED, Intent.LINK_REMOVED_NOTICE, Intent.LEGAL_COMPLAINT})
_LEAVING: Final = frozenset({Intent.UNSUBSCRIBE_REQUEST, Intent.ERASURE_REQUEST})
_HUMAN: Final = frozenset({ResponseType.POSITIVE, ResponseType.NEGATIVE, ResponseType.NEUTRAL})
_ACTIONS: Final = {
    Intent.INTERESTED: RecommendedAction.REPLY,
    Intent.ACCEPTED: RecommendedAction.ACCEPT,
    Intent.ASKS_FOR_TOPICS: RecommendedAction.SEND_TOPICS,
    Intent.ASKS_FOR_DRAFT: RecommendedAction.SEND_DRAFT,
    Intent.ASKS_FOR_INFO: RecommendedAction.REPLY,
    Intent.WANTS_PAYMENT: RecommendedAction.NEGOTIATE,
    Intent.WANTS_LINK_EXCHANGE: RecommendedAction.NEGOTIATE,
    Intent.NEGOTIATING_TERMS: RecommendedAction.NEGOTIATE,
    Intent.NOT_NOW: RecommendedAction.FOLLOW_UP_LATER,
    Intent.NOT_INTERESTED: RecommendedAction.NO_ACTION,
    Intent.WRONG_PERSON: RecommendedAction.CONTACT_OTHER_PERSON,
    Intent.REFERRAL: RecommendedAction.CONTACT_OTHER_PERSON,
    Intent.PUBLISHED_NOTICE: RecommendedAction.VERIFY_LINK,
    Intent.LINK_REMOVED_NOTICE: RecommendedAction.REQUEST_LINK_FIX,
    Intent.UNSUBSCRIBE_REQUEST: RecommendedAction.SUPPRESS,
    Intent.ERASURE_REQUEST: RecommendedAction.ERASE_DATA,
    Intent.LEGAL_COMPLAINT: RecommendedAction.ESCALATE_HUMAN,
    Intent.UNCLEAR: RecommendedAction.ESCALATE_HUMAN,
}
_TODAY: Final = re.compile(
    r"\b(?:today|by tomorrow|within 24 hours|until tomorrow|heute noch|bis morgen)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class MailReader:
    """Reads received mail. The same message is always read in the same way by the same reader."""

    learned: Linear
    model: Embedder | None = None

    @property
    def name(self) -> str:
        """Return what reads, as the ledger calls it."""
        vectors = f"+embedding:{self.model.name}" if self.model else ""
        return f"{RULE}+linear:{self.learned.name}{vectors}"

    def read(self, message: ParsedMessage) -> Reading:
        """Say what a message is and what its writer wants."""
        ruled = classify(message)
        if ruled.kind not in _HUMAN or ruled.intent in _BY_RULE:
            return ruled
        return self._learned(new_text(message.body_text), ruled)

    def read_person(self, text: str) -> Reading:
        """Say what a person wants who wrote this and nothing else."""
        ruled = read_person(text)
        return ruled if ruled.kind not in _HUMAN or ruled.intent in _BY_RULE else self._learned(text, ruled)

    def _learned(self, written: str, ruled: Reading) -> Reading:
        """Say what a person wants by what was learned; `ruled` is what the rules alone would say."""
        text = said(written)
        if not text:
            return ruled
        vector = self.model.vectors([text])[0] if self.model else None
        shares = self.learned.probabilities(text, vector)
        intent, sure = _decided(shares)
        return replace(
            ruled, kind=kind_of(intent), intent=intent, confidence=round(sure, 4), evidence=_why(text)
        )


def _decided(shares: dict[str, float]) -> tuple[Intent, float]:
    """Return the intent that the shares speak for, and how sure that is."""
    # Whoever wants to be forgotten wants no mail either; but many who speak of data want neither.
    leaving = shares[Intent.UNSUBSCRIBE_REQUEST] + shares[Intent.ERASURE_REQUEST] / 2
    for name in sorted(shares, key=lambda name: -shares[name]):
        intent, sure = Intent(name), shares[name]
        if intent not in _GRAVE or sure >= _SURE_OF_GRAVE:
            break
    if intent not in _LEAVING and leaving >= _LIKELY_TO_LEAVE:
        return Intent.UNSUBSCRIBE_REQUEST, leaving
    return (intent, sure) if sure >= _SURE else (Intent.UNCLEAR, sure)


def mail_reader(embedding: str = "none") -> MailReader:
    """Return the reader with these vectors: only `minilm` makes it better, at five times the cost."""
    if embedding == "minilm":
        return MailReader(weights("replies-minilm"), embedder("minilm"))
    return MailReader(weights("replies"))


def kind_of(intent: Intent) -> ResponseType:
    """Return the kind of answer that an intent makes."""
    if intent in _LEAVING:
        return ResponseType.UNSUBSCRIBE
    if intent in _POSITIVE:
        return ResponseType.POSITIVE
    return ResponseType.NEGATIVE if intent in _NEGATIVE else ResponseType.NEUTRAL


def sentiment_of(intent: Intent) -> Sentiment:
    """Return the feeling that goes with an intent."""
    if intent in _POSITIVE:
        return Sentiment.POSITIVE
    if intent in _NEGATIVE | _LEAVING:
        return Sentiment.NEGATIVE
    return Sentiment.MIXED if intent is Intent.NEGOTIATING_TERMS else Sentiment.NEUTRAL


def urgency_of(intent: Intent, text: str) -> Urgency:
    """Return how soon a person must look. What is critical is so by rule; no model lowers it."""
    if intent in {Intent.ERASURE_REQUEST, Intent.LEGAL_COMPLAINT} or _TODAY.search(text[:5000]):
        return Urgency.CRITICAL
    if intent in _POSITIVE or intent in {Intent.NEGOTIATING_TERMS, Intent.LINK_REMOVED_NOTICE}:
        return Urgency.HIGH
    if intent in {Intent.NOT_INTERESTED, Intent.NOT_NOW, Intent.AUTO_GENERATED}:
        return Urgency.LOW
    return Urgency.MEDIUM


def action_of(intent: Intent) -> RecommendedAction:
    """Return what to do about an intent."""
    return _ACTIONS.get(intent, RecommendedAction.NO_ACTION)


def judgement_of(intent: Intent, kind: ResponseType, text: str) -> dict[str, str]:
    """Return what follows from an intent, by the names of a stored reading. A machine feels nothing."""
    told = {
        "intent": intent.value,
        "urgency": urgency_of(intent, text).value,
        "action": action_of(intent).value,
    }
    return told | (
        {"sentiment": sentiment_of(intent).value} if kind in _HUMAN | {ResponseType.UNSUBSCRIBE} else {}
    )


def _why(text: str) -> tuple[str, ...]:
    """Return the words that rules met, then what the first sentences speak of."""
    met = [found[0].strip()[:80] for found in met_rules(text)]
    meant = [concept for sentence in sentences(plain(text[:READ])) for word in sentence for concept in word]
    about = [concept for concept in dict.fromkeys(meant) if concept not in PLACES][:_EVIDENCE]
    words = [f"words: {word}" for word in dict.fromkeys(met)][:_EVIDENCE]
    return (*words, *([f"speaks of: {', '.join(about)}"] if about else []))
