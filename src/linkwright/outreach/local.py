"""The AI that needs no key and no network. It is called what it is: rules, templates, small vectors.

What a text says can fill the fields of an answer. It is never executed, never part of a template and
never asked what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

from linkwright.outreach.ai import Answered, Brief, Call, Draft, PageScore, Purse, ReplyReading, Suggestion
from linkwright.outreach.pages import Page
from linkwright.outreach.reading import MailReader, action_of, mail_reader, sentiment_of
from linkwright.outreach.relevance import PageScorer
from linkwright.outreach.vectors import embedder
from linkwright.parsing.mail import Reading
from linkwright.vocabulary import DeciderKind, DecisionKind, Intent, RecommendedAction

DRAFT: Final = "template:draft-1"
SUGGESTION: Final = "template:reply-1"
_REPLIES: Final = {
    Intent.ASKS_FOR_TOPICS: (
        "Thank you for asking. Here are three topics that could suit your readers:\n\n1. ...\n2. ...\n3. ..."
    ),
    Intent.ASKS_FOR_DRAFT: "Thank you. The draft is attached; please change what you like.",
    Intent.INTERESTED: "Thank you, I am glad that you like it. Shall I send you two or three topics first?",
    Intent.ACCEPTED: "Thank you, that is good news. Please tell me when it is online.",
    Intent.ASKS_FOR_INFO: "Thank you for your questions. In short: ...",
    Intent.WANTS_PAYMENT: "Thank you. Is the link marked as sponsored, and for how long does it stay?",
    Intent.WANTS_LINK_EXCHANGE: "Thank you. We do not exchange links, but the article would be free.",
    Intent.NEGOTIATING_TERMS: "Thank you for being open about your terms. I will come back to you.",
    Intent.NOT_NOW: "Thank you, I understand. I will ask again when it suits you better.",
    Intent.REFERRAL: "Thank you for passing this on.",
    Intent.PUBLISHED_NOTICE: "Thank you, it looks very good.",
}


@dataclass(frozen=True, slots=True)
class LocalAI:
    """Answers by rules, by what was learned here, and by templates."""

    reader: MailReader = field(default_factory=mail_reader)
    scorer: PageScorer = field(default_factory=PageScorer)

    @property
    def name(self) -> str:
        """Return that everything happens here."""
        return "local"

    def paid_by(self, _purse: Purse) -> Self:
        """Return itself: what runs here costs nothing, and is written down by the verbs."""
        return self

    async def score_page(self, page: Page, brief: Brief) -> Answered[PageScore] | None:
        """Say how well a page fits; None when the page says nothing."""
        found = self.scorer.score(page, brief.keywords)
        if found is None:
            return None
        reasons = [f"{keyword[:150]}: {near:.2f}" for keyword, near in found.nearest]
        sure = round(abs(2 * found.score - 1), 4)
        value = PageScore(relevance=found.score, confidence=sure, reasons=reasons)
        return Answered(value, Call(DecisionKind.SCORE, DeciderKind.RULE, found.decider))

    async def classify_reply(self, text: str) -> Answered[ReplyReading]:
        """Say what the writer of a reply wants."""
        reading = self.read(text)
        intent = reading.intent or Intent.UNCLEAR
        value = ReplyReading(
            intent=intent,
            sentiment=sentiment_of(intent),
            action=action_of(intent),
            confidence=reading.confidence,
            evidence=[words[:200] for words in reading.evidence[:10]],
        )
        return Answered(value, Call(DecisionKind.CLASSIFY, DeciderKind.RULE, self.reader.name))

    async def draft_email(self, page: Page, brief: Brief) -> Answered[Draft]:
        """Fill a plain letter with the page's title and the campaign's first keyword."""
        title = " ".join(page.title.split())[:120] or page.url[:120] or "your site"
        matter = brief.keywords[0][:100] if brief.keywords else brief.name[:100]
        body = (
            f"Hello,\n\nI read “{title}” and would like to write on {matter} for your "
            f"readers. It would be new, and free of charge.\n\nMay I send you two or three topics?"
            f"\n\n{brief.sender[:100]}"
        )
        value = Draft(subject=f"An article on {matter} for {title}"[:200], body=body.strip())
        return Answered(value, Call(DecisionKind.GENERATE, DeciderKind.RULE, DRAFT))

    async def suggest_reply(self, text: str, brief: Brief) -> Answered[Suggestion]:
        """Choose one of a few written answers by what the reply wants."""
        intent = self.read(text).intent or Intent.UNCLEAR
        body = _REPLIES.get(intent)
        action = action_of(intent) if body else RecommendedAction.NO_ACTION
        body = f"{body}\n\n{brief.sender[:100]}".strip() if body else "(No answer is called for.)"
        return Answered(
            Suggestion(body=body, action=action),
            Call(DecisionKind.SUGGEST_REPLY, DeciderKind.RULE, SUGGESTION),
        )

    def read(self, text: str) -> Reading:
        """Read what a person wrote, without a mail around it."""
        return self.reader.read_person(text)


def local_ai(embedding: str = "auto") -> LocalAI:
    """Return the AI that runs here.

    `auto` scores pages with the strongest model that is installed, and reads replies by text alone:
    there the vectors gain two answers in a hundred and cost five times the time.

    Raises:
        InvalidInput: the model that is asked for is not installed.
    """
    replies = mail_reader("minilm" if embedding == "minilm" else "none")
    return LocalAI(replies, PageScorer(embedder(embedding)))
