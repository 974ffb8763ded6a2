"""What kind of answer a received message is, and what its writer wants.

Machines are told from people by headers and reports; people are then read by sure words only. A
wish never to be written to again outranks everything else a person says, and is looked for only
in what that person wrote: our own quoted footer offers to unsubscribe, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from linkwright.parsing.mail import wording
from linkwright.parsing.mail.automatic import read_automatic
from linkwright.parsing.mail.bounces import Bounce, read_bounce
from linkwright.parsing.mail.complaints import Complaint, read_complaint
from linkwright.parsing.mail.quotes import new_text
from linkwright.vocabulary import Intent, ResponseType

if TYPE_CHECKING:
    from datetime import date

    from linkwright.parsing.mail.message import ParsedMessage

_READ: Final = 5000
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
_LIST_UNSUBSCRIBE: Final = re.compile(
    r"^\W*(?:re:\s*)?(?:unsubscribe|opt[- ]?out|remove(?: me)?|abmelden|abmeldung|d[ée]sabonnement|baja)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A classified message: what it is, what is wanted, how sure that is, and why.

    `confidence` is how often such evidence is right, judged by hand; it is no measured frequency.
    """

    kind: ResponseType
    intent: Intent | None
    confidence: float
    evidence: tuple[str, ...]
    bounce: Bounce | None = None
    complaint: Complaint | None = None
    returns_on: date | None = None


def classify(message: ParsedMessage) -> Reading:
    """Classify a received message. Pure: the same message is always read in the same way."""
    if complaint := read_complaint(message):
        evidence: tuple[str, ...] = (f"feedback report: {complaint.feedback_type}",)
        if complaint.feedback_type in {"opt-out", "opt-out-list", "unsubscribe"}:
            return Reading(
                ResponseType.UNSUBSCRIBE, Intent.UNSUBSCRIBE_REQUEST, 0.99, evidence, complaint=complaint
            )
        return Reading(ResponseType.COMPLAINT, Intent.AUTO_GENERATED, 0.99, evidence, complaint=complaint)
    if bounce := read_bounce(message):
        evidence = tuple(
            text
            for text in (f"{bounce.voice}: {bounce.action}", bounce.status, bounce.diagnostic[:200])
            if text
        )
        kind = ResponseType.BOUNCE if bounce.failed else ResponseType.AUTO_REPLY
        sure = 0.99 if bounce.voice == "rfc3464" else 0.9
        return Reading(kind, Intent.AUTO_GENERATED, sure, evidence, bounce=bounce)
    if any(part.type.endswith("delivery-status") for part in message.reports):
        return Reading(
            ResponseType.AUTO_REPLY, Intent.AUTO_GENERATED, 0.95, ("delivery report without a failure",)
        )
    if automatic := read_automatic(message):
        kind = ResponseType.OUT_OF_OFFICE if automatic.away else ResponseType.AUTO_REPLY
        return Reading(
            kind,
            Intent.AUTO_GENERATED,
            automatic.confidence,
            automatic.evidence,
            returns_on=automatic.returns_on,
        )
    return _person(message)


def _person(message: ParsedMessage) -> Reading:
    # The reader's own filter said so. It outranks what follows: spam out of a stolen account answers, too.
    spam = message.header("x-spam-flag").strip().lower() == "yes"
    # Not `reply_text`: when nothing new was written that is the quotation, footer and all.
    text = new_text(message.body_text)
    return read_person(
        text, message.subject, answers=bool(message.in_reply_to or message.references), spam=spam
    )


def read_person(text: str, subject: str = "", *, answers: bool = True, spam: bool = False) -> Reading:
    """Read what a person wrote, by sure words alone; `answers` says that it answers a mail of ours."""
    text = text[:_READ].replace("\u2019", "'")
    if found := wording.ERASURE.search(text):
        return Reading(ResponseType.UNSUBSCRIBE, Intent.ERASURE_REQUEST, 0.85, (f"body: {found[0][:80]}",))
    legal = wording.LEGAL.search(text)
    refusal = _LIST_UNSUBSCRIBE.match(subject) or _wish_to_leave(text)
    if legal:
        kind = ResponseType.UNSUBSCRIBE if refusal else ResponseType.NEGATIVE
        return Reading(kind, Intent.LEGAL_COMPLAINT, 0.85, (f"body: {legal[0][:80]}",))
    if refusal:
        evidence = (f"words: {refusal[0].strip()[:80]}",)
        return Reading(ResponseType.UNSUBSCRIBE, Intent.UNSUBSCRIBE_REQUEST, 0.9, evidence)
    if spam:
        return Reading(ResponseType.SPAM, None, 0.85, ("X-Spam-Flag: yes",))
    if not answers and (found := wording.SPAM.search(text)):
        return Reading(ResponseType.SPAM, None, 0.7, (f"body: {found[0][:80]}",))
    for intent, pattern in wording.HUMAN:
        if found := pattern.search(text):
            kind = (
                ResponseType.POSITIVE
                if intent in _POSITIVE
                else ResponseType.NEGATIVE
                if intent in _NEGATIVE
                else ResponseType.NEUTRAL
            )
            return Reading(kind, intent, 0.7, (f"body: {found[0][:80]}",))
    return Reading(ResponseType.NEUTRAL, Intent.UNCLEAR, 0.3, ())


def _wish_to_leave(text: str) -> re.Match[str] | None:
    """Find a wish not to be written to again, passing over sentences that only speak of one."""
    for sentence in re.split(r"(?<=[.!?\n])\s+|\n+", text):
        if wording.NOT_UNSUBSCRIBE.search(sentence):
            continue
        for pattern in (wording.UNSUBSCRIBE, *wording.UNSUBSCRIBE_BUILT):
            if found := pattern.search(sentence):
                return found
    return None
