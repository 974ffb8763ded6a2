"""An AI behind a key: Gemini, OpenAI, Anthropic, or any server that speaks the protocol of OpenAI.

One library (pydantic-ai) talks to all of them and is loaded at the first call. What it returns has
passed the answer's form; what has not after one more try is a failure, and so are a slow, a broken
and an endless answer. Nobody's key is logged or shown.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, Final, Self, TypeVar
from uuid import uuid4

from linkwright.errors import Conflict, ProviderFailed
from linkwright.outreach import prompts
from linkwright.outreach.ai import (
    Answer,
    Answered,
    Brief,
    Call,
    Draft,
    PageScore,
    Planned,
    Purse,
    ReplyReading,
    Suggestion,
)
from linkwright.outreach.connections import Account, client_of, model_of
from linkwright.outreach.local import LocalAI
from linkwright.outreach.pages import Page
from linkwright.outreach.progress import TOKENS, Progress, Unusable, reason_of
from linkwright.outreach.reading import action_of, sentiment_of
from linkwright.outreach.spans import trace_call
from linkwright.vocabulary import DeciderKind, DecisionKind, Intent

T = TypeVar("T", bound=Answer)

_TEXT: Final = 8_000
_FRAME: Final = 1_000
"""Bytes of a request around its texts, at most."""

_ADDRESS: Final = re.compile(r"https?://|www\.|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE)
_NO_MODEL_LOWERS: Final = frozenset(
    {Intent.UNSUBSCRIBE_REQUEST, Intent.ERASURE_REQUEST, Intent.LEGAL_COMPLAINT}
)


class ProviderAI:
    """Asks a provider, one call per question, and keeps to the local answer where a model may not decide."""

    def __init__(
        self, account: Account, local: LocalAI, *, purse: Purse | None = None, model: Any = None
    ) -> None:
        self._account, self._local, self._purse, self._model = account, local, purse, model

    def paid_by(self, purse: Purse) -> Self:
        """Return the same, for whose calls somebody pays. Without that no provider is called."""
        return type(self)(self._account, self._local, purse=purse, model=self._model)

    @property
    def name(self) -> str:
        """Return the provider and its model."""
        return f"{self._account.provider}:{self._account.model}"

    async def score_page(self, page: Page, brief: Brief) -> Answered[PageScore] | None:
        """Say how well a page fits; None when the page says nothing."""
        if not page.subject.strip(" ."):
            return None
        asked = prompts.question(page=page.subject[:_TEXT], keywords=list(brief.keywords)[:50])
        return await self._ask("score_page", asked, PageScore, DecisionKind.SCORE)

    async def classify_reply(self, text: str) -> Answered[ReplyReading]:
        """Say what the writer of a reply wants.

        Whom the rules here believe to want no more mail, to want to be forgotten or to threaten with
        the law is not asked about: no model lowers that.
        """
        here = await self._local.classify_reply(text)
        if here.value.intent in _NO_MODEL_LOWERS:
            return here
        asked = prompts.question(reply=text[:_TEXT])
        found = await self._ask("classify_reply", asked, ReplyReading, DecisionKind.CLASSIFY)
        intent = found.value.intent
        # The feeling and what to do follow from the intent: a text cannot talk a model into another pair.
        value = found.value.model_copy(
            update={"sentiment": sentiment_of(intent), "action": action_of(intent)}
        )
        return Answered(value, found.call)

    async def draft_email(self, page: Page, brief: Brief) -> Answered[Draft]:
        """Write a first letter about a page."""
        asked = prompts.question(
            page=page.subject[:_TEXT],
            campaign=brief.name,
            keywords=list(brief.keywords)[:50],
            tone=brief.tone,
            sender=brief.sender,
        )
        check = _names_no_address("subject", "body")
        return await self._ask("draft_email", asked, Draft, DecisionKind.GENERATE, check=check)

    async def suggest_reply(self, text: str, brief: Brief) -> Answered[Suggestion]:
        """Write what one could answer."""
        asked = prompts.question(
            reply=text[:_TEXT], campaign=brief.name, tone=brief.tone, sender=brief.sender
        )
        check = _names_no_address("body")
        found = await self._ask("suggest_reply", asked, Suggestion, DecisionKind.SUGGEST_REPLY, check=check)
        intent = (await self._local.classify_reply(text)).value.intent
        if intent in _NO_MODEL_LOWERS:
            return Answered(found.value.model_copy(update={"action": action_of(intent)}), found.call)
        return found

    async def _ask(
        self,
        question: str,
        asked: str,
        form: type[T],
        kind: DecisionKind,
        *,
        check: Callable[[T], None] = lambda _: None,
    ) -> Answered[T]:
        from pydantic_ai import Agent, capture_run_messages  # noqa: PLC0415  (three seconds to load)
        from pydantic_ai.usage import RunUsage  # noqa: PLC0415

        if self._purse is None:
            raise Conflict(f"{self.name} is asked by nobody who pays: see `AIDesk`.")
        planned = self._planned(question, asked, form, kind)
        call = Progress(
            self._account, question, asked, planned, await self._purse.reserve(planned), RunUsage()
        )
        try:
            with capture_run_messages() as call.messages:
                async with (
                    asyncio.timeout(self._account.timeout),
                    client_of(self._account.timeout, call.tries) as client,
                ):
                    agent: Any = Agent(
                        self._model or model_of(self._account, client),
                        output_type=form,
                        instructions=prompts.INSTRUCTIONS[question],
                        retries=1,
                        model_settings={"temperature": 0.0, "max_tokens": TOKENS},
                    )
                    result = await agent.run(asked, usage=call.usage)
            value = form.model_validate(result.output.model_dump())
            call.require_no_secret(value.model_dump_json())
            check(value)
        except BaseException as error:
            # A call that was cancelled was made all the same.
            reason, word = reason_of(error)
            if self._account.traced:
                trace_call(call.failed(word))
            await self._purse.failed({**call.failed(word), "decided_by": "model", "decider": self.name[:200]})
            if not isinstance(error, Exception):
                raise
            raise ProviderFailed(self.name, reason) from None
        if self._account.traced:
            trace_call({"kind": kind.value, **call.told()})
        return Answered(value, Call(kind, DeciderKind.MODEL, self.name, None, call.told()))

    def _planned(self, question: str, asked: str, form: type[Answer], kind: DecisionKind) -> Planned:
        """Return the call with its bounds: a token is a byte at least, and the form is asked for twice."""
        sent = (prompts.INSTRUCTIONS[question], asked, json.dumps(form.model_json_schema()))
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in sent) + _FRAME
        return Planned(
            kind=kind,
            provider_name=self._account.provider_name,
            request_model=self._account.model[:200],
            trace_id=uuid4().hex,
            # The second time, the first answer and what was wrong with it are sent too.
            input_tokens=2 * size + TOKENS,
            output_tokens=2 * TOKENS,
        )


def _names_no_address(*fields: str) -> Callable[[Any], None]:
    """Return the check of a letter: a page could have asked for an address, and a person may overlook it."""

    def check(value: Any) -> None:
        if any(_ADDRESS.search(getattr(value, name)) for name in fields):
            raise Unusable("wrote an address into a letter, which only a template may", "address_in_letter")

    return check
