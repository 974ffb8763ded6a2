"""A desk at which an AI is asked: each call is paid for, made outside transactions, and a row of the ledger.

A call that is answered is written down by the verb that uses the answer, in its transaction. One
that brought nothing, or whose answer came too late to be used, is a row of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

from linkwright.errors import Conflict, IllegalMove, InvalidInput
from linkwright.models.emails import BacklinkingEmail
from linkwright.models.opportunities import BacklinkOpportunity
from linkwright.models.responses import BacklinkingResponse
from linkwright.outreach.ai import AI, Answer, Answered, Brief, PageScore, Planned, ReplyReading
from linkwright.outreach.pages import Page
from linkwright.outreach.reading import kind_of, urgency_of
from linkwright.service import BacklinkingDatabaseService
from linkwright.templating.conversion import html_from_text
from linkwright.unit_of_work import UnitOfWork
from linkwright.vocabulary import HUMAN_RESPONSES

R = TypeVar("R")
A = TypeVar("A", bound=Answer)
_ACTION: Final = 200


@dataclass(frozen=True, slots=True)
class _About:
    """What a call is about, and so who pays for it: a campaign, where there is one."""

    service: BacklinkingDatabaseService
    user_id: int
    campaign_id: str | None = None
    opportunity_id: int | None = None
    response_id: int | None = None

    async def reserve(self, call: Planned) -> int | None:
        """Set aside in the campaign what the call may cost; what belongs to no campaign has no limit."""
        if self.campaign_id is None:
            return None
        planned = asdict(call) | {"kind": call.kind.value}
        return (await self.service.reserve_ai_call(self.campaign_id, planned)).id

    async def failed(self, call: Mapping[str, Any]) -> None:
        """Write a call down that brought nothing."""
        await self.record(call)

    async def record(self, decision: Mapping[str, Any]) -> None:
        """Write a call down by itself."""
        about = {
            "campaign_id": self.campaign_id,
            "opportunity_id": self.opportunity_id,
            "response_id": self.response_id,
        }
        named = {name: value for name, value in about.items() if value is not None}
        await self.service.record_decision(self.user_id, {**decision, **named})


class AIDesk:
    """Asks an AI on behalf of one user: the one that the settings name (`outreach.choice.ai_of`), or another.

    Every method raises `ProviderFailed` when no answer came, `BudgetSpent` or `UnpricedModel` when the
    campaign may not pay for it, and `NotFound` for what is not the user's.
    """

    def __init__(self, service: BacklinkingDatabaseService, user_id: int, ai: AI) -> None:
        self._service = service.as_user(user_id).acting_as(ai.name[:100])
        self._user_id, self._ai = user_id, ai

    @property
    def name(self) -> str:
        """What is asked."""
        return self._ai.name

    async def classify_reply(self, text: str, *, campaign_id: str | None = None) -> Answered[ReplyReading]:
        """Say what the writer of a reply wants that is no response here."""
        about = self._about(campaign_id)
        answer = await self._ai.paid_by(about).classify_reply(text)
        entry = answer.call.as_decision(answer.value, action=answer.value.intent.value, about=text)
        await about.record(entry)
        return answer

    async def score_page(
        self, page: Page, brief: Brief, *, campaign_id: str | None = None
    ) -> Answered[PageScore] | None:
        """Say how well a page fits that is no prospect here; None when the page says nothing."""
        about = self._about(campaign_id)
        answer = await self._ai.paid_by(about).score_page(page, brief)
        if answer is not None:
            action = f"{answer.value.relevance:.2f}"
            await about.record(answer.call.as_decision(answer.value, action=action, about=page.subject))
        return answer

    async def read_response(self, response_id: int) -> BacklinkingResponse:
        """Read a person's answer again: its type, intent, feeling, urgency, and what to do about it.

        Raises:
            Conflict: a person has said what it is, or no person wrote it.
        """
        response = await self._service.get_response(response_id)
        if response.response_type not in HUMAN_RESPONSES:
            raise Conflict(
                f"Response {response_id} is {response.response_type}: there is no one's wish to read."
            )
        about = self._about(response.campaign_id, response.opportunity_id, response_id)
        answer = await self._ai.paid_by(about).classify_reply(response.body_text)
        found = answer.value
        reading = {
            "response_type": kind_of(found.intent).value,
            "ai_intent_classification": found.intent.value,
            "ai_sentiment_analysis": {"label": found.sentiment.value, "confidence": found.confidence},
            "ai_urgency_level": urgency_of(found.intent, response.body_text).value,
            "ai_recommended_action": found.action.value,
        }
        beside = answer.call.beside(found, about=response.body_text)
        if found.evidence:
            beside["context"] = {**beside.get("context", {}), "evidence": list(found.evidence)}
        by = answer.call.decided_by.value

        async def keep(work: UnitOfWork) -> BacklinkingResponse:
            return await work.reviews.classify(response_id, reading, decided_by=by, decision=beside)

        return await self._kept(about, answer, response.body_text, found.intent.value, keep)

    async def score_prospect(
        self, opportunity_id: int, page: Page, *, verdict: str | None = None
    ) -> BacklinkOpportunity:
        """Score the page of a prospect against its campaign. Without a verdict the prospect stays as it is.

        Raises:
            InvalidInput: the page says nothing.
            IllegalMove: the verdict is not a move from where the prospect is.
        """
        prospect = await self._service.get_opportunity(opportunity_id)
        brief = await self._brief(prospect.campaign_id)
        about = self._about(prospect.campaign_id, opportunity_id)
        answer = await self._ai.paid_by(about).score_page(page, brief)
        if answer is None:
            raise InvalidInput("page", "says nothing")
        analysis = {
            "ai_relevance_score": answer.value.relevance,
            "ai_content_analysis": {"reasons": list(answer.value.reasons), "page": page.digest},
        }
        beside = answer.call.beside(answer.value, about=page.subject)

        async def keep(work: UnitOfWork) -> BacklinkOpportunity:
            return await work.opportunities.record_analysis(
                opportunity_id, analysis, verdict, decision=beside
            )

        return await self._kept(about, answer, page.subject, f"{answer.value.relevance:.2f}", keep)

    async def draft_letter(
        self, opportunity_id: int, page: Page, *, from_email: str, sender: str = ""
    ) -> BacklinkingEmail:
        """Write a first letter to a prospect, as a draft for a person to approve."""
        prospect = await self._service.get_opportunity(opportunity_id)
        brief = await self._brief(prospect.campaign_id, sender)
        about = self._about(prospect.campaign_id, opportunity_id)
        answer = await self._ai.paid_by(about).draft_email(page, brief)
        beside = answer.call.beside(answer.value, about=page.subject)
        letter = {
            "subject": answer.value.subject,
            "body_html": html_from_text(answer.value.body),
            "body_text": answer.value.body,
            "from_email": from_email,
            "ai_model_used": answer.call.model.get("request_model", answer.call.decider)[:50],
            "decision": beside,
        }

        async def keep(work: UnitOfWork) -> BacklinkingEmail:
            return await work.emails.create(prospect.campaign_id, opportunity_id, letter)

        return await self._kept(about, answer, page.subject, "draft", keep)

    async def suggest_reply(self, response_id: int, *, sender: str = "") -> BacklinkingResponse:
        """Write what a person could answer, beside the response; nothing is sent.

        Raises:
            Conflict: a person has said what the response is.
        """
        response = await self._service.get_response(response_id)
        brief = await self._brief(response.campaign_id, sender)
        about = self._about(response.campaign_id, response.opportunity_id, response_id)
        answer = await self._ai.paid_by(about).suggest_reply(response.body_text, brief)
        beside, by = answer.call.beside(answer.value, about=response.body_text), answer.call.decided_by.value

        async def keep(work: UnitOfWork) -> BacklinkingResponse:
            said = {"ai_suggested_reply": answer.value.body}
            return await work.reviews.classify(response_id, said, decided_by=by, decision=beside)

        return await self._kept(about, answer, response.body_text, answer.value.action.value, keep)

    async def _kept(
        self,
        about: _About,
        answer: Answered[A],
        text: str,
        action: str,
        keep: Callable[[UnitOfWork], Awaitable[R]],
    ) -> R:
        """Use an answer, and write the call down with it; or by itself, where it can no longer be used."""
        try:
            async with self._service.begin() as work:
                return await keep(work)
        except (Conflict, IllegalMove, InvalidInput):
            entry = answer.call.as_decision(answer.value, action=action[:_ACTION], about=text)
            await about.record(entry | {"error_type": "not_used"})
            raise

    def _about(
        self,
        campaign_id: str | None,
        opportunity_id: int | None = None,
        response_id: int | None = None,
    ) -> _About:
        return _About(self._service, self._user_id, campaign_id, opportunity_id, response_id)

    async def _brief(self, campaign_id: str, sender: str = "") -> Brief:
        campaign = await self._service.get_campaign(campaign_id)
        return Brief(campaign.name, campaign.keywords, campaign.tone_preference or "professional", sender)
