"""One call to a provider while it is under way: what it has come to so far, in the words of the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from linkwright.outreach import prompts
from linkwright.outreach.ai import Planned
from linkwright.outreach.connections import Account, Try

TOKENS: Final = 1_500
"""Tokens that an answer may have."""

NOT_BILLED: Final = "not billed"


class Unusable(Exception):
    """An answer in the right form that is of no use; says why, in words and in the ledger's one word."""

    def __init__(self, reason: str, word: str) -> None:
        self.reason, self.word = reason, word
        super().__init__(reason)


@dataclass(slots=True)
class Progress:
    """A call, its tries and its tokens. The library adds to `usage` and `messages` as answers come."""

    account: Account
    question: str
    asked: str
    planned: Planned
    reservation: int | None
    usage: Any
    messages: Sequence[Any] = ()
    tries: list[Try] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def told(self) -> dict[str, Any]:
        """Return the columns of the ledger, as far as they are known by now."""
        instructions, usage = prompts.INSTRUCTIONS[self.question], self.usage
        response = next((one for one in reversed(self.messages) if one.kind == "response"), None)
        told = {
            "trace_id": self.planned.trace_id,
            "operation_name": "chat",
            "provider_name": self.planned.provider_name,
            "request_model": self.planned.request_model,
            "response_model": self._short(response, "model_name", 200),
            "model_response_id": self._short(response, "provider_response_id", 200),
            "prompt_name": self.question,
            "prompt_version": prompts.VERSION,
            "prompt_digest": sha256(instructions.encode()).hexdigest(),
            "rendered_prompt": f"{instructions}\n\n{self.asked}".replace("\0", ""),
            "parameters": {"temperature": 0.0, "max_tokens": TOKENS},
            "finish_reason": self._short(response, "finish_reason", 50),
            # A provider that does not count says nothing of it, and 0 would be a price.
            "input_tokens": usage.input_tokens or None,
            "output_tokens": usage.output_tokens or None,
            "cache_read_tokens": usage.cache_read_tokens or None,
            "cache_write_tokens": usage.cache_write_tokens or None,
            "reasoning_tokens": usage.output_reasoning_tokens or None,
            "duration_ms": int((time.monotonic() - self.began) * 1000),
            "attempts": len(self.tries) or None,
            "reservation_id": self.reservation,
        }
        if len(self.tries) > 1:
            told["context"] = {"tries": [[one.status, one.milliseconds] for one in self.tries]}
        return {name: value for name, value in told.items() if value is not None}

    def failed(self, word: str) -> dict[str, Any]:
        """Return what the ledger is told of a call that brought nothing."""
        told = {"kind": self.planned.kind.value, "error_type": word, **self.told()}
        if not self.usage.input_tokens and self.tries and not any(one.billed for one in self.tries):
            told |= {"cost": 0.0, "price_source": NOT_BILLED}
        return told

    def require_no_secret(self, answer: str) -> None:
        """Refuse an answer that holds the key: a server that repeats it would have it kept in the ledger."""
        key = self.account.key.get_secret_value()
        if key and key in answer:
            raise Unusable("repeated what it must not know", "secret_in_answer")

    def _short(self, response: Any, name: str, longest: int) -> str | None:
        value = getattr(response, name, None)
        if value is None:
            return None
        text, key = str(value), self.account.key.get_secret_value()
        return text.replace(key, "...")[:longest] if key else text[:longest]


def reason_of(error: BaseException) -> tuple[str, str]:
    """Return what went wrong, in words and in one: without what was sent or came, which may hold secrets."""
    if isinstance(error, Unusable):
        return error.reason, error.word
    if isinstance(error, asyncio.CancelledError):
        return "was not waited for", "cancelled"
    if isinstance(error, TimeoutError):
        return "did not answer in time", "timeout"
    status = getattr(error, "status_code", None)
    if status is not None:
        return f"answered with HTTP {status}", f"http_{status}"
    name = type(error).__name__
    if name == "ContentFilterError":
        return "refused to answer", "refused"
    if name in {"UnexpectedModelBehavior", "IncompleteToolCall", "ValidationError"}:
        return "answered in another form than was asked for", "another_form"
    return f"failed ({name})", name[:100]
