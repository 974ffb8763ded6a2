"""What is left of a row when a person is erased: its numbers, states and moments, so that counts stay.

The same for rows of the database and for those of an archive. A row of the person's own loses its texts
whole; any other loses what names the person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sqlalchemy import RowMapping, Table

from linkwright.db.portable import kind_of
from linkwright.parsing.traces import ERASED, ERASED_DOMAIN, Traces
from linkwright.services.decision_texts import TEXTS, digest_of

Values = Mapping[str, Any] | RowMapping

_BLANK: Final = object()
"""What becomes `ERASED` where anything stands."""

_GONE: Final[Mapping[str, Mapping[str, object]]] = {
    "backlinking_opportunities": dict.fromkeys(
        ("contact_email", "contact_name", "contact_page_url", "user_notes", "ai_content_analysis")
    ),
    "backlinking_emails": {
        **dict.fromkeys(("subject", "body_html", "body_text"), _BLANK),
        **dict.fromkeys(("ai_prompt_used", "personalization_data", "smtp_response")),
    },
    "backlinking_responses": {
        **dict.fromkeys(("subject", "body_text", "ai_suggested_reply"), _BLANK),
        **dict.fromkeys(("body_html", "message_id", "in_reply_to", "user_notes")),
    },
    "inbound_messages": {
        "raw_headers": "",
        **dict.fromkeys(
            ("message_id", "in_reply_to", "references", "from_address", "from_name", "to_addresses")
        ),
        **dict.fromkeys(("subject", "body_text", "body_html", "attachments", "reading")),
    },
    # A digest of a prompt that differs from known ones by a name and an address alone can be guessed.
    "ai_decisions": dict.fromkeys(("reasoning", "rendered_prompt_digest", "output_digest", "input_digest")),
}
_FACTS_ONLY: Final[Mapping[str, tuple[str, ...]]] = {
    "backlinking_responses": ("ai_sentiment_analysis",),
    "email_events": ("detail",),
    "ai_decisions": ("output", "parameters"),
}
"""JSON that keeps its numbers and its words of a vocabulary: checks compare them with columns."""

_TEXTS_OF_PEOPLE: Final = frozenset({"ai_suggested_reply", "subject", "body_html", "body_text", "recipient"})
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_:.-]{0,39}")
_WHOSE: Final[Mapping[str, str]] = {
    "backlinking_emails": "to_email",
    "backlinking_opportunities": "contact_email",
    "backlinking_responses": "from_email",
    "inbound_messages": "from_address",
}
_ADDRESSES: Final = frozenset(
    {"contact_email", "to_email", "from_email", "reply_to_email", "from_address", "address"}
)


@dataclass(slots=True)
class Own:
    """The ids of what is the person's own: pages they answer for, letters to them, answers from them.

    `gone` are digests of prompts and outputs that name the person, wherever they are pointed at;
    `digests` are those of the person's own decisions, which others may share.
    """

    opportunities: set[int] = field(default_factory=set)
    emails: set[int] = field(default_factory=set)
    responses: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)

    def meet(self, table: str, row: Values, traces: Traces) -> None:
        """Remember a row that is the person's own. Parents are to be met before their children."""
        if not self.has(table, row, traces):
            return
        if table == "backlinking_opportunities":
            self.opportunities.add(row["id"])
        elif table == "backlinking_emails":
            self.emails.add(row["id"])
        elif table == "backlinking_responses":
            self.responses.add(row["id"])
        elif table == "ai_decisions":
            self.digests.update(digest for name in TEXTS.values() if (digest := row[name]) is not None)
        if (name := row.get("contact_name") or row.get("from_name")) and traces.theirs(row[_WHOSE[table]]):
            self.names.add(name)

    def has(self, table: str, row: Values, traces: Traces) -> bool:
        """Say whether a row is the person's own."""
        if table == "backlinking_opportunities" and row["id"] in self.opportunities:
            return True
        if table == "backlinking_emails" and row["id"] in self.emails:
            return True
        if table in _WHOSE and traces.theirs(row[_WHOSE[table]]):
            return True
        if table == "status_changes":  # A move of a letter is the letter's, whatever prospect it is of.
            return row["email_id"] in self.emails or (
                row["email_id"] is None and row["opportunity_id"] in self.opportunities
            )
        return table != "backlinking_emails" and (
            row.get("email_id") in self.emails
            or row.get("response_id") in self.responses
            or (table == "ai_decisions" and row["opportunity_id"] in self.opportunities)
        )


def changes(table: Table, row: Values, traces: Traces, own: Own) -> dict[str, Any]:
    """Return what has to change in a row, by column; nothing where it does not tell of the person."""
    mine = own.has(table.name, row, traces)
    after = dict(row)
    if mine:
        for name, value in _GONE.get(table.name, {}).items():
            after[name] = (None if row[name] is None else ERASED) if value is _BLANK else value
        for name in _FACTS_ONLY.get(table.name, ()):
            after[name] = _facts(row[name])
    for name, kind, length in _texts(table):
        if (value := after.get(name)) is None:
            continue
        if kind == "json":
            after[name] = traces.cleaned_value(value, near=mine)
        elif isinstance(value, str):
            text = _text(table.name, name, value, row, traces, near=mine)
            after[name] = text if text is None else text[:length]
    _forget_digests(table.name, row, after, own)
    return {name: value for name, value in after.items() if value != row[name]}


@cache
def _texts(table: Table) -> list[tuple[str, str, int | None]]:
    return [
        (column.key, kind, getattr(column.type, "length", None))
        for column in table.columns
        if (kind := kind_of(column)) in {"text", "json"} and not column.foreign_keys
    ]


def _text(table: str, name: str, value: str, row: Values, traces: Traces, *, near: bool) -> str | None:
    identity = row.get("opportunity_id") or row.get("id")
    if name in _ADDRESSES:
        # The sender of an answer to their letter may be another mailbox of theirs.
        theirs = traces.theirs(value) or (near and table == "backlinking_responses")
        return f"erased-{identity}@{ERASED_DOMAIN}" if theirs and table != "suppressions" else value
    cleaned = traces.cleaned(value, near=near)
    if cleaned == value:
        return value
    if name == "domain":
        return ERASED_DOMAIN
    if name.endswith("url"):
        host = row.get("domain") if name == "url" else None
        host = host if host and traces.cleaned(host, near=near) == host else ERASED_DOMAIN
        return f"https://{host}/erased-{row['id']}"
    if name == "message_id":  # Of a letter that left; without one it would be looked for in the sender's log.
        return f"<erased-{row['id']}@{ERASED_DOMAIN}>"
    if name in {"idempotency_key", "event_key", "data_key"}:
        return f"erased-{row['id']}"
    if name == "raw_headers":  # Names stand there encoded in more ways than anybody looks for.
        return ""
    if name == "ai_prompt_used":
        return None
    return cleaned


def _forget_digests(table: str, row: Values, after: dict[str, Any], own: Own) -> None:
    if table == "backlinking_emails" and row["ai_prompt_used"] and after["ai_prompt_used"] is None:
        own.gone.add(digest_of(row["ai_prompt_used"]))
    elif table == "ai_decisions":
        for name in TEXTS.values():
            if row[name] in own.gone:
                after[name] = None


def _facts(value: Any) -> Any:
    """Return JSON without free text: what is no single word in lower case goes."""
    if isinstance(value, dict):
        return {
            key: ERASED if key in _TEXTS_OF_PEOPLE and one is not None else _facts(one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_facts(one) for one in value]
    return ERASED if isinstance(value, str) and not _CODE.fullmatch(value) else value
