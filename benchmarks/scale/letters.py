"""Letters in order of time, with their moves and events, the answers, and mail that answers nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.scale import texts
from benchmarks.scale.shape import DAY, Shape, letters_of
from linkwright.db.bulk import insert_many, keep_ids, next_ids
from linkwright.models import BacklinkingEmail, BacklinkingResponse, EmailEvent, InboundMessage, StatusChange

_EMAIL: Final = (
    "id", "campaign_id", "opportunity_id", "subject", "body_html", "body_text", "ai_model_used",
    "template_used", "personalization_data", "from_email", "to_email", "status", "email_type",
    "created_at", "sent_at", "delivered_at", "smtp_provider", "message_id", "follow_up_number",
    "parent_email_id",
)  # fmt: skip
_EVENT: Final = ("campaign_id", "email_id", "kind", "agent", "event_key", "occurred_at", "recorded_at")
_MOVE: Final = (
    "campaign_id", "kind", "opportunity_id", "email_id", "new_status", "actor", "reason", "changed_at",
)  # fmt: skip
_ANSWER: Final = (
    "id", "campaign_id", "opportunity_id", "email_id", "from_email", "subject", "body_text", "received_at",
    "message_id", "in_reply_to", "response_type", "user_reviewed", "requires_action",
)  # fmt: skip
_INBOUND: Final = (
    "user_id", "campaign_id", "email_id", "response_id", "digest", "message_id", "in_reply_to",
    "from_address", "from_name", "to_addresses", "subject", "raw_headers", "body_text", "sent_at",
    "received_at", "recorded_at", "response_type", "matched_by", "dismissed_at", "dismissed_by",
)  # fmt: skip
STRAYS: Final = 100
"""Letters for each message that answers none of them."""


class Answered(NamedTuple):
    """A letter that was answered."""

    at: int
    prospect: int
    email: int
    message_id: str


class Rows(NamedTuple):
    """Letters and what goes with them."""

    emails: list[tuple[Any, ...]]
    moves: list[tuple[Any, ...]]
    events: list[tuple[Any, ...]]


class Letters:
    """All letters of a plan, and what is counted of them."""

    def __init__(self, plan: Shape, users: Sequence[int], campaigns: Sequence[str], ids: Any) -> None:
        self._plan, self._users, self._campaigns, self._ids = plan, users, campaigns, ids
        self._last = np.zeros(plan.first.size, np.int64)
        self._answered: list[Answered] = []
        self._next = 0
        self._chance = np.random.default_rng(11)
        self.counts: Counter[tuple[int, str, str]] = Counter()
        self.earned: dict[tuple[int, str], list[float]] = {}

    def chunks(self, begin: int, end: int, size: int) -> Iterator[list[tuple[int, int, int]]]:
        """Give the letters of a month, each as its moment, its prospect and its touch."""
        at, to, touch = letters_of(self._plan, begin, end)
        for start in range(0, at.size, size):
            piece = slice(start, start + size)
            yield list(zip(at[piece].tolist(), to[piece].tolist(), touch[piece].tolist(), strict=True))

    async def begin(self, session: AsyncSession) -> None:
        """Take the first id. Nobody else writes, so the rest follow without asking."""
        (self._next,) = await next_ids(session, BacklinkingEmail, 1)

    def rows(self, chunk: Sequence[tuple[int, int, int]]) -> Rows:
        """Return letters, with the move and the events of each."""
        emails, moves, events = [], [], []
        for at, prospect, touch in chunk:
            key = self._next
            self._next += 1
            campaign = int(self._plan.campaign[prospect])
            user = int(self._plan.owners[campaign])
            place, page = self._campaigns[campaign], int(self._ids[prospect])
            sent, identity = texts.moment(at), texts.message_id(at, key, user)
            delivered = texts.moment(at + 40) if key % 2 else None
            status = "delivered" if delivered else "sent"
            template = texts.TEMPLATES[(prospect + touch) % len(texts.TEMPLATES)]
            emails.append(
                (
                    key, place, page, texts.SUBJECTS[prospect % 4], texts.HTML[key % 4], texts.TEXTS[key % 4],
                    texts.MODEL, template, {"name": "Jane", "topics": ["huts"]}, f"me@u{user}.example.com",
                    f"editor@{texts.site(prospect)}", status, "follow_up" if touch else "initial", sent, sent,
                    delivered, "smtp.example.com", identity, touch + 1,
                    int(self._last[prospect]) if touch else None,
                )
            )  # fmt: skip
            self._last[prospect] = key
            moves.append((place, "email", page, key, status, "import", "imported", sent))
            events.append((place, key, "sent", "unknown", "sent", sent, sent))
            if delivered:
                events.append((place, key, "delivered", "unknown", "delivered", delivered, delivered))
            if key % 4 == 0:
                opened = texts.moment(at + 90 + key % 20_000)
                events.append((place, key, "opened", "machine", "opened", opened, opened))
            self.counts[campaign, "email", status] += 1
            earned = self.earned.setdefault((self._users[user], template), [0, 0, 0.0])
            earned[0] += 1
            if touch == self._plan.touches[prospect] - 1 and self._plan.answered[prospect]:
                answered = int(self._plan.answered[prospect])
                earned[1] += 1
                earned[2] += (answered - at) / 3600
                self._answered.append(Answered(answered, prospect, key, identity))
        return Rows(emails, moves, events)

    async def write(self, session: AsyncSession, rows: Rows) -> None:
        """Insert letters, parents before children."""
        await insert_many(session, BacklinkingEmail, _EMAIL, rows.emails)
        await insert_many(session, StatusChange, _MOVE, rows.moves)
        await insert_many(session, EmailEvent, _EVENT, rows.events)

    async def end(self, session: AsyncSession) -> None:
        """See that the ids that were taken without asking are given to nobody else."""
        await keep_ids(session, BacklinkingEmail, self._next - 1)

    async def write_answers(self, session: AsyncSession) -> None:
        """Insert the answers to the letters since the last time, each as the message it came in."""
        some, self._answered = sorted(self._answered), []
        keys = await next_ids(session, BacklinkingResponse, len(some))
        answers, messages = [], []
        for key, one in zip(keys, some, strict=True):
            campaign = int(self._plan.campaign[one.prospect])
            user = int(self._plan.owners[campaign])
            place, page, at = self._campaigns[campaign], int(self._ids[one.prospect]), texts.moment(one.at)
            kind, words = texts.ANSWERS[one.prospect % 3]
            host, subject = texts.site(one.prospect), f"Re: {texts.SUBJECTS[one.prospect % 4]}"
            identity = f"<{one.prospect:012x}@{host}>"
            answers.append(
                (
                    key, place, page, one.email, f"editor@{host}", subject, words, at, identity,
                    one.message_id, kind, key % 3 > 0, kind == "positive",
                )
            )  # fmt: skip
            messages.append(
                (
                    self._users[user], place, one.email, key, _digest("answer", key), identity,
                    one.message_id, f"editor@{host}", "Jane Doe", [f"me@u{user}.example.com"], subject,
                    texts.HEADERS, words, at, at, at, kind, "in_reply_to", None, None,
                )
            )  # fmt: skip
            self.counts[campaign, "response", kind] += 1
        await insert_many(session, BacklinkingResponse, _ANSWER, answers)
        await insert_many(session, InboundMessage, _INBOUND, messages)

    async def write_strays(self, session: AsyncSession, begin: int, end: int) -> None:
        """Insert messages of a month that belong to no letter; most of them were put away."""
        number = len(letters_of(self._plan, begin, end)[0]) // STRAYS
        rows = []
        for at in np.sort(self._chance.integers(begin, end, number)).tolist():
            user, when = int(self._chance.integers(len(self._users))), texts.moment(at)
            put_away = (
                texts.moment(at + DAY) if self._chance.random() < 0.7 and at + DAY < self._plan.end else None
            )
            rows.append(
                (
                    self._users[user], None, None, None, _digest("stray", self._stray()),
                    f"<{at}.{user}@news.example.org>", None, "news@news.example.org", "News",
                    [f"me@u{user}.example.com"], "Your weekly news", texts.HEADERS, texts.STRAY,
                    when, when, when, "neutral", "none", put_away, "user" if put_away else None,
                )
            )  # fmt: skip
        await insert_many(session, InboundMessage, _INBOUND, rows)

    def _stray(self) -> int:
        return int(self._chance.integers(2**62))


def _digest(kind: str, number: int) -> str:
    return sha256(f"{kind}/{number}".encode()).hexdigest()
