"""Connections to providers: each vendor's client, over one transport that bounds and counts what it does."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from linkwright.errors import InvalidInput

LIMIT: Final = 1 << 20
"""Bytes of an answer that are read."""

MODELS: Final = {"openai": "gpt-4o-mini", "anthropic": "claude-haiku-4-5", "gemini": "gemini-2.5-flash"}
PROVIDERS: Final = (*MODELS, "compatible")
_NAMES: Final = {"gemini": "google"}
UNREACHABLE: Final = 599
"""Stands for the status where nobody was there to answer."""

_REFUSED: Final = 400
_TRIES: Final = 2
"""How often a client tries again after HTTP 429, 5xx and a lost connection."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a provider is, and how it is paid."""

    provider: str
    model: str
    key: SecretStr
    base_url: str | None = None
    timeout: float = 30.0
    traced: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be called."""
        if self.provider not in PROVIDERS:
            raise InvalidInput("LINKWRIGHT_AI_PROVIDER", f"must be local or one of: {', '.join(PROVIDERS)}")
        if self.provider == "compatible" and not self.base_url:
            raise InvalidInput("LINKWRIGHT_AI_BASE_URL", "is required for a compatible server")

    @property
    def provider_name(self) -> str:
        """The provider as price lists call it."""
        return _NAMES.get(self.provider, self.provider)


@dataclass(frozen=True, slots=True)
class Try:
    """One request: the status of its answer, None where none came, and how long that took."""

    status: int | None
    milliseconds: int

    @property
    def billed(self) -> bool:
        """Whether it may have been. No provider bills what it refused or failed at."""
        return self.status is None or self.status < _REFUSED


def model_of(account: Account, http: Any) -> Any:
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
        from google.genai.types import HttpRetryOptions  # noqa: PLC0415
        from pydantic_ai.models.google import GoogleModel  # noqa: PLC0415
        from pydantic_ai.providers.google import GoogleProvider  # noqa: PLC0415

        again = HttpRetryOptions(attempts=1 + _TRIES, initial_delay=0.5, max_delay=8.0)
        google = GoogleProvider(api_key=key, base_url=url, http_client=http, retry_options=again)
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


def client_of(seconds: float, tries: list[Try]) -> Any:
    """Return a client that reads a megabyte of an answer, follows no redirection, and notes its tries."""
    import httpx2  # noqa: PLC0415  (comes with the extra)

    class Bounded(httpx2.AsyncByteStream):  # type: ignore[misc, unused-ignore]
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for piece in self._stream:
                size += len(piece)
                if size > LIMIT:
                    raise httpx2.ReadError("the answer does not end")
                yield piece

        async def aclose(self) -> None:
            await self._stream.aclose()

    class Transport(httpx2.AsyncHTTPTransport):  # type: ignore[misc, unused-ignore]
        async def handle_async_request(self, request: Any) -> Any:
            began, status = time.monotonic(), None
            try:
                response = await super().handle_async_request(request)
                status = response.status_code
            except httpx2.ConnectError:
                status = UNREACHABLE
                raise
            finally:
                tries.append(Try(status, int((time.monotonic() - began) * 1000)))
            response.stream = Bounded(response.stream)
            return response

    return httpx2.AsyncClient(transport=Transport(), timeout=seconds, follow_redirects=False)
