"""An AI behind a key: Gemini, OpenAI, Anthropic, or any server that speaks the protocol of OpenAI.

One library (pydantic-ai) talks to all of them and is loaded at the first call. What it returns has
passed the answer's form; what has not after one more try is a failure, and so are a slow, a broken
and an endless answer. Nobody's key is logged or shown.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar

from pydantic import SecretStr

from linkwright.errors import InvalidInput, ProviderFailed
from linkwright.outreach import prompts
from linkwright.outreach.ai import Answer, Answered, Brief, Call, Draft, PageScore, ReplyReading, Suggestion
from linkwright.outreach.local import LocalAI
from linkwright.outreach.pages import Page
from linkwright.outreach.reading import action_of, sentiment_of
from linkwright.vocabulary import DeciderKind, DecisionKind, Intent

T = TypeVar("T", bound=Answer)

MODELS: Final = {"openai": "gpt-4o-mini", "anthropic": "claude-haiku-4-5", "gemini": "gemini-2.5-flash"}
PROVIDERS: Final = (*MODELS, "compatible")
_LIMIT: Final = 1 << 20
"""Bytes of an answer that are read."""

_TEXT: Final = 8_000
_TOKENS: Final = 1_500
_TRIES: Final = 2
_ADDRESS: Final = re.compile(r"https?://|www\.|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE)
_NO_MODEL_LOWERS: Final = frozenset(
    {Intent.UNSUBSCRIBE_REQUEST, Intent.ERASURE_REQUEST, Intent.LEGAL_COMPLAINT}
)


@dataclass(frozen=True, slots=True)
class Account:
    """Where a provider is, and how it is paid."""

    provider: str
    model: str
    key: SecretStr
    base_url: str | None = None
    timeout: float = 30.0


class ProviderAI:
    """Asks a provider, one call per question, and keeps to the local answer where a model may not decide."""

    def __init__(self, account: Account, local: LocalAI, *, model: Any = None) -> None:
        if account.provider not in PROVIDERS:
            raise InvalidInput("LINKWRIGHT_AI_PROVIDER", f"must be local or one of: {', '.join(PROVIDERS)}")
        if account.provider == "compatible" and not account.base_url:
            raise InvalidInput("LINKWRIGHT_AI_BASE_URL", "is required for a compatible server")
        self._account, self._local, self._model = account, local, model

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
        found = await self._ask("draft_email", asked, Draft, DecisionKind.GENERATE)
        _require_no_address(found.value.subject, found.value.body)
        return found

    async def suggest_reply(self, text: str, brief: Brief) -> Answered[Suggestion]:
        """Write what one could answer."""
        asked = prompts.question(
            reply=text[:_TEXT], campaign=brief.name, tone=brief.tone, sender=brief.sender
        )
        found = await self._ask("suggest_reply", asked, Suggestion, DecisionKind.SUGGEST_REPLY)
        _require_no_address(found.value.body)
        intent = (await self._local.classify_reply(text)).value.intent
        if intent in _NO_MODEL_LOWERS:
            return Answered(found.value.model_copy(update={"action": action_of(intent)}), found.call)
        return found

    async def _ask(self, question: str, asked: str, form: type[T], kind: DecisionKind) -> Answered[T]:
        from pydantic_ai import Agent  # noqa: PLC0415  (an extra; three seconds to load)

        began = time.monotonic()
        try:
            async with asyncio.timeout(self._account.timeout), _client(self._account.timeout) as client:
                agent: Any = Agent(
                    self._model or _model(self._account, client),
                    output_type=form,
                    instructions=prompts.INSTRUCTIONS[question],
                    retries=1,
                    model_settings={"temperature": 0.0, "max_tokens": _TOKENS},
                )
                result = await agent.run(asked)
        except Exception as error:  # noqa: BLE001  (three vendors, each with errors of its own)
            raise ProviderFailed(self.name, _reason(error)) from None
        value = form.model_validate(result.output.model_dump())
        return Answered(
            value,
            Call(kind, DeciderKind.MODEL, self.name, None, self._told(question, result, began)),
        )

    def _told(self, question: str, result: Any, began: float) -> dict[str, Any]:
        usage, response = result.usage, result.response
        instructions = prompts.INSTRUCTIONS[question]
        provider = {"gemini": "google", "compatible": "compatible"}.get(self._account.provider)
        return {
            "provider_name": provider or self._account.provider,
            "request_model": self._account.model[:200],
            "response_model": (response.model_name or None) and str(response.model_name)[:200],
            "model_response_id": response.provider_response_id and str(response.provider_response_id)[:200],
            "prompt_name": question,
            "prompt_version": prompts.VERSION,
            "prompt_digest": sha256(instructions.encode()).hexdigest(),
            "parameters": {"temperature": 0.0, "max_tokens": _TOKENS},
            "finish_reason": response.finish_reason and str(response.finish_reason)[:50],
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "duration_ms": int((time.monotonic() - began) * 1000),
        }


def _model(account: Account, http: Any) -> Any:
    """Return the library's model for an account. Its clients try twice more."""
    key, url, seconds = account.key.get_secret_value(), account.base_url, account.timeout
    if account.provider == "anthropic":
        from anthropic import AsyncAnthropic  # noqa: PLC0415
        from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415
        from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415

        client: Any = AsyncAnthropic(
            api_key=key, base_url=url, timeout=seconds, max_retries=_TRIES, http_client=http
        )
        return AnthropicModel(account.model, provider=AnthropicProvider(anthropic_client=client))
    if account.provider == "gemini":
        from pydantic_ai.models.google import GoogleModel  # noqa: PLC0415
        from pydantic_ai.providers.google import GoogleProvider  # noqa: PLC0415

        google = GoogleProvider(api_key=key, base_url=url, http_client=http)
        return GoogleModel(account.model, provider=google)
    from openai import AsyncOpenAI  # noqa: PLC0415
    from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415

    client = AsyncOpenAI(
        api_key=key or "none",
        base_url=url,
        timeout=seconds,
        max_retries=_TRIES,
        http_client=http,
    )
    return OpenAIChatModel(account.model, provider=OpenAIProvider(openai_client=client))


def _client(seconds: float) -> Any:
    """Return a client that stops reading an answer at a megabyte, and follows no redirection."""
    import httpx2  # noqa: PLC0415  (comes with the extra)

    class Bounded(httpx2.AsyncByteStream):  # type: ignore[misc, unused-ignore]
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for piece in self._stream:
                size += len(piece)
                if size > _LIMIT:
                    raise httpx2.ReadError("the answer does not end")
                yield piece

        async def aclose(self) -> None:
            await self._stream.aclose()

    class Transport(httpx2.AsyncHTTPTransport):  # type: ignore[misc, unused-ignore]
        async def handle_async_request(self, request: Any) -> Any:
            response = await super().handle_async_request(request)
            response.stream = Bounded(response.stream)
            return response

    return httpx2.AsyncClient(transport=Transport(), timeout=seconds, follow_redirects=False)


def _require_no_address(*texts: str) -> None:
    """Refuse a letter that names a place: a page could have asked for one, and a person may overlook it."""
    if any(_ADDRESS.search(text) for text in texts):
        raise ProviderFailed("the model", "wrote an address into a letter, which only a template may")


def _reason(error: Exception) -> str:
    """Return what went wrong without what was sent or returned: both may hold secrets."""
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    status = getattr(error, "status_code", None)
    if status is not None:
        return f"answered with HTTP {status}"
    name = type(error).__name__
    if name == "UnexpectedModelBehavior":
        return "answered in another form than was asked for"
    return f"failed ({name})"
