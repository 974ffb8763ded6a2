"""Long texts of decisions: kept once per user, and pointed at by their digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from linkwright.db.rows import run
from linkwright.queries import decisions as queries
from linkwright.services.context import Context

TEXTS: Final = {"rendered_prompt": "rendered_prompt_digest", "output_text": "output_digest"}
"""What a caller hands over, and the column that points at it."""


def digest_of(text: str) -> str:
    """Return the name under which a text is kept: SHA-256 of its UTF-8, in hexadecimal.

    >>> digest_of("Dear editor")[:12]
    '6e6c5e12b577'
    """
    return sha256(text.encode()).hexdigest()


def digests_of(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that point at texts."""
    return {TEXTS[name]: digest_of(text) for name, text in texts.items()}


async def keep(ctx: Context, user_id: int, texts: Iterable[str]) -> None:
    """Keep texts that are not kept yet."""
    now = ctx.now()
    rows = [
        {"user_id": user_id, "digest": digest, "text": text, "created_at": now}
        for digest, text in sorted({digest_of(text): text for text in texts}.items())
    ]
    if rows:
        await run(ctx.session, queries.keep_contents(rows))
