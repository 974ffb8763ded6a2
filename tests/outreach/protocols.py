"""Three protocols, as far as one question and its answer need them: 200 tokens in, 30 out."""

from __future__ import annotations

import json
from typing import Any, Final, Protocol


class Speaks(Protocol):
    """How an answer is written down."""

    nested: bool
    """Whether the arguments of a tool are part of the answer's JSON, and not JSON in a text."""

    def call(self, request: dict[str, Any], arguments: str) -> str: ...

    def words(self, text: str) -> str: ...

    def refusal(self) -> str: ...


class OpenAI:
    nested = False

    def call(self, request: dict[str, Any], arguments: str) -> str:
        name = request["tools"][0]["function"]["name"]
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
        return self._said({"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls")

    def words(self, text: str) -> str:
        return self._said({"role": "assistant", "content": text}, "stop")

    def refusal(self) -> str:
        return self._said({"role": "assistant", "content": None, "refusal": "I will not."}, "content_filter")

    @staticmethod
    def _said(message: dict[str, Any], reason: str) -> str:
        return json.dumps(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "gpt-4o-mini-2024-07-18",
                "choices": [{"index": 0, "message": message, "finish_reason": reason}],
                "usage": {"prompt_tokens": 200, "completion_tokens": 30, "total_tokens": 230},
            }
        )


class Anthropic:
    nested = True

    def call(self, request: dict[str, Any], arguments: str) -> str:
        name = request["tools"][0]["name"]
        return self._said({"type": "tool_use", "id": "toolu_1", "name": name, "input": arguments}, "tool_use")

    def words(self, text: str) -> str:
        return self._said({"type": "text", "text": text}, "end_turn")

    def refusal(self) -> str:
        return self._said({"type": "text", "text": ""}, "refusal")

    @staticmethod
    def _said(content: dict[str, Any], reason: str) -> str:
        return json.dumps(
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": "claude-haiku-4-5-20251001",
                "content": [content],
                "stop_reason": reason,
                "stop_sequence": None,
                "usage": {"input_tokens": 200, "output_tokens": 30},
            }
        )


class Gemini:
    nested = True

    def call(self, request: dict[str, Any], arguments: str) -> str:
        name = request["tools"][0]["functionDeclarations"][0]["name"]
        return self._said([{"functionCall": {"name": name, "args": arguments}}], "STOP")

    def words(self, text: str) -> str:
        return self._said([{"text": text}], "STOP")

    def refusal(self) -> str:
        return self._said([], "SAFETY")

    @staticmethod
    def _said(parts: list[dict[str, Any]], reason: str) -> str:
        content = {"content": {"role": "model", "parts": parts}} if parts else {}
        return json.dumps(
            {
                "candidates": [{**content, "finishReason": reason, "index": 0}],
                "usageMetadata": {
                    "promptTokenCount": 200,
                    "candidatesTokenCount": 30,
                    "totalTokenCount": 230,
                },
                "modelVersion": "gemini-2.5-flash",
                "responseId": "resp-1",
            }
        )


_OPENAI, _ANTHROPIC, _GEMINI = OpenAI(), Anthropic(), Gemini()
KEY_HEADERS: Final = ("authorization", "x-api-key", "x-goog-api-key")


def protocol_of(request: dict[str, Any]) -> Speaks:
    """Return the protocol that a request is written in."""
    if "contents" in request:
        return _GEMINI
    return _OPENAI if "function" in json.dumps(request.get("tools", [])) else _ANTHROPIC


def key_of(head: dict[str, str]) -> str:
    """Return the key that a request came with."""
    return next((head[name] for name in KEY_HEADERS if name in head), "")
