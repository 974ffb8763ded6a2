"""Inbound: every message received, once, matched to its email or kept until a person does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel
from sqlalchemy import RowMapping, Select

from linkwright.db.rows import detached, run
from linkwright.errors import Conflict, InvalidInput, NotFound
from linkwright.models.inbound import InboundMessage
from linkwright.models.responses import BacklinkingResponse
from linkwright.models.users import User
from linkwright.queries import inbound
from linkwright.schemas.inbound import InboundCreate
from linkwright.schemas.validation import parse
from linkwright.services.context import Context
from linkwright.services.delivery_reports import known_id
from linkwright.services.email_held import Held
from linkwright.services.erased_people import require_none_erased
from linkwright.services.inbound_answers import (
    as_it_came,
    bounce_of,
    cut,
    judged,
    one_word,
    reader_of,
    sender,
)
from linkwright.services.inbound_matching import Match, match
from linkwright.services.ownership import require_user
from linkwright.services.pages import Page, cursor, page_size, place
from linkwright.services.responses import Responses
from linkwright.services.same_answer import Source
from linkwright.vocabulary import MatchMethod, ResponseType

_Which = Literal["all", "unmatched", "dismissed"]
_WHICH: Final[tuple[_Which, ...]] = ("all", "unmatched", "dismissed")
_PAGES: Final = {
    (which, after): inbound.page(which, after=after) for which in _WHICH for after in (True, False)
}
_NOT_COLUMNS: Final = frozenset(
    {
        "reply_text",
        "bounce_kind",
        "bounced_message_id",
        "bounced_recipient",
        "bounce_diagnostic",
        "decision",
    }
)


class Received(NamedTuple):
    """What became of a message: its row, the response it made if any, and whether it was new."""

    message: InboundMessage
    response: BacklinkingResponse | None
    new: bool


class Inbound:
    """A user's received messages, inside one transaction that somebody else opened and will close."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def record(self, user_id: int, data: Mapping[str, Any] | BaseModel) -> Received:
        """Keep a message, each once by its digest, and answer the email it belongs to.

        A message that belongs to no email, or to one that was never sent, is kept unmatched. One from, to
        or about somebody who was erased is refused, unless it was there before.

        Raises:
            NotFound: there is no such user for this caller.
            InvalidInput: a field breaks a rule.
        """
        message = parse(InboundCreate, data)
        user = await require_user(self._ctx, user_id)
        of = {"user_id": user.id, "digest": message.digest}
        try:
            await self._require_none_erased(user, message)
        except InvalidInput:
            known = (await run(self._ctx.session, inbound.BY_DIGEST, of)).mappings().first()
            if known is None:
                raise
            return Received(detached(InboundMessage, known), None, new=False)
        values = message.model_dump(exclude=set(_NOT_COLUMNS))
        values |= {"user_id": user.id, "recorded_at": self._ctx.now(), "matched_by": MatchMethod.NONE.value}
        row = (await run(self._ctx.session, inbound.ADD, values)).mappings().first()
        if row is None:
            known = (await run(self._ctx.session, inbound.BY_DIGEST, of)).mappings().one()
            return Received(detached(InboundMessage, known), None, new=False)
        found = await match(self._ctx, user.id, message)
        if found is None:
            return Received(detached(InboundMessage, row), None, new=True)
        return await self._answer(row["id"], message, found)

    async def assign(self, inbound_id: int, email_id: int) -> Received:
        """Say, as a person, to which email an unmatched message belongs; it becomes a response.

        Raises:
            NotFound: there is no such message or email for this owner.
            Conflict: the message is matched already, or the email was never sent.
        """
        row = await self._row(inbound.ONE, inbound_id)
        seen = await Held.seen_email(self._ctx, email_id)
        if seen.user_id != row["user_id"]:
            raise NotFound("email", email_id)
        row = await self._held_unmatched(inbound_id)
        found = Match(
            seen.email_id, seen.campaign_id, seen.opportunity_id, seen.row.to_email, MatchMethod.MANUAL
        )
        return await self._answer(inbound_id, as_it_came(dict(row)), found)

    async def dismiss(self, inbound_id: int) -> InboundMessage:
        """Put away a message that belongs to no email and needs nothing. Saying it twice changes nothing.

        It is kept, and is matched all the same when the mail that it answers becomes known.

        Raises:
            NotFound: there is no such message for this owner.
            Conflict: the message belongs to an email.
        """
        row = await self._held_unmatched(inbound_id)
        if row["dismissed_at"] is not None:
            return detached(InboundMessage, row)
        return await self._put_away(inbound_id, at=self._ctx.now(), by=self._ctx.actor)

    async def restore(self, inbound_id: int) -> InboundMessage:
        """Take back that a message was put away: it waits for a person again.

        Raises:
            NotFound: there is no such message for this owner.
            Conflict: the message belongs to an email.
        """
        await self._held_unmatched(inbound_id)
        return await self._put_away(inbound_id, at=None, by=None)

    async def match_stored(self, row: Mapping[str, Any]) -> bool:
        """Look again for the email that a stored, unmatched message belongs to; say whether it was found.

        `row` is the whole row of the message, which the caller knows to be this owner's.
        """
        message = as_it_came(row)
        found = await match(self._ctx, row["user_id"], message)
        if found is None:
            return False
        await self._answer(row["id"], message, found)
        return True

    async def get(self, inbound_id: int) -> InboundMessage:
        """Return one message.

        Raises:
            NotFound: there is no such message for this owner.
        """
        return detached(InboundMessage, await self._row(inbound.ONE, inbound_id))

    async def unmatched(
        self, user_id: int, *, after: str | None = None, limit: int = 50
    ) -> Page[InboundMessage]:
        """Return the messages that belong to no email and wait for a person, newest first.

        Raises:
            NotFound: there is no such user for this caller.
            InvalidInput: the cursor or the limit is none.
        """
        return await self._page(user_id, after, limit, "unmatched")

    async def dismissed(
        self, user_id: int, *, after: str | None = None, limit: int = 50
    ) -> Page[InboundMessage]:
        """Return the messages that were put away, newest first.

        Raises:
            NotFound: there is no such user for this caller.
            InvalidInput: the cursor or the limit is none.
        """
        return await self._page(user_id, after, limit, "dismissed")

    async def page(self, user_id: int, *, after: str | None = None, limit: int = 50) -> Page[InboundMessage]:
        """Return all messages of a user, newest first.

        Raises:
            NotFound: there is no such user for this caller.
            InvalidInput: the cursor or the limit is none.
        """
        return await self._page(user_id, after, limit, "all")

    async def _require_none_erased(self, user: User, message: InboundCreate) -> None:
        people: dict[str, Sequence[str | None]] = {
            "from_address": [message.from_address],
            "to_addresses": message.to_addresses,
            "bounced_recipient": [message.bounced_recipient],
        }
        await require_none_erased(self._ctx, user.id, bytes(user.address_key), people)

    async def _row(self, statement: Select[Any], inbound_id: int) -> RowMapping:
        of = {"inbound_id": known_id("message", inbound_id)}
        row = (await run(self._ctx.session, statement, of)).mappings().first()
        if row is None or (self._ctx.owner is not None and row["user_id"] != self._ctx.owner):
            raise NotFound("message", inbound_id)
        return row

    async def _held_unmatched(self, inbound_id: int) -> RowMapping:
        row = await self._row(inbound.HELD, inbound_id)
        if row["matched_by"] != MatchMethod.NONE:
            raise Conflict(f"Message {inbound_id} belongs to email {row['email_id']} already.")
        return row

    async def _put_away(self, inbound_id: int, *, at: datetime | None, by: str | None) -> InboundMessage:
        changes = {"key": inbound_id, "dismissed_at": at, "dismissed_by": by}
        row = (await run(self._ctx.session, inbound.CHANGED, changes)).mappings().one()
        return detached(InboundMessage, row)

    async def _page(self, user_id: int, after: str | None, limit: int, which: _Which) -> Page[InboundMessage]:
        user, limit = await require_user(self._ctx, user_id), page_size(limit)
        scope = ("inbound", str(user.id), which)
        values: dict[str, Any] = {"user_id": user.id, "limit": limit + 1}
        if after is not None:
            values["after"] = place(after, scope, [int])[0]
        statement = _PAGES[which, after is not None]
        rows = (await run(self._ctx.session, statement, values)).mappings().all()
        found = [detached(InboundMessage, row) for row in rows[:limit]]
        return Page(found, cursor(scope, [found[-1].id]) if len(rows) > limit else None)

    async def _answer(self, inbound_id: int, message: InboundCreate, found: Match) -> Received:
        """Make the response and note the match."""
        kind = message.response_type or ResponseType.NEUTRAL.value
        came = message.received_at or message.sent_at
        response = await Responses(self._ctx).add(
            found.campaign_id,
            found.opportunity_id,
            found.email_id,
            {
                "from_email": sender(message, found),
                "subject": cut(" ".join((message.subject or "").split())),
                "body_html": message.body_html,
                "body_text": message.reply_text or message.body_text or "",
                # A mail may claim any time; what comes later than now would be refused.
                "received_at": min(came, self._ctx.now()) if came else None,
                "message_id": one_word(message.message_id),
                "in_reply_to": one_word(message.in_reply_to),
                "response_type": kind,
                **judged(message),
            },
            bounce=bounce_of(message, found.to_email),
            source=Source.MAIL,
            decision=reader_of(message),
        )
        changes = {
            "key": inbound_id,
            "campaign_id": found.campaign_id,
            "email_id": found.email_id,
            "response_id": response.id,
            "matched_by": found.method.value,
            "dismissed_at": None,
            "dismissed_by": None,
        }
        row = (await run(self._ctx.session, inbound.CHANGED, changes)).mappings().one()
        return Received(detached(InboundMessage, row), response, new=True)
