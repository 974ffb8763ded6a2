"""Texts of the length that they have in life, or shorter: a database of ten million is large enough."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

SUBJECTS: Final = (
    "A guide to mountain huts for your readers",
    "A question about your page on long walks",
    "An article for you: light tents, tried for a year",
    "Something for your list of trail food",
)
_LINE: Final = "I have read what you wrote about long walks, and liked it. "
TEXTS: Final = tuple(f"Hello,\n\n{_LINE * (2 + place)}\n\nYours, Jo\n" for place in range(4))
HTML: Final = tuple(f"<p>Hello,</p><p>{_LINE * (3 + place)}</p><p>Yours, Jo</p>" for place in range(4))
ANSWERS: Final = (
    ("positive", "Thank you, we would like to see a draft. Eight hundred words are fine."),
    ("negative", "Thank you, but we do not take guest posts."),
    ("neutral", "Which topics do you write about? Please send some of what you have published."),
)
HEADERS: Final = (
    "Received: from mx.example.com by in.example.com with ESMTPS\nMIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
)
TEMPLATES: Final = tuple(f"Template {letter}" for letter in "ABCDEF")
STRAY: Final = "Nothing that concerns us. " * 10
MODEL: Final = "a-model-2026"
SCORE_COST: Final = 0.0005


def moment(seconds: int) -> datetime:
    """Return a moment of the plan."""
    return datetime.fromtimestamp(seconds, UTC)


def site(prospect: int) -> str:
    """Return a prospect's host: in no order, as names are."""
    return f"site{prospect * 2_654_435_761 % 4_294_967_296:08x}.example.com"


def message_id(seconds: int, number: int, sender: int) -> str:
    """Return a Message-ID like ours, which begins with the time."""
    clock = seconds * 1000
    version = f"{clock >> 16:08x}-{clock & 65535:04x}-7{number & 4095:03x}-8000-{number:012x}"
    return f"<{version}@u{sender}.example.com>"


def page(plan: Any, prospect: int, end: int) -> dict[str, Any]:
    """Return a prospect as a file would bring it at the end of two years, with what came of it."""
    host, score = site(prospect), float(plan.relevance[prospect])
    answered, first = int(plan.answered[prospect]), int(plan.letter(prospect, 0))
    found = moment(int(plan.found[prospect]))
    row: dict[str, Any] = {
        "url": f"https://{host}/write-for-us",
        "title": "Write for us: guest posts about hiking",
        "contact_email": f"editor@{host}",
        "contact_name": "Jane Doe",
        "ai_relevance_score": score,
        "ai_authority_score": prospect * 37 % 1000 / 1000,
        "domain_authority": prospect * 13 % 101,
        "primary_topics": ["hiking", "travel"],
        "discovered_at": found,
        "analyzed_at": found,
        "status": "qualified",
    }
    if not plan.touches[prospect]:
        return row
    row["contacted_at"] = moment(first)
    row["status"] = "contacted" if first > end - 21 * 86_400 else "no_response"
    if answered:
        row["status"], row["responded_at"] = "responded", moment(answered)
        if prospect % 7 == 0:
            row |= {"status": "published", "published_at": moment(answered + 86_400)}
            row |= {"link_acquired": True, "link_url": f"https://{host}/ten-huts"}
    return row
