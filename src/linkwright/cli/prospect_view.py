"""One prospect as a terminal shows it: what is known, its letters, its answers, why, and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from linkwright.cli.plain import plain
from linkwright.cli.view import facts, history, listing, reasons, section
from linkwright.jobs.qualifying import spam_score_of
from linkwright.schemas.opportunities import OpportunityRead
from linkwright.vocabulary import LifeKind

_SHOWN = (
    ("url", "page"),
    ("description", "about"),
    ("contact_name", "name"),
    ("contact_email", "address"),
    ("contact_page_url", "contact page"),
    ("domain_authority", "domain authority"),
    ("spam_score", "spam"),
    ("ai_relevance_score", "relevance"),
    ("ai_authority_score", "authority"),
    ("primary_topics", "topics"),
    ("submission_guidelines", "guidelines"),
    ("ai_contact_recommendation", "recommended"),
    ("user_override_decision", "a person decided"),
    ("user_notes", "notes"),
    ("contacted_at", "written to"),
    ("responded_at", "answered"),
    ("link_url", "link"),
)


def show_whole(console: Console, one: OpportunityRead, found: Mapping[str, Sequence[Any]]) -> None:
    """Print a prospect with the rows that were found of it: decisions, letters, answers, history."""
    console.print(Text.assemble((plain(one.title or one.domain), "bold"), f"  {plain(one.status)}"))
    # Scores are 0 until somebody has looked at the page, and mean nothing then.
    known = [pair for pair in _SHOWN if one.analyzed_at is not None or not pair[0].startswith("ai_")]
    has_spam_score = spam_score_of(one) is not None
    console.print(
        facts((label, getattr(one, name)) for name, label in known if name != "spam_score" or has_spam_score)
    )
    letters, answers, moves = found["letters"], found["answers"], found["history"]
    section(
        console,
        "Letters",
        listing(
            ("id", "status", "kind", "subject"),
            ((row.id, row.status, row.email_type, row.subject) for row in letters),
            wide="subject",
            whole=("id", "status", "kind"),
            room=console.width - 2,
        ),
        count=len(letters),
    )
    section(
        console,
        "Answers",
        listing(
            ("id", "received", "kind", "words"),
            ((row.id, row.received_at, row.response_type, row.body_text) for row in answers),
            wide="words",
            whole=("id", "received", "kind"),
            room=console.width - 2,
        ),
        count=len(answers),
    )
    section(console, "Why", reasons(found["decisions"]), count=len(found["decisions"]))
    section(console, "History", history(moves, of=LifeKind.OPPORTUNITY), count=len(moves))
