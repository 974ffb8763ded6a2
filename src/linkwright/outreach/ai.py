"""The port: what is asked of an AI, what it may answer, and what the ledger is told of each answer.

Whatever stands behind it (rules, a small model here, a provider far away) fills typed fields and
nothing else. An answer moves no prospect, addresses nobody, lifts no suppression and approves
nothing: verbs do that, by rules of their own. A call is made while no transaction is open. Whoever pays
for it is asked before, hears of it when it fails, and records it when it is answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any, Generic, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from linkwright.outreach.pages import Page
from linkwright.vocabulary import DeciderKind, DecisionKind, Intent, RecommendedAction, Sentiment

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Words = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=10)]


class Answer(BaseModel):
    """The base of all answers: unknown keys are refused, texts are short."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageScore(Answer):
    """How well a page fits a campaign."""

    relevance: Share
    confidence: Share
    reasons: Words = Field(default_factory=list)


class ReplyReading(Answer):
    """What a person who answered wants."""

    intent: Intent
    sentiment: Sentiment
    action: RecommendedAction
    confidence: Share
    evidence: Words = Field(default_factory=list)


class Draft(Answer):
    """A letter: what it is called and what it says. Whom it goes to is no part of it."""

    subject: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(min_length=1, max_length=8000)]
    confidence: Share = 0.5


class Suggestion(Answer):
    """What one could answer to a reply."""

    body: Annotated[str, Field(min_length=1, max_length=8000)]
    action: RecommendedAction
    confidence: Share = 0.5


A_co = TypeVar("A_co", bound=Answer, covariant=True)


@dataclass(frozen=True, slots=True)
class Call:
    """How an answer came about, in the words of the ledger."""

    kind: DecisionKind
    decided_by: DeciderKind
    decider: str
    policy_version: str | None = None
    model: dict[str, Any] = field(default_factory=dict)
    """Columns of a call to a model: names, tokens, cost, duration; empty when none was called."""

    def as_decision(self, answer: Answer, *, action: str, about: str) -> dict[str, Any]:
        """Return what `Decisions.record` is given; `about` is the text that was looked at."""
        told = answer.model_dump(mode="json", exclude={"confidence"})
        return {
            "kind": self.kind.value,
            "action": action,
            "output": told,
            **self.beside(answer, about=about),
        }

    def beside(self, answer: Answer, *, about: str) -> dict[str, Any]:
        """Return what a verb that says itself what was decided is told besides."""
        return {
            "decided_by": self.decided_by.value,
            "decider": self.decider[:200],
            "policy_version": self.policy_version,
            "confidence_raw": answer.model_dump(include={"confidence"}).get("confidence"),
            "input_digest": sha256(about.encode("utf-8", "surrogatepass")).hexdigest(),
            **self.model,
        }


@dataclass(frozen=True, slots=True)
class Answered(Generic[A_co]):
    """An answer, and how it came about."""

    value: A_co
    call: Call


@dataclass(frozen=True, slots=True)
class Brief:
    """What a campaign wants, as far as an AI is told."""

    name: str
    keywords: Sequence[str]
    tone: str = "professional"
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A call that is about to be made, and how many tokens it may take at most, all its tries together."""

    kind: DecisionKind
    provider_name: str
    request_model: str
    trace_id: str
    input_tokens: int
    output_tokens: int


class Purse(Protocol):
    """Whoever pays for calls."""

    async def reserve(self, call: Planned) -> int | None:
        """Set aside what a call may cost, and return the reservation's id; a refusal is an error."""
        ...

    async def failed(self, call: Mapping[str, Any]) -> None:
        """Write a call down that was made and brought nothing: what `Decisions.record` takes."""
        ...


class AI(Protocol):
    """What is asked. Every question is one call, and raises `ProviderFailed` when no answer comes."""

    def paid_by(self, purse: Purse) -> Self:
        """Return the same, for whose calls somebody pays. Without that no provider is called."""
        ...

    @property
    def name(self) -> str:
        """Return what answers, such as `local` or `openai:gpt-4o-mini`."""
        ...

    async def score_page(self, page: Page, brief: Brief) -> Answered[PageScore] | None:
        """Say how well a page fits; None when the page says nothing."""
        ...

    async def classify_reply(self, text: str) -> Answered[ReplyReading]:
        """Say what the writer of a reply wants."""
        ...

    async def draft_email(self, page: Page, brief: Brief) -> Answered[Draft]:
        """Write a first letter about a page."""
        ...

    async def suggest_reply(self, text: str, brief: Brief) -> Answered[Suggestion]:
        """Write what one could answer."""
        ...
