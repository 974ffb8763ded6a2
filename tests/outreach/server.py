"""A server on loopback that speaks the protocols of OpenAI, Anthropic and Gemini, well or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.outreach.protocols import key_of, protocol_of

Reply = Callable[[dict[str, Any]], "Said"]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: a status, a body, and how long it takes."""

    body: bytes
    status: int = 200
    seconds: float = 0.0


@dataclass(slots=True)
class Provider:
    """The server, and what it was asked."""

    url: str
    replies: Sequence[Said | Reply]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def next(self, request: dict[str, Any]) -> Said:
        reply = self.replies[min(len(self.asked), len(self.replies)) - 1]
        return reply if isinstance(reply, Said) else reply(request)


def told(**fields: Any) -> Reply:
    """Answer in the form that was asked for, with these fields."""
    return lambda request: written(request, json.dumps(fields))


def written(request: dict[str, Any], arguments: str) -> Said:
    """Answer by the tool that stands for the form, with whatever arguments."""
    speaks = protocol_of(request)
    # What is no JSON cannot be dumped: it takes the place of a word.
    return Said(
        speaks.call(request, "@@")
        .replace('"@@"', arguments if speaks.nested else json.dumps(arguments))
        .encode()
    )


def spoken(text: str) -> Reply:
    """Answer in words."""
    return lambda request: Said(protocol_of(request).words(text).encode())


def refused(request: dict[str, Any]) -> Said:
    """Answer that one does not answer such a thing."""
    return Said(protocol_of(request).refusal().encode())


@asynccontextmanager
async def speaking(*replies: Said | Reply) -> AsyncIterator[Provider]:
    """Run the server: the first reply to the first request, and so on; the last one for ever."""
    provider = Provider("", replies)
    tasks: set[asyncio.Task[Any] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        try:
            while head := await _head(reader):
                length = int(head.get("content-length", "0"))
                provider.keys.append(key_of(head))
                provider.asked.append(json.loads(await reader.readexactly(length)))
                said = provider.next(provider.asked[-1])
                await asyncio.sleep(said.seconds)
                writer.write(
                    f"HTTP/1.1 {said.status} X\r\ncontent-type: application/json\r\n"
                    f"content-length: {len(said.body)}\r\n\r\n".encode()
                )
                writer.write(said.body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    provider.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield provider
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


async def _head(reader: asyncio.StreamReader) -> dict[str, str]:
    found: dict[str, str] = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(":")
        found[name.lower()] = value.strip()
    return found
